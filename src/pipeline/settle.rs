//! An outcome into the database: state, response, retry entry and event in the writer's one transaction.

use super::answer::Meaning;
use super::job::{Done, Failure, Job, Outcome};
use crate::hacienda::Delivery;
use crate::lifecycle::{Event, Operation, State};
use crate::named::Named;
use crate::notice::{Fact, Way};
use crate::retry::{self, Decision, Policy};
use crate::store::{Document, Failed, Resolution, RunId, StoreError, Write};

/// How a step was settled.
pub(super) struct Settled {
    pub state: State,
    /// Its retries are spent.
    pub gave_up: bool,
}

/// What a settlement follows.
pub(super) struct Rules<'a> {
    pub policy: &'a Policy,
    /// How notices go out.
    pub ways: &'a [Way],
    /// `polling_max_hours`
    pub window_hours: u32,
}

/// Writes down how a step ended.
pub(super) fn settle(
    write: &Write<'_>,
    run: RunId,
    job: &Job,
    done: &Done,
    rules: &Rules<'_>,
) -> Result<Settled, StoreError> {
    let (document, outcome) = (&job.document, &done.outcome);
    let mut settled = Settled { state: document.state, gave_up: false };
    if let Some((response, interpretation)) = &done.answer {
        write.interpret_response(*response, interpretation)?;
    }
    let present = write.document(document.id)?.state;
    if present != document.state {
        // The lease ended while this run hung, and another one went on: what it recorded stands.
        write.note(
            document.id,
            job.operation.name(),
            "an outcome came after another run had gone on; it is not used",
        )?;
        settled.state = present;
        return Ok(settled);
    }
    match outcome {
        Outcome::Signed { paper, holds_draft } => {
            write.keep_signed(document, paper, *holds_draft)?;
            settled.state = State::Signed;
        }
        Outcome::Received { detail } => {
            write.received(document, detail)?;
            settled.state = State::Submitted;
        }
        Outcome::Resolved(meaning) => {
            settled.state = resolve(write, document, meaning)?;
            if let (Some((response, _)), Some(xml)) = (&done.answer, &meaning.interpretation.xml) {
                write.refer_to_answer(*response, document.id, xml)?;
            }
            if settled.state == State::Rejected && document.state != State::Rejected {
                write.notify(rules.ways, &document.company, Some(document), &Fact::Rejected)?;
            }
        }
        Outcome::Waiting { detail } => {
            write.still_waiting(document)?;
            if let Some(detail) = detail {
                write.note(document.id, job.operation.name(), detail)?;
            }
        }
        Outcome::WindowClosed { reason } => {
            let resolution = Resolution { reason: Some(reason), ..Resolution::default() };
            write.resolve(document, Event::WindowClosed, resolution)?;
            write.step_cancelled(document.id, Operation::CheckStatus)?;
            let fact = Fact::NoVerdict { hours: rules.window_hours };
            write.notify(rules.ways, &document.company, Some(document), &fact)?;
            settled.state = State::Error;
        }
        Outcome::Failed(failure) => settled.gave_up = record_failure(write, job, failure, rules)?,
        Outcome::Blocked(failure) => {
            // The entry stays due, so the lease stays too: the next run tries it, not this one again.
            if let Some(entry) = &job.entry {
                write.entry_deferred(entry, None)?;
            } else if write.live_entry(document.id, job.operation)?.is_none() {
                record_failure(write, job, failure, rules)?;
            }
            return Ok(settled);
        }
        Outcome::Deferred { until, .. } => {
            if let Some(entry) = &job.entry {
                write.entry_deferred(entry, *until)?;
            }
            return Ok(settled);
        }
    }
    if !matches!(outcome, Outcome::Failed(_)) {
        write.step_succeeded(document.id, job.operation)?;
    }
    // A document that will be asked about again keeps its lease to the end of the run, so that the run does not look twice.
    let is_asked_again = match outcome {
        Outcome::Waiting { .. } => true,
        Outcome::Resolved(meaning) => meaning.interpretation.xml.is_none(),
        _ => false,
    };
    if !is_asked_again {
        write.release(run, document.id)?;
    }
    Ok(settled)
}

/// Records the verdict. It may come for a document that we thought was never received.
fn resolve(write: &Write<'_>, document: &Document, meaning: &Meaning) -> Result<State, StoreError> {
    let Some(event) = meaning.verdict else { return Ok(document.state) };
    let resolution = Resolution {
        answer: meaning.interpretation.xml.as_deref(),
        signature: meaning.interpretation.signature.as_deref(),
        reason: meaning.interpretation.description.as_deref(),
    };
    let mut document = document.clone();
    if document.state == State::Signed {
        write.received(&document, "an earlier attempt had arrived")?;
        write.step_succeeded(document.id, Operation::Submit)?;
        document.state = State::Submitted;
    }
    let said = match event {
        Event::Accepted => State::Accepted,
        _ => State::Rejected,
    };
    if document.state == said {
        write.keep_answer(&document, resolution)?;
    } else if document.state.after(event).is_some() {
        write.resolve(&document, event, resolution)?;
    } else {
        let detail = format!("the service now says {said}; the verdict {} stands", document.state);
        log::warn!("{}: {detail}", document.clave);
        write.note(document.id, Operation::CheckStatus.name(), &detail)?;
        return Ok(document.state);
    }
    write.step_succeeded(document.id, Operation::CheckStatus)?;
    Ok(said)
}

/// Opens or updates the entry of a failed step; `true` when its retries are spent.
fn record_failure(write: &Write<'_>, job: &Job, failure: &Failure, rules: &Rules<'_>) -> Result<bool, StoreError> {
    let (document, policy) = (&job.document, rules.policy);
    // That this POST did not arrive says nothing about an earlier one.
    let is_certain = failure.delivery == Some(Delivery::NotDelivered) && !document.delivery_unknown;
    if is_certain && job.operation == Operation::Submit {
        write.was_not_delivered(document)?;
    }
    let known = write.live_entry(document.id, job.operation)?;
    let retries = match &known {
        _ if job.fresh_attempts => 0,
        None => 0,
        Some(entry) if failure.spares_attempts => entry.retry_count,
        Some(entry) => entry.retry_count + 1,
    };
    let decide = if failure.spares_attempts { retry::postpone } else { retry::decide };
    let decision = decide(policy, failure.category, retries, write.now(), failure.not_before);
    let failed = Failed {
        operation: job.operation,
        category: failure.category,
        message: &failure.message,
        max_retries: policy.max_retries(failure.category),
        decision,
    };
    write.step_failed(document, failed)?;
    let Decision::Failed { retry_count, .. } = decision else { return Ok(false) };
    let fact = Fact::RetriesSpent { operation: job.operation, category: failure.category, retries: retry_count };
    write.notify(rules.ways, &document.company, Some(document), &fact)?;
    Ok(true)
}
