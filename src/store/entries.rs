//! What the queue has: for those who look at it, and for those who want it tried now.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, params};

use super::document_id::DocumentId;
use super::queue::{Entry, EntryId, EntryState, SELECT, read};
use super::{Listed, Result, Store, Write, parsed_or_null};
use crate::hacienda::Environment;
use crate::lifecycle::Operation;
use crate::named::Named;
use crate::retry::Category;

/// What the queue has of one step, so that a run without a selector leaves it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The step.
    pub operation: Operation,
    /// Entries that wait, or have failed for good.
    pub count: u64,
    /// When the first is tried by itself, UTC; none where none is.
    pub next_attempt: Option<DateTime<Utc>>,
    /// Its number, where there is one alone.
    pub entry: Option<i64>,
    /// Those that a login, a PIN or a certificate failed.
    pub auth: u64,
}

impl Held {
    /// Both together.
    pub fn and(self, other: Held) -> Held {
        Held {
            operation: self.operation,
            count: self.count + other.count,
            next_attempt: self.next_attempt.into_iter().chain(other.next_attempt).min(),
            entry: None,
            auth: self.auth + other.auth,
        }
    }
}

impl Write<'_> {
    /// One entry, as it is now.
    pub fn entry(&self, id: EntryId) -> Result<Option<Entry>> {
        let mut statement = self.transaction.prepare_cached(&format!("{SELECT} WHERE retry_queue.id = ?"))?;
        Ok(statement.query_row([id.0], read).optional()?)
    }
}

impl Store {
    /// What the queue has of a step of one company, where it sends now.
    pub fn held(&self, company: &str, environment: Environment, operation: Operation) -> Result<Option<Held>> {
        let held = self.ask(|connection| {
            connection
                .prepare_cached(
                    "SELECT count(*) AS count, min(next_attempt) AS next_attempt, min(id) AS entry,
                         total(error_category = 'auth') AS auth
                     FROM retry_queue
                     WHERE company = ? AND environment = ? AND operation = ? AND state IN ('pending', 'failed')",
                )?
                .query_row(params![company, environment.name(), operation.name()], |row| {
                    let count = row.get("count")?;
                    let entry: Option<i64> = row.get("entry")?;
                    Ok(Held {
                        operation,
                        count,
                        next_attempt: parsed_or_null(row, "next_attempt")?,
                        entry: entry.filter(|_| count == 1),
                        auth: row.get::<_, f64>("auth")? as u64,
                    })
                })
        })?;
        Ok(Some(held).filter(|held| held.count > 0))
    }

    /// Entries of one company that wait or have failed, in one state or both, of one category or any, by the order in which they
    /// are worked.
    pub fn triable_entries(
        &self,
        company: &str,
        environment: Environment,
        state: Option<EntryState>,
        category: Option<Category>,
    ) -> Result<Vec<EntryId>> {
        self.ask(|connection| {
            connection
                .prepare_cached(
                    "SELECT id FROM retry_queue
                     WHERE company = ? AND environment = ? AND state IN ('pending', 'failed')
                       AND (?3 IS NULL OR state = ?3) AND (?4 IS NULL OR error_category = ?4)
                     ORDER BY priority DESC, next_attempt IS NULL, next_attempt, id",
                )?
                .query_map(
                    params![company, environment.name(), state.map(Named::name), category.map(Named::name)],
                    |row| Ok(EntryId(row.get("id")?)),
                )?
                .collect()
        })
    }

    /// Entries of an environment that wait for the service.
    pub fn waiting_entries(&self, environment: Environment) -> Result<u64> {
        self.ask(|connection| {
            connection.query_row(
                "SELECT count(*) FROM retry_queue
                 WHERE state IN ('pending', 'failed') AND operation <> 'sign' AND environment = ?",
                [environment.name()],
                |row| row.get(0),
            )
        })
    }

    /// One entry.
    pub fn entry(&self, id: EntryId) -> Result<Option<Entry>> {
        self.ask(|connection| {
            connection.prepare_cached(&format!("{SELECT} WHERE retry_queue.id = ?"))?.query_row([id.0], read).optional()
        })
    }

    /// Every entry of one document, oldest first.
    pub fn entries_of(&self, document: DocumentId) -> Result<Vec<Entry>> {
        self.ask(|connection| {
            connection
                .prepare_cached(&format!("{SELECT} WHERE document_id = ? ORDER BY retry_queue.id"))?
                .query_map([document.0], read)?
                .collect()
        })
    }

    /// Entries in one state, or in any; of one company, or of all; by the order in which they are worked. At most `limit` of them,
    /// without the first `offset`.
    pub fn entries(
        &self,
        state: Option<EntryState>,
        company: Option<&str>,
        limit: Option<u32>,
        offset: u64,
    ) -> Result<(Vec<Entry>, Listed)> {
        const WHERE: &str = "(?1 IS NULL OR retry_queue.state = ?1) AND (?2 IS NULL OR retry_queue.company = ?2)";
        let state = state.map(Named::name);
        self.ask(|connection| {
            let entries: Vec<Entry> = connection
                .prepare_cached(&format!(
                    "{SELECT} WHERE {WHERE}
                     ORDER BY priority DESC, next_attempt IS NULL, next_attempt, retry_queue.id LIMIT ?3 OFFSET ?4"
                ))?
                .query_map(params![state, company, limit.map_or(-1, i64::from), offset], read)?
                .collect::<rusqlite::Result<_>>()?;
            let total: u64 = connection
                .prepare_cached(&format!("SELECT count(*) FROM retry_queue WHERE {WHERE}"))?
                .query_row(params![state, company], |row| row.get(0))?;
            Ok((entries, Listed::of(total, limit, offset)))
        })
    }
}
