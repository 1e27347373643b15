//! One table of the file: its values by key, each with its place, and an error for every key nobody knows.
//!
//! The file is walked as a tree with spans rather than read into structs by serde, because every refusal must name line,
//! column and the path of the key, and must never repeat a value that may be a secret.

use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Place};
use super::fault::{ConfigFault, Expected, ValueKind};
use super::suggest;
use crate::named::Unknown;

/// The file as it stands: where it is and what it says.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its text.
    pub text: &'a str,
}

impl Source<'_> {
    /// A refusal at a place of the file.
    pub(super) fn refuse(&self, span: &Range<usize>, key: &str, fault: ConfigFault) -> ConfigError {
        ConfigError::Invalid {
            path: self.path.to_owned(),
            place: Place::of(self.text, span.start),
            key: key.to_owned(),
            fault: Box::new(fault),
        }
    }

    /// A path in the file, seen from the file's folder.
    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }
}

/// A table of the file and the path of keys that leads to it.
#[derive(Debug, Clone)]
pub(super) struct Section<'a> {
    source: &'a Source<'a>,
    name: String,
    span: Range<usize>,
    table: &'a DeTable<'a>,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub(super) fn root(source: &'a Source<'a>, table: &'a DeTable<'a>) -> Self {
        Section { source, name: String::new(), span: 0..0, table }
    }

    /// Refuses every key that is not in `known`; `hint` may explain one better than the nearest known key does.
    pub(super) fn only(&self, known: &[&str], hint: impl Fn(&str) -> Option<ConfigFault>) -> Result<(), ConfigError> {
        let mut unknown: Vec<_> = self.table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())).collect();
        unknown.sort_by_key(|key| key.span().start);
        let Some(key) = unknown.first() else { return Ok(()) };
        let word = key.get_ref().as_ref();
        let fault = hint(word).unwrap_or_else(|| ConfigFault::UnknownKey {
            key: word.to_owned(),
            nearest: suggest::nearest(word, known).map(str::to_owned),
            known: known.iter().map(|key| (*key).to_owned()).collect(),
        });
        Err(self.source.refuse(&key.span(), &self.path_of(word), fault))
    }

    /// The value of a key, if it is there.
    pub(super) fn setting(&self, key: &str) -> Option<Setting<'a>> {
        let value = self.table.get(key)?;
        Some(Setting { source: self.source, path: self.path_of(key), span: value.span(), value: value.get_ref() })
    }

    /// The value of a key that must be there.
    pub(super) fn required(&self, key: &str) -> Result<Setting<'a>, ConfigError> {
        self.setting(key).ok_or_else(|| self.refuse(ConfigFault::Missing { key: key.to_owned() }))
    }

    /// The table of a key, if it is there.
    pub(super) fn section(&self, key: &str) -> Result<Option<Section<'a>>, ConfigError> {
        self.setting(key).map(|setting| setting.table()).transpose()
    }

    /// The tables of an array of tables, `[[key]]`.
    pub(super) fn sections(&self, key: &str) -> Result<Vec<Section<'a>>, ConfigError> {
        let Some(setting) = self.setting(key) else { return Ok(Vec::new()) };
        setting.array()?.iter().map(Setting::table).collect()
    }

    /// A refusal of the table as a whole.
    pub(super) fn refuse(&self, fault: ConfigFault) -> ConfigError {
        self.source.refuse(&self.span, &self.name, fault)
    }

    /// The keys that stand in this table.
    pub(super) fn keys(&self) -> Vec<&'a str> {
        self.table.keys().map(|key| key.get_ref().as_ref()).collect()
    }

    fn path_of(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

/// One value of the file.
#[derive(Debug, Clone)]
pub(super) struct Setting<'a> {
    source: &'a Source<'a>,
    path: String,
    span: Range<usize>,
    value: &'a DeValue<'a>,
}

impl<'a> Setting<'a> {
    /// A refusal of this value.
    pub(super) fn refuse(&self, fault: ConfigFault) -> ConfigError {
        self.source.refuse(&self.span, &self.path, fault)
    }

    fn expected(&self, expected: Expected) -> ConfigError {
        self.refuse(ConfigFault::Expected { expected, found: kind(self.value) })
    }

    /// Text that is not blank.
    pub(super) fn text(&self) -> Result<&'a str, ConfigError> {
        match self.value {
            DeValue::String(text) if text.trim().is_empty() => Err(self.refuse(ConfigFault::Empty)),
            DeValue::String(text) => Ok(text),
            _ => Err(self.expected(Expected::Text)),
        }
    }

    /// Whether the value is text, of whatever content.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.value, DeValue::String(_))
    }

    /// Text that a type understands.
    pub(super) fn word<T: FromStr<Err = Unknown>>(&self) -> Result<T, ConfigError> {
        self.text()?.parse().map_err(|unknown| self.refuse(ConfigFault::Unknown(unknown)))
    }

    /// A file, seen from the folder of the configuration.
    pub(super) fn path(&self) -> Result<PathBuf, ConfigError> {
        Ok(self.source.resolve(self.text()?))
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self) -> Result<bool, ConfigError> {
        match self.value {
            DeValue::Boolean(value) => Ok(*value),
            _ => Err(self.expected(Expected::Boolean)),
        }
    }

    /// A whole number inside a range.
    pub(super) fn number(&self, range: RangeInclusive<u32>) -> Result<u32, ConfigError> {
        let DeValue::Integer(integer) = self.value else { return Err(self.expected(Expected::WholeNumber)) };
        u32::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| self.refuse(ConfigFault::OutOfRange { range, found: integer.to_string() }))
    }

    /// A number with decimals, exactly as written.
    pub(super) fn decimal(&self) -> Result<Decimal, ConfigError> {
        let text = match self.value {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
            DeValue::Float(float) => float.as_str(),
            _ => return Err(self.expected(Expected::Number)),
        };
        Decimal::from_str(text).map_err(|_| self.refuse(ConfigFault::NotDecimal { text: text.to_owned() }))
    }

    /// A day, as TOML date or as text `YYYY-MM-DD`.
    pub(super) fn day(&self) -> Result<chrono::NaiveDate, ConfigError> {
        let text = match self.value {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => return Err(self.expected(Expected::Day)),
        };
        text.parse().map_err(|_| self.refuse(ConfigFault::NotADay { text }))
    }

    /// The members of an array.
    pub(super) fn array(&self) -> Result<Vec<Setting<'a>>, ConfigError> {
        let DeValue::Array(members) = self.value else { return Err(self.expected(Expected::List)) };
        let member = |(index, value): (usize, &'a Spanned<DeValue<'a>>)| Setting {
            source: self.source,
            path: format!("{}[{}]", self.path, index + 1),
            span: value.span(),
            value: value.get_ref(),
        };
        Ok(members.iter().enumerate().map(member).collect())
    }

    /// The members of an array of text that has at least one.
    pub(super) fn texts(&self) -> Result<Vec<String>, ConfigError> {
        let members = self.array()?;
        if members.is_empty() {
            return Err(self.refuse(ConfigFault::EmptyList));
        }
        members.iter().map(|member| member.text().map(str::to_owned)).collect()
    }

    /// The value as a table.
    pub(super) fn table(&self) -> Result<Section<'a>, ConfigError> {
        let DeValue::Table(table) = self.value else { return Err(self.expected(Expected::Table)) };
        Ok(Section { source: self.source, name: self.path.clone(), span: self.span.clone(), table })
    }
}

fn kind(value: &DeValue<'_>) -> ValueKind {
    match value {
        DeValue::String(_) => ValueKind::Text,
        DeValue::Integer(_) => ValueKind::WholeNumber,
        DeValue::Float(_) => ValueKind::Number,
        DeValue::Boolean(_) => ValueKind::Boolean,
        DeValue::Datetime(_) => ValueKind::Date,
        DeValue::Array(_) => ValueKind::List,
        DeValue::Table(_) => ValueKind::Table,
    }
}
