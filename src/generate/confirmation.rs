//! The input of a MensajeReceptor from the document that it confirms.

use rust_decimal::Decimal;

use super::value::Value;
use crate::document::{Decision, Identification, Kind, Version, View};
use crate::named::Named;

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

    /// Its clave.
    pub(crate) fn clave(&self) -> &str {
        self.0.root().text_of("Clave").unwrap_or_default()
    }

    /// The one who signs it: the issuer, of a FEC its buyer.
    pub(crate) fn signer(&self) -> Option<&str> {
        let party = if self.0.kind().signed_by_receptor() { "Receptor" } else { "Emisor" };
        self.0.root().at(&[party, "Identificacion"])?.text_of("Numero")
    }

    /// The receiver's activity, as the issuer knew it.
    pub(crate) fn activity(&self) -> Option<&str> {
        self.0.root().text_of("CodigoActividadReceptor")
    }

    /// TotalImpuesto.
    pub(crate) fn tax(&self) -> Decimal {
        self.amount("TotalImpuesto")
    }

    /// TotalComprobante.
    pub(crate) fn total(&self) -> Decimal {
        self.amount("TotalComprobante")
    }

    fn amount(&self, name: &str) -> Decimal {
        self.0.root().child("ResumenFactura").and_then(|summary| summary.amount_of(name)).unwrap_or_default()
    }

    /// The input of its confirmation; more may be added.
    pub(crate) fn confirm(&self, decision: Decision) -> Vec<(String, Value)> {
        let root = self.0.root();
        let number = |name: &str| {
            let number = root.child("ResumenFactura").and_then(|summary| summary.amount_of(name));
            number.map(|number| Value::Number(number.to_string()))
        };
        let emisor = root.at(&["Emisor", "Identificacion"]);
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        let entries = [
            ("kind", text(Kind::MensajeReceptor.name())),
            ("clave", text(root.text_of("Clave").unwrap_or_default())),
            ("emisor", emisor.and_then(|group| group.text_of("Numero")).and_then(text)),
            ("message", text(decision.code())),
            // Of a document without tax there is none to tell.
            ("tax", number("TotalImpuesto").filter(|_| self.tax() > Decimal::ZERO)),
            ("total", number("TotalComprobante")),
        ];
        entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    }
}
