//! One document's step: what a worker gets, and what it says afterwards.

use chrono::{DateTime, Utc};

use super::answer::Meaning;
use super::note::Note;
use crate::cause::{Cause, Receipt};
use crate::lifecycle::Operation;
use crate::store::{Document, Entry, Interpretation, ResponseId};

/// One step of one document, claimed for this run.
#[derive(Debug)]
pub(super) struct Job {
    pub document: Document,
    pub operation: Operation,
    /// The bytes to sign or to send; empty for a look.
    pub xml: Vec<u8>,
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
        xml: Vec<u8>,
        /// Their SHA-256, hexadecimal.
        sha256: String,
    },
    /// The service said that it has the document.
    Received(Receipt),
    /// The service gave its verdict.
    Resolved(Meaning),
    /// Nothing is wrong: look again later. No attempt is spent.
    Waiting {
        /// The service did not know the document, and the same bytes were posted again.
        posted_again: bool,
    },
    /// The polling window closed without a verdict.
    WindowClosed(Cause),
    /// The step failed.
    Failed(Cause),
    /// The step was not tried, for the service or the company's login is known not to work now. The queue has it.
    Blocked(Cause),
    /// The step was not tried in this run; nothing is wrong with the document.
    Deferred {
        /// Why not now.
        why: Note,
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

impl Done {
    pub fn of(outcome: Outcome) -> Self {
        Done { outcome, answer: None }
    }
}
