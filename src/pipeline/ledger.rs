//! What a worker says to the writer, and hears from it.

use std::sync::mpsc::{Receiver, Sender};

use chrono::{DateTime, Utc};

use super::job::{Done, Job};
use super::note::Note;
use crate::document::DocumentKey;
use crate::hacienda::Environment;
use crate::store::{Document, DocumentId, HeldBody, Hold, ResponseId};

/// A worker's word.
#[derive(Debug)]
pub(super) enum Message {
    /// It has nothing to do, or soon will not.
    Idle { worker: usize },
    /// It is about to POST this document: commit that first.
    Intend { worker: usize, document: Box<Document> },
    /// An answer came: commit its bytes before anyone reads them.
    Keep { worker: usize, document: DocumentId, company: String, http_status: u16, body: Box<HeldBody> },
    /// The list has these documents with numbers of this company: note those that are not here.
    Listed {
        worker: usize,
        company: String,
        environment: Environment,
        documents: Vec<(DocumentKey, Option<DateTime<Utc>>)>,
    },
    /// Steps have ended.
    Settle(Vec<(Job, Done)>),
}

/// The writer's word.
#[derive(Debug)]
pub(super) enum Reply {
    /// Work.
    Jobs(Vec<Job>),
    /// What was said is on disk; the number of the kept response, where one was.
    Committed(Option<ResponseId>),
    /// A person must decide first; nothing was intended.
    Held(Hold),
    /// The lease has ended and another run has the document: hands off.
    Lost,
}

/// The writer has ended: nothing more may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RunEnded;

/// A worker's line to the writer.
pub(super) struct Ledger {
    worker: usize,
    to_writer: Sender<Message>,
    from_writer: Receiver<Reply>,
}

impl Ledger {
    pub(super) fn new(worker: usize, to_writer: Sender<Message>, from_writer: Receiver<Reply>) -> Self {
        Ledger { worker, to_writer, from_writer }
    }

    /// Asks for work, which [`Ledger::next_jobs`] waits for.
    pub(super) fn ask_for_jobs(&self) {
        // Of a writer that has ended, the next word heard says so.
        let _ = self.to_writer.send(Message::Idle { worker: self.worker });
    }

    /// Waits for the work that was asked for; none means that the run is over.
    pub(super) fn next_jobs(&self) -> Vec<Job> {
        match self.from_writer.recv() {
            Ok(Reply::Jobs(jobs)) => jobs,
            Ok(Reply::Committed(_) | Reply::Held(_) | Reply::Lost) | Err(_) => Vec::new(),
        }
    }

    /// Returns when the intent to POST is on disk; else why nothing may be sent.
    pub(super) fn intend_to_submit(&self, document: &Document) -> Result<Result<(), Note>, RunEnded> {
        let reply = self.ask(Message::Intend { worker: self.worker, document: Box::new(document.clone()) })?;
        Ok(match reply {
            Reply::Committed(_) => Ok(()),
            Reply::Held(hold) => Err(Note::Held(hold)),
            Reply::Jobs(_) | Reply::Lost => Err(Note::TakenOver),
        })
    }

    /// Returns when what the list has and the database has not is on disk.
    pub(super) fn note_listed(
        &self,
        company: &str,
        environment: Environment,
        documents: Vec<(DocumentKey, Option<DateTime<Utc>>)>,
    ) -> Result<(), RunEnded> {
        let (worker, company) = (self.worker, company.to_owned());
        self.ask(Message::Listed { worker, company, environment, documents }).map(|_| ())
    }

    /// Returns when the answer's bytes are on disk.
    pub(super) fn keep(
        &self,
        document: &Document,
        http_status: u16,
        body: &HeldBody,
    ) -> Result<Option<ResponseId>, RunEnded> {
        let message = Message::Keep {
            worker: self.worker,
            document: document.id,
            company: document.company.clone(),
            http_status,
            body: Box::new(body.clone()),
        };
        match self.ask(message)? {
            Reply::Committed(response) => Ok(response),
            Reply::Jobs(_) | Reply::Held(_) | Reply::Lost => Err(RunEnded),
        }
    }

    /// Hands over how steps have ended.
    pub(super) fn settle(&self, settled: Vec<(Job, Done)>) {
        // A writer that has ended has said why; an unsettled step is asked for again by the next run.
        let _ = self.to_writer.send(Message::Settle(settled));
    }

    fn ask(&self, message: Message) -> Result<Reply, RunEnded> {
        self.to_writer.send(message).map_err(|_| RunEnded)?;
        self.from_writer.recv().map_err(|_| RunEnded)
    }
}
