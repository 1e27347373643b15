//! What a run would do, for `--dry-run`: the same claims without taking anything.

use chrono::{DateTime, Utc};

use super::errand::{Errand, ErrandName};
use super::note::Note;
use super::source::{self, Source};
use super::summary::Summary;
use crate::lifecycle::{Operation, State};
use crate::store::{Store, StoreError};

/// What an errand would work on now, in its order, into a summary of nothing done.
pub(crate) fn plan(
    store: &Store,
    errand: Errand<'_>,
    now: DateTime<Utc>,
    limit: Option<usize>,
) -> Result<Summary, StoreError> {
    if errand.work.only_signs() {
        store.refuse_behind_marks()?;
        let ids: Vec<&str> = errand.companies.iter().map(|company| company.id.as_str()).collect();
        store.refuse_numbers_in_doubt(&ids)?;
    }
    let mut summary = Summary::new(errand.name, true);
    summary.dry_run = true;
    let is_reviewed = matches!(errand.name, ErrandName::Sign | ErrandName::Submit);
    let source = Source::new(errand.work, &errand.companies);
    for (document, operation) in source.plan(store, limit.unwrap_or(usize::MAX), now)? {
        let asks_first = document.delivery_unknown || document.state == State::Error;
        if let Some(why) = source::not_for(operation, document.state) {
            summary.skip(&document, why);
            continue;
        }
        let what = if operation == Operation::Submit && asks_first {
            Note::WouldAskThenSubmit
        } else {
            Note::WouldDo(operation)
        };
        summary.plan(&document, what);
        if is_reviewed {
            summary.totals.add(&document);
        }
    }
    Ok(summary)
}
