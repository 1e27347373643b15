//! Is what is stored still what was stored? In a large database a look at much of it, in any database a full reading.

use rusqlite::Connection;

use super::papers::{damaged_dictionaries, read_sealed};
use super::{Result, Store};

/// A database up to this size is read as a whole: that is a matter of a second.
const SMALL: i64 = 64 << 20;
/// Of a larger one: the newest events and papers, and papers spread over all of them.
const EVENTS: i64 = 20_000;
const PAPERS: i64 = 300;
/// Faults that are told.
const TOLD: usize = 20;

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
            faults.extend(self.ask(damaged_dictionaries)?);
            faults.extend(self.damaged_papers(everything)?);
        }
        faults.truncate(TOLD);
        Ok(Soundness { faults, everything })
    }

    fn newest(&self, table: &str) -> Result<i64> {
        self.ask(|connection| {
            connection.query_row(&format!("SELECT coalesce(max(id), 0) FROM {table}"), [], |row| row.get(0))
        })
    }

    /// Opens papers: all of them, or the newest and some between.
    fn damaged_papers(&self, all: bool) -> Result<Vec<String>> {
        let newest = self.newest("papers")?;
        if all {
            return self.damaged_among("papers.id BETWEEN ?1 AND ?2", [0, newest]);
        }
        let mut faults = self.damaged_among("papers.id BETWEEN ?1 AND ?2", [newest - PAPERS, newest])?;
        for number in 0..PAPERS {
            let id = newest * number / PAPERS;
            faults.extend(self.damaged_among("papers.id BETWEEN ?1 AND ?2", [id, id])?);
        }
        Ok(faults)
    }

    fn damaged_among(&self, condition: &str, ids: [i64; 2]) -> Result<Vec<String>> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT clave, paper, sha256, size, dictionary_id, bytes
                 FROM papers JOIN documents ON documents.id = document_id WHERE {condition}"
            ))?;
            let mut rows = statement.query(ids)?;
            let mut faults = Vec::new();
            while faults.len() < TOLD
                && let Some(row) = rows.next()?
            {
                let columns = ["sha256", "size", "dictionary_id", "bytes"];
                if let Err(damage) = read_sealed(connection, &self.library, row, columns)?.open() {
                    let (clave, paper): (String, String) = (row.get("clave")?, row.get("paper")?);
                    faults.push(format!("the {paper} paper of {clave}: {damage}"));
                }
            }
            Ok(faults)
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
