//! What a note or a receipt may do to the documents that it refers to, as far as the database knows them.

use super::pending::Pending;
use super::problem::Problem;
use crate::config::Company;
use crate::document::{Relation, View};
use crate::generate::{InputError, InputErrors};
use crate::hacienda::Environment;
use crate::store::{Place, Store};
use crate::validation::{Neighbours, Severity, check_neighbours};

/// Refuses what Hacienda would: a note that does not go with its original, and a second document in the place of a rejected
/// one.
pub(super) fn check(store: &Store, company: &Company, view: &View<'_>, pending: &Pending) -> Result<(), Problem> {
    let environment = company.settings.environment;
    for link in view.links().iter().filter(|link| link.relation == Relation::Replaces) {
        refuse_second_replacement(store, environment, &link.target, pending)?;
    }
    let place = Place { company: &company.id, environment, but: None };
    let notes = |clave: &str| pending.notes.get(clave).cloned().unwrap_or_default();
    // Its number is none yet: it gets one that nobody has.
    let neighbours = Neighbours { number: None, ..store.neighbours(view, place, &notes)? };
    let findings = check_neighbours(view, &neighbours);
    let rejected = findings.iter().filter(|finding| finding.severity == Severity::Reject);
    let errors: Vec<InputError> = rejected
        .map(|finding| InputError::new("references", format!("{} ({})", finding.message_en, finding.name)))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(InputErrors { errors, more: 0 }.into()) }
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
