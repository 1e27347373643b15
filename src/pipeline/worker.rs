//! A worker: takes jobs, keeps the pace, hands outcomes over.

use std::time::Duration;

use super::gate::Admission;
use super::job::{Done, Job, StepOutcome};
use super::ledger::{Ledger, RunEnded};
use super::note::Note;
use super::shift::Shift;
use super::steps;
use crate::cause::Cause;
use crate::config::Company;
use crate::hacienda::Session;
use crate::lifecycle::Operation;

/// Works until the writer has nothing more.
pub(super) fn work(ledger: &Ledger, shift: &Shift<'_>) {
    let mut in_batch = 0;
    ledger.ask_for_jobs();
    loop {
        let jobs = ledger.next_jobs();
        if jobs.is_empty() {
            return;
        }
        // Drafts say nothing to the writer while they are signed, so that the next ones can be asked for now: otherwise the
        // worker would stand still for as long as the writer takes to commit. What asks for replies comes alone.
        let asks_ahead = jobs.iter().all(|job| job.operation == Operation::Sign);
        if asks_ahead {
            ledger.ask_for_jobs();
        }
        // Drafts come many at a time, and a commit for all of them costs little more than one for each; what is sent or
        // asked for comes alone.
        let mut settled = Vec::with_capacity(jobs.len());
        for job in jobs {
            match perform(&job, ledger, shift, &mut in_batch) {
                Ok(done) => settled.push((job, done)),
                Err(RunEnded) => return,
            }
        }
        ledger.settle(settled);
        if !asks_ahead {
            ledger.ask_for_jobs();
        }
    }
}

fn perform(job: &Job, ledger: &Ledger, shift: &Shift<'_>, in_batch: &mut u32) -> Result<Done, RunEnded> {
    if job.operation == Operation::Sign {
        // Many drafts come at once, and some are large.
        let outcome = if shift.budget.is_over() { ended() } else { steps::sign(job, shift) };
        return Ok(Done::of(outcome));
    }
    let session = match shift.session(&job.document.company) {
        Ok(session) => session,
        Err(cause) if cause.login_refused() => return Ok(Done::of(StepOutcome::Blocked(cause))),
        Err(cause) => return Ok(Done::of(StepOutcome::Failed(cause))),
    };
    let (gate, environment) = (shift.gate, job.document.environment);
    match gate.enter(environment, shift.budget) {
        None => return Ok(Done::of(ended())),
        // The document waits in the queue and spends no attempt.
        Some(Admission::Closed(cause)) => return Ok(Done::of(StepOutcome::Blocked(cause))),
        Some(Admission::Open | Admission::Probe) => {}
    }
    if let Some(deferred) = keep_pace(job, shift, &session, in_batch) {
        gate.leave(environment);
        return Ok(Done::of(deferred));
    }
    let mut done = match job.operation {
        Operation::CheckStatus => steps::check_status(job, shift, &session, ledger)?,
        Operation::Submit | Operation::Sign => steps::submit(job, shift, &session, ledger)?,
    };
    done.outcome = match done.outcome {
        StepOutcome::Failed(cause) if cause.from_service() => {
            let lasts = gate.failed(environment, &cause, shift.now());
            StepOutcome::Failed(if lasts { Cause::OutageLasts { last: Box::new(cause) } } else { cause })
        }
        StepOutcome::Failed(cause) => {
            gate.leave(environment);
            StepOutcome::Failed(cause)
        }
        other => {
            gate.succeeded(environment);
            other
        }
    };
    Ok(done)
}

/// Waits between batches and for the service's rate limit; a wait that does not fit into the run defers the document.
fn keep_pace(job: &Job, shift: &Shift<'_>, session: &Session, in_batch: &mut u32) -> Option<StepOutcome> {
    let (settings, budget) = (&shift.company(&job.document.company)?.settings, shift.budget);
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
    while let Some(pause) = session.pause() {
        let until = session.pause_until();
        if !budget.allows(pause) {
            return Some(StepOutcome::Deferred { why: Note::LongPause, until });
        }
        if !budget.pause(pause) {
            return Some(ended());
        }
    }
    budget.is_over().then(ended)
}

fn ended() -> StepOutcome {
    StepOutcome::Deferred { why: Note::RunEnded, until: None }
}

/// Signing takes all cores; requests take as many threads as are configured.
pub(super) fn count(only_signs: bool, companies: &[&Company]) -> usize {
    if only_signs {
        return std::thread::available_parallelism().map_or(1, usize::from);
    }
    let configured = companies.iter().map(|company| company.settings.max_concurrent_batches as usize).max();
    configured.unwrap_or(1).max(1)
}
