//! CSV, an accountant's spreadsheet: one row a line, the rows of one document together by their `document` column.
//!
//! Column names are the words of the input. Those of a line (`cabys`, `price`, …) stand alone; a dot leads into a table
//! (`receptor.name`). What is said of the document may stand in its first row or be repeated in each.

use super::names::{aliases, handled};
use super::value::Value;

/// The column that tells documents apart; it is their `id` too.
const DOCUMENT: &str = "document";

/// The documents of a spreadsheet. The error is a sentence about the file.
pub(super) fn documents(text: &str) -> Result<Vec<Value>, String> {
    let separator = separator(text);
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| format!("is not CSV: {error}"))?.clone();
    let columns: Vec<Column> = header.iter().map(Column::new).collect();
    if !header.iter().any(|name| name == DOCUMENT) {
        return Err(format!(
            "has no column `{DOCUMENT}`: the number or word that the rows of one document have in common"
        ));
    }
    let mut documents: Vec<Document> = Vec::new();
    for (index, row) in reader.records().enumerate() {
        let row = row.map_err(|error| format!("is not CSV: {error}"))?;
        add_row(&mut documents, &columns, &row, separator == b';')
            .map_err(|error| format!("row {}: {error}", index + 2))?;
    }
    Ok(documents.into_iter().map(Document::into_value).collect())
}

/// The separator that the header uses most.
fn separator(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    [b';', b'\t', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

/// Where a cell belongs.
struct Column {
    path: Vec<String>,
    of_line: bool,
}

impl Column {
    fn new(name: &str) -> Self {
        let path: Vec<String> = name.split('.').map(|part| part.trim().to_owned()).collect();
        let first = path.first().map(String::as_str).unwrap_or_default();
        // A word of both, like `code`, is the line's: the rows are lines.
        let of_line = first != DOCUMENT
            && (aliases("LineaDetalle").iter().any(|(word, official)| *word == first || *official == first)
                || handled("LineaDetalle").contains(&first));
        Column { path, of_line }
    }
}

struct Document {
    id: String,
    head: Vec<(String, Value)>,
    lines: Vec<Value>,
}

impl Document {
    fn into_value(self) -> Value {
        let mut entries = vec![("id".to_owned(), Value::Text(self.id))];
        entries.extend(self.head);
        if !self.lines.is_empty() {
            entries.push(("lines".to_owned(), Value::List(self.lines)));
        }
        Value::Table(entries)
    }
}

fn add_row(
    documents: &mut Vec<Document>,
    columns: &[Column],
    row: &csv::StringRecord,
    decimal_comma: bool,
) -> Result<(), String> {
    let id =
        columns.iter().zip(row).find(|(column, _)| column.path == [DOCUMENT]).map(|(_, cell)| cell).unwrap_or_default();
    if id.is_empty() {
        return Err(format!("its cell `{DOCUMENT}` is empty"));
    }
    let at = match documents.iter().rposition(|document| document.id == id) {
        Some(at) => at,
        None => {
            documents.push(Document { id: id.to_owned(), head: Vec::new(), lines: Vec::new() });
            documents.len() - 1
        }
    };
    let document = &mut documents[at];
    let mut line = Vec::new();
    for (column, cell) in columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
        let value = Value::Text(if decimal_comma { with_point(cell) } else { cell.to_owned() });
        if column.of_line {
            put(&mut line, &column.path, value)?;
        } else if column.path != [DOCUMENT] {
            put(&mut document.head, &column.path, value)?;
        }
    }
    if !line.is_empty() {
        document.lines.push(Value::Table(line));
    }
    Ok(())
}

/// Where the semicolon separates cells, the comma is the decimal sign: `1234,5`. Anything else is left as it is.
fn with_point(cell: &str) -> String {
    let bare = cell.trim_end_matches('%');
    match bare.split_once(',') {
        Some((whole, fraction)) if digits(whole) && digits(fraction) => cell.replacen(',', ".", 1),
        _ => cell.to_owned(),
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_documents_with_lines() {
        let sheet = "document;kind;receptor.name;receptor.identification;payment;cabys;description;price;tax\n\
                     A1;FE;Ana Prueba;109990888;efectivo;8314100000000;Soporte;1000,50;13\n\
                     A1;;;;;8314200000000;Curso;200;13%\n\
                     A2;TE;;;tarjeta;8314200000000;Curso;200;13\n";
        let documents = documents(sheet).unwrap();
        assert_eq!(documents.len(), 2);
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::scalar).unwrap_or_default().to_owned();
        assert_eq!(text(&documents[0], "id"), "A1");
        assert_eq!(text(documents[0].get("receptor").unwrap(), "name"), "Ana Prueba");
        let Some(Value::List(lines)) = documents[0].get("lines") else { panic!("no lines") };
        assert_eq!((lines.len(), text(&lines[0], "price")), (2, "1000.50".to_owned()));
        assert_eq!(text(&documents[1], "kind"), "TE");
    }

    #[test]
    fn a_document_says_one_thing() {
        let sheet = "document,kind,cabys\nA1,FE,1\nA1,TE,2\n";
        assert_eq!(
            documents(sheet).unwrap_err(),
            "row 3: `kind` is said differently in an earlier row of the same document"
        );
        assert!(documents("kind,cabys\nFE,1\n").unwrap_err().contains("no column `document`"));
    }
}
