//! What an input says, as a fingerprint: the same said again, in another order of keys or another format of file, is the
//! same.

use super::value::Value;
use super::written;
use crate::sha256::sha256;

/// The SHA-256 of what a document says, but for its own id.
pub(crate) fn content_hash(input: &Value) -> String {
    let mut said = String::new();
    match input {
        Value::Table(entries) => write_table(&mut said, entries.iter().filter(|(key, _)| key != "id")),
        other => write(&mut said, other),
    }
    sha256(said.as_bytes())
}

fn write(said: &mut String, value: &Value) {
    match value {
        Value::Null => said.push('-'),
        Value::Boolean(value) => said.push_str(if *value { "true" } else { "false" }),
        Value::Number(text) | Value::Text(text) => write_text(said, plain(text.trim())),
        Value::Cell(text, sign) => match written::read(text, *sign) {
            Ok(number) if number.currency.is_none() => write_text(said, plain(&number.digits)),
            _ => write_text(said, text.trim()),
        },
        Value::List(members) => {
            said.push('[');
            members.iter().for_each(|member| write(said, member));
            said.push(']');
        }
        Value::Table(entries) => write_table(said, entries.iter()),
        Value::Repeats(key) => write_text(said, key),
    }
}

fn write_table<'v>(said: &mut String, entries: impl Iterator<Item = &'v (String, Value)>) {
    let mut entries: Vec<_> = entries.filter(|(_, value)| *value != Value::Null).collect();
    entries.sort_by_key(|(key, _)| key);
    said.push('{');
    for (key, value) in entries {
        write_text(said, key);
        write(said, value);
    }
    said.push('}');
}

/// Text with its length before it, so that no two contents are written alike.
fn write_text(said: &mut String, text: &str) {
    said.push_str(&format!("{}:{text}", text.len()));
}

/// A decimal number without the zeros at its end: `13.50` says what `13.5` says. Whatever else looks like a number, a
/// code with zeros before it, is left as it is.
fn plain(text: &str) -> &str {
    let is_decimal = text.split_once('.').is_some_and(|(whole, fraction)| {
        [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    });
    if is_decimal { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(json: &str) -> String {
        content_hash(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn the_same_said_otherwise_is_the_same() {
        let one = hash(r#"{"id": "A", "kind": "FE", "lines": [{"price": 13.50, "tax": "13"}]}"#);
        assert_eq!(one, hash(r#"{"lines": [{"tax": 13, "price": "13.5"}], "kind": "FE", "note": null}"#));
        for other in [
            r#"{"kind": "FE", "lines": [{"price": 13.51, "tax": "13"}]}"#,
            r#"{"kind": "FE", "lines": [{"price": 135, "tax": "13"}]}"#,
            r#"{"kind": "FE", "lines": [{"price": 13.5}, {"tax": "13"}]}"#,
            r#"{"kind": "FE", "lines": [{"price": 13.5, "tax": "013"}]}"#,
        ] {
            assert_ne!(one, hash(other), "{other}");
        }
        let cell =
            |text: &str| content_hash(&Value::Table(vec![("price".to_owned(), Value::Cell(text.to_owned(), None))]));
        assert_eq!(cell("1.250,50"), cell("1250,5"));
        assert_ne!(cell("1.250"), cell("1250"));
    }
}
