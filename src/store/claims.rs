//! Claiming: which documents are due for a step, taken under a lease so that no two runs do one twice.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::document_id::DocumentId;
use super::documents::{Document, read, select};
use super::{Result, RunId, Store, Write};
use crate::clock::utc_text;
use crate::hacienda::Environment;
use crate::lifecycle::Operation;
use crate::named::Named;

/// Whose documents are claimed, for which step, and how many.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The company's id.
    pub company: &'a str,
    /// Where it sends now.
    pub environment: Environment,
    /// The step.
    pub operation: Operation,
    /// For `check_status`: when a document is due.
    pub window: DueWindow,
    /// At most so many.
    pub limit: usize,
}

/// How far a run has come in its claims of one company: it looks at no document twice, and no claim reads again what earlier
/// ones have passed.
#[derive(Debug, Clone, Default)]
pub struct Cursor {
    first: Place,
    without_answer: Place,
}

/// The last document of a claim: its age and its row.
#[derive(Debug, Clone, Default)]
struct Place {
    age: String,
    id: i64,
}

/// When a submitted document is due for a query of its status.
#[derive(Debug, Clone, Copy)]
pub struct DueWindow {
    /// Submitted at this instant or before: `polling_min_age`.
    pub submitted_by: DateTime<Utc>,
    /// Its status last asked at this instant or before: `polling_interval`.
    pub polled_by: DateTime<Utc>,
    /// A verdict without its MensajeHacienda is asked again when it came after this: `polling_max_hours`.
    pub resolved_after: DateTime<Utc>,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// A document is free when nobody holds it and the queue does not have it for this step.
const FREE: &str = "NOT EXISTS (SELECT 1 FROM leases WHERE document_id = documents.id)
    AND NOT EXISTS (SELECT 1 FROM retry_queue
                    WHERE document_id = documents.id AND operation = ?3 AND state IN ('pending', 'processing', 'failed'))";

/// What makes a document due for a step, and the order of its age. Each is answered by its own partial index.
const DRAFTS: (&str, &str) = ("documents.state = 'draft' AND ?4 = ?5 AND ?7 = ?7 AND ?8 = ''", "documents.id");
const UNSENT: (&str, &str) = ("documents.state = 'signed' AND ?4 = ?5 AND ?7 = ?7 AND ?8 = ''", "documents.id");
const AWAITING: (&str, &str) = (
    // An instant that has not come yet (?7) was written while the clock was wrong, and must not make a document wait for it.
    "documents.state = 'submitted' AND (submitted_at <= ?4 OR submitted_at > ?7)
     AND (last_polled_at IS NULL OR last_polled_at <= ?5 OR last_polled_at > ?7)",
    "submitted_at, documents.id",
);
const WITHOUT_ANSWER: (&str, &str) = (
    "documents.state IN ('accepted', 'rejected') AND answered = 0 AND resolved_at > ?4
     AND (last_polled_at IS NULL OR last_polled_at <= ?5 OR last_polled_at > ?7)",
    "resolved_at, documents.id",
);

/// The rest of a claim; the order is that of the index, so that nothing is sorted.
fn rows((condition, order): (&str, &str)) -> String {
    let behind = if order == "documents.id" { "documents.id > ?9".to_owned() } else { format!("({order}) > (?8, ?9)") };
    format!("WHERE company = ?1 AND environment = ?2 AND {condition} AND {behind} AND {FREE} ORDER BY {order} LIMIT ?6")
}

fn due_sql(wanted: (&str, &str)) -> String {
    select(&rows(wanted))
}

/// The rows of a claim and the two instants that each asks for, `?4` and `?5`.
pub(super) fn rows_of(claim: &Claim<'_>) -> Vec<(String, [String; 2])> {
    let Claim { window, .. } = claim;
    let none = || [String::new(), String::new()];
    match claim.operation {
        Operation::Sign => vec![(rows(DRAFTS), none())],
        Operation::Submit => vec![(rows(UNSENT), none())],
        Operation::CheckStatus => vec![
            (rows(AWAITING), [utc_text(window.submitted_by), utc_text(window.polled_by)]),
            (rows(WITHOUT_ANSWER), [utc_text(window.resolved_after), utc_text(window.polled_by)]),
        ],
    }
}

/// The due documents of a claim behind the cursor, oldest first.
fn due(connection: &rusqlite::Connection, claim: &Claim<'_>, cursor: &mut Cursor) -> rusqlite::Result<Vec<Document>> {
    let window = claim.window;
    let none = || [String::new(), String::new()];
    match claim.operation {
        Operation::Sign => behind(connection, claim, DRAFTS, none(), &mut cursor.first, |_| None),
        Operation::Submit => behind(connection, claim, UNSENT, none(), &mut cursor.first, |_| None),
        Operation::CheckStatus => {
            let times = [utc_text(window.submitted_by), utc_text(window.polled_by)];
            let mut found = behind(connection, claim, AWAITING, times, &mut cursor.first, |it| it.submitted_at)?;
            let rest = Claim { limit: claim.limit - found.len(), ..*claim };
            if rest.limit > 0 {
                let times = [utc_text(window.resolved_after), utc_text(window.polled_by)];
                let place = &mut cursor.without_answer;
                found.extend(behind(connection, &rest, WITHOUT_ANSWER, times, place, |it| it.resolved_at)?);
            }
            Ok(found)
        }
    }
}

fn behind(
    connection: &rusqlite::Connection,
    claim: &Claim<'_>,
    wanted: (&str, &str),
    times: [String; 2],
    place: &mut Place,
    age: impl Fn(&Document) -> Option<DateTime<Utc>>,
) -> rusqlite::Result<Vec<Document>> {
    let documents: Vec<Document> = connection
        .prepare_cached(&due_sql(wanted))?
        .query_map(
            params![
                claim.company,
                claim.environment.name(),
                claim.operation.name(),
                times[0],
                times[1],
                i64::try_from(claim.limit).unwrap_or(i64::MAX),
                utc_text(claim.window.now),
                place.age,
                place.id
            ],
            read,
        )?
        .collect::<rusqlite::Result<_>>()?;
    if let Some(last) = documents.last() {
        *place = Place { age: age(last).map(utc_text).unwrap_or_default(), id: last.id.0 };
    }
    Ok(documents)
}

impl Write<'_> {
    /// Takes due documents for this run, and moves the cursor behind them.
    pub fn claim(&self, run: RunId, claim: &Claim<'_>, cursor: &mut Cursor) -> Result<Vec<Document>> {
        let documents = due(&self.transaction, claim, cursor)?;
        for document in &documents {
            self.lease(run, document.id)?;
        }
        Ok(documents)
    }

    /// Takes one document that a person named; `None` when another run holds it.
    pub fn claim_named(&self, run: RunId, id: DocumentId) -> Result<Option<Document>> {
        if !self.lease(run, id)? {
            return Ok(None);
        }
        self.document(id).map(Some)
    }

    pub(super) fn lease(&self, run: RunId, id: DocumentId) -> Result<bool> {
        let taken = self
            .transaction
            .prepare_cached("INSERT OR IGNORE INTO leases (document_id, run_id) VALUES (?, ?)")?
            .execute(params![id.0, run.0])?;
        Ok(taken == 1)
    }

    /// Gives a document back.
    pub fn release(&self, run: RunId, id: DocumentId) -> Result<()> {
        self.transaction
            .prepare_cached("DELETE FROM leases WHERE document_id = ? AND run_id = ?")?
            .execute(params![id.0, run.0])?;
        Ok(())
    }
}

impl Store {
    /// What [`Write::claim`] would take now, without taking it.
    pub fn due(&self, claim: &Claim<'_>) -> Result<Vec<Document>> {
        self.ask(|connection| due(connection, claim, &mut Cursor::default()))
    }

    /// How many [`Write::claim`] would find without its limit.
    pub fn count_due(&self, claim: &Claim<'_>) -> Result<u64> {
        self.ask(|connection| {
            let mut count = 0;
            for (rows, times) in rows_of(claim) {
                let sql = format!("SELECT count(*) FROM (SELECT 1 FROM documents {rows})");
                let (company, environment) = (claim.company, claim.environment.name());
                let now = utc_text(claim.window.now);
                let all = [company, environment, claim.operation.name(), &times[0], &times[1]];
                let parameters = params![all[0], all[1], all[2], all[3], all[4], i64::MAX, now, "", 0];
                count += connection.prepare_cached(&sql)?.query_row(parameters, |row| row.get::<_, u64>(0))?;
            }
            Ok(count)
        })
    }
}

/// The statements of a claim, for the test of their plans.
#[cfg(test)]
pub(super) fn claim_statements() -> Vec<String> {
    [DRAFTS, UNSENT, AWAITING, WITHOUT_ANSWER].map(due_sql).into()
}
