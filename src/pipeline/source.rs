//! Where jobs come from: what is due, what a person named, what the queue has. Companies take turns.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::errand::{Selected, Work};
use super::job::Job;
use super::note::Note;
use super::settle;
use super::shift::Shift;
use super::summary::Summary;
use super::turns;
use crate::cause::Cause;
use crate::config::Company;
use crate::lifecycle::{Operation, State};
use crate::named::Named;
use crate::store::{
    Claim, Cursor, Document, DueEntries, DueWindow, Entry, EntryState, RunId, Sealed, Store, StoreError, Write,
};

/// Documents that are claimed in one go, and the bytes of XML that end a claim: a run's memory does not grow with its documents.
const DOCUMENTS_AT_ONCE: usize = 16;
const BYTES_AT_ONCE: usize = 16 << 20;
/// Entries that one transaction opens for documents that are not tried.
const QUEUED_AT_ONCE: usize = 10_000;
/// A long run looks again at what it has passed no sooner.
const SECOND_LOOK: TimeDelta = TimeDelta::minutes(1);
/// The steps that make requests.
const OF_THE_SERVICE: [Operation; 2] = [Operation::Submit, Operation::CheckStatus];

/// What a run still has to claim.
pub(super) struct Source<'a> {
    work: Work,
    /// Companies that may still have something, the next one first.
    turns: VecDeque<Turn<'a>>,
    /// Companies that had nothing more when they were asked.
    rest: Vec<Turn<'a>>,
    /// Companies whose entries stay in the queue untouched, for every one would fail alike.
    left: Vec<(&'a Company, Cause)>,
}

/// A company, and how far its due documents have been claimed.
struct Turn<'a> {
    company: &'a Company,
    cursor: Cursor,
    /// When its cursor stood at the beginning; none before the first reopening.
    since: Option<DateTime<Utc>>,
}

/// By whom and how much is claimed.
pub(super) struct Claiming<'c> {
    pub write: &'c Write<'c>,
    pub run: RunId,
    pub shift: &'c Shift<'c>,
    /// Jobs that are wanted now.
    pub count: usize,
    /// Also of companies that the service has asked to pause, where no other has anything.
    pub even_paused: bool,
    /// Documents that the run may still touch: `--limit`.
    pub allowed: usize,
}

/// What a source gave.
#[derive(Default)]
pub(super) struct Claimed {
    pub jobs: Vec<Job>,
    /// Documents that went into the queue untried.
    pub queued: usize,
    bytes: usize,
}

impl Claimed {
    fn take(&mut self, job: Job) {
        self.bytes += job.paper.as_ref().map_or(0, Sealed::size);
        self.jobs.push(job);
    }

    /// What is still wanted of `count`: large documents are enough work, whatever their number.
    fn wanted(&self, count: usize) -> usize {
        if self.bytes >= BYTES_AT_ONCE { 0 } else { count.saturating_sub(self.jobs.len()) }
    }
}

impl<'a> Source<'a> {
    pub(super) fn new(work: Work, companies: &[&'a Company]) -> Self {
        let turn = |company: &&'a Company| Turn { company, cursor: Cursor::default(), since: None };
        let turns = companies.iter().map(turn).collect();
        Source { work, turns, rest: Vec::new(), left: Vec::new() }
    }

    /// Asks everyone again, for what has become due since: behind what was claimed before, and after a while from the
    /// beginning.
    pub(super) fn reopen(&mut self, now: DateTime<Utc>) {
        self.left.clear();
        for mut turn in self.rest.drain(..) {
            if now - *turn.since.get_or_insert(now) >= SECOND_LOOK {
                (turn.cursor, turn.since) = (Cursor::default(), Some(now));
            }
            self.turns.push_back(turn);
        }
    }

    /// Whether it has nothing more.
    pub(super) fn is_exhausted(&self) -> bool {
        match &self.work {
            Work::Named(selected) => selected.is_empty(),
            Work::Due(_) | Work::Queue => self.turns.is_empty(),
        }
    }

    /// Whether all that may still come is of companies that the service has asked to pause.
    pub(super) fn is_paused(&self, shift: &Shift<'_>) -> bool {
        let by_turns = matches!(self.work, Work::Due(_) | Work::Queue);
        by_turns && self.turns.iter().all(|turn| shift.is_paused(turn.company))
    }

    /// Claims jobs. There may be none though the source is not exhausted yet.
    pub(super) fn claim(&mut self, claiming: &Claiming<'_>, summary: &mut Summary) -> Result<Claimed, StoreError> {
        match &mut self.work {
            Work::Due(operation) => {
                let operation = *operation;
                self.claim_due(operation, claiming, summary)
            }
            Work::Queue => self.claim_entries(claiming),
            Work::Named(selected) => {
                let mut claimed = Claimed::default();
                for selected in selected.drain(..claiming.count.min(selected.len())) {
                    if let Some(job) = claim_selected(claiming, &selected, summary)? {
                        claimed.take(job);
                    }
                }
                Ok(claimed)
            }
        }
    }

    /// Whose turn it is, while something is wanted. A company that the service has asked to pause comes after all others.
    fn next_turn(&mut self, claiming: &Claiming<'_>, claimed: &Claimed) -> Option<Turn<'a>> {
        if claimed.wanted(claiming.count) == 0 {
            return None;
        }
        let runs = self.turns.iter().position(|turn| !claiming.shift.is_paused(turn.company));
        let position = runs.or_else(|| (claiming.even_paused && claimed.jobs.is_empty()).then_some(0))?;
        self.turns.remove(position)
    }

    fn claim_due(
        &mut self,
        operation: Operation,
        claiming: &Claiming<'_>,
        summary: &mut Summary,
    ) -> Result<Claimed, StoreError> {
        let Claiming { write, run, shift, .. } = claiming;
        let mut claimed = Claimed::default();
        loop {
            let wanted = claimed.wanted(claiming.count);
            let Some(mut turn) = self.next_turn(claiming, &claimed) else { break };
            if let Some(cause) = shift.obstacle(turn.company, operation) {
                let limit = QUEUED_AT_ONCE.min(claiming.allowed - claimed.jobs.len() - claimed.queued);
                let claim = claim_of(turn.company, operation, limit, write.now());
                let queued = settle::queue_untried(write, &claim, &cause, turn.company)?;
                summary.leave(queued, &cause);
                claimed.queued += queued;
                if queued == limit {
                    // A long transaction keeps other runs waiting.
                    self.turns.push_front(turn);
                    break;
                }
                self.rest.push(turn);
                continue;
            }
            let share = turns::share(wanted, self.turns.len() + 1).min(DOCUMENTS_AT_ONCE);
            let claim = claim_of(turn.company, operation, share, write.now());
            let documents = write.claim(*run, &claim, &mut turn.cursor)?;
            if documents.len() == share {
                self.turns.push_back(turn);
            } else {
                self.rest.push(turn);
            }
            for document in documents {
                claimed.take(job(write, document, operation, None)?);
            }
        }
        Ok(claimed)
    }

    fn claim_entries(&mut self, claiming: &Claiming<'_>) -> Result<Claimed, StoreError> {
        let Claiming { write, run, shift, .. } = claiming;
        let mut claimed = Claimed::default();
        loop {
            let wanted = claimed.wanted(claiming.count);
            let Some(turn) = self.next_turn(claiming, &claimed) else { break };
            let obstacle = shift.obstacle(turn.company, Operation::Submit);
            let operations: &[Operation] = match (&obstacle, shift.may_sign) {
                (None, true) => Operation::ALL,
                (None, false) => &OF_THE_SERVICE,
                (Some(_), true) => &[Operation::Sign],
                (Some(_), false) => &[],
            };
            let share = turns::share(wanted, self.turns.len() + 1);
            let entries = write.claim_entries(*run, &due_entries(turn.company, operations, share))?;
            match obstacle {
                _ if entries.len() == share => self.turns.push_back(turn),
                obstacle => {
                    self.left.extend(obstacle.map(|cause| (turn.company, cause)));
                    self.rest.push(turn);
                }
            }
            for entry in entries {
                let document = write.document(entry.document)?;
                let operation = entry.operation;
                if not_for(operation, document.state).is_some() {
                    // The document went on by another way, so the step is no longer wanted.
                    write.step_succeeded(document.id, operation)?;
                    write.release(*run, document.id)?;
                } else {
                    claimed.take(job(write, document, operation, Some(entry))?);
                }
            }
        }
        Ok(claimed)
    }

    /// Counts the due entries that were not even claimed, for every one would have failed alike.
    pub(super) fn count_left(
        &self,
        store: &Store,
        now: DateTime<Utc>,
        mut allowed: usize,
        summary: &mut Summary,
    ) -> Result<(), StoreError> {
        for (company, cause) in &self.left {
            let due = due_entries(company, &OF_THE_SERVICE, usize::MAX);
            let count = store.count_due_entries(&due, now)?.min(allowed);
            allowed -= count;
            summary.leave(count, cause);
        }
        Ok(())
    }

    /// What is due and was not taken when a run has been cut short. What it holds still is not counted.
    pub(super) fn count_remaining(&self, store: &Store, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut companies = self.turns.iter().map(|turn| turn.company);
        match &self.work {
            Work::Named(selected) => Ok(selected.len() as u64),
            Work::Due(operation) => companies.try_fold(0, |sum, company| {
                Ok(sum + store.count_due(&claim_of(company, *operation, usize::MAX, now))?)
            }),
            Work::Queue => companies.try_fold(0, |sum, company| {
                let due = due_entries(company, Operation::ALL, usize::MAX);
                Ok(sum + store.count_due_entries(&due, now)? as u64)
            }),
        }
    }

    /// What [`Source::claim`] would take, in its order, without taking it: for `--dry-run`.
    pub(super) fn plan(
        &self,
        store: &Store,
        count: usize,
        now: DateTime<Utc>,
    ) -> Result<Vec<(Document, Operation)>, StoreError> {
        let companies = self.turns.iter().map(|turn| turn.company);
        match &self.work {
            Work::Due(operation) => {
                let of_company = |company| store.due(&claim_of(company, *operation, count, now));
                let due = companies.map(of_company).collect::<Result<Vec<_>, _>>()?;
                Ok(turns::interleaved(due, count).into_iter().map(|document| (document, *operation)).collect())
            }
            Work::Named(selected) => selected
                .iter()
                .take(count)
                .map(|next| match next {
                    Selected::Document(operation, document) => Ok(Some((Document::clone(document), *operation))),
                    Selected::Entry(id) => {
                        let planned = |entry: Entry| Ok((store.document_by_id(entry.document)?, entry.operation));
                        store.entry(*id)?.map(planned).transpose()
                    }
                })
                .filter_map(Result::transpose)
                .collect(),
            Work::Queue => {
                let of_company = |company| store.due_entries(&due_entries(company, Operation::ALL, count), now);
                let due = companies.map(of_company).collect::<Result<Vec<_>, _>>()?;
                let planned = |entry: Entry| Ok((store.document_by_id(entry.document)?, entry.operation));
                turns::interleaved(due, count).into_iter().map(planned).collect()
            }
        }
    }
}

/// A company's entries for where it sends now.
fn due_entries<'a>(company: &'a Company, operations: &'a [Operation], limit: usize) -> DueEntries<'a> {
    DueEntries { company: &company.id, environment: company.settings.environment, operations, limit }
}

fn claim_of(company: &Company, operation: Operation, limit: usize, now: DateTime<Utc>) -> Claim<'_> {
    let settings = &company.settings;
    let minutes = |count: u32| TimeDelta::minutes(i64::from(count));
    Claim {
        company: &company.id,
        environment: settings.environment,
        operation,
        window: DueWindow {
            submitted_by: now - minutes(settings.polling_min_age),
            polled_by: now - minutes(settings.polling_interval),
            now,
            resolved_after: now - TimeDelta::hours(i64::from(settings.polling_max_hours)),
        },
        limit,
    }
}

fn job(write: &Write<'_>, document: Document, operation: Operation, entry: Option<Entry>) -> Result<Job, StoreError> {
    let paper = write.paper_for(document.id, operation)?;
    let sealer = write.sealer(&document.company, Job::comes_of(operation))?;
    let neighbours = match operation {
        Operation::Sign => write.neighbours_of(&document, || paper.as_ref().and_then(|paper| paper.open().ok()))?,
        Operation::Submit | Operation::CheckStatus => None,
    };
    // What is sent is held when its POST is intended: what stops it may be found until then.
    let hold = if operation == Operation::Sign { write.hold_on(&document, operation)? } else { None };
    Ok(Job { document, operation, paper, neighbours, sealer, hold, entry, fresh_attempts: false })
}

fn claim_selected(
    claiming: &Claiming<'_>,
    selected: &Selected,
    summary: &mut Summary,
) -> Result<Option<Job>, StoreError> {
    let Claiming { write, run, shift, .. } = claiming;
    let entry = match selected {
        Selected::Document(..) => None,
        // As it is now: another run may have worked it since it was named.
        Selected::Entry(id) => write.entry(*id)?,
    };
    let (id, operation) = match (selected, &entry) {
        (Selected::Document(operation, document), _) => (document.id, *operation),
        (Selected::Entry(_), Some(entry)) => (entry.document, entry.operation),
        (Selected::Entry(_), None) => return Ok(None),
    };
    let Some(document) = write.claim_named(*run, id)? else {
        summary.skip(&write.document(id)?, Note::HeldByAnotherRun);
        return Ok(None);
    };
    if entry.as_ref().is_some_and(|entry| !entry.is_live()) {
        summary.skip(&document, Note::EntryIsOver);
        write.release(*run, id)?;
        return Ok(None);
    }
    if shift.company(&document.company).is_some_and(|it| it.settings.environment != document.environment) {
        summary.skip(&document, Note::OtherEnvironment);
        write.release(*run, id)?;
        return Ok(None);
    }
    if operation == Operation::Sign && !shift.may_sign {
        summary.skip(&document, Note::NumbersUnsure);
        write.release(*run, id)?;
        return Ok(None);
    }
    if let Some(why) = not_for(operation, document.state) {
        summary.skip(&document, why);
        write.step_succeeded(id, operation)?;
        write.release(*run, id)?;
        return Ok(None);
    }
    let mut job = job(write, document, operation, None)?;
    if let Some(entry) = entry {
        write.entry_in_work(&entry)?;
        job.fresh_attempts = entry.state == EntryState::Failed;
        job.entry = Some(Entry { state: EntryState::Processing, ..entry });
    }
    Ok(Some(job))
}

/// Why a named document has nothing to do with this step.
pub(super) fn not_for(operation: Operation, state: State) -> Option<Note> {
    match (operation, state) {
        (_, State::Discarded) => Some(Note::Discarded),
        (Operation::Sign, State::Draft) | (Operation::Submit, State::Signed | State::Error) => None,
        (Operation::CheckStatus, State::Draft | State::Signed) => Some(Note::NotSubmittedYet),
        (Operation::CheckStatus, _) => None,
        (Operation::Sign, _) => Some(Note::SignedAlready),
        (Operation::Submit, State::Draft) => Some(Note::NotSignedYet),
        (Operation::Submit, State::Submitted) => Some(Note::ServiceHasIt),
        (Operation::Submit, _) => Some(Note::HasVerdict),
    }
}
