//! The input into elements: each key is a word of ours or an official name, each value has the type that the structure
//! tables give its element. What is wrong is said with its place and with what is allowed.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use rust_decimal::Decimal;

use super::error::{Complaints, InputError, Path};
use super::group::{Group, Node};
use super::names::{aliases, handled};
use super::natural;
use super::sheet;
use super::value::Value;
use super::written::{self, Unread, Written};
use crate::catalogue::List;
use crate::clock::costa_rica;
use crate::config::nearest;
use crate::document::{Kind, parse_amount, parse_date_time};
use crate::named::Named;
use crate::validation::structure::{self, Content, Element, Type};

pub(super) type Result<T> = std::result::Result<T, InputError>;

/// What every value is read with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'e> {
    /// The kind of the document: it decides which elements there are.
    pub(super) kind: Kind,
    /// The day of the document: codes count from a day on.
    pub(super) day: NaiveDate,
    /// Its currency, where amounts are of it: `₡5` is no amount of an invoice in dollars.
    pub(super) currency: Option<&'e str>,
    /// What is wrong so far. One wrong value does not hide the others.
    pub(super) complaints: &'e Complaints,
}

impl Reader<'_> {
    /// Reads a table into the group of an element; what is wrong inside it is complained of and left out.
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
            let parent = path;
            let path = parent.key(key);
            let known = aliases(group).iter().find(|(word, _)| word == key).map_or(key.as_str(), |(_, name)| name);
            let result = match structure.iter().find(|element| element.name == known) {
                _ if handled(group).contains(&key.as_str()) => natural::read(self, group, key, value, path, into),
                Some(element) => self.element(element, value, path, into),
                None if self.complaints.is_full() => {
                    self.complaints.count();
                    continue;
                }
                None => Err(path.refuse(self.unknown(group, structure, key, parent))),
            };
            self.complaints.attempt(result);
        }
        self.refuse_repetition(structure, path, into);
        Ok(())
    }

    /// Two words for one element: `price` and `PrecioUnitario`. Only one could be written, and nobody knows which.
    fn refuse_repetition(self, structure: &'static [Element], path: Path<'_>, into: &Group) {
        for element in structure {
            let Some((_, most)) = element.occurrence(self.kind) else { continue };
            let count = into.all(element.name).count();
            if count > usize::from(most) {
                let message = format!("is there {count} times, under one name or several; at most {most}");
                self.complaints.add(path.key(element.name).refuse(message));
            }
        }
    }

    /// The sentence for a key that nobody knows.
    fn unknown(self, group: &str, structure: &'static [Element], key: &str, parent: Path<'_>) -> String {
        let kind = self.kind;
        let official =
            structure.iter().filter(|element| element.occurrence(kind).is_some()).map(|element| element.name);
        let words = aliases(group).iter().filter(|(_, name)| has(structure, name, kind)).map(|(word, _)| *word);
        let known: Vec<&str> = handled(group).iter().copied().chain(words).chain(official).collect();
        let spanish = sheet::word(key).filter(|word| known.contains(word));
        match spanish.or_else(|| nearest(key, &known)) {
            Some(near) => {
                self.complaints.mean(&parent.key(near));
                format!("unknown key; did you mean `{near}`?")
            }
            None => format!("unknown key; known here are {}", known.join(", ")),
        }
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
            if let Some(node) = self.complaints.attempt(self.node(element, member, path.member(index))) {
                into.add(element.name, node);
            }
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
            Type::Decimal { .. } => Node::Number(self.number(value, path)?),
            Type::Code(list) => Node::Text(self.code(list, text, path)?),
            Type::Place { digits } => Node::Text(format!("{text:0>digits$}")),
            Type::DateTime => Node::Text(date_time(text, path)?),
            _ => Node::Text(text.to_owned()),
        };
        refuse_control_characters(text, path)?;
        let digits;
        let written = match (&node, value) {
            (Node::Text(text), _) => text.as_str(),
            (Node::Number(number), Value::Cell(..)) => {
                digits = number.to_string();
                &digits
            }
            _ => text,
        };
        value_type.check(written, self.kind, self.day).map_err(|(_, sentence)| path.refuse(sentence.en))?;
        Ok(node)
    }

    /// A number: with a point and without separators, but for a cell of a sheet, which is read as people write.
    pub(super) fn number(self, value: &Value, path: Path<'_>) -> Result<Decimal> {
        self.number_in(value.scalar().unwrap_or_default(), value, path)
    }

    /// The number that is this part of the text of a value.
    pub(super) fn number_in(self, text: &str, value: &Value, path: Path<'_>) -> Result<Decimal> {
        let not_a_number = || {
            path.refuse(format!("`{text}` is not a number: write it with a point and without separators, like 1234.56"))
        };
        let Value::Cell(_, sign) = value else { return parse_amount(text).ok_or_else(not_a_number) };
        match written::read(text, *sign) {
            Ok(Written { digits, currency }) => {
                if let (Some(sign), Some(currency)) = (currency, self.currency)
                    && !is_of(sign, currency)
                {
                    return Err(path.refuse(format!("`{text}` is no amount in {currency}, the currency of the document")));
                }
                parse_amount(&digits).ok_or_else(not_a_number)
            }
            Err(Unread::Ambiguous { point, comma }) => Err(path.refuse(format!(
                "`{text}` is {point} with a decimal point and {comma} with a decimal comma: say which one this sheet has \
                 with `--decimal point` or `--decimal comma`"
            ))),
            Err(Unread::OtherSign(sign)) => {
                Err(path.refuse(format!("`{text}` has a decimal {sign}, and `--decimal` says otherwise")))
            }
            Err(Unread::NotANumber) => Err(not_a_number()),
        }
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

/// The currency that a sign beside a number can mean.
fn is_of(sign: &str, currency: &str) -> bool {
    match sign {
        "₡" | "¢" => currency == "CRC",
        "€" => currency == "EUR",
        "US$" => currency == "USD",
        // Dollars of several countries, pesos.
        "$" => !matches!(currency, "CRC" | "EUR"),
        code => code == currency,
    }
}

/// A day, or an instant, as the XML writes instants: Costa Rica's offset, whole seconds.
pub(super) fn date_time(text: &str, path: Path<'_>) -> Result<String> {
    let at = match text.parse::<NaiveDate>() {
        Ok(day) => parse_date_time(&format!("{day}T00:00:00")),
        Err(_) => parse_date_time(text).or_else(|| day_first(text)),
    };
    at.map(|at| at.with_timezone(&costa_rica()).format("%Y-%m-%dT%H:%M:%S%:z").to_string()).ok_or_else(|| {
        path.refuse(format!(
            "`{text}` is not a day like 2026-11-20 or 20/11/2026, or an instant like 2026-11-20T09:15:00"
        ))
    })
}

/// `24/11/2026`, `24/11/2026 09:15`: the day before the month, as Costa Rica writes.
fn day_first(text: &str) -> Option<DateTime<FixedOffset>> {
    let day = NaiveDate::parse_from_str(text, "%d/%m/%Y").ok().map(|day| day.and_time(NaiveTime::MIN));
    let forms = ["%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"];
    let at = day.or_else(|| forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()))?;
    // A year of two digits would be one of the first century.
    (at.year() > 1000).then(|| at.and_local_timezone(costa_rica()).single()).flatten()
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

fn has(structure: &[Element], name: &str, kind: Kind) -> bool {
    structure.iter().any(|element| element.name == name && element.occurrence(kind).is_some())
}
