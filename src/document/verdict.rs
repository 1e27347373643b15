//! MensajeHacienda: the answer of the Ministry to a document. It is read tolerantly, since it is stored as it came and
//! what it says must be shown even when parts of it are missing or odd.

use rust_decimal::Decimal;

use super::reading::read_tree;
use super::{DetailRow, Difference, DocumentError, Node, parse_amount, parse_detail};

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
    /// Elements that are there again with another text: which of the two counts is not for us to say.
    pub repeated: Vec<Difference>,
}

/// Reads an answer, of whatever version. Fails only when it is not XML or not a MensajeHacienda.
pub fn read_mensaje_hacienda(bytes: &[u8]) -> Result<MensajeHacienda, DocumentError> {
    let (tree, ()) = read_tree(bytes, |namespace, name| {
        let allowed = "an answer of Hacienda has the root MensajeHacienda";
        let refusal = || DocumentError::Root { name: name.into(), namespace: namespace.into(), allowed };
        (name == "MensajeHacienda").then_some(()).ok_or_else(refusal)
    })?;
    let mut answer = MensajeHacienda::default();
    let mut message = "";
    for element in tree.root().children() {
        match element.name() {
            "Signature" => answer.signatures += 1,
            "Mensaje" if element.is_own() => {
                answer.note_repetition("Mensaje", message, element.text());
                message = element.text();
            }
            _ if element.is_own() => answer.take(element),
            _ => {}
        }
    }
    answer.verdict = match message {
        "1" => Some(Verdict::Accepted),
        "2" => Some(Verdict::PartiallyAccepted),
        "3" => Some(Verdict::Rejected),
        _ => None,
    };
    answer.rows = parse_detail(&answer.detail);
    Ok(answer)
}

/// The elements that are held against the document.
const COMPARED: [&str; 6] =
    ["Clave", "NumeroCedulaEmisor", "NumeroCedulaReceptor", "EstadoMensaje", "MontoTotalImpuesto", "TotalFactura"];

impl MensajeHacienda {
    fn note_repetition(&mut self, element: &str, earlier: &str, text: &str) {
        if !earlier.is_empty() && earlier != text {
            self.repeated.push(Difference { element: element.into(), answer: text.into(), document: earlier.into() });
        }
    }

    /// Puts the text of an element where it belongs.
    fn take(&mut self, element: Node<'_, '_>) {
        let text = element.text();
        if COMPARED.contains(&element.name()) {
            let earlier = element.parent().child(element.name()).map(Node::text).unwrap_or_default();
            self.note_repetition(element.name(), earlier, text);
        }
        match element.name() {
            "Clave" => self.clave = text.into(),
            "NombreEmisor" => self.issuer_name = text.into(),
            "NumeroCedulaEmisor" => self.issuer_number = text.into(),
            "NombreReceptor" => self.receptor_name = text.into(),
            "NumeroCedulaReceptor" => self.receptor_number = text.into(),
            "EstadoMensaje" => self.status_word = text.into(),
            "DetalleMensaje" => self.detail = element.raw_text().into(),
            "MontoTotalImpuesto" => self.total_tax = parse_amount(text),
            "TotalFactura" => self.total = parse_amount(text),
            _ => {}
        }
    }
}
