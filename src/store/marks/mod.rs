//! High-water marks: how far each series has come, in a small file beside the database, so that a database that was put back
//! shows it.
//!
//! A number is marked after the transaction that gives it and before anybody hears of it: before `generate` shows or writes its
//! document, before anything is signed, before anything is posted. So the marks are never ahead of an honest database, whenever
//! a process is killed, and no number leaves this machine before it is marked. Only one process writes them at a time, for that
//! is done under the write lock of the database.

mod file;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

pub(in crate::store) use file::{Found, SUFFIX, path_of};
use file::{Mark, Series};

use super::documents::Document;
use super::taken::Stopped;
use super::{Result, Store, StoreError, Write, unreadable};
use crate::hacienda::Environment;
use crate::named::Unknown;
use crate::sha256::hexadecimal;

/// How a database stands to its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// Nothing is marked yet: nothing has been numbered, signed or sent since there are marks.
    Unmarked,
    /// It knows every number that is marked.
    Level,
    /// It does not: an earlier state of it was put back.
    Behind(Vec<Lag>),
    /// It had marks, and they cannot be asked.
    Unsure(MarksFault),
}

/// A series that was further than the database knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lag {
    /// Id of the company.
    pub company: String,
    /// Where its documents go.
    pub environment: Environment,
    /// Branch, terminal and kind.
    pub series: String,
    /// The last number that the database knows.
    pub known: u64,
    /// The last number that was given.
    pub marked: u64,
}

/// Why the marks cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarksFault {
    /// The file is not there.
    Missing,
    /// It is not what was written.
    Damaged(String),
    /// They are those of another database.
    Foreign,
}

/// What is marked.
#[derive(Debug, Default)]
pub(crate) struct Marked(BTreeMap<Series, Mark>);

impl Marked {
    /// Whether the number of this document is.
    pub(crate) fn covers(&self, document: &Document) -> bool {
        let Some((prefix, number)) = document.consecutivo.split_at_checked(10) else { return false };
        let series =
            Series { company: document.company.clone(), environment: document.environment, prefix: prefix.to_owned() };
        let mark = self.0.get(&series).copied().unwrap_or_default();
        // Of an earlier round every number is.
        mark.round > 0 || number.parse().is_ok_and(|number: u64| number <= mark.last)
    }
}

impl Store {
    /// How this database stands to its marks.
    fn standing(&self) -> Result<Standing> {
        // The file first: what is marked by then the database has.
        let found = found_beside(&self.path)?;
        standing(&self.connection, &found).map_err(|error| error.at(&self.path))
    }

    /// Refuses what would give or use a number while the database may not know all that were given; marks what it knows and
    /// is not marked yet.
    ///
    /// # Errors
    /// [`StoreError::Behind`] and [`StoreError::Unmarked`], with what to do.
    pub(crate) fn hold_to_marks(&mut self, now: DateTime<Utc>) -> Result<Marked> {
        self.write(now, |write| write.hold_to_marks())
    }

    /// The same refusal where nothing may be changed.
    pub(crate) fn refuse_behind_marks(&self) -> Result<()> {
        refuse(&self.path, self.standing()?)
    }

    /// Why numbers that this database would give may have been given before, for those who only look.
    pub(crate) fn doubts(&self) -> Result<Vec<String>> {
        let mut doubts: Vec<String> = self.refuse_behind_marks().err().iter().map(ToString::to_string).collect();
        for company in self.companies_in_doubt()? {
            doubts.push(StoreError::NotAsked { path: self.path.clone(), company }.to_string());
        }
        for Stopped { company, environment, series, clave } in self.all_stopped_series()? {
            doubts.push(format!(
                "series {series} of {company} ({environment}) is stopped: Hacienda has {clave}, which is not here. Import its \
                 signed XML; after a restore `cr-einvoice restore {}`; where another system has the series, `cr-einvoice \
                 numbering start` beyond its numbers",
                self.path.display()
            ));
        }
        Ok(doubts)
    }
}

impl Write<'_> {
    fn hold_to_marks(&self) -> Result<Marked> {
        let found = found_beside(self.path)?;
        let connection = &self.transaction;
        refuse(self.path, standing(connection, &found)?)?;
        self.mark(found)
    }

    /// Marks what the database knows, over what is marked already: every series at the further of the two.
    pub(in crate::store) fn mark(&self, found: Found) -> Result<Marked> {
        let connection = &self.transaction;
        let earlier = match &found {
            Found::Whole(marks) => Some(marks),
            Found::Nothing | Found::Damaged(_) => None,
        };
        let known = name_of(connection)?;
        let mut marks = earlier.cloned().unwrap_or_default();
        match &known {
            Some(name) => marks.database.clone_from(name),
            None if marks.database.is_empty() => marks.database = new_name()?,
            None => {}
        }
        for (series, mark) in heads(connection)? {
            let further = marks.series.get(&series).copied().unwrap_or_default().max(mark);
            marks.series.insert(series, further);
        }
        if earlier != Some(&marks) {
            let path = path_of(self.path);
            file::write(&path, self.path, &marks).map_err(|source| StoreError::Marks {
                path,
                action: "write",
                source,
            })?;
        }
        // After the file: a database that knows of marks has them.
        if known.is_none() {
            connection.execute("INSERT INTO marks (id, database) VALUES (1, ?)", [marks.database])?;
        }
        Ok(Marked(marks.series))
    }
}

pub(in crate::store) fn found_beside(database: &Path) -> Result<Found> {
    let path = path_of(database);
    file::read(&path).map_err(|source| StoreError::Marks { path, action: "read", source })
}

fn refuse(path: &Path, standing: Standing) -> Result<()> {
    match standing {
        Standing::Unmarked | Standing::Level => Ok(()),
        Standing::Behind(lags) => Err(StoreError::Behind { path: path.into(), lags }),
        Standing::Unsure(fault) => Err(StoreError::Unmarked { path: path.into(), fault }),
    }
}

fn standing(connection: &Connection, found: &Found) -> Result<Standing> {
    let name = name_of(connection)?;
    let marks = match (found, &name) {
        (Found::Nothing, None) => return Ok(Standing::Unmarked),
        (Found::Nothing, Some(_)) => return Ok(Standing::Unsure(MarksFault::Missing)),
        (Found::Damaged(detail), _) => return Ok(Standing::Unsure(MarksFault::Damaged(detail.clone()))),
        (Found::Whole(marks), _) => marks,
    };
    let lags: Vec<Lag> = marks
        .further_than(&heads(connection)?)
        .into_iter()
        .map(|(series, known, mark)| Lag {
            company: series.company.clone(),
            environment: series.environment,
            series: series.prefix.clone(),
            known: known.last,
            marked: mark.last,
        })
        .collect();
    Ok(match name {
        _ if !lags.is_empty() => Standing::Behind(lags),
        // Marks of another database say nothing of what became of this one's own.
        Some(name) if name != marks.database => Standing::Unsure(MarksFault::Foreign),
        _ => Standing::Level,
    })
}

/// The name that a database has for its marks; none before the first.
fn name_of(connection: &Connection) -> Result<Option<String>> {
    Ok(connection.query_row("SELECT database FROM marks", [], |row| row.get(0)).optional()?)
}

fn new_name() -> Result<String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| StoreError::Numbering { message: "the system gives no random numbers".to_owned() })?;
    Ok(hexadecimal(&bytes))
}

/// From one series to the next by the index: as many steps as there are series, however many documents there are.
pub(super) const SERIES_OF_DOCUMENTS: &str = "WITH RECURSIVE firsts (id) AS (
        SELECT (SELECT id FROM documents ORDER BY company, environment, consecutivo LIMIT 1)
        UNION ALL
        SELECT (SELECT next.id FROM documents AS next
                WHERE (next.company, next.environment, next.consecutivo)
                    > (this.company, this.environment, substr(this.consecutivo, 1, 10) || '9999999999')
                ORDER BY next.company, next.environment, next.consecutivo LIMIT 1)
        FROM firsts JOIN documents AS this ON this.id = firsts.id)
    SELECT company, environment, substr(consecutivo, 1, 10) FROM firsts JOIN documents USING (id)";

/// How far the database knows every series to have come: the last number given; before a series has begun again, the last
/// that any document of it has.
pub(in crate::store) fn heads(connection: &Connection) -> Result<BTreeMap<Series, Mark>> {
    let mut heads: BTreeMap<Series, Mark> = BTreeMap::new();
    let mut given = connection.prepare_cached(
        "SELECT company, environment, printf('%03d%05d%s', branch, terminal, kind_code), round, last_number FROM series",
    )?;
    let mut rows = given.query([])?;
    while let Some(row) = rows.next()? {
        heads.insert(read_series(row)?, Mark { round: row.get(3)?, last: row.get(4)? });
    }
    let mut seen = connection.prepare_cached(SERIES_OF_DOCUMENTS)?;
    let mut last = connection.prepare_cached(
        "SELECT max(consecutivo) FROM documents WHERE company = ? AND environment = ? AND consecutivo BETWEEN ? AND ?",
    )?;
    let mut rows = seen.query([])?;
    while let Some(row) = rows.next()? {
        let series = read_series(row)?;
        let head = heads.entry(series.clone()).or_default();
        if head.round > 0 {
            continue;
        }
        let bounds = ["0000000000", "9999999999"].map(|number| format!("{}{number}", series.prefix));
        let top: String = last
            .query_row(params![series.company, series.environment.to_string(), bounds[0], bounds[1]], |row| {
                row.get(0)
            })?;
        head.last = head.last.max(top.get(10..).and_then(|digits| digits.parse().ok()).unwrap_or_default());
    }
    Ok(heads)
}

fn read_series(row: &rusqlite::Row<'_>) -> rusqlite::Result<Series> {
    let environment: String = row.get(1)?;
    let environment =
        environment.parse().map_err(|unknown: Unknown| unreadable("environment", &unknown.to_string()))?;
    Ok(Series { company: row.get(0)?, environment, prefix: row.get(2)? })
}

#[cfg(test)]
mod tests;
