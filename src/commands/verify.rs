//! `verify`

use std::path::Path;

use super::{Context, Outcome, selection};
use crate::cli::Global;
use crate::error::{Error, ExitCode};
use crate::intake::read_document;
use crate::output::{Finished, events_view, verification_view};
use crate::signature;

/// Checks the signature of a file, of standard input or of a stored document (a file needs no configuration), or the record
/// of events.
pub(super) fn run(global: &Global, target: Option<&str>, events: bool) -> Outcome {
    match target {
        Some(target) if !events => signature_of(global, target),
        _ => record_of_events(&Context::load(global)?),
    }
}

/// Recomputes the chain of events.
fn record_of_events(context: &Context) -> Outcome {
    const TOLD: usize = 20;
    let breaks = context.store_to_read()?.broken_events(TOLD)?;
    let code = if breaks.is_empty() { ExitCode::Done } else { ExitCode::NeedsPerson };
    Ok(Finished::Shown(events_view(&breaks), code))
}

fn signature_of(global: &Global, target: &str) -> Outcome {
    let path = Path::new(target);
    let bytes = if selection::is_key(target) && !path.exists() {
        stored(&Context::load(global)?, target)?
    } else {
        read_document(path).map_err(|unread| unread.ends_run(path))?
    };
    let verification = signature::verify(&bytes);
    let code = if verification.valid() { ExitCode::Done } else { ExitCode::NeedsPerson };
    Ok(Finished::Shown(verification_view(&verification), code))
}

fn stored(context: &Context, clave: &str) -> Result<Vec<u8>, Error> {
    let store = context.store_to_read()?;
    let document = selection::document(context, &store, clave)?;
    store.signed_xml(document.id)?.ok_or_else(|| {
        Error::usage(format!("{clave} is `{}`: it has no signature yet", document.state), "sign it first")
    })
}
