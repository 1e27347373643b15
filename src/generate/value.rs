//! Input as it was written, whatever the format: numbers keep their digits, and a key that is there twice is refused.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::DecimalSign;

/// A value of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing, as good as no key.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as written.
    Number(String),
    /// Text.
    Text(String),
    /// A cell of a sheet, as a person wrote it: a number in it may have any decimal sign, or the one of the whole sheet.
    Cell(String, Option<DecimalSign>),
    /// A list.
    List(Vec<Value>),
    /// Keys with their values, in the order of the input.
    Table(Vec<(String, Value)>),
    /// A table in which this key is there twice: nobody knows which value is meant.
    Repeats(String),
}

impl Value {
    /// The value of a key of a table; a null is none.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Table(entries) = self else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, value)| value).filter(|value| **value != Value::Null)
    }

    /// Text or number as text, without white space around it.
    pub fn scalar(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Number(text) | Value::Cell(text, _) => Some(text.trim()),
            _ => None,
        }
    }

    /// What it is, for a sentence.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Boolean(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) | Value::Cell(..) => "text",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Repeats(_) => "a table with a key that is there twice",
        }
    }
}

/// More keys than any table of a document has.
const FEW: usize = 32;

/// The key under which `serde_json` with `arbitrary_precision` hands over a number as its digits.
const NUMBER: &str = "$serde_json::private::Number";

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(member) = members.next_element()? {
            list.push(member);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut table: Vec<(String, Value)> = Vec::new();
        let mut known = HashSet::new();
        let mut repeated = None;
        while let Some(key) = entries.next_key::<String>()? {
            if key == NUMBER {
                return Ok(Value::Number(entries.next_value()?));
            }
            // Of few keys a look at each is cheaper than a set; of many it is a square.
            let again = match table.len() {
                0..FEW => table.iter().any(|(known, _)| *known == key),
                FEW => {
                    known.extend(table.iter().map(|(key, _)| key.clone()));
                    !known.insert(key.clone())
                }
                _ => !known.insert(key.clone()),
            };
            let value = entries.next_value()?;
            if again {
                repeated = Some(key);
            } else {
                table.push((key, value));
            }
        }
        Ok(repeated.map_or(Value::Table(table), Value::Repeats))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        let value: Value = serde_json::from_str(r#"{"price": 12345678901234.12345, "quantity": 3}"#).unwrap();
        assert_eq!(value.get("price").and_then(Value::scalar), Some("12345678901234.12345"));
        assert_eq!(value.get("quantity").and_then(Value::scalar), Some("3"));
    }

    #[test]
    fn a_key_that_is_there_twice_is_seen() {
        let value: Value = serde_json::from_str(r#"{"price": 1, "price": 2}"#).unwrap();
        assert_eq!(value, Value::Repeats("price".to_owned()));
    }
}
