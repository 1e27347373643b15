//! What the runs of one command share: the companies, their keys and sessions, the clock, the ways of notices.

use chrono::{DateTime, Utc};

use super::Budget;
use super::errand::Errand;
use super::keys::Keys;
use super::note::Note;
use super::sessions::Sessions;
use super::source::Source;
use super::summary::Summary;
use super::writer;
use crate::clock::Clock;
use crate::config::Company;
use crate::lifecycle::Operation;
use crate::notice::Way;
use crate::store::{Store, StoreError};

/// Where errands are done. Dropping it logs out whoever was logged in.
pub struct Desk<'a> {
    pub(super) clock: Clock,
    /// How notices go out; none where nobody wants them.
    pub(super) ways: Vec<Way>,
    pub(super) keys: Keys<'a>,
    pub(super) sessions: Sessions<'a>,
}

impl<'a> Desk<'a> {
    /// For errands of these companies. Opens nothing yet.
    pub fn new(companies: impl IntoIterator<Item = &'a Company>, clock: Clock, ways: Vec<Way>) -> Self {
        let companies: Vec<_> = companies.into_iter().collect();
        let (keys, sessions) = (Keys::of(companies.iter().copied()), Sessions::of(companies, clock));
        Desk { clock, ways, keys, sessions }
    }

    /// Does an errand and says what became of each document. `progress` hears how many are through.
    ///
    /// # Errors
    /// Only the storage ends a run: workers then send nothing more.
    pub fn run(
        &self,
        store: &mut Store,
        errand: Errand<'a>,
        budget: &Budget,
        progress: &dyn Fn(u64),
    ) -> Result<Summary, StoreError> {
        writer::run(self, store, errand, budget, progress)
    }

    /// The companies' keys.
    pub fn keys(&self) -> &Keys<'a> {
        &self.keys
    }
}

/// What an errand would work on now, in its order, into a summary of nothing done.
pub fn plan(
    store: &Store,
    errand: Errand<'_>,
    now: DateTime<Utc>,
    limit: Option<usize>,
) -> Result<Summary, StoreError> {
    let mut summary = Summary::new(errand.name, true);
    summary.dry_run = true;
    let source = Source::new(errand.work, &errand.companies);
    for (document, operation) in source.plan(store, limit.unwrap_or(usize::MAX), now)? {
        let what = if operation == Operation::Submit && document.delivery_unknown {
            Note::WouldAskThenSubmit
        } else {
            Note::WouldDo(operation)
        };
        summary.plan(&document, what);
    }
    Ok(summary)
}
