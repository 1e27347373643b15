//! The input of a MensajeReceptor from the document that it confirms.

use super::value::Value;
use crate::document::{Identification, Kind, Version, View};
use crate::named::Named;

/// What a receiver says of a document (nota 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmation {
    /// 1: accepted.
    Accept,
    /// 2: accepted in part.
    Partial,
    /// 3: rejected.
    Reject,
}

/// A received document, as far as its confirmation needs it.
#[derive(Debug)]
pub(crate) struct Received<'a>(View<'a>);

impl<'a> Received<'a> {
    /// Reads the XML of a received document. The error is a sentence.
    pub(crate) fn read(xml: &'a [u8]) -> Result<Self, String> {
        let view = View::read(xml).map_err(|error| error.to_string())?;
        match (view.kind(), view.version()) {
            // Decree 44739-H, art. 20.
            (Kind::NotaCredito, _) => {
                Err("a credit note is not confirmed by its receiver (decree 44739-H, art. 20)".into())
            }
            (Kind::Tiquete, _) => Err("a tiquete has no receiver who could confirm it".into()),
            (Kind::MensajeReceptor, _) => Err("it is itself a confirmation".into()),
            (_, Version::V43) => Err("it is a document of v4.3, which is not confirmed any more".into()),
            _ => Ok(Received(view)),
        }
    }

    /// The receiver named in it.
    pub(crate) fn receptor(&self) -> Option<Identification> {
        let party = self.0.root().at(&["Receptor", "Identificacion"])?;
        Some(Identification { kind: party.text_of("Tipo")?.parse().ok()?, number: party.text_of("Numero")?.to_owned() })
    }

    /// The input of its confirmation; more may be added.
    pub(crate) fn confirm(&self, answer: Confirmation) -> Vec<(String, Value)> {
        let root = self.0.root();
        let number = |name: &str| {
            let number = root.child("ResumenFactura").and_then(|summary| summary.amount_of(name));
            number.map(|number| Value::Number(number.to_string()))
        };
        let emisor = root.at(&["Emisor", "Identificacion"]);
        let message = match answer {
            Confirmation::Accept => "1",
            Confirmation::Partial => "2",
            Confirmation::Reject => "3",
        };
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        let entries = [
            ("kind", text(Kind::MensajeReceptor.name())),
            ("clave", text(root.text_of("Clave").unwrap_or_default())),
            ("emisor", emisor.and_then(|group| group.text_of("Numero")).and_then(text)),
            ("message", text(message)),
            ("tax", number("TotalImpuesto")),
            ("total", number("TotalComprobante")),
        ];
        entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    }
}
