//! The documents that a document is about: what a note adjusts, what a receipt pays, what a replacement stands for.

use rust_decimal::Decimal;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::{Kind, Node};
use crate::named::{Named, unknown};

/// What a document is to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<Relation>)]
pub enum Relation {
    /// A note or a receipt: it changes what the other comes to, or pays it.
    Adjusts,
    /// It takes the place of one that Hacienda rejected (TipoDocIR 10).
    Replaces,
}

impl Named for Relation {
    const WHAT: &'static str = "a relation of documents";
}

/// A document that another is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link {
    /// Its clave, in capitals.
    pub target: String,
    /// What the document is to it.
    pub relation: Relation,
}

/// What is left to credit of a document: the original and its debit notes, less its credit notes (annex,
/// InformacionReferencia/Numero).
pub(crate) fn left_to_credit(original: Decimal, notes: impl IntoIterator<Item = (Kind, Decimal)>) -> Decimal {
    notes.into_iter().fold(original, |left, (kind, total)| match kind {
        Kind::NotaCredito => left - total,
        Kind::NotaDebito => left + total,
        _ => left,
    })
}

/// The documents that the references of a document name by their claves.
pub(super) fn links_of(kind: Kind, root: Node<'_, '_>) -> Vec<Link> {
    let is_note = matches!(kind, Kind::NotaCredito | Kind::NotaDebito | Kind::ReciboPago);
    let mut links: Vec<Link> = Vec::new();
    for reference in root.all("InformacionReferencia") {
        let relation = match reference.text_of("TipoDocIR") {
            Some("10") => Relation::Replaces,
            _ if is_note => Relation::Adjusts,
            _ => continue,
        };
        let Some(target) = reference.text_of("Numero").filter(|number| number.len() == 50) else { continue };
        let link = Link { target: target.to_uppercase(), relation };
        if !links.contains(&link) {
            links.push(link);
        }
    }
    links
}
