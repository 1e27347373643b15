//! What a run did, document by document, and the exit code that follows from it.

use serde::Serialize;

use super::errand::ErrandName;
use super::job::StepOutcome;
use super::note::Note;
use super::totals::Totals;
use crate::cause::{Cause, Receipt};
use crate::ending::Ending;
use crate::error::ExitCode;
use crate::hacienda::Environment;
use crate::lifecycle::{Event, Operation, State};
use crate::retry::Category;
use crate::store::{Document, Held, Hold, RunResult};

/// How a document fared in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StepResult {
    /// It moved on.
    Done,
    /// Nothing is wrong; there is no verdict yet.
    Waiting,
    /// The step failed, or the document was rejected by the step itself.
    Failed,
    /// It was not tried; a later run will.
    Deferred,
    /// There was nothing to do for it.
    Skipped,
}

/// One line of a run's report.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// The document's key.
    pub clave: String,
    /// Id of its company.
    pub company: String,
    /// How far it has come after the step.
    pub state: State,
    /// How it fared.
    pub result: StepResult,
    /// What went wrong.
    pub error: Option<Cause>,
    /// What a person may want to know of a document that fared well; not part of the JSON contract's error.
    pub note: Option<Note>,
}

/// A service that does not answer.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outage {
    /// Whose.
    pub environment: Environment,
    /// Since when, UTC.
    pub since: String,
    /// Documents that the queue has for it.
    pub waiting: u64,
}

/// What a run did.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    /// What the run is called.
    pub operation: ErrandName,
    /// Documents worked on.
    pub processed: u64,
    /// Those that moved on.
    pub succeeded: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those left for a later run.
    pub deferred: u64,
    /// Documents that were due and not taken: the limit was reached, or the run ended before.
    pub remaining: u64,
    /// The run was ended before its work was, by a signal or by its time.
    pub interrupted: bool,
    /// The signal that ended it.
    pub ended_by: Option<i32>,
    /// Documents that the queue has for these steps, and that the run left there.
    pub held: Vec<Held>,
    /// The plan only: nothing was done.
    pub dry_run: bool,
    /// Services that do not answer.
    pub outages: Vec<Outage>,
    /// Documents that a plan would work on.
    pub planned: u64,
    /// What a person reviews before it is done: what the documents of a plan come to.
    pub totals: Totals,
    /// Each document, or, where nobody asked for all, only those that a person must see.
    pub documents: Vec<Report>,
    keep_all: bool,
    codes: Vec<ExitCode>,
}

impl Summary {
    /// An empty report; `keep_all` keeps a line for every document, not only for those with trouble.
    pub(crate) fn new(operation: ErrandName, keep_all: bool) -> Self {
        Summary {
            operation,
            processed: 0,
            succeeded: 0,
            failed: 0,
            deferred: 0,
            remaining: 0,
            interrupted: false,
            ended_by: None,
            held: Vec::new(),
            dry_run: false,
            outages: Vec::new(),
            planned: 0,
            totals: Totals::default(),
            documents: Vec::new(),
            keep_all,
            codes: Vec::new(),
        }
    }

    /// The exit code of all of it: the signal that ended it, or by the contract's precedence.
    pub(crate) fn exit_code(&self) -> ExitCode {
        self.ended_by.and_then(ExitCode::of_signal).unwrap_or_else(|| ExitCode::most_pressing(&self.codes))
    }

    /// Drafts wait because a key cannot be used: a person is needed, though nothing was due.
    pub(crate) fn waits_for_keys(&self) -> bool {
        self.held.iter().any(|held| held.operation == Operation::Sign && held.auth > 0)
    }

    /// So many documents more were named, and not taken because the run ended.
    pub(crate) fn leave_out(&mut self, untaken: u64, ending: &Ending) {
        self.end(self.remaining + untaken, ending);
    }

    /// The run ends: what was due and not taken, and by what it was ended when that or a deferred document is left.
    pub(super) fn end(&mut self, remaining: u64, ending: &Ending) {
        self.remaining = remaining;
        self.interrupted = ending.is_over() && (remaining > 0 || self.interrupted);
        self.ended_by = ending.signal().filter(|_| self.interrupted);
    }

    /// The numbers that the `runs` table keeps.
    pub(crate) fn run_result(&self) -> RunResult {
        RunResult {
            exit_code: self.exit_code().number(),
            processed: self.processed,
            succeeded: self.succeeded,
            failed: self.failed,
            deferred: self.deferred,
        }
    }

    /// Documents that are neither done nor failed nor left: they wait for Hacienda.
    pub(crate) fn waiting(&self) -> u64 {
        self.processed - self.succeeded - self.failed
    }

    /// Adds a document that there was nothing to do for.
    pub(crate) fn skip(&mut self, document: &Document, why: Note) {
        self.push(report(document, document.state, StepResult::Skipped, None, Some(why)), true);
    }

    /// Adds a document of a plan that is only shown.
    pub(crate) fn plan(&mut self, document: &Document, what: Note) {
        self.dry_run = true;
        self.planned += 1;
        self.push(report(document, document.state, StepResult::Skipped, None, Some(what)), true);
    }

    /// Counts documents that were not even claimed, for every one would have failed alike.
    pub(super) fn leave(&mut self, count: usize, cause: &Cause) {
        if count > 0 {
            self.deferred += count as u64;
            self.codes.push(code_of(cause, false));
        }
    }

    /// Adds a settled document. `gave_up` tells that its retries are spent.
    pub(super) fn add(&mut self, document: &Document, outcome: &StepOutcome, state: State, gave_up: bool) {
        let line = |result, error, note| report(document, state, result, error, note);
        let (line, noteworthy) = match outcome {
            StepOutcome::Failed(cause) => {
                self.codes.push(code_of(cause, gave_up));
                (line(StepResult::Failed, Some(cause.clone()), None), true)
            }
            StepOutcome::WindowClosed(cause) => {
                self.codes.push(ExitCode::NeedsPerson);
                (line(StepResult::Failed, Some(cause.clone()), None), true)
            }
            StepOutcome::Deferred { why: why @ Note::Held(hold), .. } => {
                self.codes.push(ExitCode::NeedsPerson);
                // Of a stopped series there may be very many, and the run says it once.
                let noteworthy = !matches!(hold, Hold::SeriesStopped { .. });
                (line(StepResult::Deferred, None, Some(why.clone())), noteworthy)
            }
            StepOutcome::Received(Receipt::ReceivedBefore) => {
                (line(StepResult::Done, None, Some(Note::ReceivedBefore)), true)
            }
            StepOutcome::Deferred { why, until } => {
                // A run that was told to end has done nothing wrong; a service that asked for a pause was not reached.
                self.codes.extend(until.map(|_| ExitCode::Unavailable));
                self.interrupted |= *why == Note::RunEnded;
                (line(StepResult::Deferred, None, Some(why.clone())), false)
            }
            StepOutcome::Blocked(cause) => {
                self.codes.push(code_of(cause, false));
                (line(StepResult::Deferred, Some(cause.clone()), None), false)
            }
            StepOutcome::Resolved(meaning) => {
                let rejected = meaning.verdict == Some(Event::Rejected);
                self.codes.extend(rejected.then_some(ExitCode::NeedsPerson));
                let answer = meaning.interpretation.description.clone().map(Note::Answer);
                (line(StepResult::Done, None, answer), rejected)
            }
            StepOutcome::Waiting { posted_again } => {
                (line(StepResult::Waiting, None, posted_again.then_some(Note::PostedAgain)), false)
            }
            StepOutcome::Signed { .. } | StepOutcome::Received(_) => (line(StepResult::Done, None, None), false),
        };
        match line.result {
            StepResult::Deferred => self.deferred += 1,
            StepResult::Skipped => {}
            result => {
                self.processed += 1;
                self.succeeded += u64::from(result == StepResult::Done);
                self.failed += u64::from(result == StepResult::Failed);
            }
        }
        self.push(line, noteworthy);
    }

    fn push(&mut self, line: Report, noteworthy: bool) {
        if self.keep_all || noteworthy {
            self.documents.push(line);
        }
    }
}

fn report(document: &Document, state: State, result: StepResult, error: Option<Cause>, note: Option<Note>) -> Report {
    Report { clave: document.clave.to_string(), company: document.company.clone(), state, result, error, note }
}

/// A failure's exit code: whom it concerns now.
fn code_of(cause: &Cause, gave_up: bool) -> ExitCode {
    match cause.category() {
        _ if cause.is_of_storage() => ExitCode::Storage,
        Category::Auth => ExitCode::Credentials,
        Category::Validation => ExitCode::NeedsPerson,
        _ if gave_up => ExitCode::NeedsPerson,
        _ => ExitCode::Unavailable,
    }
}
