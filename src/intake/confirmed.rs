//! Whether a document may be confirmed: once, as long as it counts, and with amounts that its taxes bear out.

use super::origin::day_and_time;
use super::pending::Pending;
use super::problem::Problem;
use crate::document::{Decision, Header, Kind};
use crate::generate::InputError;
use crate::hacienda::Environment;
use crate::lifecycle::State;
use crate::store::{Confirmed, Store};

/// Refuses a confirmation of what was confirmed before, and of what counts for nothing.
pub(super) fn check(
    store: &Store,
    environment: Environment,
    header: &Header,
    pending: &Pending,
    (again, despite): (bool, bool),
) -> Result<(), Problem> {
    if header.kind != Kind::MensajeReceptor {
        return Ok(());
    }
    let clave = header.clave.as_str();
    if !despite && let Some(document) = store.document(environment, clave)? {
        refuse_void(&document.clave, document.state)?;
    }
    if !again && let Some(earlier) = store.confirmation_of(environment, clave)? {
        return Err(confirmed_before(&earlier).into());
    }
    if !again && pending.confirmed.contains(clave) {
        return Err(InputError::new("clave", "this input confirms it already; `--again` confirms it once more").into());
    }
    Ok(())
}

/// A document that Hacienda rejected has no effect, and one that was never sent is none.
pub(super) fn refuse_void(clave: &str, state: State) -> Result<(), Problem> {
    let message = match state {
        State::Rejected => format!(
            "{clave} was rejected by Hacienda: it has no effect, so there is nothing to confirm; ask the supplier for the one in \
             its place (`--despite` confirms it all the same)"
        ),
        State::Discarded => format!("{clave} was discarded and never sent; there is nothing to confirm"),
        _ => return Ok(()),
    };
    Err(InputError::new("clave", message).into())
}

/// The sentence for a second or contrary confirmation: Hacienda withdraws none, so two leave open which counts.
pub(super) fn confirmed_before(earlier: &Confirmed) -> InputError {
    let Confirmed { clave, state, .. } = earlier;
    let said = match earlier.decision() {
        Some(Decision::Partial) => "accepted in part",
        Some(Decision::Rejected) => "rejected",
        _ => "accepted",
    };
    let remedy = match state {
        State::Draft | State::Signed => {
            format!("if that was wrong, `discard {clave} --reason …` ends it while it is not sent; ")
        }
        _ => String::new(),
    };
    let message = format!(
        "it was {said} here on {}, by {clave} (`{state}`); {remedy}`--again` makes another all the same",
        day_and_time(earlier.made_at)
    );
    InputError::new("clave", message)
}
