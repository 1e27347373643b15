//! Retention: what a cleanup may remove, in batches that never keep a submit waiting.

use std::thread;
use std::time::{Duration, Instant};

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
            let begun = Instant::now();
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
            rest_after(begun);
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
            let begun = Instant::now();
            self.ask(|connection| {
                let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({PAGES_AT_ONCE})"))?;
                let mut rows = statement.raw_query();
                while rows.next()?.is_some() {} // each step gives one page back
                Ok(())
            })?;
            let left = count_free(self)?;
            if left >= free {
                return Ok(()); // a database that was made without auto_vacuum, or another process frees more meanwhile
            }
            free = left;
            rest_after(begun);
        }
        Ok(())
    }
}

/// Leaves the write lock alone for as long as it was held, and longer than a waiting process sleeps between two tries: SQLite
/// has no queue, so that batch after batch without a rest would keep a submit waiting to the end.
fn rest_after(begun: Instant) {
    const LONGER_THAN_A_WAIT: Duration = Duration::from_millis(110);
    thread::sleep(begun.elapsed().clamp(LONGER_THAN_A_WAIT, Duration::from_secs(1)));
}
