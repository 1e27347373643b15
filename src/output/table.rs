//! Tables that fit the terminal.

use std::io::{self, IsTerminal};

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, TableStyle};

/// Width of a line when stdout is no terminal: nothing is cut or wrapped for a file.
const UNBOUNDED: u16 = u16::MAX;
const NARROWEST: u16 = 40;

/// One line below the header and nothing else: rows stay greppable and lines are few.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Rows under a header.
pub struct Table(comfy_table::Table);

impl Table {
    /// A table with these columns; a `>` before a name aligns the column to the right.
    pub fn new(columns: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width());
        table.set_header(columns.iter().map(|name| Cell::new(name.trim_start_matches('>'))));
        for (index, name) in columns.iter().enumerate() {
            if name.starts_with('>')
                && let Some(column) = table.column_mut(index)
            {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Table(table)
    }

    /// Adds a row.
    pub fn row<I, S>(&mut self, cells: I)
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        self.0.add_row(cells.into_iter().map(|cell| Cell::new(cell.into())));
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.0.row_count() == 0
    }

    /// The text, with its last line end.
    pub fn text(&self) -> String {
        let text = self.0.to_string();
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        lines.join("\n") + "\n"
    }
}

/// The terminal's width; unbounded where there is none.
pub(super) fn width() -> u16 {
    if !io::stdout().is_terminal() {
        return UNBOUNDED;
    }
    comfy_table::Table::new().width().unwrap_or(80).max(NARROWEST)
}
