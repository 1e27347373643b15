//! `show`

use super::{Context, Outcome, selection};
use crate::cause::Remark;
use crate::error::{Error, ExitCode};
use crate::output::{Finished, Story, story_view};
use crate::pipeline::{Circumstances, NextStep, kin_of, left_of, replacement};
use crate::store::{Document, Store, StoreError};

/// Shows one document, or prints its bytes.
pub(super) fn run(context: &Context, clave: &str, xml: bool) -> Outcome {
    let store = context.store_to_read()?;
    let document = selection::document(context, &store, clave)?;
    if xml {
        let missing = || Error::Fault(format!("{} has no XML in the database", document.clave));
        return Ok(Finished::Bytes(bytes(&store, &document)?.ok_or_else(missing)?));
    }
    Ok(Finished::Shown(story_view(&story(context, &store, document)?), ExitCode::Done))
}

fn bytes(store: &Store, document: &Document) -> Result<Option<Vec<u8>>, StoreError> {
    match store.signed_xml(document.id)? {
        Some(signed) => Ok(Some(signed)),
        None => store.unsigned_xml(document.id),
    }
}

/// Hacienda's codes in the reason of a rejection.
fn codes(reason: &Remark) -> Vec<String> {
    match reason {
        Remark::Rows(rows) | Remark::Differs { rows, .. } => rows.iter().filter_map(|row| row.code.clone()).collect(),
        _ => Vec::new(),
    }
}

fn story(context: &Context, store: &Store, document: Document) -> Result<Story, Error> {
    // What is damaged is `doctor`'s and `show --xml`'s to say: the rest of the story is all the more wanted then.
    let xml = bytes(store, &document).ok().flatten();
    let kin = kin_of(store, &document, xml.as_deref())?;
    let (responses, entries) = (store.responses_of(document.id)?, store.entries_of(document.id)?);
    let codes = document.reason.as_ref().map(codes).unwrap_or_default();
    let circumstances = Circumstances {
        is_ours: selection::is_ours(context, &document),
        entries: &entries,
        replaced_by: replacement(&kin),
        codes: &codes,
    };
    let next = NextStep::of(&document, &circumstances);
    let (left, events) = (left_of(&document, &kin), store.events_of(document.id)?);
    Ok(Story { kin, left, next, program: context.program(), responses, entries, events, document })
}
