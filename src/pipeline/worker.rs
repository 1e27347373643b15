//! A worker: takes jobs, keeps the pace, hands outcomes over.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Budget;
use super::companies::Companies;
use super::gate::{Admission, Gate};
use super::job::{Done, Failure, Job, Outcome};
use super::ledger::{Ledger, RunEnded};
use super::steps;
use crate::clock::costa_rica_text;
use crate::lifecycle::Operation;
use crate::retry::Category;

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
        for job in jobs {
            match perform(&job, ledger, shared, &mut in_batch) {
                Ok(done) => ledger.settle(job, done),
                Err(RunEnded) => return,
            }
        }
    }
}

fn perform(job: &Job, ledger: &Ledger, shared: &Shared<'_>, in_batch: &mut u32) -> Result<Done, RunEnded> {
    let Shared { companies, budget, gate } = shared;
    if job.operation == Operation::Sign {
        return Ok(Done::of(steps::sign(job, companies)));
    }
    if let Err(failure) = companies.session(&job.document.company) {
        let outcome = if failure.login_refused { Outcome::Blocked(failure) } else { Outcome::Failed(failure) };
        return Ok(Done::of(outcome));
    }
    let environment = job.document.environment;
    match gate.enter(environment, budget) {
        None => return Ok(Done::of(ended())),
        Some(Admission::Closed { since, message }) => return Ok(Done::of(outage(since, &message))),
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
    match &mut done.outcome {
        Outcome::Failed(failure) if failure.from_service => {
            failure.spares_attempts |= gate.failed(environment, failure, companies.now());
        }
        Outcome::Failed(_) => gate.leave(environment),
        _ => gate.succeeded(environment),
    }
    Ok(done)
}

/// The service does not answer: the document waits in the queue and spends no attempt.
fn outage(since: DateTime<Utc>, message: &str) -> Outcome {
    let message = format!("not tried: the service has not answered since {} ({message})", costa_rica_text(since));
    Outcome::Blocked(Failure { spares_attempts: true, ..Failure::new(Category::Network, message) })
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
            return Some(Outcome::Deferred {
                reason: "the service asked for a pause longer than this run".into(),
                until,
            });
        }
        if !budget.pause(pause) {
            return Some(ended());
        }
    }
    budget.is_over().then(ended)
}

fn ended() -> Outcome {
    Outcome::Deferred { reason: "the run ended before its turn".into(), until: None }
}

/// Signing takes all cores; requests take as many threads as are configured.
pub(super) fn count(operations: &[Operation], companies: &Companies<'_>) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let configured = companies.all().iter().map(|company| company.settings.max_concurrent_batches as usize).max();
    if operations == [Operation::Sign] { cores } else { configured.unwrap_or(1).max(1) }
}
