//! Entries of the queue that are due: one company's, by the index that lets companies take turns.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::queue::{Entry, SELECT, read};
use super::{Result, RunId, Store, Write};
use crate::clock::utc_text;
use crate::hacienda::Environment;
use crate::lifecycle::Operation;
use crate::named::Named;

/// What makes an entry due, by the partial index of entries that wait.
const DUE: &str = "retry_queue.company = ?1 AND retry_queue.environment = ?2 AND retry_queue.operation = ?3
    AND retry_queue.state IN ('pending', 'failed') AND next_attempt <= ?4";

/// In the order of that index: the first few of very many cost no sorting.
pub(super) fn due_sql() -> String {
    let select = SELECT.replace("retry_queue JOIN", "retry_queue INDEXED BY retry_queue_due CROSS JOIN");
    format!(
        "{select} WHERE {DUE} AND NOT EXISTS (SELECT 1 FROM leases WHERE leases.document_id = retry_queue.document_id)
         ORDER BY priority DESC, next_attempt, retry_queue.id LIMIT ?5"
    )
}

/// How many are due, but for those whose documents a run holds.
pub(super) fn due_count_sql() -> String {
    format!(
        "SELECT (SELECT count(*) FROM retry_queue INDEXED BY retry_queue_due WHERE {DUE}) -
                (SELECT count(*) FROM leases CROSS JOIN retry_queue USING (document_id) WHERE {DUE})"
    )
}

/// Whose due entries, of which steps, and how many at most.
#[derive(Debug, Clone, Copy)]
pub struct DueEntries<'a> {
    /// The company's id.
    pub company: &'a str,
    /// Where it sends now.
    pub environment: Environment,
    /// The steps.
    pub operations: &'a [Operation],
    /// At most so many.
    pub limit: usize,
}

impl DueEntries<'_> {
    fn ask(&self, connection: &rusqlite::Connection, now: DateTime<Utc>) -> rusqlite::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let (environment, now) = (self.environment.name(), utc_text(now));
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        let mut statement = connection.prepare_cached(&due_sql())?;
        for operation in self.operations {
            let found = statement.query_map(params![self.company, environment, operation.name(), now, limit], read)?;
            for entry in found {
                entries.push(entry?);
            }
        }
        entries.sort_by_key(|entry| (Reverse(entry.priority), entry.next_attempt, entry.id.0));
        entries.truncate(self.limit);
        Ok(entries)
    }
}

impl Write<'_> {
    /// Takes due entries of one company for this run: highest priority first, then oldest due. A document of another
    /// environment than its company's is left alone: what was for the sandbox is never sent to production.
    pub fn claim_entries(&self, run: RunId, due: &DueEntries<'_>) -> Result<Vec<Entry>> {
        let entries = due.ask(&self.transaction, self.now)?;
        let mut taken = Vec::with_capacity(entries.len());
        for entry in entries {
            if self.lease(run, entry.document)? {
                self.entry_in_work(&entry)?;
                taken.push(entry);
            }
        }
        Ok(taken)
    }
}

impl Store {
    /// What [`Write::claim_entries`] would take now, without taking it.
    pub fn due_entries(&self, due: &DueEntries<'_>, now: DateTime<Utc>) -> Result<Vec<Entry>> {
        self.ask(|connection| due.ask(connection, now))
    }

    /// How many [`Write::claim_entries`] would find without its limit.
    pub fn count_due_entries(&self, due: &DueEntries<'_>, now: DateTime<Utc>) -> Result<usize> {
        self.ask(|connection| {
            let mut count = 0;
            for operation in due.operations {
                let parameters = params![due.company, due.environment.name(), operation.name(), utc_text(now)];
                count +=
                    connection.prepare_cached(&due_count_sql())?.query_row(parameters, |row| row.get::<_, usize>(0))?;
            }
            Ok(count)
        })
    }
}
