//! The keys of a JSON answer as they stand: a parser that keeps the last of two equal keys, and another that keeps the
//! first, would read two answers out of one.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// The bare name of the key that holds Base64.
pub(super) const XML: &str = "respuestaxml";

/// The keys of an object with their values, in their order.
pub(super) struct Fields(Vec<(String, Value)>);

impl Fields {
    /// A text by its bare name: the reference writes `ind-estado`, the annex `indEstado` for the same. Empty is as good as
    /// absent. The error is a key that is there twice, or in two spellings that say two things.
    pub(super) fn text(&self, bare: &str) -> Result<Option<&str>, String> {
        let is_wanted = |name: &str| {
            let letters = name.chars().filter(|letter| !matches!(letter, '-' | '_'));
            letters.map(|letter| letter.to_ascii_lowercase()).eq(bare.chars())
        };
        let mut found: Option<&str> = None;
        let mut names: Vec<&str> = Vec::new();
        for (name, value) in self.0.iter().filter(|(name, _)| is_wanted(name)) {
            let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
            // The case of words does not count; that of Base64 does.
            let same = |one: &str, other: &str| one == other || bare != XML && one.eq_ignore_ascii_case(other);
            let contradicts = text.zip(found).is_some_and(|(text, found)| !same(text, found));
            if contradicts || names.contains(&name.as_str()) {
                return Err(name.clone());
            }
            names.push(name);
            found = found.or(text);
        }
        Ok(found)
    }
}

impl Fields {
    /// A text within another object, by bare names; of several the first.
    pub(super) fn text_within(&self, outer: &str, bare: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(outer))?;
        let (_, value) = value.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(bare))?;
        value.as_str().map(str::trim).filter(|text| !text.is_empty())
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EveryKey)
    }
}

struct EveryKey;

impl<'de> Visitor<'de> for EveryKey {
    type Value = Fields;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(json: &str) -> Result<Option<String>, String> {
        let fields: Fields = serde_json::from_str(json).unwrap();
        fields.text("indestado").map(|text| text.map(str::to_owned))
    }

    #[test]
    fn a_key_says_one_thing_or_nothing_counts() {
        let word = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(status(r#"{"ind-estado":"aceptado"}"#), word("aceptado"));
        assert_eq!(status(r#"{"ind-estado":"aceptado","indEstado":"ACEPTADO"}"#), word("aceptado"));
        assert_eq!(status(r#"{"ind-estado":"","indEstado":"aceptado","extra":1,"extra":2}"#), word("aceptado"));
        assert_eq!(status(r#"{"ind-estado":null}"#), Ok(None));
        for twice in [
            r#"{"ind-estado":"aceptado","ind-estado":"rechazado"}"#,
            r#"{"ind-estado":"aceptado","ind-estado":"aceptado"}"#,
            r#"{"ind-estado":null,"ind-estado":"rechazado"}"#,
        ] {
            assert_eq!(status(twice), Err("ind-estado".to_owned()), "{twice}");
        }
        assert_eq!(status(r#"{"ind-estado":"aceptado","indEstado":"rechazado"}"#), Err("indEstado".to_owned()));
    }
}
