//! A worker: takes jobs, keeps the pace, hands outcomes over.

use std::time::Duration;

use super::Budget;
use super::companies::Companies;
use super::gate::{Admission, Gate};
use super::job::{Done, Job, Outcome};
use super::ledger::{Ledger, RunEnded};
use super::note::Note;
use super::steps;
use crate::cause::Cause;
use crate::lifecycle::Operation;

/// What the workers of a run share.
pub(super) struct Shared<'a> {
    pub companies: &'a Companies<'a>,
    pub budget: &'a Budget,
    pub gate: Gate,
}

/// Works until the writer has nothing more.
pub(super) fn work(ledger: &Ledger, shared: &Shared<'_>) {
    let mut in_batch = 0;
    loop {
        let jobs = ledger.next_jobs();
        if jobs.is_empty() {
            return;
        }
        // Drafts come many at a time, and a commit for all of them costs little more than one for each; what is sent or
        // asked for comes alone.
        let mut settled = Vec::with_capacity(jobs.len());
        for job in jobs {
            match perform(&job, ledger, shared, &mut in_batch) {
                Ok(done) => settled.push((job, done)),
                Err(RunEnded) => return,
            }
        }
        ledger.settle(settled);
    }
}

fn perform(job: &Job, ledger: &Ledger, shared: &Shared<'_>, in_batch: &mut u32) -> Result<Done, RunEnded> {
    let Shared { companies, budget, gate } = shared;
    if job.operation == Operation::Sign {
        return Ok(Done::of(steps::sign(job, companies)));
    }
    if let Err(cause) = companies.session(&job.document.company) {
        let outcome = if cause.login_refused() { Outcome::Blocked(cause) } else { Outcome::Failed(cause) };
        return Ok(Done::of(outcome));
    }
    let environment = job.document.environment;
    match gate.enter(environment, budget) {
        None => return Ok(Done::of(ended())),
        Some(Admission::Closed { since, last }) => {
            // The document waits in the queue and spends no attempt.
            return Ok(Done::of(Outcome::Blocked(Cause::Outage { since, last: Box::new(last) })));
        }
        Some(Admission::Open | Admission::Probe) => {}
    }
    if let Some(deferred) = keep_pace(job, companies, budget, in_batch) {
        gate.leave(environment);
        return Ok(Done::of(deferred));
    }
    let mut done = match job.operation {
        Operation::CheckStatus => steps::check_status(job, companies, ledger)?,
        Operation::Submit | Operation::Sign => steps::submit(job, companies, ledger)?,
    };
    done.outcome = match done.outcome {
        Outcome::Failed(cause) if cause.from_service() => {
            let lasts = gate.failed(environment, &cause, companies.now());
            Outcome::Failed(if lasts { Cause::OutageLasts { last: Box::new(cause) } } else { cause })
        }
        Outcome::Failed(cause) => {
            gate.leave(environment);
            Outcome::Failed(cause)
        }
        other => {
            gate.succeeded(environment);
            other
        }
    };
    Ok(done)
}

/// Waits between batches and for the service's rate limit; a wait that does not fit into the run defers the document.
fn keep_pace(job: &Job, companies: &Companies<'_>, budget: &Budget, in_batch: &mut u32) -> Option<Outcome> {
    let settings = &companies.get(&job.document.company)?.settings;
    let batch = match job.operation {
        Operation::CheckStatus => settings.polling_batch_size,
        Operation::Sign | Operation::Submit => settings.batch_size,
    };
    if *in_batch >= batch {
        *in_batch = 0;
        if !budget.pause(Duration::from_secs(u64::from(settings.batch_delay))) {
            return Some(ended());
        }
    }
    *in_batch += 1;
    let session = companies.session(&job.document.company).ok()?;
    while let Some(pause) = session.pause() {
        let until = session.pause_until();
        if !budget.allows(pause) {
            return Some(Outcome::Deferred { why: Note::LongPause, until });
        }
        if !budget.pause(pause) {
            return Some(ended());
        }
    }
    budget.is_over().then(ended)
}

fn ended() -> Outcome {
    Outcome::Deferred { why: Note::RunEnded, until: None }
}

/// Signing takes all cores; requests take as many threads as are configured.
pub(super) fn count(operations: &[Operation], companies: &Companies<'_>) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let configured = companies.all().iter().map(|company| company.settings.max_concurrent_batches as usize).max();
    if operations == [Operation::Sign] { cores } else { configured.unwrap_or(1).max(1) }
}
