//! Is what is stored still what was stored? In a large database a look at much of it, in any database a full reading.

use rusqlite::Connection;

use super::damage::damage;
use super::{Result, Store};

/// A database up to this size is read as a whole: that is a matter of a second.
const SMALL: i64 = 64 << 20;
/// Of a larger one: the newest events, and the newest and some of the other papers and answers.
const EVENTS: i64 = 20_000;
/// Faults that are told.
pub(super) const TOLD: usize = 20;

/// What was found.
#[derive(Debug)]
pub struct Soundness {
    /// What is wrong, for people; none when all is well.
    pub faults: Vec<String>,
    /// Everything was read, not only much of it.
    pub everything: bool,
}

impl Store {
    /// Looks whether the database is sound; `full` reads all of it, whatever its size.
    pub fn soundness(&self, full: bool) -> Result<Soundness> {
        let size = self.ask(|connection| {
            let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
            Ok(number("page_count")? * number("page_size")?)
        })?;
        let everything = full || size <= SMALL;
        let mut faults = if everything { self.integrity_faults()? } else { Vec::new() };
        if faults.is_empty() {
            let first_event = if everything { 1 } else { self.newest("events")? - EVENTS };
            let breaks = self.broken_events_from(first_event, everything, TOLD)?;
            faults.extend(breaks.iter().map(|it| format!("event {}: {}", it.id, it.message)));
            faults.extend(self.ask(|connection| damage(connection, &self.library, everything, TOLD))?);
        }
        faults.truncate(TOLD);
        Ok(Soundness { faults, everything })
    }

    fn newest(&self, table: &str) -> Result<i64> {
        self.ask(|connection| {
            connection.query_row(&format!("SELECT coalesce(max(id), 0) FROM {table}"), [], |row| row.get(0))
        })
    }

    /// SQLite's own check of the whole file: the faults it found, none when all is well.
    fn integrity_faults(&self) -> Result<Vec<String>> {
        self.ask(|connection: &Connection| {
            let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            rows.filter(|row| row.as_ref().map_or(true, |text| text != "ok")).collect()
        })
    }
}
