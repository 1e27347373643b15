//! The terms of the law that documents without a verdict are under.

use chrono::{DateTime, Utc};

use super::note::Note;
use crate::clock::costa_rica;
use crate::deadlines::{Calendar, Deadline, Facts, deadline};
use crate::notice::{Fact, Way};
use crate::store::{Document, Store, StoreError, Write};

/// A document under a term.
#[derive(Debug)]
pub struct OpenTerm {
    /// The document.
    pub document: Document,
    /// Its term.
    pub deadline: Deadline,
}

/// The terms of all documents without a verdict, the nearest first; with a name only that company's.
pub(crate) fn open_terms(
    store: &Store,
    company: Option<&str>,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<OpenTerm>, StoreError> {
    let mut terms = Vec::new();
    for document in store.unresolved_documents(company)? {
        let facts = facts(&document);
        if let Some(deadline) = deadline(&facts, calendar, now) {
            terms.push(OpenTerm { document, deadline });
        }
    }
    terms.sort_by_key(|term| term.deadline.due_at);
    Ok(terms)
}

/// What is said of a document that is signed now, when its term has passed. Days off that only the configuration knows could move
/// a term of business days by some: such a one is told too.
pub(super) fn note_of_late(document: &Document, now: DateTime<Utc>) -> Option<Note> {
    let facts = facts(document);
    let passed = deadline(&facts, &Calendar::default(), now).filter(|deadline| deadline.passed)?;
    Some(Note::SignedLate { rule: passed.rule, due_at: passed.due_at })
}

fn facts(document: &Document) -> Facts<'_> {
    Facts {
        clave: &document.clave,
        company: &document.company,
        kind: document.kind,
        situation: document.clave.clave().situation(),
        issued_at: document.issued_at.with_timezone(&costa_rica()),
        state: document.state,
        submitted_at: document.submitted_at,
    }
}

/// Puts the terms that are near or over into the outbox.
pub(crate) fn note_terms(write: &Write<'_>, terms: &[OpenTerm], ways: &[Way]) -> Result<(), StoreError> {
    for term in terms.iter().filter(|term| term.deadline.near || term.deadline.passed) {
        let Deadline { rule, due_at, passed, .. } = term.deadline;
        let fact = Fact::Term { rule, due_at, passed };
        write.notify(ways, &term.document.company, Some(&term.document), &fact)?;
    }
    Ok(())
}
