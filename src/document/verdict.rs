//! MensajeHacienda: the answer of the Ministry to a document. It is read tolerantly, since it is stored as it came and
//! what it says must be shown even when parts of it are missing or odd.

use rust_decimal::Decimal;

use super::{DetailRow, DocumentError, parse_amount, parse_detail};
use crate::xml::{Event, Reader};

/// What Hacienda decided (nota 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Mensaje 1.
    Accepted,
    /// Mensaje 2: for taxpayers' messages; never seen from Hacienda.
    PartiallyAccepted,
    /// Mensaje 3.
    Rejected,
}

/// An answer of Hacienda. Elements that were absent are empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MensajeHacienda {
    /// The clave of the document, as written.
    pub clave: String,
    /// The issuer's name; `DESCONOCIDO` when the document could not be read.
    pub issuer_name: String,
    /// The issuer's number.
    pub issuer_number: String,
    /// The receiver's name.
    pub receptor_name: String,
    /// The receiver's number.
    pub receptor_number: String,
    /// The decision; none when the number is not one of nota 11.
    pub verdict: Option<Verdict>,
    /// EstadoMensaje: `Aceptado` or `Rechazado`.
    pub status_word: String,
    /// DetalleMensaje as written.
    pub detail: String,
    /// The remarks or errors in it.
    pub rows: Vec<DetailRow>,
    /// MontoTotalImpuesto.
    pub total_tax: Option<Decimal>,
    /// TotalFactura; 0 when the document could not be read.
    pub total: Option<Decimal>,
    /// Signatures directly under the root.
    pub signatures: usize,
}

/// Reads an answer, of whatever version. Fails only when it is not XML or not a MensajeHacienda.
pub fn read_mensaje_hacienda(bytes: &[u8]) -> Result<MensajeHacienda, DocumentError> {
    let mut reader = Reader::new(bytes);
    let namespace = loop {
        if let Event::Start(root) = reader.next()? {
            if root.name != "MensajeHacienda" {
                let allowed = "an answer of Hacienda has the root MensajeHacienda";
                return Err(DocumentError::Root { name: root.name.into(), namespace: root.namespace.into(), allowed });
            }
            break root.namespace;
        }
    };
    let mut answer = MensajeHacienda::default();
    let mut message = String::new();
    let mut depth = 0usize;
    let mut open = "";
    loop {
        match reader.next()? {
            Event::Start(element) => {
                depth += 1;
                open = if depth == 1 && element.namespace == namespace { element.name } else { "" };
                answer.signatures += usize::from(depth == 1 && element.name == "Signature");
            }
            Event::Text(text) if depth == 1 => answer.take(open, &text, &mut message),
            Event::Text(_) => {}
            Event::End => {
                open = "";
                depth = depth.saturating_sub(1);
            }
            Event::Eof => break,
        }
    }
    answer.verdict = match message.trim() {
        "1" => Some(Verdict::Accepted),
        "2" => Some(Verdict::PartiallyAccepted),
        "3" => Some(Verdict::Rejected),
        _ => None,
    };
    answer.rows = parse_detail(&answer.detail);
    Ok(answer)
}

impl MensajeHacienda {
    /// Puts the text of an element where it belongs.
    fn take(&mut self, element: &str, text: &str, message: &mut String) {
        let trimmed = text.trim();
        match element {
            "Clave" => self.clave = trimmed.into(),
            "NombreEmisor" => self.issuer_name = trimmed.into(),
            "NumeroCedulaEmisor" => self.issuer_number = trimmed.into(),
            "NombreReceptor" => self.receptor_name = trimmed.into(),
            "NumeroCedulaReceptor" => self.receptor_number = trimmed.into(),
            "Mensaje" => *message = trimmed.into(),
            "EstadoMensaje" => self.status_word = trimmed.into(),
            "DetalleMensaje" => self.detail = text.into(),
            "MontoTotalImpuesto" => self.total_tax = parse_amount(trimmed),
            "TotalFactura" => self.total = parse_amount(trimmed),
            _ => {}
        }
    }
}
