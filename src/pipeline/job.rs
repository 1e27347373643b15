//! One document's step: what a worker gets, and what it says afterwards.

use chrono::{DateTime, Utc};

use super::answer::Meaning;
use crate::hacienda::{Delivery, Fault};
use crate::lifecycle::Operation;
use crate::retry::Category;
use crate::store::{Document, Entry, Interpretation, Paper, ResponseId, Sealed, Sealer};

/// One step of one document, claimed for this run.
#[derive(Debug)]
pub(super) struct Job {
    pub document: Document,
    pub operation: Operation,
    /// The bytes to sign or to send.
    pub paper: Option<Sealed>,
    /// What seals what comes of it: the signed bytes, or an answer.
    pub sealer: Sealer,
    /// The retry entry that is being worked.
    pub entry: Option<Entry>,
    /// A person asked for it now: attempts start again.
    pub fresh_attempts: bool,
}

/// How a step ended.
#[derive(Debug)]
pub enum Outcome {
    /// The signature was made and verified.
    Signed {
        /// The signed bytes.
        paper: Sealed,
        /// Without their signature they are the draft, byte for byte.
        holds_draft: bool,
    },
    /// The service said that it has the document.
    Received {
        /// How it said so.
        detail: String,
    },
    /// The service gave its verdict.
    Resolved(Meaning),
    /// Nothing is wrong: look again later. No attempt is spent.
    Waiting {
        /// What was done meanwhile, worth an event.
        detail: Option<String>,
    },
    /// The polling window closed without a verdict.
    WindowClosed {
        /// Why, for a person.
        reason: String,
    },
    /// The step failed.
    Failed(Failure),
    /// The step was not tried, for the service or the company's login is known not to work now. The queue has it.
    Blocked(Failure),
    /// The step was not tried in this run; nothing is wrong with the document.
    Deferred {
        /// Why not now.
        reason: String,
        /// Not before this instant, where the service said so.
        until: Option<DateTime<Utc>>,
    },
}

/// An outcome and the kept answer that it rests on.
#[derive(Debug)]
pub(super) struct Done {
    pub outcome: Outcome,
    /// Where the answer's bytes are, and what they turned out to mean.
    pub answer: Option<(ResponseId, Interpretation)>,
}

impl Job {
    /// What a step leaves behind.
    pub fn comes_of(operation: Operation) -> Paper {
        match operation {
            Operation::Sign => Paper::Signed,
            Operation::Submit | Operation::CheckStatus => Paper::Answer,
        }
    }

    /// The bytes to sign or to send; a damaged paper is a failure that says so.
    pub fn bytes(&self) -> Result<Vec<u8>, Failure> {
        let Some(paper) = &self.paper else { return Ok(Vec::new()) };
        paper.open().map_err(|damage| {
            let message = format!(
                "its stored bytes are damaged: {damage}; nothing was done with them. Restore the latest backup"
            );
            Failure::new(Category::Unknown, message)
        })
    }
}

impl Done {
    pub fn of(outcome: Outcome) -> Self {
        Done { outcome, answer: None }
    }

    pub fn failed(failure: impl Into<Failure>) -> Self {
        Self::of(Outcome::Failed(failure.into()))
    }
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The class that decides about the next attempt.
    pub category: Category,
    /// For a person. Holds no secret.
    pub message: String,
    /// The service does not want to be asked before this instant.
    pub not_before: Option<DateTime<Utc>>,
    /// Whether a POST may have arrived; `None` when none was made.
    pub delivery: Option<Delivery>,
    /// The obstacle is the company's or the service's, not this document's: no attempt is spent.
    pub spares_attempts: bool,
    /// The identity provider refused the login.
    pub login_refused: bool,
    /// A request was made: the failure tells something about the service.
    pub from_service: bool,
}

impl Failure {
    /// The document itself is at fault.
    pub(super) fn of_document(message: impl Into<String>) -> Self {
        Self::new(Category::Validation, message)
    }

    /// The company's key, PIN, certificate or login is at fault: every document of it would fail alike.
    pub(super) fn of_credentials(message: impl Into<String>) -> Self {
        Failure { spares_attempts: true, ..Self::new(Category::Auth, message) }
    }

    /// A company that the configuration does not have any more.
    pub(super) fn of_unknown_company(id: &str) -> Self {
        Self::of_credentials(format!("the company `{id}` is not in the configuration any more; add it again"))
    }

    pub(super) fn new(category: Category, message: impl Into<String>) -> Self {
        Failure {
            category,
            message: message.into(),
            not_before: None,
            delivery: None,
            spares_attempts: false,
            login_refused: false,
            from_service: false,
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Failure {
            category: fault.category,
            message: fault.message,
            not_before: fault.not_before,
            delivery: Some(fault.delivery),
            spares_attempts: fault.login_refused,
            login_refused: fault.login_refused,
            from_service: true,
        }
    }
}
