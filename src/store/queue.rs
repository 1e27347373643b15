//! The retry queue: one live entry for a document and operation.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::claims::{self, Claim};
use super::document_id::DocumentId;
use super::documents::Document;
use super::{Result, Write, parsed, parsed_or_null};
use crate::cause::{Cause, Detail, Stored};
use crate::clock::utc_text;
use crate::document::Kind;
use crate::lifecycle::Operation;
use crate::named::{Named, unknown};
use crate::retry::{Category, Decision};

/// The key of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntryId(pub i64);

/// What becomes of a failed step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Display, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<EntryState>)]
pub enum EntryState {
    /// It waits for its time.
    Pending,
    /// A run works on it.
    Processing,
    /// The step succeeded, by the queue or otherwise.
    Completed,
    /// Its retries are spent: a person must look.
    Failed,
    /// A person or the closing of the window ended it.
    Cancelled,
}

impl Named for EntryState {
    const WHAT: &'static str = "a state of a retry entry";
}

/// One entry, as `retry list` prints it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its key.
    pub id: EntryId,
    /// The document's row.
    pub document: DocumentId,
    /// The document's key with the service.
    pub clave: String,
    /// The company's id.
    pub company: String,
    /// The step that failed.
    pub operation: Operation,
    /// What becomes of it.
    pub state: EntryState,
    /// 0 low, 1 normal, 2 high, 3 urgent.
    pub priority: u8,
    /// Retries made.
    pub retry_count: u32,
    /// Retries that its category gets.
    pub max_retries: u32,
    /// Why the latest attempt failed.
    pub category: Category,
    /// What failed it last.
    pub last_error: Cause,
    /// The latest attempt.
    pub last_attempt: DateTime<Utc>,
    /// The next one; none when it will not be tried by itself.
    pub next_attempt: Option<DateTime<Utc>>,
}

impl Entry {
    /// It waits, is worked on, or has failed: a person may have it tried.
    pub fn is_live(&self) -> bool {
        matches!(self.state, EntryState::Pending | EntryState::Processing | EntryState::Failed)
    }
}

/// A failure that is to be written into the queue.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// The step.
    pub operation: Operation,
    /// Why it failed.
    pub cause: &'a Cause,
    /// Retries that the category gets.
    pub max_retries: u32,
    /// What the policy decided.
    pub decision: Decision,
}

pub(super) const SELECT: &str =
    "SELECT retry_queue.*, clave FROM retry_queue JOIN documents ON documents.id = document_id";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: EntryId(row.get("id")?),
        document: DocumentId(row.get("document_id")?),
        clave: row.get("clave")?,
        company: row.get("company")?,
        operation: parsed(row, "operation")?,
        state: parsed(row, "state")?,
        priority: row.get("priority")?,
        retry_count: row.get("retry_count")?,
        max_retries: row.get("max_retries")?,
        category: parsed(row, "error_category")?,
        last_error: super::stored(row, "last_error")?,
        last_attempt: parsed(row, "last_attempt")?,
        next_attempt: parsed_or_null(row, "next_attempt")?,
    })
}

/// The contract's default: invoices and their notes before the rest.
fn default_priority(kind: Kind) -> u8 {
    match kind {
        Kind::Factura | Kind::NotaCredito | Kind::NotaDebito => 2,
        _ => 1,
    }
}

/// [`default_priority`] of a row of documents.
fn priority_sql() -> String {
    let cases: Vec<_> =
        Kind::ALL.iter().map(|kind| format!("WHEN '{}' THEN {}", kind.name(), default_priority(*kind))).collect();
    format!("CASE kind {} END", cases.join(" "))
}

/// How a decision stands in the row of its entry.
struct Written {
    state: EntryState,
    retry_count: u32,
    now: String,
    next_attempt: Option<String>,
    finished_at: Option<String>,
}

impl Written {
    fn of(failed: Failed<'_>, now: DateTime<Utc>) -> Self {
        let now = utc_text(now);
        match failed.decision {
            Decision::Again { retry_count, at } => {
                let next_attempt = Some(utc_text(at));
                Written { state: EntryState::Pending, retry_count, now, next_attempt, finished_at: None }
            }
            Decision::Failed { retry_count, again_at } => {
                let (next_attempt, finished_at) = (again_at.map(utc_text), Some(now.clone()));
                Written { state: EntryState::Failed, retry_count, now, next_attempt, finished_at }
            }
        }
    }
}

impl Write<'_> {
    /// The live entry of a document and operation.
    pub fn live_entry(&self, document: DocumentId, operation: Operation) -> Result<Option<Entry>> {
        Ok(self
            .transaction
            .prepare_cached(&format!(
                "{SELECT} WHERE document_id = ? AND operation = ?
                 AND retry_queue.state IN ('pending', 'processing', 'failed')"
            ))?
            .query_row(params![document.0, operation.name()], read)
            .optional()?)
    }

    /// Opens the entry of a failed step, or brings it up to date.
    pub fn step_failed(&self, document: &Document, failed: Failed<'_>) -> Result<()> {
        let entry = Written::of(failed, self.now);
        self.transaction
            .prepare_cached(
                "INSERT INTO retry_queue (document_id, company, environment, operation, priority, state, retry_count,
                     max_retries, error_category, last_error, last_attempt, next_attempt, created_at, finished_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?11, ?13)
                 ON CONFLICT (document_id, operation) WHERE state IN ('pending', 'processing', 'failed')
                 DO UPDATE SET state = excluded.state, retry_count = excluded.retry_count,
                     max_retries = excluded.max_retries, error_category = excluded.error_category,
                     last_error = excluded.last_error, last_attempt = excluded.last_attempt,
                     next_attempt = excluded.next_attempt, finished_at = excluded.finished_at",
            )?
            .execute(params![
                document.id.0,
                document.company,
                document.environment.name(),
                failed.operation.name(),
                default_priority(document.kind),
                entry.state.name(),
                entry.retry_count,
                failed.max_retries,
                failed.cause.category().name(),
                failed.cause.to_text(),
                entry.now,
                entry.next_attempt,
                entry.finished_at
            ])?;
        self.note(document.id, failed.operation.name(), &Detail::Failed(failed.cause.clone()))
    }

    /// Opens the entries of all documents of a claim without trying a step, for every one would fail alike. How many.
    pub fn queue_untried(&self, claim: &Claim<'_>, failed: Failed<'_>) -> Result<usize> {
        let entry = Written::of(failed, self.now);
        let mut queued = 0;
        for (rows, times) in claims::rows_of(claim) {
            let sql = format!(
                "INSERT INTO retry_queue (document_id, company, environment, operation, priority, state, retry_count,
                     max_retries, error_category, last_error, last_attempt, next_attempt, created_at, finished_at)
                 SELECT id, company, environment, ?3, {}, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?15, ?17 FROM documents {rows}",
                priority_sql()
            );
            queued += self.transaction.prepare_cached(&sql)?.execute(params![
                claim.company,
                claim.environment.name(),
                failed.operation.name(),
                times[0],
                times[1],
                claim.limit.saturating_sub(queued) as i64,
                utc_text(claim.window.now),
                "",
                0,
                entry.state.name(),
                entry.retry_count,
                failed.max_retries,
                failed.cause.category().name(),
                failed.cause.to_text(),
                entry.now,
                entry.next_attempt,
                entry.finished_at
            ])?;
        }
        Ok(queued)
    }

    /// The step succeeded, whoever took it: its entry is done.
    pub fn step_succeeded(&self, document: DocumentId, operation: Operation) -> Result<()> {
        self.close_entry(document, operation, EntryState::Completed)
    }

    /// The step is no longer needed.
    pub fn step_cancelled(&self, document: DocumentId, operation: Operation) -> Result<()> {
        self.close_entry(document, operation, EntryState::Cancelled)
    }

    fn close_entry(&self, document: DocumentId, operation: Operation, state: EntryState) -> Result<()> {
        self.transaction
            .prepare_cached(
                "UPDATE retry_queue SET state = ?, finished_at = ?, next_attempt = NULL
                 WHERE document_id = ? AND operation = ? AND state IN ('pending', 'processing', 'failed')",
            )?
            .execute(params![state.name(), utc_text(self.now), document.0, operation.name()])?;
        Ok(())
    }

    /// Nothing was tried: the entry waits again, its attempts unspent, until `at` or its own time, whichever is later.
    pub fn entry_deferred(&self, entry: &Entry, at: Option<DateTime<Utc>>) -> Result<()> {
        // A failed entry that a person wanted tried has no time of its own: it is due now, or it would wait for ever.
        let next_attempt = entry.next_attempt.into_iter().chain(at).max().unwrap_or(self.now);
        self.transaction
            .prepare_cached(
                "UPDATE retry_queue SET state = 'pending', next_attempt = ? WHERE id = ? AND state = 'processing'",
            )?
            .execute(params![utc_text(next_attempt), entry.id.0])?;
        Ok(())
    }

    /// Marks an entry whose document this run holds.
    pub fn entry_in_work(&self, entry: &Entry) -> Result<()> {
        self.transaction
            .prepare_cached("UPDATE retry_queue SET state = 'processing', finished_at = NULL WHERE id = ?")?
            .execute([entry.id.0])?;
        Ok(())
    }

    /// A person ends an entry; `false` when it is not live.
    pub fn cancel_entry(&self, entry: &Entry) -> Result<bool> {
        let changed = self
            .transaction
            .prepare_cached(
                "UPDATE retry_queue SET state = 'cancelled', finished_at = ?, next_attempt = NULL
                 WHERE id = ? AND state IN ('pending', 'failed')",
            )?
            .execute(params![utc_text(self.now), entry.id.0])?;
        if changed == 1 {
            self.note(entry.document, entry.operation.name(), &Detail::RetryCancelled)?;
        }
        Ok(changed == 1)
    }

    /// An entry whose latest attempt has not come yet was written while the clock was wrong: it is due now, not then.
    pub(super) fn mend_after_clock_jump(&self) -> Result<()> {
        self.transaction
            .prepare_cached(
                "UPDATE retry_queue SET next_attempt = ?1
                 WHERE state IN ('pending', 'failed') AND next_attempt > ?1 AND last_attempt > ?1",
            )?
            .execute([utc_text(self.now)])?;
        Ok(())
    }

    /// Entries that a dead run left in work wait again.
    pub(super) fn revive_abandoned_entries(&self) -> Result<()> {
        self.transaction
            .prepare_cached(
                "UPDATE retry_queue SET state = 'pending', next_attempt = coalesce(next_attempt, ?)
                 WHERE state = 'processing' AND NOT EXISTS
                     (SELECT 1 FROM leases WHERE leases.document_id = retry_queue.document_id)",
            )?
            .execute([utc_text(self.now)])?;
        Ok(())
    }
}
