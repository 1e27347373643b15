//! `discard`: what was made and never sent is ended, with the reason.

use super::{Context, Outcome, selection};
use crate::error::{Error, ExitCode};
use crate::output::{Finished, discarded_view};
use crate::pipeline::{Fate, discard};

/// Letters of a reason: it is a sentence, not a file.
const LONGEST_REASON: usize = 500;

/// Ends the documents that the selectors name.
pub(super) fn run(context: &Context, selectors: &[String], reason: &str, dry_run: bool) -> Outcome {
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
        let help =
            format!("1 to {LONGEST_REASON} letters on why it is ended: whoever asks for its number will read them");
        return Err(Error::usage("--reason says nothing that can be kept", help));
    }
    let now = context.clock.now();
    let discarded = if dry_run {
        let store = context.store_to_read()?;
        let documents = selection::documents(context, &store, selectors)?;
        documents.into_iter().map(discard::planned).collect()
    } else {
        let mut store = context.store()?;
        let documents = selection::documents(context, &store, selectors)?;
        discard::discard(&mut store, documents, &reason, now)?
    };
    let stands = discarded.iter().any(|line| matches!(line.fate, Fate::Stands(_)));
    let code = if stands { ExitCode::NeedsPerson } else { ExitCode::Done };
    Ok(Finished::Shown(discarded_view(&discarded, dry_run), code))
}
