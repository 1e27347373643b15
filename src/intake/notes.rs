//! What a note or a receipt may do to the documents that it refers to, as far as the database knows them.

use rust_decimal::Decimal;

use super::pending::Pending;
use super::problem::Problem;
use crate::document::{Kind, Link, Relation, left_to_credit, parse_amount};
use crate::generate::InputError;
use crate::hacienda::Environment;
use crate::lifecycle::State;
use crate::store::{Document, Store};

/// Refuses what Hacienda would: an adjustment of a rejected document, credit notes that together exceed the original
/// (annex, InformacionReferencia/Numero), and a second document in the place of a rejected one.
pub(super) fn check(
    store: &Store,
    environment: Environment,
    (kind, total): (Kind, Decimal),
    links: &[Link],
    pending: &Pending,
) -> Result<(), Problem> {
    let of = |relation: Relation| links.iter().filter(move |link| link.relation == relation).map(|link| &*link.target);
    for clave in of(Relation::Replaces) {
        refuse_second_replacement(store, environment, clave, pending)?;
    }
    let alone = of(Relation::Adjusts).count() == 1;
    for clave in of(Relation::Adjusts) {
        let Some(document) = store.document(environment, clave)? else { continue };
        if document.state == State::Rejected {
            let (kind, clave) = (document.kind, &document.clave);
            let message = format!(
                "{clave} was rejected by Hacienda: it has no effect, so there is nothing to credit, debit or pay. Issue a new \
                 one in its place: `generate --of {clave} --kind {kind}`"
            );
            return Err(InputError::new("references", message).into());
        }
        if document.state == State::Discarded {
            let message = format!("{clave} was discarded and never sent: there is nothing to credit, debit or pay");
            return Err(InputError::new("references", message).into());
        }
        // Of several documents nobody can say which part goes to which.
        if kind == Kind::NotaCredito && alone {
            check_sum(store, &document, total, pending.notes.get(clave).map_or(&[], Vec::as_slice))?;
        }
    }
    Ok(())
}

/// One document takes the place of a rejected one: two would charge the customer twice.
fn refuse_second_replacement(
    store: &Store,
    environment: Environment,
    clave: &str,
    pending: &Pending,
) -> Result<(), Problem> {
    let message = match store.replacement_of(environment, clave)? {
        Some((other, state)) => format!("{clave} has a replacement already, {other}, which is `{state}`"),
        None if pending.replaced.contains(clave) => format!("{clave} gets a replacement in this input already"),
        None => return Ok(()),
    };
    Err(InputError::new("references", message).into())
}

/// The original and its debit notes, less its credit notes, are what is left to credit.
fn check_sum(store: &Store, original: &Document, credit: Decimal, pending: &[(Kind, Decimal)]) -> Result<(), Problem> {
    let stored = store.adjustments_of(original.environment, &original.clave, None)?;
    let stored = stored.into_iter().map(|(kind, total)| (kind, parse_amount(&total).unwrap_or_default()));
    let total = parse_amount(&original.total).unwrap_or_default();
    let left = left_to_credit(total, stored.chain(pending.iter().copied()));
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
