//! `show`

use super::{Context, Outcome, selection};
use crate::error::{Error, ExitCode};
use crate::output::{Finished, document_view};

/// Shows one document, or prints its bytes.
pub(super) fn run(context: &Context, clave: &str, xml: bool) -> Outcome {
    let store = context.store_to_read()?;
    let document = selection::document(context, &store, clave)?;
    if xml {
        let bytes = match store.signed_xml(document.id)? {
            Some(signed) => Some(signed),
            None => store.unsigned_xml(document.id)?,
        };
        let missing = || Error::Fault(format!("{} has no XML in the database", document.clave));
        return Ok(Finished::Bytes(bytes.ok_or_else(missing)?));
    }
    let responses = store.responses_of(document.id)?;
    let entries = store.entries_of(document.id)?;
    let events = store.events_of(document.id)?;
    Ok(Finished::Shown(document_view(&document, &responses, &entries, &events), ExitCode::Done))
}
