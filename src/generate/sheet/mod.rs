//! Sheets, an accountant's input: one row a line, the rows of one document together by their column `document`.
//!
//! Columns are named by the words of the input or in Spanish. Those of a line (`cabys`, `price`, …) stand alone; a dot
//! leads into a table (`receptor.name`). What is said of the document may stand in its first row or be repeated in
//! each. `document` only tells rows apart, in this file: next month's 1, 2, 3 are other documents. `id` is the id.

mod columns;
mod rows;
mod spanish;
mod template;
mod workbook;

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;

use super::DecimalSign;
use super::error::InputError;
use super::input::Input;
use super::value::Value;
use columns::{Column, DOCUMENT};
use rows::{Csv, Row, Rows};
pub(super) use spanish::word;
pub(crate) use template::sheet_template;
use workbook::Workbook;

/// One more than a document may have: enough to be refused for it.
const LINES_KEPT: usize = 1001;

/// Calls `take` for the documents of a CSV text.
pub(super) fn each_in_csv<E>(
    text: &str,
    sign: Option<DecimalSign>,
    take: &mut dyn FnMut(Input) -> Result<(), E>,
) -> Result<Result<(), E>, String> {
    each(&Csv::new(text, sign), take)
}

/// Calls `take` for the documents of a workbook.
pub(super) fn each_in_workbook<E>(
    content: &[u8],
    sign: Option<DecimalSign>,
    take: &mut dyn FnMut(Input) -> Result<(), E>,
) -> Result<Result<(), E>, String> {
    each(&Workbook::new(content, sign), take)
}

fn each<E>(rows: &dyn Rows, take: &mut dyn FnMut(Input) -> Result<(), E>) -> Result<Result<(), E>, String> {
    let survey = survey(rows)?;
    let mut gathered = Gathered { scattered: survey.scattered, ..Gathered::default() };
    let mut result = Ok(());
    let mut head = true;
    rows.each(&mut |row| {
        if std::mem::take(&mut head) {
            return ControlFlow::Continue(());
        }
        let Some(whole) = gathered.add(&survey.columns, row) else { return ControlFlow::Continue(()) };
        result = take(whole.into_input());
        if result.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(result.and_then(|()| gathered.documents.into_iter().map(Document::into_input).try_for_each(take)))
}

/// What a first reading tells, which also says that the file can be read to its end.
struct Survey {
    columns: Vec<Column>,
    /// The rows of some document do not stand together: all must be gathered before the first is whole.
    scattered: bool,
}

fn survey(rows: &dyn Rows) -> Result<Survey, String> {
    let mut head: Option<Result<Vec<Column>, String>> = None;
    let (mut ended, mut present, mut scattered) = (HashSet::new(), None, false);
    rows.each(&mut |row| {
        match &head {
            None => head = Some(columns::columns(row.cells.iter().map(|cell| cell.scalar().unwrap_or_default()))),
            Some(Err(_)) => return ControlFlow::Break(()),
            Some(Ok(columns)) => {
                let Some(key) = key(columns, &row).map(hash) else { return ControlFlow::Continue(()) };
                if present != Some(key) {
                    ended.extend(present.replace(key));
                    scattered |= ended.contains(&key);
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    let columns = head.unwrap_or_else(|| Err("is empty".to_owned()))?;
    Ok(Survey { columns, scattered })
}

/// Two keys with one hash only make the sheet look scattered.
fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// What tells the document of a row: its cell `document`, or its id in a sheet without that column.
fn key<'r>(columns: &[Column], row: &'r Row) -> Option<&'r str> {
    let at = |name: &str| columns.iter().position(|column| column.path == [name]);
    let column = at(DOCUMENT).or_else(|| at("id"))?;
    row.cells.get(column)?.scalar()
}

/// Documents whose rows are still to come.
#[derive(Default)]
struct Gathered {
    documents: Vec<Document>,
    by_key: HashMap<String, usize>,
    /// The document of the last row.
    last: usize,
    scattered: bool,
}

impl Gathered {
    /// Adds a row; gives the document before it, where that one is whole now.
    fn add(&mut self, columns: &[Column], row: Row) -> Option<Document> {
        let Some(key) = key(columns, &row).map(str::to_owned) else {
            // It may be a line of the document above, which would be issued without it.
            if self.documents.is_empty() {
                self.documents.push(Document::default());
            }
            let column = if columns.iter().any(|column| column.path == [DOCUMENT]) { DOCUMENT } else { "id" };
            let last = self.last_added();
            last.first_row.get_or_insert(row.number);
            last.refuse(
                row.number,
                format!("its cell `{column}` is empty: nobody can tell which document it belongs to"),
            );
            return None;
        };
        let known = if self.scattered {
            self.by_key.get(&key).copied()
        } else {
            self.documents.iter().position(|document| document.key.as_ref() == Some(&key))
        };
        let mut whole = None;
        let at = known.unwrap_or_else(|| {
            if !self.scattered {
                whole = self.documents.pop();
            }
            self.documents.push(Document { key: Some(key.clone()), ..Document::default() });
            let at = self.documents.len() - 1;
            if self.scattered {
                self.by_key.insert(key, at);
            }
            at
        });
        self.last = at;
        self.documents[at].add(columns, row);
        whole
    }

    fn last_added(&mut self) -> &mut Document {
        let at = self.last.min(self.documents.len() - 1);
        &mut self.documents[at]
    }
}

/// A document while its rows come.
#[derive(Default)]
struct Document {
    key: Option<String>,
    head: Vec<(String, Value)>,
    lines: Vec<Value>,
    /// The row of each line.
    line_rows: Vec<u64>,
    first_row: Option<u64>,
    errors: Vec<InputError>,
}

impl Document {
    fn refuse(&mut self, row: u64, message: String) {
        self.errors.push(InputError::new(format!("row {row}"), message));
    }

    fn add(&mut self, columns: &[Column], row: Row) {
        let mut line = Vec::new();
        self.first_row.get_or_insert(row.number);
        if let Some(why) = row.broken {
            self.refuse(row.number, why);
        }
        for (at, value) in row.cells.into_iter().enumerate().filter(|(_, cell)| *cell != Value::Null) {
            let put = match columns.get(at).filter(|column| !column.path.is_empty()) {
                None => Err(format!("`{}` stands in a column without a name", value.scalar().unwrap_or_default())),
                Some(column) if column.path == [DOCUMENT] => Ok(()),
                Some(column) if column.of_line => put(&mut line, &column.path, value),
                Some(column) => put(&mut self.head, &column.path, value),
            };
            if let Err(why) = put {
                self.refuse(row.number, why);
            }
        }
        if !line.is_empty() && self.lines.len() < LINES_KEPT {
            self.line_rows.push(row.number);
            self.lines.push(Value::Table(line));
        }
    }

    fn into_input(self) -> Input {
        let mut entries = self.head;
        if !self.lines.is_empty() {
            entries.push(("lines".to_owned(), Value::List(self.lines)));
        }
        Input { value: Value::Table(entries), row: self.first_row, line_rows: self.line_rows, errors: self.errors }
    }
}

/// Puts a value at a path of tables; the same value again, in another row of the document, is no news.
fn put(table: &mut Vec<(String, Value)>, path: &[String], value: Value) -> Result<(), String> {
    let [key, rest @ ..] = path else { return Ok(()) };
    let known = table.iter_mut().find(|(name, _)| name == key).map(|(_, known)| known);
    match (known, rest) {
        (None, []) => table.push((key.clone(), value)),
        (Some(known), []) if *known == value => {}
        (Some(_), []) => return Err(format!("`{key}` is said differently in an earlier row of the same document")),
        (Some(Value::Table(inside)), _) => put(inside, rest, value)?,
        (Some(_), _) => return Err(format!("`{key}` is a value and a table at once")),
        (None, _) => {
            let mut inside = Vec::new();
            put(&mut inside, rest, value)?;
            table.push((key.clone(), Value::Table(inside)));
        }
    }
    Ok(())
}
