//! Tables that fit the terminal. What a person copies (claves, consecutivos, amounts) is never broken; names are shortened with an
//! ellipsis; sentences go on below themselves; and where even that leaves no room, each row becomes a few lines.

mod layout;

use std::io::{self, IsTerminal};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::paint::{Paint, paint_of, painted};
use super::signs::signs;

/// Width of a line when stdout is no terminal: nothing is cut or wrapped for a file.
pub(super) const UNBOUNDED: usize = usize::MAX;
const NARROWEST: usize = 40;
const USUAL: usize = 80;

/// What may be done to a column that is too wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    /// Nothing: a broken amount is misread, a broken key cannot be copied.
    Whole,
    /// A day and an hour, of which the day is enough.
    Instant,
    /// It is shortened.
    Name,
    /// It goes on below itself.
    Sentence,
}

#[derive(Debug)]
struct Column {
    heading: String,
    nature: Nature,
    right: bool,
    /// In a row of several lines the value alone says nothing.
    named: bool,
}

/// Rows under a header.
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns. What stands before a name says what it holds: `>` numbers, aligned to the right; `@` instants;
    /// `~` names, which may be shortened; `¶` sentences; `:` words that mean nothing without the name.
    pub(super) fn new(columns: &[&str]) -> Self {
        Table { columns: columns.iter().map(|name| Column::of(name)).collect(), rows: Vec::new() }
    }

    /// Adds a row. The cells may be from outside.
    pub(super) fn row<I, S>(&mut self, cells: I)
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        self.rows.push(cells.into_iter().map(|cell| signs(&cell.into()).into_owned()).collect());
    }

    /// Whether it has no row.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text for this terminal, with its last line end.
    pub(super) fn text(&self) -> String {
        self.text_within(width())
    }

    /// The text in lines of this width.
    pub(super) fn text_within(&self, width: usize) -> String {
        match layout::fit(self, width) {
            Some(layout) => self.grid(&layout),
            None => self.blocks(width),
        }
    }

    /// Rows under a header and a rule.
    fn grid(&self, layout: &layout::Layout) -> String {
        let headings: Vec<_> = self.columns.iter().map(|column| column.heading.clone()).collect();
        let mut text = self.lines_of(&headings, layout, true);
        let rule = layout.widths.iter().sum::<usize>() + layout.gap * layout.widths.len().saturating_sub(1);
        text.push_str(&"─".repeat(rule));
        text.push('\n');
        for row in &self.rows {
            text.push_str(&self.lines_of(row, layout, false));
        }
        text
    }

    fn lines_of(&self, cells: &[String], layout: &layout::Layout, is_header: bool) -> String {
        let parts: Vec<Vec<String>> = cells
            .iter()
            .zip(&self.columns)
            .zip(&layout.widths)
            .map(|((cell, column), width)| layout::pieces(cell, column.nature, *width))
            .collect();
        let height = parts.iter().map(Vec::len).max().unwrap_or_default();
        let mut text = String::new();
        for line in 0..height {
            let mut written = String::new();
            for ((column, width), part) in self.columns.iter().zip(&layout.widths).zip(&parts) {
                let piece = part.get(line).map_or("", String::as_str);
                let padding = " ".repeat(width.saturating_sub(piece.width()));
                let piece = match piece {
                    "" => String::new(),
                    heading if is_header => painted(Paint::Heading, heading),
                    cell => column.coloured(cell),
                };
                written.push_str(&if column.right { padding + &piece } else { piece + &padding });
                written.push_str(&" ".repeat(layout.gap));
            }
            text.push_str(written.trim_end());
            text.push('\n');
        }
        text
    }

    /// Each row in lines of its own: what is short one after the other, then each sentence.
    fn blocks(&self, width: usize) -> String {
        const INDENT: usize = 4;
        let mut text = String::new();
        for row in &self.rows {
            let cells = || row.iter().zip(&self.columns).filter(|(cell, _)| !cell.is_empty());
            let mut line = 0;
            for (cell, column) in cells().filter(|(_, column)| column.nature != Nature::Sentence) {
                let name = if column.named { format!("{} ", column.heading.to_lowercase()) } else { String::new() };
                let needed = name.width() + cell.width();
                if line > 0 && line + 2 + needed > width {
                    text.push_str(&format!("\n{}", " ".repeat(INDENT)));
                    line = INDENT;
                } else if line > 0 {
                    text.push_str("  ");
                    line += 2;
                }
                text.push_str(&format!("{name}{}", column.coloured(cell)));
                line += needed;
            }
            text.push('\n');
            for (cell, _) in cells().filter(|(_, column)| column.nature == Nature::Sentence) {
                for piece in layout::wrapped(cell, width - INDENT) {
                    text.push_str(&format!("{}{piece}\n", " ".repeat(INDENT)));
                }
            }
        }
        text
    }
}

impl Column {
    fn of(name: &str) -> Self {
        let heading = name.trim_start_matches(['>', '@', '~', '¶', ':']);
        let marks = &name[..name.len() - heading.len()];
        let nature = match marks {
            marks if marks.contains('@') => Nature::Instant,
            marks if marks.contains('~') => Nature::Name,
            marks if marks.contains('¶') => Nature::Sentence,
            _ => Nature::Whole,
        };
        Column { heading: heading.to_owned(), nature, right: marks.contains('>'), named: marks.contains(':') }
    }

    /// States, results and verdicts have colours; what is in the columns of others stays as it is.
    fn coloured(&self, cell: &str) -> String {
        let judged = matches!(self.heading.as_str(), "State" | "Result" | "Type" | "Status" | "");
        match paint_of(cell).filter(|_| judged) {
            Some(paint) => painted(paint, cell),
            None => cell.to_owned(),
        }
    }
}

/// The terminal's width; unbounded where there is none, and the usual one where it does not say.
pub(super) fn width() -> usize {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return UNBOUNDED;
    }
    let told = rustix::termios::tcgetwinsize(&stdout).map(|size| usize::from(size.ws_col)).unwrap_or_default();
    if told == 0 { USUAL } else { told.max(NARROWEST) }
}

/// As much of a name as fits, and an ellipsis.
pub(super) fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut taken = 1;
    for character in text.chars() {
        taken += character.width().unwrap_or_default();
        if taken > width {
            break;
        }
        short.push(character);
    }
    format!("{}…", short.trim_end())
}

#[cfg(test)]
mod tests;
