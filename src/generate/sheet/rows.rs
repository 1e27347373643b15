//! The rows of a sheet, from CSV or a workbook.

use std::ops::ControlFlow;

use crate::generate::DecimalSign;
use crate::generate::value::Value;

/// One row.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// As the spreadsheet counts: the head is usually row 1.
    pub(super) number: u64,
    /// By column; nothing where a cell is empty.
    pub(super) cells: Vec<Value>,
    /// A cell that cannot be read.
    pub(super) broken: Option<String>,
}

impl Row {
    pub(super) fn is_empty(&self) -> bool {
        self.broken.is_none() && self.cells.iter().all(|cell| *cell == Value::Null)
    }
}

/// A sheet that can be read from its beginning again.
pub(super) trait Rows {
    /// Calls `take` for every row that is not empty. The error is a sentence about the file.
    fn each(&self, take: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), String>;
}

/// A sheet as CSV.
pub(super) struct Csv<'t> {
    text: &'t str,
    separator: u8,
    sign: Option<DecimalSign>,
}

impl<'t> Csv<'t> {
    pub(super) fn new(text: &'t str, sign: Option<DecimalSign>) -> Self {
        let separator = separator(text);
        Csv { text, separator, sign }
    }
}

impl Rows for Csv<'_> {
    fn each(&self, take: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), String> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.separator)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(self.text.as_bytes());
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|error| format!("is not CSV: {error}"))? {
            let number = record.position().map_or(0, csv::Position::line);
            if number == 1 && record.get(0).is_some_and(|cell| cell.to_ascii_lowercase().starts_with("sep=")) {
                continue;
            }
            let cells = record.iter().map(|cell| match cell {
                "" => Value::Null,
                cell => Value::Cell(cell.to_owned(), self.sign),
            });
            let row = Row { number, cells: cells.collect(), broken: None };
            if !row.is_empty() && take(row).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// The separator that the head uses most, or the one that a line `sep=;` names, as spreadsheets write it.
fn separator(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] = head.trim_end().as_bytes() {
        return *separator;
    }
    let count = |separator: u8| head.bytes().filter(|byte| *byte == separator).count();
    [b',', b'\t', b';'].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}
