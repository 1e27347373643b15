//! One document's step: what a worker gets, and what it says afterwards.

use chrono::{DateTime, Utc};

use super::answer::Meaning;
use super::note::Note;
use crate::cause::{Cause, PaperFault, Receipt};
use crate::lifecycle::Operation;
use crate::store::{Document, Entry, Hold, Interpretation, Opened, Paper, ResponseId, Sealed, Sealer};
use crate::validation::Neighbours;

/// One step of one document, claimed for this run.
#[derive(Debug)]
pub(super) struct Job {
    pub document: Document,
    pub operation: Operation,
    /// The bytes to sign or to send, held to the hash that the document's row tells; none where they are lost.
    pub paper: Option<Sealed>,
    /// Of a draft: the documents that it must go with, where there are any.
    pub neighbours: Option<Neighbours>,
    /// What seals what comes of it: the signed bytes, or an answer.
    pub sealer: Sealer,
    /// A person must decide first.
    pub hold: Option<Hold>,
    /// The retry entry that is being worked.
    pub entry: Option<Entry>,
    /// A person asked for it now: attempts start again.
    pub fresh_attempts: bool,
}

/// How a step ended.
#[derive(Debug)]
pub(super) enum StepOutcome {
    /// The signature was made and verified.
    Signed {
        /// The signed bytes.
        paper: Sealed,
        /// Without their signature they are the draft, byte for byte.
        holds_draft: bool,
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
    pub outcome: StepOutcome,
    /// Where the answer's bytes are, and what they turned out to mean.
    pub answer: Option<(ResponseId, Interpretation)>,
}

impl Job {
    /// What a step leaves behind.
    pub(super) fn comes_of(operation: Operation) -> Paper {
        match operation {
            Operation::Sign => Paper::Signed,
            Operation::Submit | Operation::CheckStatus => Paper::Answer,
        }
    }

    /// The bytes to sign. A paper that is damaged, lost or another document's is a failure that says so.
    pub(super) fn draft(&self) -> Result<Opened, Cause> {
        let paper = self.paper.as_ref().ok_or(Cause::Damaged { fault: PaperFault::Missing })?;
        paper.open_to_continue().map_err(|damage| Cause::Damaged { fault: damage.into() })
    }

    /// The bytes to send, in the same way.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Cause> {
        let paper = self.paper.as_ref().ok_or(Cause::Damaged { fault: PaperFault::Missing })?;
        paper.open().map_err(|damage| Cause::Damaged { fault: damage.into() })
    }
}

impl Done {
    pub(super) fn of(outcome: StepOutcome) -> Self {
        Done { outcome, answer: None }
    }
}
