//! An outcome into the database: state, response, retry entry and event in the writer's one transaction.

use super::answer::Meaning;
use super::job::{Done, Job, StepOutcome};
use crate::cause::{Cause, Delivery, Detail, Receipt, Remark, SignatureCheck};
use crate::config::Company;
use crate::lifecycle::{Event, Operation, State};
use crate::named::Named;
use crate::notice::{Fact, Way};
use crate::retry::{self, Decision, Policy};
use crate::store::{Claim, Document, Failed, Interpretation, Resolution, RunId, StoreError, Write};

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
    // An answer that is not kept (`store_responses`) is told of all the same.
    let read = match (&done.answer, outcome) {
        (Some((_, interpretation)), _) => Some(interpretation),
        (None, StepOutcome::Resolved(meaning)) => Some(&meaning.interpretation),
        _ => None,
    };
    if let Some(interpretation) = read {
        tell_doubts(write, document, interpretation, rules)?;
    }
    let present = write.state_of(document.id)?;
    if present != document.state {
        // The lease ended while this run hung, and another one went on: what it recorded stands.
        write.note(document.id, job.operation.name(), &Detail::OutcomeNotUsed)?;
        settled.state = present;
        return Ok(settled);
    }
    match outcome {
        StepOutcome::Signed { paper, holds_draft } => {
            write.keep_signed(document, paper, *holds_draft)?;
            settled.state = State::Signed;
        }
        StepOutcome::Received(receipt) => {
            let is_before = *receipt == Receipt::ReceivedBefore;
            write.received(document, if is_before { &Receipt::AlreadyReceived } else { receipt })?;
            settled.state = State::Submitted;
            if is_before {
                write.note(document.id, job.operation.name(), &Detail::Received(receipt.clone()))?;
                log::warn!("{}: received before its first POST from here, perhaps with other bytes", document.clave);
                write.notify(rules.ways, &document.company, Some(document), &Fact::ReceivedBefore)?;
            }
        }
        StepOutcome::Resolved(meaning) => {
            settled.state = resolve(write, document, meaning)?;
            if let (Some((response, _)), Some(xml)) = (&done.answer, &meaning.interpretation.xml) {
                write.refer_to_answer(*response, document.id, xml)?;
            }
            if settled.state == State::Rejected && document.state != State::Rejected {
                let reason = meaning.interpretation.description.clone();
                let fact = reason.map_or(Fact::Rejected, |reason| Fact::RejectedFor { reason });
                write.notify(rules.ways, &document.company, Some(document), &fact)?;
            }
        }
        StepOutcome::Waiting { posted_again } => {
            write.still_waiting(document)?;
            if *posted_again {
                write.note(document.id, job.operation.name(), &Detail::PostedAgain)?;
                if document.state == State::Error {
                    write.received(document, &Receipt::Confirmed)?;
                    settled.state = State::Submitted;
                }
            }
        }
        StepOutcome::WindowClosed(cause) => {
            let reason = Remark::Failed(cause.clone());
            let resolution = Resolution { reason: Some(&reason), ..Resolution::default() };
            write.resolve(document, Event::WindowClosed, resolution)?;
            write.step_cancelled(document.id, Operation::CheckStatus)?;
            let fact = Fact::NoVerdict { hours: rules.window_hours, since: document.submitted_at };
            write.notify(rules.ways, &document.company, Some(document), &fact)?;
            settled.state = State::Error;
        }
        StepOutcome::Failed(cause) => settled.gave_up = record_failure(write, job, cause, rules)?,
        StepOutcome::Blocked(cause) => {
            // The entry stays due, so the lease stays too: the next run tries it, not this one again.
            if let Some(entry) = &job.entry {
                write.entry_deferred(entry, None)?;
            } else if write.live_entry(document.id, job.operation)?.is_none() {
                record_failure(write, job, cause, rules)?;
            }
            return Ok(settled);
        }
        StepOutcome::Deferred { until, .. } => {
            if let Some(entry) = &job.entry {
                write.entry_deferred(entry, *until)?;
            }
            return Ok(settled);
        }
    }
    if !matches!(outcome, StepOutcome::Failed(_)) {
        write.step_succeeded(document.id, job.operation)?;
    }
    // A document that will be asked about again keeps its lease to the end of the run, so that the run does not look twice.
    let is_asked_again = match outcome {
        StepOutcome::Waiting { .. } => true,
        StepOutcome::Resolved(meaning) => meaning.interpretation.xml.is_none(),
        _ => false,
    };
    if !is_asked_again {
        write.release(run, document.id)?;
    }
    Ok(settled)
}

/// Tells a person what an answer says otherwise than the document, and that its seal is another than Hacienda's, broken or
/// missing. The verdict stands all the same: it came over the service's own encrypted connection.
fn tell_doubts(
    write: &Write<'_>,
    document: &Document,
    answer: &Interpretation,
    rules: &Rules<'_>,
) -> Result<(), StoreError> {
    if let Some(Remark::Differs { differences, .. }) = &answer.description {
        let elements = differences.iter().map(|difference| difference.element.clone()).collect();
        log::warn!("{}: Hacienda's answer does not agree with the document", document.clave);
        write.notify(rules.ways, &document.company, Some(document), &Fact::AnswerDiffers { elements })?;
    }
    let fact = match &answer.signature {
        None | Some(SignatureCheck::Valid | SignatureCheck::Words(_)) => return Ok(()),
        Some(SignatureCheck::OtherSigner { identification, .. }) => {
            let holder = identification.clone();
            log::warn!("{}: Hacienda's answer carries the seal of {holder:?}", document.clave);
            return write.notify(rules.ways, &document.company, None, &Fact::OtherSeal { holder });
        }
        Some(SignatureCheck::None) => Fact::SealFails { part: None },
        Some(SignatureCheck::Fails { part, .. }) => Fact::SealFails { part: Some(part.clone()) },
    };
    log::warn!("{}: the signature of Hacienda's answer does not hold", document.clave);
    write.notify(rules.ways, &document.company, Some(document), &fact)
}

/// Records the verdict. It may come for a document that we thought was never received.
fn resolve(write: &Write<'_>, document: &Document, meaning: &Meaning) -> Result<State, StoreError> {
    let Some(event) = meaning.verdict else { return Ok(document.state) };
    let resolution = Resolution {
        answer: meaning.interpretation.xml.as_deref(),
        signature: meaning.interpretation.signature.as_ref(),
        reason: meaning.interpretation.description.as_ref(),
    };
    let mut document = document.clone();
    if document.state == State::Signed {
        write.received(&document, &Receipt::Judged)?;
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
        let stands = document.state;
        log::warn!("{}: the service now says {said}; the verdict {stands} stands", document.clave);
        write.note(document.id, Operation::CheckStatus.name(), &Detail::VerdictStands { said, stands })?;
        return Ok(stands);
    }
    write.step_succeeded(document.id, Operation::CheckStatus)?;
    Ok(said)
}

/// Puts documents that are due into the queue without trying them, for every one would fail alike. How many.
pub(super) fn queue_untried(
    write: &Write<'_>,
    claim: &Claim<'_>,
    cause: &Cause,
    company: &Company,
) -> Result<usize, StoreError> {
    let (policy, category) = (company.settings.retry_policy(), cause.category());
    let decision = retry::postpone(policy, category, 0, write.now(), cause.not_before());
    let max_retries = policy.max_retries(category);
    write.queue_untried(claim, Failed { operation: claim.operation, cause, max_retries, decision })
}

/// Opens or updates the entry of a failed step; `true` when its retries are spent.
fn record_failure(write: &Write<'_>, job: &Job, cause: &Cause, rules: &Rules<'_>) -> Result<bool, StoreError> {
    let (document, policy) = (&job.document, rules.policy);
    // That this POST did not arrive says nothing about an earlier one.
    let is_certain = cause.delivery() == Some(Delivery::NotDelivered) && !document.delivery_unknown;
    if is_certain && job.operation == Operation::Submit {
        write.was_not_delivered(document)?;
    }
    let known = write.live_entry(document.id, job.operation)?;
    let retries = match &known {
        _ if job.fresh_attempts => 0,
        None => 0,
        Some(entry) if cause.spares_attempts() => entry.retry_count,
        Some(entry) => entry.retry_count + 1,
    };
    let decide = if cause.spares_attempts() { retry::postpone } else { retry::decide };
    let category = cause.category();
    let decision = decide(policy, category, retries, write.now(), cause.not_before());
    let failed = Failed { operation: job.operation, cause, max_retries: policy.max_retries(category), decision };
    write.step_failed(document, failed)?;
    let Decision::Failed { retry_count, .. } = decision else { return Ok(false) };
    let fact = Fact::RetriesSpent { operation: job.operation, category, retries: retry_count };
    write.notify(rules.ways, &document.company, Some(document), &fact)?;
    Ok(true)
}
