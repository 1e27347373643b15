//! Consecutivos: one series for each company, environment, branch, terminal and document type, each number given once,
//! in the transaction that stores its document (decree 44739-H, art. 13.4: automatic, strictly consecutive, no gaps).

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::events::Step;
use super::{Result, Store, StoreError, Write};
use crate::cause::Detail;
use crate::document::Consecutivo;
use crate::hacienda::Environment;
use crate::lifecycle::State;
use crate::named::Named;

/// One series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesKey<'a> {
    /// Id of the company.
    pub company: &'a str,
    /// Sandbox and production are numbered apart.
    pub environment: Environment,
    /// 1 is the head office.
    pub branch: u16,
    /// The terminal.
    pub terminal: u32,
    /// The document type of nota 3, `01` to `10`.
    pub kind_code: &'a str,
}

impl SeriesKey<'_> {
    /// The first ten digits of its consecutivos.
    fn prefix(&self) -> String {
        format!("{:03}{:05}{}", self.branch, self.terminal, self.kind_code)
    }
}

/// A series as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeriesRow {
    /// Id of the company.
    pub company: String,
    /// Where its documents go.
    pub environment: Environment,
    /// 1 is the head office.
    pub branch: u16,
    /// The terminal.
    pub terminal: u32,
    /// The document type of nota 3.
    pub kind_code: String,
    /// The smallest number of its documents.
    pub first: Option<u64>,
    /// The last number given or seen.
    pub last: u64,
    /// How many documents it has.
    pub documents: u64,
    /// How often it has begun again at 1.
    pub round: u64,
    /// How many of its documents were discarded: Hacienda never sees their numbers.
    pub discarded: u64,
}

/// Numbers of a series that no document has, although later ones are used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Id of the company.
    pub company: String,
    /// Where its documents go.
    pub environment: Environment,
    /// The first missing consecutivo.
    pub from: String,
    /// The last one.
    pub to: String,
    /// How many are missing.
    pub count: u64,
}

/// A consecutivo that several documents have, or that Hacienda says is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contested {
    /// Id of the company.
    pub company: String,
    /// Where its documents go.
    pub environment: Environment,
    /// The number.
    pub consecutivo: String,
    /// The documents here that have it, with their states, the oldest first.
    pub holders: Vec<Holder>,
    /// What Hacienda said, where it said so (-99).
    pub message: Option<String>,
}

/// A document that has a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// Its clave.
    pub clave: String,
    /// How far it has come.
    pub state: State,
}

impl Write<'_> {
    /// The next number of a series, given to the caller's document: store it in this transaction.
    pub fn reserve_number(&self, key: &SeriesKey<'_>) -> Result<u64> {
        let next = next_number(&self.transaction, key)?;
        let round_begins = next.round_begins;
        let stopped = self.stopped_series(key.company, key.environment)?;
        if let Some(stopped) = stopped.into_iter().find(|stopped| stopped.series == key.prefix()) {
            let message =
                format!("series {} is stopped: Hacienda has {}, which is not here", stopped.series, stopped.clave);
            return Err(StoreError::Numbering { message });
        }
        self.transaction
            .prepare_cached(
                "INSERT INTO series (company, environment, branch, terminal, kind_code, last_number, began_after)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6 - 1)
                 ON CONFLICT DO UPDATE SET last_number = ?6, round = round + ?7,
                     began_after = iif(?7, 0, began_after),
                     round_after = CASE ?7 WHEN 1 THEN (SELECT coalesce(max(id), 0) FROM documents) ELSE round_after END",
            )?
            .execute(params![
                key.company,
                key.environment.name(),
                key.branch,
                key.terminal,
                key.kind_code,
                next.number,
                round_begins
            ])?;
        Ok(next.number)
    }

    /// Lets a series go on after `last`, for those who come from another system; gives the number it would have given.
    /// Numbers only go up: a smaller one would be given twice.
    pub fn continue_series(&self, key: &SeriesKey<'_>, last: u64) -> Result<std::result::Result<(), u64>> {
        let next = next_number(&self.transaction, key)?;
        if next.round_begins || last + 1 < next.number {
            return Ok(Err(next.number));
        }
        self.transaction
            .prepare_cached(
                "INSERT INTO series (company, environment, branch, terminal, kind_code, last_number, began_after)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT DO UPDATE SET last_number = ?6, began_after = ?6",
            )?
            .execute(params![key.company, key.environment.name(), key.branch, key.terminal, key.kind_code, last])?;
        let detail = Detail::SeriesContinued { company: key.company.to_owned(), series: key.prefix(), last };
        self.record(Step { document: None, operation: "numbering", from: None, to: None, detail: Some(&detail) })?;
        Ok(Ok(()))
    }
}

impl Store {
    /// The number that the next document of a series would get.
    pub fn next_number(&self, key: &SeriesKey<'_>) -> Result<u64> {
        next_number(&self.connection, key).map(|next| next.number).map_err(|error| error.at(&self.path))
    }

    /// The document of Hacienda's that stops this series, where one does.
    pub(crate) fn stop_of(&self, key: &SeriesKey<'_>) -> Result<Option<String>> {
        let stopped = self.all_stopped_series()?.into_iter().find(|stopped| {
            (stopped.company.as_str(), stopped.environment, &stopped.series)
                == (key.company, key.environment, &key.prefix())
        });
        Ok(stopped.map(|stopped| stopped.clave))
    }

    /// Every series that has given a number or has documents.
    pub fn series(&self) -> Result<Vec<SeriesRow>> {
        self.ask(|connection| {
            connection
                .prepare(
                    "WITH used AS (
                         SELECT company, environment, substr(consecutivo, 1, 10) AS prefix,
                             min(CAST(substr(consecutivo, 11) AS INTEGER)) AS first,
                             max(CAST(substr(consecutivo, 11) AS INTEGER)) AS last, count(*) AS documents,
                             sum(state = 'discarded') AS discarded
                         FROM documents GROUP BY 1, 2, 3
                     ), given AS (
                         SELECT company, environment, printf('%03d%05d%s', branch, terminal, kind_code) AS prefix,
                             last_number, round
                         FROM series
                     )
                     SELECT company, environment, prefix, used.first, used.documents,
                         CASE WHEN coalesce(round, 0) > 0 THEN last_number
                             ELSE max(coalesce(last_number, 0), coalesce(used.last, 0)) END AS last,
                         coalesce(round, 0), used.discarded
                     FROM used FULL JOIN given USING (company, environment, prefix) ORDER BY 1, 2, 3",
                )?
                .query_map([], |row| {
                    let prefix: String = row.get(2)?;
                    Ok(SeriesRow {
                        company: row.get(0)?,
                        environment: super::parsed(row, "environment")?,
                        branch: prefix[..3].parse().unwrap_or_default(),
                        terminal: prefix[3..8].parse().unwrap_or_default(),
                        kind_code: prefix[8..].to_owned(),
                        first: row.get(3)?,
                        documents: row.get::<_, Option<u64>>(4)?.unwrap_or_default(),
                        last: row.get(5)?,
                        round: row.get(6)?,
                        discarded: row.get::<_, Option<u64>>(7)?.unwrap_or_default(),
                    })
                })?
                .collect()
        })
    }

    /// The gaps of every series; of one that has begun again, those of its present round.
    pub fn number_gaps(&self) -> Result<Vec<Gap>> {
        self.ask(|connection| {
            connection
                .prepare(&format!(
                    "{PRESENT_ROUND}, pairs AS (
                         SELECT company, environment, prefix, number,
                             lag(number) OVER (PARTITION BY company, environment, prefix ORDER BY number) AS previous
                         FROM used
                     )
                     SELECT company, environment, prefix, previous + 1, number - 1 FROM pairs WHERE number > previous + 1
                     ORDER BY 1, 2, 3, 4"
                ))?
                .query_map([], |row| {
                    let (prefix, from, to): (String, u64, u64) = (row.get(2)?, row.get(3)?, row.get(4)?);
                    Ok(Gap {
                        company: row.get(0)?,
                        environment: super::parsed(row, "environment")?,
                        from: format!("{prefix}{from:010}"),
                        to: format!("{prefix}{to:010}"),
                        count: to + 1 - from,
                    })
                })?
                .collect()
        })
    }

    /// Consecutivos that several documents of the present round have. A MensajeReceptor's is one of the same kind of
    /// number.
    pub fn duplicate_numbers(&self) -> Result<Vec<Contested>> {
        let found = self.ask(|connection| {
            let sql = format!(
                "{PRESENT_ROUND} SELECT company, environment, printf('%s%010d', prefix, number), NULL FROM used
                 GROUP BY company, environment, prefix, number HAVING sum(documents - discarded) > 1 ORDER BY 1, 2, 3"
            );
            connection.prepare(&sql)?.query_map([], read_contested)?.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        self.with_holders(found)
    }

    /// The consecutivos that Hacienda says are taken (-99 in a final answer), with the documents here that have them.
    /// When the rejected one alone has it, another system used the number.
    pub fn taken_numbers(&self) -> Result<Vec<Contested>> {
        let found = self.ask(|connection| {
            connection
                .prepare(
                    "SELECT company, environment, consecutivo, json_extract(row.value, '$.message')
                     FROM responses JOIN documents ON documents.id = responses.document_id, json_each(responses.details) AS row
                     WHERE responses.is_final AND json_extract(row.value, '$.code') = '-99'
                     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                )?
                .query_map([], read_contested)?
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        self.with_holders(found)
    }

    /// The documents of this signer that carry a consecutivo and may be or become Hacienda's: two of them mean that one is
    /// rejected.
    pub fn holders_of_number(&self, company: &str, environment: Environment, consecutivo: &str) -> Result<Vec<Holder>> {
        self.ask(|connection| {
            connection
                .prepare_cached(
                    "SELECT clave, state FROM documents
                     WHERE consecutivo = ? AND company = ? AND environment = ? AND state <> 'discarded' ORDER BY id",
                )?
                .query_map(params![consecutivo, company, environment.name()], read_holder)?
                .collect()
        })
    }

    fn with_holders(&self, mut found: Vec<Contested>) -> Result<Vec<Contested>> {
        for contested in &mut found {
            contested.holders = self.ask(|connection| {
                connection
                    .prepare_cached(
                        "SELECT clave, state FROM documents
                         WHERE company = ? AND environment = ? AND consecutivo = ? ORDER BY id",
                    )?
                    .query_map(
                        params![contested.company, contested.environment.name(), contested.consecutivo],
                        read_holder,
                    )?
                    .collect()
            })?;
        }
        Ok(found)
    }
}

/// `used`: the numbers of the present round of every series, each once, with how many documents have it.
const PRESENT_ROUND: &str = "WITH used AS (
    SELECT documents.company AS company, documents.environment AS environment,
        substr(consecutivo, 1, 10) AS prefix, CAST(substr(consecutivo, 11) AS INTEGER) AS number, count(*) AS documents,
        sum(state = 'discarded') AS discarded
    FROM documents LEFT JOIN series ON series.company = documents.company AND series.environment = documents.environment
        AND printf('%03d%05d%s', branch, terminal, kind_code) = substr(consecutivo, 1, 10)
    WHERE documents.id > coalesce(round_after, 0)
    GROUP BY 1, 2, 3, 4
)";

fn read_holder(row: &rusqlite::Row<'_>) -> rusqlite::Result<Holder> {
    Ok(Holder { clave: row.get("clave")?, state: super::parsed(row, "state")? })
}

fn read_contested(row: &rusqlite::Row<'_>) -> rusqlite::Result<Contested> {
    Ok(Contested {
        company: row.get(0)?,
        environment: super::parsed(row, "environment")?,
        consecutivo: row.get(2)?,
        holders: Vec::new(),
        message: row.get(3)?,
    })
}

struct Next {
    number: u64,
    round_begins: bool,
}

/// One more than the last number given or imported. At the top a series begins again at 1 (nota 3).
fn next_number(connection: &Connection, key: &SeriesKey<'_>) -> Result<Next> {
    let environment = key.environment.name();
    let given: Option<(u64, u64)> = connection
        .prepare_cached(
            "SELECT last_number, round FROM series
             WHERE company = ? AND environment = ? AND branch = ? AND terminal = ? AND kind_code = ?",
        )?
        .query_row(params![key.company, environment, key.branch, key.terminal, key.kind_code], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (last, round) = given.unwrap_or_default();
    // Documents of another system, imported, count too; after a roll-over the larger numbers are those of the round
    // before.
    let seen = if round > 0 { 0 } else { last_imported(connection, key)? };
    let last = last.max(seen);
    Ok(if last >= Consecutivo::MAX_NUMBER {
        Next { number: 1, round_begins: true }
    } else {
        Next { number: last + 1, round_begins: false }
    })
}

fn last_imported(connection: &Connection, key: &SeriesKey<'_>) -> std::result::Result<u64, StoreError> {
    let prefix = key.prefix();
    let last: Option<String> = connection
        .prepare_cached(
            "SELECT max(consecutivo) FROM documents WHERE company = ? AND environment = ? AND consecutivo BETWEEN ? AND ?",
        )?
        .query_row(
            params![key.company, key.environment.name(), format!("{prefix}0000000000"), format!("{prefix}9999999999")],
            |row| row.get(0),
        )?;
    Ok(last.and_then(|consecutivo| consecutivo[10..].parse().ok()).unwrap_or_default())
}
