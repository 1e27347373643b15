//! What a note or a receipt may do to the documents that it refers to, as far as the database knows them.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::problem::Problem;
use crate::document::{Kind, parse_amount};
use crate::generate::{Draft, InputError};
use crate::hacienda::Environment;
use crate::lifecycle::State;
use crate::store::{Document, Store};

/// Refuses what Hacienda would: an adjustment of a rejected document, and credit notes that together exceed the
/// original (annex, InformacionReferencia/Numero).
/// `pending` is what documents that are about to be stored do to others.
pub(super) fn check(
    store: &Store,
    environment: Environment,
    draft: &Draft,
    pending: &HashMap<String, Vec<(Kind, Decimal)>>,
) -> Result<(), Problem> {
    let adjusts = draft.adjusts();
    for clave in &adjusts {
        let Some(document) = store.document(environment, &clave.to_uppercase())? else { continue };
        if document.state == State::Rejected {
            let (kind, clave) = (document.kind, &document.clave);
            let message = format!(
                "{clave} was rejected by Hacienda: it has no effect, so there is nothing to credit, debit or pay. Issue a new \
                 one in its place: `generate --of {clave} --kind {kind}`"
            );
            return Err(InputError::new("references", message).into());
        }
        // Of several documents nobody can say which part goes to which.
        if draft.kind == Kind::NotaCredito && adjusts.len() == 1 {
            check_sum(store, &document, draft.total, pending.get(*clave).map_or(&[], Vec::as_slice))?;
        }
    }
    Ok(())
}

/// The original and its debit notes, less its credit notes, are what is left to credit.
fn check_sum(store: &Store, original: &Document, credit: Decimal, pending: &[(Kind, Decimal)]) -> Result<(), Problem> {
    let mut left = parse_amount(&original.total).unwrap_or_default();
    let stored = store.adjustments_of(original.environment, &original.clave)?;
    let stored = stored.into_iter().map(|(kind, total)| (kind, parse_amount(&total).unwrap_or_default()));
    for (kind, total) in stored.chain(pending.iter().copied()) {
        left += match kind {
            Kind::NotaCredito => -total,
            Kind::NotaDebito => total,
            _ => Decimal::ZERO,
        };
    }
    if credit <= left {
        return Ok(());
    }
    let message = format!(
        "the note comes to {} and only {} of {} ({}) is left to credit; Hacienda rejects more than the original",
        credit.normalize(),
        left.normalize(),
        original.clave,
        original.total
    );
    Err(InputError::new("references", message).into())
}
