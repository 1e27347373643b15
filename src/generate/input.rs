//! A document as its file gives it, with the rows that it stands in.

use super::error::{InputError, InputErrors};
use super::value::Value;

/// A document of the input, not yet looked into.
#[derive(Debug)]
pub(crate) struct Input {
    /// What it says.
    pub value: Value,
    /// Its first row, in a sheet.
    pub row: Option<u64>,
    /// The row of each of its lines, in a sheet.
    pub line_rows: Vec<u64>,
    /// What is wrong with the rows that it was gathered from; it is not made then.
    pub errors: Vec<InputError>,
}

impl From<Value> for Input {
    fn from(value: Value) -> Self {
        Input { value, row: None, line_rows: Vec::new(), errors: Vec::new() }
    }
}

impl Input {
    /// What is wrong with the document after what is wrong with its rows, both said by the rows of the sheet.
    pub(crate) fn placed(&self, of_rows: &[InputError], of_document: InputErrors) -> InputErrors {
        let of_document_placed = of_document.errors.into_iter().map(|error| self.by_row(error));
        InputErrors { errors: of_rows.iter().cloned().chain(of_document_placed).collect(), more: of_document.more }
    }

    /// `lines[3].price` is `row 7: price`.
    fn by_row(&self, error: InputError) -> InputError {
        let row = error.path.strip_prefix("lines[").and_then(|rest| {
            let (number, rest) = rest.split_once(']')?;
            let row = self.line_rows.get(number.parse::<usize>().ok()?.checked_sub(1)?)?;
            Some(format!("row {row}{}", rest.replacen('.', ": ", 1)))
        });
        InputError { path: row.unwrap_or(error.path), ..error }
    }
}
