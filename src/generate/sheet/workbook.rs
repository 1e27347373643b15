//! The first sheet of an `.xlsx` workbook. Its numbers are numbers: no decimal sign has to be guessed.

use std::io::Cursor;
use std::ops::ControlFlow;

use calamine::{DataRef, Reader, Style, Xlsx, XlsxError};

use super::rows::{Row, Rows};
use crate::generate::DecimalSign;
use crate::generate::value::Value;

/// No sheet of invoices is wider; a cell far out is a slip, and what lies between would be memory.
const COLUMNS: u32 = 1000;

/// A workbook.
pub(super) struct Workbook<'c> {
    content: &'c [u8],
    sign: Option<DecimalSign>,
}

impl<'c> Workbook<'c> {
    pub(super) fn new(content: &'c [u8], sign: Option<DecimalSign>) -> Self {
        Workbook { content, sign }
    }

    fn read(&self, take: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<Result<(), XlsxError>, String> {
        let mut workbook = match Xlsx::new(Cursor::new(self.content)) {
            Ok(workbook) => workbook,
            Err(error) => return Ok(Err(error)),
        };
        let names = workbook.sheet_names();
        let Some(first) = names.first() else { return Err("has no sheet".to_owned()) };
        if names.len() > 1 {
            log::warn!("the workbook has {} sheets; only the first, `{first}`, is read", names.len());
        }
        Ok(self.read_sheet(&mut workbook, first, take))
    }

    fn read_sheet(
        &self,
        workbook: &mut Xlsx<Cursor<&[u8]>>,
        name: &str,
        take: &mut dyn FnMut(Row) -> ControlFlow<()>,
    ) -> Result<(), XlsxError> {
        let mut cells = workbook.worksheet_cells_reader(name)?;
        let mut row = Row::default();
        while let Some((cell, style)) = cells.next_cell_with_style_id()? {
            let (at, column) = cell.get_position();
            let number = u64::from(at) + 1;
            if number != row.number {
                let whole = std::mem::replace(&mut row, Row { number, ..Row::default() });
                if !whole.is_empty() && take(whole).is_break() {
                    return Ok(());
                }
            }
            let value = self.value(cell.get_value(), cells.styles().get(style));
            put(&mut row, column, value);
        }
        if !row.is_empty() {
            let _ = take(row);
        }
        Ok(())
    }

    /// A cell as a value of the input; an error of a formula is a sentence.
    fn value(&self, cell: &DataRef<'_>, style: Option<&Style>) -> Result<Value, String> {
        let text = |text: &str| match text.trim() {
            "" => Value::Null,
            text => Value::Cell(text.to_owned(), self.sign),
        };
        let percent =
            style.and_then(|style| style.number_format.as_ref()).is_some_and(|format| format.format_code.contains('%'));
        Ok(match cell {
            DataRef::Empty => Value::Null,
            DataRef::Int(number) => Value::Number(number.to_string()),
            // What the person sees is `10%`; the cell holds 0.1.
            DataRef::Float(number) if percent => Value::Number(format!("{}%", digits(number * 100.0))),
            DataRef::Float(number) => Value::Number(digits(*number)),
            DataRef::String(cell) => text(cell),
            DataRef::SharedString(cell) => text(cell),
            DataRef::Bool(value) => Value::Boolean(*value),
            DataRef::DateTime(at) if at.is_datetime() => {
                let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
                Value::Text(match (hour, minute, second) {
                    (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                    _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
                })
            }
            DataRef::DateTimeIso(iso) => Value::Text(iso.clone()),
            DataRef::DateTime(_) | DataRef::DurationIso(_) => return Err("holds a span of time".to_owned()),
            DataRef::Error(error) => return Err(format!("holds the error {error}")),
        })
    }
}

impl Rows for Workbook<'_> {
    fn each(&self, take: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), String> {
        self.read(take)?.map_err(|error| format!("is not an .xlsx workbook that can be read: {error}"))
    }
}

fn put(row: &mut Row, column: u32, value: Result<Value, String>) {
    let name = || letters(column);
    match value {
        Ok(Value::Null) => {}
        Ok(_) if column >= COLUMNS => {
            row.broken = Some(format!("its cell {}{} is beyond {COLUMNS} columns", name(), row.number))
        }
        Err(why) => row.broken = Some(format!("its cell {}{} {why}", name(), row.number)),
        Ok(value) => {
            let at = column as usize;
            if row.cells.len() <= at {
                row.cells.resize(at + 1, Value::Null);
            }
            row.cells[at] = value;
        }
    }
}

/// A number with the fifteen digits that a spreadsheet shows: 0.1 + 0.2 is 0.3 there, and 0.30000000000000004 inside.
fn digits(number: f64) -> String {
    const SHOWN: i32 = 15;
    if number == 0.0 || !number.is_finite() {
        return "0".to_owned();
    }
    let whole = number.abs().log10().floor() as i32 + 1;
    let decimals = usize::try_from(SHOWN - whole).unwrap_or_default();
    let text = format!("{number:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// `A`, `B`, …, `Z`, `AA`: as a spreadsheet calls a column.
fn letters(column: u32) -> String {
    let letter = |n: u32| char::from(b'A' + u8::try_from(n % 26).unwrap_or_default());
    match column {
        0..26 => letter(column).to_string(),
        _ => format!("{}{}", letters(column / 26 - 1), letter(column)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_that_the_spreadsheet_shows() {
        for (number, shown) in [
            (1250.5, "1250.5"),
            (0.1 + 0.2, "0.3"),
            (8314100000000.0, "8314100000000"),
            (40000.0, "40000"),
            (0.00001, "0.00001"),
            (-3.25, "-3.25"),
            (0.13 * 100.0, "13"),
            (1234567.12345, "1234567.12345"),
        ] {
            assert_eq!(digits(number), shown);
        }
        assert_eq!([letters(0), letters(25), letters(26), letters(701)], ["A", "Z", "AA", "ZZ"]);
    }
}
