//! Retention: what a cleanup may remove, in batches that never keep a submit waiting.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::{Result, Store};
use crate::clock::utc_text;

/// Rows that one transaction removes.
const ROWS_AT_ONCE: u64 = 500;

/// What is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// Responses received before the cutoff. The final MensajeHacienda stays with its document.
    Responses,
    /// Entries finished before the cutoff: completed and cancelled ones.
    Queue {
        /// Also those that failed for good.
        include_failed: bool,
    },
}

impl Retention {
    fn table(self) -> &'static str {
        match self {
            Retention::Responses => "responses",
            Retention::Queue { .. } => "retry_queue",
        }
    }

    fn condition(self) -> &'static str {
        match self {
            Retention::Responses => "response_date < ?1",
            Retention::Queue { include_failed: false } => "state IN ('completed', 'cancelled') AND finished_at < ?1",
            Retention::Queue { include_failed: true } => {
                "state IN ('completed', 'cancelled', 'failed') AND finished_at < ?1"
            }
        }
    }

    fn selection(self) -> String {
        let (table, condition) = (self.table(), self.condition());
        format!(
            "FROM {table} WHERE {condition}
             AND EXISTS (SELECT 1 FROM documents WHERE documents.id = document_id AND company = ?2)"
        )
    }
}

impl Store {
    /// How many rows of a company would go.
    pub fn count_expired(&self, what: Retention, company: &str, cutoff: DateTime<Utc>) -> Result<u64> {
        self.ask(|connection| {
            let sql = format!("SELECT count(*) {}", what.selection());
            connection.query_row(&sql, params![utc_text(cutoff), company], |row| row.get(0))
        })
    }

    /// Removes them, and says how many went.
    pub fn remove_expired(
        &mut self,
        what: Retention,
        company: &str,
        cutoff: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64> {
        let table = what.table();
        let sql = format!("DELETE FROM {table} WHERE id IN (SELECT id {} LIMIT ?3)", what.selection());
        let mut total = 0;
        loop {
            let gone = self.write(now, |write| {
                let gone = write.transaction.prepare_cached(&sql)?.execute(params![
                    utc_text(cutoff),
                    company,
                    ROWS_AT_ONCE
                ])?;
                Ok(gone as u64)
            })?;
            total += gone;
            if gone < ROWS_AT_ONCE {
                return Ok(total);
            }
        }
    }

    /// Gives free pages back to the file system, a part at a time.
    pub fn give_pages_back(&mut self) -> Result<()> {
        const PAGES_AT_ONCE: u32 = 1000;
        let count_free = |store: &Self| -> Result<u32> {
            store.ask(|connection| connection.pragma_query_value(None, "freelist_count", |row| row.get(0)))
        };
        let mut free = count_free(self)?;
        while free > 0 {
            self.ask(|connection| connection.execute_batch(&format!("PRAGMA incremental_vacuum({PAGES_AT_ONCE})")))?;
            let left = count_free(self)?;
            if left >= free {
                return Ok(()); // a database that was made without auto_vacuum, or another process frees more meanwhile
            }
            free = left;
        }
        Ok(())
    }
}
