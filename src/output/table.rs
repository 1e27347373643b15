//! Tables that fit the terminal.

use std::io::{self, IsTerminal};

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, TableStyle, Width};

/// Width of a line when stdout is no terminal: nothing is cut or wrapped for a file.
const UNBOUNDED: u16 = u16::MAX;
const NARROWEST: u16 = 40;

/// Columns that are never broken, like those of numbers: a broken amount is misread, a broken key cannot be copied.
const WHOLE: [&str; 10] = ["Consecutivo", "Kind", "State", "Result", "Step", "Why", "Type", "Status", "Code", "Tries"];
/// Columns that may break between the day and the hour, and what the day needs with the space around it.
const INSTANTS: [&str; 5] = ["Issued", "Received", "Next", "When", "Due"];
const DAY: u16 = 13;

/// One line below the header and nothing else: rows stay greppable and lines are few.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Rows under a header.
pub(super) struct Table(comfy_table::Table);

impl Table {
    /// A table with these columns; a `>` before a name aligns the column to the right.
    pub(super) fn new(columns: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width());
        table.set_header(columns.iter().map(|name| Cell::new(name.trim_start_matches('>'))));
        for (name, column) in columns.iter().zip(table.column_iter_mut()) {
            let is_number = name.starts_with('>');
            if is_number {
                column.set_cell_alignment(CellAlignment::Right);
            }
            if is_number || WHOLE.contains(name) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            } else if INSTANTS.contains(name) {
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(DAY)));
            }
        }
        Table(table)
    }

    /// Adds a row.
    pub(super) fn row<I, S>(&mut self, cells: I)
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        self.0.add_row(cells.into_iter().map(|cell| Cell::new(cell.into())));
    }

    /// Whether it has no row.
    pub(super) fn is_empty(&self) -> bool {
        self.0.row_count() == 0
    }

    /// The text, with its last line end.
    pub(super) fn text(&self) -> String {
        let text = self.0.to_string();
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        lines.join("\n") + "\n"
    }
}

/// The terminal's width; unbounded where there is none, and the usual one where it does not say.
pub(super) fn width() -> u16 {
    if !io::stdout().is_terminal() {
        return UNBOUNDED;
    }
    comfy_table::Table::new().width().filter(|width| *width > 0).unwrap_or(80).max(NARROWEST)
}
