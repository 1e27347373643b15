//! What a document is to others, and others to it.

use rust_decimal::Decimal;
use strum::{IntoStaticStr, VariantArray};

use crate::document::{Kind, Relation, View, left_to_credit, parse_amount};
use crate::lifecycle::State;
use crate::store::{Document, Store, StoreError};

/// What one document is to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Kinship {
    /// It stands in the place of the other, which was rejected.
    Replaces,
    /// The other stands in its place.
    ReplacedBy,
    /// It is a note on the other.
    NoteOn,
    /// The other is a note on it.
    Note,
    /// It is the receipt of a payment of the other.
    Pays,
    /// The other is the receipt of a payment of it.
    Payment,
    /// It confirms the other: accepted.
    Accepts,
    /// It confirms the other: accepted in part.
    AcceptsInPart,
    /// It confirms the other: rejected.
    Rejects,
    /// The other confirms it: accepted.
    AcceptedBy,
    /// The other confirms it: accepted in part.
    AcceptedInPartBy,
    /// The other confirms it: rejected.
    RejectedBy,
}

impl Kinship {
    /// The word for scripts.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}

/// Another document.
#[derive(Debug, Clone)]
pub(crate) struct Kin {
    /// What it is to the document that is looked at.
    pub kinship: Kinship,
    /// Its key.
    pub clave: String,
    /// The document, where it is here.
    pub document: Option<Document>,
}

/// Everything that the document is to others and others to it, as far as it is known here. `xml` are its bytes.
pub(crate) fn kin_of(store: &Store, document: &Document, xml: Option<&[u8]>) -> Result<Vec<Kin>, StoreError> {
    let environment = document.environment;
    let mut kin = Vec::new();
    let links = xml.and_then(|xml| View::read(xml).ok()).map(|view| view.links()).unwrap_or_default();
    for link in links {
        let kinship = match (link.relation, document.kind) {
            (Relation::Replaces, _) => Kinship::Replaces,
            (Relation::Adjusts, Kind::ReciboPago) => Kinship::Pays,
            (Relation::Adjusts, _) => Kinship::NoteOn,
        };
        kin.push(Kin { kinship, document: store.document(environment, &link.target)?, clave: link.target });
    }
    if document.kind == Kind::MensajeReceptor {
        let confirmed = document.clave.clave().to_string();
        let [accepts, in_part, rejects] = [Kinship::Accepts, Kinship::AcceptsInPart, Kinship::Rejects];
        let kinship = answer_of(document, [accepts, in_part, rejects]);
        kin.push(Kin { kinship, document: store.document(environment, &confirmed)?, clave: confirmed });
        return Ok(kin);
    }
    for (relation, other) in store.documents_about(environment, &document.clave)? {
        let kinship = match (relation, other.kind) {
            (Relation::Replaces, _) => Kinship::ReplacedBy,
            (Relation::Adjusts, Kind::ReciboPago) => Kinship::Payment,
            (Relation::Adjusts, _) => Kinship::Note,
        };
        kin.push(Kin { kinship, clave: other.clave.to_string(), document: Some(other) });
    }
    for other in store.confirmations_of(environment, &document.clave)? {
        let [accepted, in_part, rejected] = [Kinship::AcceptedBy, Kinship::AcceptedInPartBy, Kinship::RejectedBy];
        let kinship = answer_of(&other, [accepted, in_part, rejected]);
        kin.push(Kin { kinship, clave: other.clave.to_string(), document: Some(other) });
    }
    Ok(kin)
}

/// A MensajeReceptor says in its number what it answers: 05 accepted, 06 in part, 07 rejected (annex, nota 3).
fn answer_of(message: &Document, [accepted, in_part, rejected]: [Kinship; 3]) -> Kinship {
    match message.consecutivo.get(8..10) {
        Some("05") => accepted,
        Some("06") => in_part,
        _ => rejected,
    }
}

/// The document in its place, as long as that has effect itself.
pub(crate) fn replacement(kin: &[Kin]) -> Option<&str> {
    let stands = |kin: &&Kin| kin.kinship == Kinship::ReplacedBy && has_effect(kin);
    kin.iter().rev().find(stands).map(|kin| kin.clave.as_str())
}

/// What credit notes may still take from it; none for a kind that has no notes of credit.
pub(crate) fn left_of(document: &Document, kin: &[Kin]) -> Option<Decimal> {
    let is_credited = matches!(
        document.kind,
        Kind::Factura | Kind::Tiquete | Kind::FacturaExportacion | Kind::NotaDebito | Kind::FacturaCompra
    );
    let total = parse_amount(&document.total).filter(|_| is_credited && counts(document.state))?;
    let notes = kin.iter().filter(|kin| kin.kinship == Kinship::Note && has_effect(kin));
    let notes = notes.filter_map(|kin| kin.document.as_ref());
    Some(left_to_credit(total, notes.map(|note| (note.kind, parse_amount(&note.total).unwrap_or_default()))))
}

fn has_effect(kin: &Kin) -> bool {
    kin.document.as_ref().is_some_and(|document| counts(document.state))
}

/// Rejected and discarded documents have no effect (annex, InformacionReferencia).
fn counts(state: State) -> bool {
    !matches!(state, State::Rejected | State::Discarded)
}
