//! The input of a MensajeReceptor from the document that it confirms.

use super::original::Original;
use super::value::Value;
use crate::document::{Identification, Kind};
use crate::lifecycle::State;
use crate::named::Named;

/// What a receiver says of a document (nota 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 1: accepted.
    Accept,
    /// 2: accepted in part.
    Partial,
    /// 3: rejected.
    Reject,
}

/// A received document, as far as its confirmation needs it.
#[derive(Debug)]
pub struct Received(Original);

impl Received {
    /// Reads the XML of a received document. The error is a sentence.
    pub fn read(xml: &[u8]) -> Result<Self, String> {
        let original = Original::read(xml, State::Accepted)?;
        match original.kind {
            // Decree 44739-H, art. 20.
            Kind::NotaCredito => Err("a credit note is not confirmed by its receiver (decree 44739-H, art. 20)".into()),
            Kind::Tiquete => Err("a tiquete has no receiver who could confirm it".into()),
            Kind::MensajeReceptor => Err("it is itself a confirmation".into()),
            _ => Ok(Received(original)),
        }
    }

    /// The receiver named in it.
    pub fn receptor(&self) -> Option<Identification> {
        let party = self.0.root().group("Receptor")?.group("Identificacion")?;
        Some(Identification { kind: party.text("Tipo")?.parse().ok()?, number: party.text("Numero")?.to_owned() })
    }

    /// The input of its confirmation; more may be added.
    pub fn confirm(&self, answer: Answer) -> Vec<(String, Value)> {
        let root = self.0.root();
        let number = |group: &str, name: &str| {
            root.group(group).and_then(|group| group.number(name)).map(|number| Value::Number(number.to_string()))
        };
        let emisor = root.group("Emisor").and_then(|party| party.group("Identificacion"));
        let message = match answer {
            Answer::Accept => "1",
            Answer::Partial => "2",
            Answer::Reject => "3",
        };
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        let entries = [
            ("kind", text(Kind::MensajeReceptor.name())),
            ("clave", text(&self.0.clave)),
            ("emisor", emisor.and_then(|group| group.text("Numero")).and_then(text)),
            ("message", text(message)),
            ("tax", number("ResumenFactura", "TotalImpuesto")),
            ("total", number("ResumenFactura", "TotalComprobante")),
        ];
        entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    }
}
