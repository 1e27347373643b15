//! The three steps: a document in, an outcome out.

use chrono::TimeDelta;

use super::answer::{Held, Meaning, understand, unread};
use super::errand::Validation;
use super::job::{Done, Job, StepOutcome};
use super::ledger::{Ledger, RunEnded};
use super::note::Note;
use super::number_guard::numbered_by;
use super::shift::Shift;
use crate::cause::{Cause, LastWord, Receipt, Rejection, Remark, Stored};
use crate::clock::costa_rica_day;
use crate::document::{Kind, View};
use crate::hacienda::{PAGE, Reception, Session, Submission, interpret_list};
use crate::lifecycle::State;
use crate::signature::{self, gives_back};
use crate::store::{HeldBody, Opened, ResponseId};
use crate::validation::{self, Finding, Options, Severity};

/// A document that the service has confirmed may be unknown to queries for some minutes; after that it is posted again, which
/// the service's rule on duplicates makes safe (API reference, POST recepcion).
const UNKNOWN_FOR: TimeDelta = TimeDelta::minutes(15);

/// Signs a draft. The signature has been verified by a second code path when this returns.
pub(super) fn sign(job: &Job, shift: &Shift<'_>) -> StepOutcome {
    if let Some(hold) = &job.hold {
        return StepOutcome::Deferred { why: Note::Held(hold.clone()), until: None };
    }
    match job.draft().and_then(|draft| signed(&draft, job, shift)) {
        Ok(signed) => signed,
        Err(cause @ Cause::Clock { .. }) => StepOutcome::Blocked(cause),
        Err(cause) => StepOutcome::Failed(cause),
    }
}

fn signed(opened: &Opened, job: &Job, shift: &Shift<'_>) -> Result<StepOutcome, Cause> {
    let draft = opened.bytes();
    let read = shift.validation.as_ref().map(|validation| validated(draft, job, validation, shift)).transpose()?;
    let id = &job.document.company;
    let credential = shift.credential(id)?;
    let options = shift.company(id).map(|company| company.settings.sign_options().clone()).unwrap_or_default();
    let signed = match read {
        Some(view) => signature::sign_outlined(view.outline(), &credential, &options, shift.now()),
        None => signature::sign(draft, &credential, &options, shift.now()),
    };
    let xml = signed.map_err(|error| Cause::Signing(error.into()))?;
    Ok(StepOutcome::Signed { holds_draft: gives_back(&xml, draft), paper: job.sealer.seal_continued(&xml, opened) })
}

/// The draft, read. What Hacienda would surely reject is not signed: a number is used up by a rejection too.
fn validated<'d>(draft: &'d [u8], job: &Job, how: &Validation, shift: &Shift<'_>) -> Result<View<'d>, Cause> {
    let view = View::read(draft).map_err(|error| would_be_rejected(job, validation::unreadable(draft, error), 0))?;
    let options = Options { cabys: how.cabys.as_ref() };
    let mut findings = validation::validate_view(&view, costa_rica_day(shift.now()), &options);
    if let Some(neighbours) = &job.neighbours {
        findings.extend(validation::check_neighbours(&view, neighbours));
    }
    let mut rejections = findings.into_iter().filter(|finding| finding.severity == Severity::Reject);
    match rejections.next() {
        Some(first) => Err(would_be_rejected(job, first, rejections.count())),
        None => Ok(view),
    }
}

/// What is told of the findings for which a draft is not signed: the first, and how many more there are.
fn would_be_rejected(job: &Job, first: Finding, more: usize) -> Cause {
    let Finding { name, element, message_es: es, message_en: en, .. } = first;
    let clave = job.document.clave.to_string();
    Cause::WouldBeRejected(Box::new(Rejection { clave, name: name.to_owned(), element, es, en, more }))
}

/// Sends a signed document. After an attempt whose end is unknown, and where the polling window has closed, the service is asked
/// first, and only a clave that it does not know is posted, with the same bytes as ever.
pub(super) fn submit(job: &Job, shift: &Shift<'_>, session: &Session, ledger: &Ledger) -> Result<Done, RunEnded> {
    let mut asked = None;
    if job.document.delivery_unknown || job.document.state == State::Error {
        let answer = ask(job, shift, session, ledger)?;
        match &answer.result {
            Ok(meaning) if meaning.verdict.is_some() => return Ok(answer.into_resolved()),
            Ok(meaning) if meaning.found => {
                let status = meaning.interpretation.status.clone();
                return Ok(answer.into_done(StepOutcome::Received(Receipt::ArrivedEarlier { status })));
            }
            Ok(_) => asked = Some(answer),
            Err(_) => return Ok(answer.into_resolved()),
        }
    }
    let outcome = send(job, shift, session, ledger)?;
    Ok(match asked {
        Some(answer) => answer.into_done(outcome),
        None => Done::of(outcome),
    })
}

fn send(job: &Job, shift: &Shift<'_>, session: &Session, ledger: &Ledger) -> Result<StepOutcome, RunEnded> {
    // Nothing is intended before the login has succeeded, so that a refused one leaves no doubt about the document.
    if let Err(cause) = session.login() {
        return Ok(StepOutcome::Failed(cause));
    }
    // The request under way was the question or the login; below, the list.
    let ended = StepOutcome::Deferred { why: Note::RunEnded, until: None };
    if shift.budget.is_stopped() {
        return Ok(ended);
    }
    let company = &job.document.company;
    shift.number_guard.before_post(company, || ask_for_strays(company, shift, session, ledger))?;
    if shift.budget.is_stopped() {
        return Ok(ended);
    }
    // Never posted from here before: whoever sent it may have sent other bytes.
    let is_first = job.document.state == State::Signed && job.document.submit_attempted_at.is_none();
    Ok(match post(job, session, ledger)? {
        Ok(Reception::AlreadyReceived) if is_first => StepOutcome::Received(Receipt::ReceivedBefore),
        Ok(Reception::Received { location: Some(location) }) => StepOutcome::Received(Receipt::Location(location)),
        Ok(Reception::Received { location: None }) => StepOutcome::Received(Receipt::Confirmed),
        Ok(Reception::AlreadyReceived) => StepOutcome::Received(Receipt::AlreadyReceived),
        Err(outcome) => outcome,
    })
}

/// Asks Hacienda's list for numbers of the company that are not known here. Without an answer the run goes on.
fn ask_for_strays(company: &str, shift: &Shift<'_>, session: &Session, ledger: &Ledger) -> Result<(), RunEnded> {
    let Some(company) = shift.company(company) else { return Ok(()) };
    match session.list(0, PAGE).and_then(|answer| interpret_list(&answer)) {
        Ok(page) => {
            let documents = numbered_by(company, &page.items);
            ledger.note_listed(&company.id, company.settings.environment, documents)
        }
        Err(cause) => {
            log::warn!(
                "{}: Hacienda's list could not be asked for numbers that are not known here; the run goes on: {}",
                company.id,
                cause.to_text()
            );
            Ok(())
        }
    }
}

/// Asks for the verdict on a document.
pub(super) fn check_status(job: &Job, shift: &Shift<'_>, session: &Session, ledger: &Ledger) -> Result<Done, RunEnded> {
    let asked = ask(job, shift, session, ledger)?;
    let meaning = match &asked.result {
        Ok(meaning) if meaning.verdict.is_none() => meaning,
        _ => return Ok(asked.into_resolved()),
    };
    let outcome = match after_no_verdict(job, shift, meaning) {
        Next::Close(cause) => StepOutcome::WindowClosed(cause),
        Next::Wait => StepOutcome::Waiting { posted_again: false },
        // The next look finds it as it is now.
        Next::PostAgain if shift.budget.is_stopped() => StepOutcome::Waiting { posted_again: false },
        Next::PostAgain => match post(job, session, ledger)? {
            Ok(_) => StepOutcome::Waiting { posted_again: true },
            Err(outcome) => outcome,
        },
    };
    Ok(asked.into_done(outcome))
}

/// What follows an answer that is no verdict.
enum Next {
    Wait,
    /// The service does not have what it confirmed, or what something before it did: the same bytes are sent again.
    PostAgain,
    Close(Cause),
}

/// `polling_max_hours` after the submission a document without a verdict needs a person. Only an answer closes the window: an
/// outage never does, nor does the first answer after one, for Hacienda has its own arrears then; the next look may. A clave that
/// is not known closes it only when the bytes were posted again and are still not known: else nobody would ever have them.
fn after_no_verdict(job: &Job, shift: &Shift<'_>, meaning: &Meaning) -> Next {
    let (document, now) = (&job.document, shift.now());
    let last_post = document.submit_attempted_at.max(document.submitted_at);
    let has_waited = last_post.is_none_or(|at| now - at >= UNKNOWN_FOR);
    let was_posted_again = document.submit_attempted_at > document.submitted_at;
    // What is known is so since the latest post, and has the whole window from there.
    let window_begins = if meaning.found { last_post } else { document.submitted_at };
    let hours = shift.company(&document.company).map(|company| company.settings.polling_max_hours);
    let window = hours.zip(window_begins.filter(|_| document.state == State::Submitted));
    let closed = window.filter(|(hours, begins)| now - *begins >= TimeDelta::hours(i64::from(*hours)));
    let last = match meaning.found {
        true => LastWord::Status(meaning.interpretation.status.clone()),
        false => LastWord::NotFound,
    };
    let may_post = matches!(document.state, State::Submitted | State::Error);
    match closed {
        _ if !meaning.found && !has_waited => Next::Wait,
        None if !meaning.found && may_post => Next::PostAgain,
        Some(_) if !meaning.found && may_post && !was_posted_again => Next::PostAgain,
        Some((hours, _)) if !job.entry.as_ref().is_some_and(|entry| entry.category.is_outage()) => {
            Next::Close(Cause::WindowClosed { clave: document.clave.to_string(), hours, last })
        }
        _ => Next::Wait,
    }
}

/// An answer, kept and read.
struct Asked {
    result: Result<Meaning, Cause>,
    response: Option<ResponseId>,
}

impl Asked {
    /// The answer settles the step: a verdict, or the failure to get a readable answer.
    fn into_resolved(self) -> Done {
        let outcome = match self.result.clone() {
            Ok(meaning) => StepOutcome::Resolved(meaning),
            Err(cause) => StepOutcome::Failed(cause),
        };
        self.into_done(outcome)
    }

    fn into_done(self, outcome: StepOutcome) -> Done {
        let interpretation = match self.result {
            Ok(meaning) => meaning.interpretation,
            Err(cause) => unread(Remark::Failed(cause)),
        };
        Done { outcome, answer: self.response.map(|response| (response, interpretation)) }
    }
}

fn ask(job: &Job, shift: &Shift<'_>, session: &Session, ledger: &Ledger) -> Result<Asked, RunEnded> {
    let answer = match session.status(&job.document.clave) {
        Ok(answer) => answer,
        Err(cause) => return Ok(Asked { result: Err(cause), response: None }),
    };
    let body = HeldBody::of(&answer.body, &job.sealer);
    let response = ledger.keep(&job.document, answer.http_status, &body)?;
    let hacienda_seal = shift.company(&job.document.company).map_or("", |company| &company.settings.hacienda_seal);
    let signed = || job.bytes().ok();
    let held = Held { document: &job.document, signed: &signed, hacienda_seal };
    let result = understand(&answer, &held, &|xml| body.sealed(xml, &job.sealer));
    Ok(Asked { result, response })
}

/// Sends the bytes once the intent is on disk.
fn post(job: &Job, session: &Session, ledger: &Ledger) -> Result<Result<Reception, StepOutcome>, RunEnded> {
    let xml = match job.bytes() {
        Ok(xml) => xml,
        Err(cause) => return Ok(Err(StepOutcome::Failed(cause))),
    };
    if let Err(why) = ledger.intend_to_submit(&job.document)? {
        return Ok(Err(StepOutcome::Deferred { why, until: None }));
    }
    Ok(session.submit(&submission(job, xml)).map_err(StepOutcome::Failed))
}

fn submission(job: &Job, xml: Vec<u8>) -> Submission {
    let document = &job.document;
    let is_message = document.kind == Kind::MensajeReceptor;
    Submission {
        clave: document.clave.clave().to_string(),
        fecha: document.issued_text.clone(),
        emisor: document.emisor.clone(),
        receptor: document.receptor.clone(),
        consecutivo_receptor: is_message.then(|| document.consecutivo.clone()),
        xml,
    }
}
