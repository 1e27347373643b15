//! The formats of the input: JSON (one document, a list, or several after each other), TOML (one document, or
//! `[[document]]`), sheets as CSV or `.xlsx` (lines grouped by document).
//!
//! A file is checked to be readable to its end before the first document is made: whoever mends a file and runs it
//! again must not make documents twice.

use std::path::Path;

use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer,
};
use toml::de::{DeTable, DeValue};

use super::input::Input;
use super::value::Value;
use super::{DecimalSign, encoding, sheet};

/// A format of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// `.json`, `.jsonl`.
    Json,
    /// `.toml`.
    Toml,
    /// `.csv`, `.tsv`, `.txt`: with commas, semicolons or tabs.
    Csv,
    /// `.xlsx`: the first sheet of a workbook.
    Workbook,
}

impl Format {
    /// The format by the ending of the name, or by what the content begins with.
    pub(crate) fn of(path: &Path, content: &[u8]) -> Self {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "json" | "jsonl" | "ndjson" => Format::Json,
            "toml" => Format::Toml,
            "csv" | "tsv" | "txt" => Format::Csv,
            "xlsx" | "xlsm" => Format::Workbook,
            _ => Format::by_content(content),
        }
    }

    fn by_content(content: &[u8]) -> Self {
        // An archive: a workbook.
        if content.starts_with(b"PK\x03\x04") {
            return Format::Workbook;
        }
        let text = content.trim_ascii_start();
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        match text.first() {
            Some(b'{') => Format::Json,
            // `[` opens a list of JSON, or a table of TOML: `[[document]]`, `[receptor]`.
            Some(b'[') if line.trim_ascii_end().ends_with(b"]") && line.iter().any(u8::is_ascii_alphabetic) => {
                Format::Toml
            }
            Some(b'[') => Format::Json,
            Some(b'#') => Format::Toml,
            _ if line.contains(&b'=') => Format::Toml,
            _ => Format::Csv,
        }
    }
}

/// Calls `take` for every document; `sign` is the decimal sign of the numbers in sheets, where it was said. The error
/// of the source itself is a sentence; that of `take` ends it.
pub(crate) fn each_document<E>(
    content: &[u8],
    format: Format,
    sign: Option<DecimalSign>,
    take: &mut dyn FnMut(Input) -> Result<(), E>,
) -> Result<Result<(), E>, String> {
    let mut whole = |value: Value| take(Input::from(value));
    if content.starts_with(OLD_WORKBOOK) {
        return Err("is a workbook of the old form (.xls); save it as .xlsx or as CSV".to_owned());
    }
    match format {
        Format::Json => json(&encoding::unicode(content)?, &mut whole),
        Format::Toml => Ok(members(toml_document(&encoding::unicode(content)?)?).into_iter().try_for_each(whole)),
        Format::Csv => sheet::each_in_csv(&encoding::of_sheet(content)?, sign, take),
        Format::Workbook => sheet::each_in_workbook(content, sign, take),
    }
}

/// How a workbook begins that is no archive of XML.
const OLD_WORKBOOK: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// The documents of a list, of a table that holds nothing but a list called `document` or `documents`, or the one.
fn members(value: Value) -> Vec<Value> {
    match value {
        Value::List(members) => members,
        Value::Table(mut entries) => match entries.pop() {
            Some((key, Value::List(members))) if entries.is_empty() && matches!(&*key, "document" | "documents") => {
                members
            }
            last => {
                entries.extend(last);
                vec![Value::Table(entries)]
            }
        },
        other => vec![other],
    }
}

fn json<E>(text: &str, take: &mut dyn FnMut(Value) -> Result<(), E>) -> Result<Result<(), E>, String> {
    for value in serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>() {
        value.map_err(|error| format!("is not JSON: {error}"))?;
    }
    let mut stopped = None;
    let mut reader = serde_json::Deserializer::from_str(text);
    while reader.end().is_err() {
        let result = Each { take, stopped: &mut stopped }.deserialize(&mut reader);
        if let Some(error) = stopped {
            return Ok(Err(error));
        }
        result.map_err(|error| format!("is not JSON: {error}"))?;
    }
    Ok(Ok(()))
}

/// Takes the members of a list one after the other, so that a long list is never in memory whole.
struct Each<'a, E> {
    take: &'a mut dyn FnMut(Value) -> Result<(), E>,
    stopped: &'a mut Option<E>,
}

impl<E> Each<'_, E> {
    fn give<D: Error>(&mut self, value: Value) -> Result<(), D> {
        (self.take)(value).map_err(|error| {
            *self.stopped = Some(error);
            D::custom("stopped")
        })
    }
}

impl<'de, E> DeserializeSeed<'de> for Each<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, E> Visitor<'de> for Each<'_, E> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a document or a list of documents")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(member) = list.next_element()? {
            self.give(member)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, entries: A) -> Result<(), A::Error> {
        let value = serde::Deserialize::deserialize(MapAccessDeserializer::new(entries))?;
        members(value).into_iter().try_for_each(|member| self.give(member))
    }
}

fn toml_document(text: &str) -> Result<Value, String> {
    let table = DeTable::parse(text).map_err(|error| {
        let before = &text[..error.span().map_or(0, |span| span.start)];
        let (line, column) =
            (before.lines().count().max(1), before.lines().last().map_or(0, |line| line.chars().count()) + 1);
        format!("is not TOML: line {line}, column {column}: {}", error.message())
    })?;
    Ok(toml_table(table.get_ref()))
}

fn toml_table(table: &DeTable<'_>) -> Value {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    Value::Table(
        entries.into_iter().map(|(key, value)| (key.get_ref().to_string(), toml_value(value.get_ref()))).collect(),
    )
}

fn toml_value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        // An underscore only helps to read: `price = 1_000.50`.
        DeValue::Integer(number) => Value::Number(number.as_str().replace('_', "")),
        DeValue::Float(number) => Value::Number(number.as_str().replace('_', "")),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(at) => Value::Text(at.to_string()),
        DeValue::Array(members) => Value::List(members.iter().map(|member| toml_value(member.get_ref())).collect()),
        DeValue::Table(table) => toml_table(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(content: &str, format: Format) -> Vec<String> {
        let mut kinds = Vec::new();
        let mut take = |input: Input| -> Result<(), ()> {
            kinds.push(input.value.get("kind").and_then(Value::scalar).unwrap_or("?").to_owned());
            Ok(())
        };
        each_document(content.as_bytes(), format, None, &mut take).unwrap().unwrap();
        kinds
    }

    #[test]
    fn one_document_a_list_or_several() {
        assert_eq!(kinds(r#"{"kind": "FE"}"#, Format::Json), ["FE"]);
        assert_eq!(kinds(r#"[{"kind": "FE"}, {"kind": "TE"}]"#, Format::Json), ["FE", "TE"]);
        assert_eq!(kinds("{\"kind\": \"FE\"}\n{\"kind\": \"TE\"}\n", Format::Json), ["FE", "TE"]);
        assert_eq!(kinds(r#"{"documents": [{"kind": "FE"}, {"kind": "TE"}]}"#, Format::Json), ["FE", "TE"]);
        assert_eq!(kinds("kind = \"FE\"\n[receptor]\nname = \"Ana\"\n", Format::Toml), ["FE"]);
        assert_eq!(kinds("[[document]]\nkind = \"FE\"\n[[document]]\nkind = \"TE\"\n", Format::Toml), ["FE", "TE"]);
    }

    #[test]
    fn a_broken_file_makes_no_document() {
        let mut taken = 0;
        let mut take = |_: Input| -> Result<(), ()> {
            taken += 1;
            Ok(())
        };
        let error = each_document(b"[{\"kind\": \"FE\"}, {\"kind\": ]", Format::Json, None, &mut take).unwrap_err();
        assert!(error.contains("line 1"), "{error}");
        assert_eq!(taken, 0);
    }

    #[test]
    fn the_format_shows_in_the_name_or_the_content() {
        let of = |name: &str, content: &str| Format::of(Path::new(name), content.as_bytes());
        assert_eq!(of("a.json", ""), Format::Json);
        assert_eq!(of("-", " {\"kind\": 1}"), Format::Json);
        assert_eq!(of("-", "[\n{}"), Format::Json);
        assert_eq!(of("-", "[[document]]\nkind = \"FE\""), Format::Toml);
        assert_eq!(of("-", "kind = \"FE\""), Format::Toml);
        assert_eq!(of("-", "document;kind;cabys\n1;FE;83"), Format::Csv);
    }
}
