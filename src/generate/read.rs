//! The input into elements: each key is a word of ours or an official name, each value has the type that the structure
//! tables give its element. What is wrong is said with its place and with what is allowed.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::error::{InputError, Path};
use super::group::{Group, Node};
use super::names::{aliases, handled};
use super::natural;
use super::value::Value;
use crate::catalogue::List;
use crate::clock::costa_rica;
use crate::config::nearest;
use crate::document::{Kind, parse_amount, parse_date_time};
use crate::named::Named;
use crate::validation::structure::{self, Content, Element, Type};

pub(super) type Result<T> = std::result::Result<T, InputError>;

/// What every value is read with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader {
    /// The kind of the document: it decides which elements there are.
    pub(super) kind: Kind,
    /// The day of the document: codes count from a day on.
    pub(super) day: NaiveDate,
}

impl Reader {
    /// Reads a table into the group of an element.
    pub(super) fn fill(
        self,
        group: &'static str,
        structure: &'static [Element],
        value: &Value,
        path: Path<'_>,
        into: &mut Group,
    ) -> Result<()> {
        if let Value::Repeats(key) = value {
            return Err(path.key(key).refuse("is there twice"));
        }
        let Value::Table(entries) = value else {
            return Err(path.refuse(format!("must be a table of keys and values, not {}", value.noun())));
        };
        for (key, value) in entries.iter().filter(|(_, value)| *value != Value::Null) {
            let path = path.key(key);
            if handled(group).contains(&key.as_str()) {
                natural::read(self, group, key, value, path, into)?;
                continue;
            }
            let known = aliases(group).iter().find(|(word, _)| word == key).map_or(key.as_str(), |(_, name)| name);
            match structure.iter().find(|element| element.name == known) {
                Some(element) => self.element(element, value, path, into)?,
                None => return Err(path.refuse(unknown(self.kind, group, structure, key))),
            }
        }
        Ok(())
    }

    /// The structure at a path of names below the root of the kind; empty where there is none.
    pub(super) fn children_at(self, place: &[&str]) -> &'static [Element] {
        place.iter().fold(structure::children(self.kind), |children, name| {
            match children.iter().find(|element| element.name == *name).map(|element| &element.content) {
                Some(Content::Group(children)) => children,
                _ => &[],
            }
        })
    }

    /// Reads the value of one element; a list is the element several times.
    pub(super) fn element(
        self,
        element: &'static Element,
        value: &Value,
        path: Path<'_>,
        into: &mut Group,
    ) -> Result<()> {
        let Some((_, most)) = element.occurrence(self.kind) else {
            return Err(path.refuse(format!("a {} has no {}; leave it out", self.kind, element.name)));
        };
        let Value::List(members) = value else {
            into.add(element.name, self.node(element, value, path)?);
            return Ok(());
        };
        if members.len() > usize::from(most) {
            return Err(path.refuse(format!("has {} members; at most {most} are allowed", members.len())));
        }
        for (index, member) in members.iter().enumerate() {
            into.add(element.name, self.node(element, member, path.member(index))?);
        }
        Ok(())
    }

    fn node(self, element: &'static Element, value: &Value, path: Path<'_>) -> Result<Node> {
        match element.content {
            Content::Group(children) => {
                let mut group = Group::default();
                self.fill(element.name, children, value, path, &mut group)?;
                Ok(Node::Group(group))
            }
            Content::Value(_) if matches!(element.name, "OtroTexto" | "OtroContenido") => coded(value, path),
            Content::Value(value_type) => self.value(value_type, value, path),
            Content::Signature => Err(path.refuse("the signature is made by `sign`; leave it out")),
        }
    }

    /// Reads a value of a type.
    pub(super) fn value(self, value_type: Type, value: &Value, path: Path<'_>) -> Result<Node> {
        let Some(text) = value.scalar() else {
            return Err(path.refuse(format!("must be text or a number, not {}", value.noun())));
        };
        let node = match value_type {
            Type::Decimal { .. } => Node::Number(number(text, path)?),
            Type::Code(list) => Node::Text(self.code(list, text, path)?),
            Type::Place { digits } => Node::Text(format!("{text:0>digits$}")),
            Type::DateTime => Node::Text(date_time(text, path)?),
            _ => Node::Text(text.to_owned()),
        };
        refuse_control_characters(text, path)?;
        let written = match &node {
            Node::Text(text) => text.as_str(),
            _ => text,
        };
        value_type.check(written, self.kind, self.day).map_err(|(_, sentence)| path.refuse(sentence.en))?;
        Ok(node)
    }

    /// A code of a list, or the words of its description: `02`, `2` or `crédito`.
    pub(super) fn code(self, list: List, text: &str, path: Path<'_>) -> Result<String> {
        if list.find(text).is_some() {
            return Ok(text.to_owned());
        }
        let padded = format!("{text:0>2}");
        if text.bytes().all(|byte| byte.is_ascii_digit()) && list.find(&padded).is_some() {
            return Ok(padded);
        }
        let usable = |code: &&&crate::catalogue::Code| code.in_schema(self.kind, self.day) && code.is_for(self.kind);
        let meant = list.search(text);
        let mut meant: Vec<_> = meant.iter().filter(usable).collect();
        let whole = |code: &&&crate::catalogue::Code| code.name.chars().count() == text.chars().count();
        if meant.iter().any(whole) {
            meant.retain(whole);
        }
        if let [one] = meant[..] {
            return Ok(one.code.clone());
        }
        let all: Vec<_> = list.codes().iter().collect();
        let offered = if meant.is_empty() { all.iter().filter(usable).collect() } else { meant };
        let shown: Vec<_> = offered.iter().take(12).map(|code| format!("{} {}", code.code, code.name)).collect();
        let more = if offered.len() > shown.len() { ", …" } else { "" };
        Err(path.refuse(format!(
            "`{text}` is not one code of the list {0}: {1}{more} (`cr-einvoice codes {0}` shows all)",
            list.name(),
            shown.join(", ")
        )))
    }
}

/// A decimal number as written: a point, no separators of thousands, no exponent.
pub(super) fn number(text: &str, path: Path<'_>) -> Result<Decimal> {
    parse_amount(text).ok_or_else(|| {
        path.refuse(format!("`{text}` is not a number: write it with a point and without separators, like 1234.56"))
    })
}

/// A day, or an instant, as the XML writes instants: Costa Rica's offset, whole seconds.
pub(super) fn date_time(text: &str, path: Path<'_>) -> Result<String> {
    let at = match text.parse::<NaiveDate>() {
        Ok(day) => parse_date_time(&format!("{day}T00:00:00")),
        Err(_) => parse_date_time(text),
    };
    at.map(|at| at.with_timezone(&costa_rica()).format("%Y-%m-%dT%H:%M:%S%:z").to_string()).ok_or_else(|| {
        path.refuse(format!("`{text}` is not a day like 2026-11-20 or an instant like 2026-11-20T09:15:00"))
    })
}

/// Characters that XML cannot carry.
fn refuse_control_characters(text: &str, path: Path<'_>) -> Result<()> {
    let illegal = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    match text.chars().find(|c| illegal(*c)) {
        Some(c) => {
            Err(path.refuse(format!("holds the control character {}, which XML cannot carry", c.escape_unicode())))
        }
        None => Ok(()),
    }
}

/// Text of Otros, with or without its attribute: `"…"` or `{"codigo": "…", "text": "…"}`.
fn coded(value: &Value, path: Path<'_>) -> Result<Node> {
    const LONGEST: usize = 500;
    let text = match value {
        Value::Table(_) => value.get("text").and_then(Value::scalar),
        _ => value.scalar(),
    };
    let Some(text) = text else { return Err(path.refuse("must be text, or a table with `codigo` and `text`")) };
    refuse_control_characters(text, path)?;
    if text.chars().count() > LONGEST {
        return Err(path.refuse(format!("is longer than {LONGEST} characters")));
    }
    Ok(match value.get("codigo").and_then(Value::scalar) {
        Some(code) => Node::Coded { code: code.to_owned(), text: text.to_owned() },
        None => Node::Text(text.to_owned()),
    })
}

/// The sentence for a key that nobody knows.
fn unknown(kind: Kind, group: &str, structure: &'static [Element], key: &str) -> String {
    let official = structure.iter().filter(|element| element.occurrence(kind).is_some()).map(|element| element.name);
    let words = aliases(group).iter().filter(|(_, name)| has(structure, name, kind)).map(|(word, _)| *word);
    let known: Vec<&str> = handled(group).iter().copied().chain(words).chain(official).collect();
    match nearest(key, &known) {
        Some(near) => format!("unknown key; did you mean `{near}`?"),
        None => format!("unknown key; known here are {}", known.join(", ")),
    }
}

fn has(structure: &[Element], name: &str, kind: Kind) -> bool {
    structure.iter().any(|element| element.name == name && element.occurrence(kind).is_some())
}
