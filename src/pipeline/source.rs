//! Where jobs come from: what is due, what a person named, what the queue has.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use super::companies::Companies;
use super::job::Job;
use super::note::Note;
use super::summary::Summary;
use crate::config::Company;
use crate::hacienda::Environment;
use crate::lifecycle::{Operation, State};
use crate::named::Named;
use crate::store::{Claim, Cursor, Document, DueWindow, Entry, EntryState, RunId, Sealed, Store, StoreError, Write};

/// A document or entry that a person named.
#[derive(Debug)]
pub(crate) enum Selected {
    /// Do this step of this document.
    Document(Box<Document>),
    /// Work this entry now.
    Entry(Box<Entry>),
}

/// Where jobs come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// Every document that is due for a step; and how far each company's have been claimed.
    Due(Operation, HashMap<String, Cursor>),
    /// What a person named.
    Named(Operation, VecDeque<Selected>),
    /// The entries of the queue that are due.
    Queue,
}

impl Source {
    /// Every document that is due for a step.
    pub(crate) fn due(operation: Operation) -> Self {
        Source::Due(operation, HashMap::new())
    }

    /// The steps that may come from here.
    pub(super) fn operations(&self) -> Vec<Operation> {
        match self {
            Source::Due(operation, _) | Source::Named(operation, _) => vec![*operation],
            Source::Queue => Operation::ALL.to_vec(),
        }
    }

    /// Claims up to `count` jobs.
    pub(super) fn claim(
        &mut self,
        write: &Write<'_>,
        run: RunId,
        companies: &Companies<'_>,
        count: usize,
        summary: &mut Summary,
    ) -> Result<Claimed, StoreError> {
        let (jobs, seen) = match self {
            Source::Due(operation, cursors) => claim_due(write, run, companies, *operation, cursors, count)?,
            Source::Named(operation, selected) => {
                let next: Vec<_> = selected.drain(..count.min(selected.len())).collect();
                let mut jobs = Vec::new();
                for selected in &next {
                    jobs.extend(claim_selected(write, run, companies, *operation, selected, summary)?);
                }
                (jobs, next.len())
            }
            Source::Queue => claim_entries(write, run, companies, count)?,
        };
        Ok(Claimed { jobs, exhausted: seen < count })
    }

    /// What [`Source::claim`] would take, in its order, without taking it: for `--dry-run`.
    pub(super) fn plan(
        &self,
        store: &Store,
        companies: &Companies<'_>,
        count: usize,
        now: DateTime<Utc>,
    ) -> Result<Vec<(Document, Operation)>, StoreError> {
        let mut plan = Vec::new();
        match self {
            Source::Due(operation, _) => {
                for company in companies.all() {
                    let due = store.due(&claim_of(company, *operation, count - plan.len(), now))?;
                    plan.extend(due.into_iter().map(|document| (document, *operation)));
                }
            }
            Source::Named(operation, selected) => {
                for next in selected.iter().take(count) {
                    match next {
                        Selected::Document(document) => plan.push((Document::clone(document), *operation)),
                        Selected::Entry(entry) => plan.push((store.document_by_id(entry.document)?, entry.operation)),
                    }
                }
            }
            Source::Queue => {
                for entry in store.due_entries(&places(companies), count, now)? {
                    plan.push((store.document_by_id(entry.document)?, entry.operation));
                }
            }
        }
        Ok(plan)
    }
}

/// Each company of the run and where it sends now.
fn places<'a>(companies: &Companies<'a>) -> Vec<(&'a str, Environment)> {
    companies.all().iter().map(|company| (company.id.as_str(), company.settings.environment)).collect()
}

/// Documents that are claimed in one go, and the bytes of XML that end a claim: a run's memory does not grow with its documents.
const DOCUMENTS_AT_ONCE: usize = 16;
const BYTES_AT_ONCE: usize = 16 << 20;

/// What a source gave.
pub(super) struct Claimed {
    pub jobs: Vec<Job>,
    /// It has nothing more.
    pub exhausted: bool,
}

fn claim_due(
    write: &Write<'_>,
    run: RunId,
    companies: &Companies<'_>,
    operation: Operation,
    cursors: &mut HashMap<String, Cursor>,
    count: usize,
) -> Result<(Vec<Job>, usize), StoreError> {
    let (mut jobs, mut bytes) = (Vec::new(), 0);
    for company in companies.all() {
        let cursor = cursors.entry(company.id.clone()).or_default();
        loop {
            let limit = (count - jobs.len()).min(DOCUMENTS_AT_ONCE);
            let claim = claim_of(company, operation, limit, write.now());
            let documents = write.claim(run, &claim, cursor)?;
            let has_more = limit > 0 && documents.len() == limit;
            for document in documents {
                let job = job(write, document, operation, None)?;
                bytes += job.paper.as_ref().map_or(0, Sealed::size);
                jobs.push(job);
            }
            if bytes >= BYTES_AT_ONCE {
                // Large documents are enough work for now, whatever their number.
                return Ok((jobs, count));
            }
            if !has_more {
                break;
            }
        }
    }
    let seen = jobs.len();
    Ok((jobs, seen))
}

fn claim_entries(
    write: &Write<'_>,
    run: RunId,
    companies: &Companies<'_>,
    count: usize,
) -> Result<(Vec<Job>, usize), StoreError> {
    let entries = write.claim_entries(run, &places(companies), count)?;
    let seen = entries.len();
    let mut jobs = Vec::new();
    for entry in entries {
        let document = write.document(entry.document)?;
        let operation = entry.operation;
        if not_for(operation, document.state).is_some() {
            // The document went on by another way, so the step is no longer wanted.
            write.step_succeeded(document.id, operation)?;
            write.release(run, document.id)?;
        } else {
            jobs.push(job(write, document, operation, Some(entry))?);
        }
    }
    Ok((jobs, seen))
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
    Ok(Job { document, operation, paper, sealer, entry, fresh_attempts: false })
}

fn claim_selected(
    write: &Write<'_>,
    run: RunId,
    companies: &Companies<'_>,
    operation: Operation,
    selected: &Selected,
    summary: &mut Summary,
) -> Result<Option<Job>, StoreError> {
    let (id, operation, company) = match selected {
        Selected::Document(document) => (document.id, operation, &document.company),
        Selected::Entry(entry) => (entry.document, entry.operation, &entry.company),
    };
    let Some(document) = write.claim_named(run, id)? else {
        summary.skip(&write.document(id)?, Note::HeldByAnotherRun);
        return Ok(None);
    };
    if companies.get(company).is_some_and(|it| it.settings.environment != document.environment) {
        summary.skip(&document, Note::OtherEnvironment);
        write.release(run, id)?;
        return Ok(None);
    }
    if let Some(why) = not_for(operation, document.state) {
        summary.skip(&document, why);
        write.step_succeeded(id, operation)?;
        write.release(run, id)?;
        return Ok(None);
    }
    let mut job = job(write, document, operation, None)?;
    if let Selected::Entry(entry) = selected {
        write.entry_in_work(entry)?;
        job.fresh_attempts = entry.state == EntryState::Failed;
        job.entry = Some(Entry { state: EntryState::Processing, ..Entry::clone(entry) });
    }
    Ok(Some(job))
}

/// Why a named document has nothing to do with this step.
fn not_for(operation: Operation, state: State) -> Option<Note> {
    match (operation, state) {
        (Operation::Sign, State::Draft) | (Operation::Submit, State::Signed) => None,
        (Operation::CheckStatus, State::Draft | State::Signed) => Some(Note::NotSubmittedYet),
        (Operation::CheckStatus, _) => None,
        (Operation::Sign, _) => Some(Note::SignedAlready),
        (Operation::Submit, State::Draft) => Some(Note::NotSignedYet),
        (Operation::Submit, State::Submitted) => Some(Note::ServiceHasIt),
        (Operation::Submit, _) => Some(Note::HasVerdict),
    }
}
