//! `deadlines`: the terms of the law that open documents are under.

use super::{Context, Outcome};
use crate::clock::costa_rica;
use crate::deadlines::{Calendar, Deadline, Facts, deadline};
use crate::document::{Clave, Situation};
use crate::error::{Error, ExitCode};
use crate::notice::{Fact, Way};
use crate::output::{Finished, deadlines_view};
use crate::store::{Document, Store, StoreError, Write};

/// A document under a term.
pub struct Open {
    /// The document.
    pub document: Document,
    /// Its term.
    pub deadline: Deadline,
}

/// Shows the terms, the nearest first; exit code 3 when one has passed.
pub fn run(context: &Context) -> Outcome {
    let store = context.store_to_read()?;
    let terms = open(context, &store)?;
    let code = if terms.iter().any(|term| term.deadline.passed) { ExitCode::NeedsPerson } else { ExitCode::Done };
    Ok(Finished::Shown(deadlines_view(&terms), code))
}

/// The terms of all documents without a verdict, the nearest first.
pub fn open(context: &Context, store: &Store) -> Result<Vec<Open>, Error> {
    let calendar = Calendar::new(&context.config.holidays_add, &context.config.holidays_remove);
    let now = context.clock.now();
    let named = context.global.company.as_deref();
    let mut terms = Vec::new();
    for document in store.unresolved_documents(named)? {
        let situation = document.clave.get(..50).and_then(|clave| clave.parse().ok()).map(|it: Clave| it.situation());
        let facts = Facts {
            clave: &document.clave,
            company: &document.company,
            kind: document.kind,
            situation: situation.unwrap_or(Situation::Normal),
            issued_at: document.issued_at.with_timezone(&costa_rica()),
            state: document.state,
            submitted_at: document.submitted_at,
        };
        if let Some(deadline) = deadline(&facts, &calendar, now) {
            terms.push(Open { document, deadline });
        }
    }
    terms.sort_by_key(|term| term.deadline.due_at);
    Ok(terms)
}

/// Puts the terms that are near or over into the outbox.
pub fn note(write: &Write<'_>, terms: &[Open], ways: &[Way]) -> Result<(), StoreError> {
    for term in terms.iter().filter(|term| term.deadline.near || term.deadline.passed) {
        let Deadline { rule, due_at, passed, .. } = term.deadline;
        let fact = Fact::Term { rule, due_at, passed };
        write.notify(ways, &term.document.company, Some(&term.document), &fact)?;
    }
    Ok(())
}
