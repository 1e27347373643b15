//! Numbers that are used although this database does not know by what: claves that Hacienda's list names and that are not
//! here. Of these only the signed bytes may come in, and where `generate` numbers a series itself, one that nobody has
//! explained stops it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::documents::Document;
use super::{DocumentId, Result, Store, Write, parsed};
use crate::clock::utc_text;
use crate::document::DocumentKey;
use crate::hacienda::Environment;
use crate::lifecycle::{Operation, State};
use crate::named::Named;

/// A clave that Hacienda has and this database lacks, or has only without the signature that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Taken {
    /// Id of the company whose number it is.
    pub company: String,
    /// Where it was sent.
    pub environment: Environment,
    /// Branch, terminal and kind.
    pub series: String,
    /// The number.
    pub consecutivo: String,
    /// The key of its document.
    pub clave: String,
}

/// A series of ours in which Hacienda has a document that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stopped {
    /// Id of the company.
    pub company: String,
    /// Where it sends.
    pub environment: Environment,
    /// Branch, terminal and kind.
    pub series: String,
    /// The key of the newest such document.
    pub clave: String,
}

/// Why a document must wait for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Hacienda has it with a signature that is not here.
    SentBefore,
    /// Its number is that of another document, which Hacienda has.
    NumberTaken {
        /// The other.
        clave: String,
    },
    /// Its series is stopped.
    SeriesStopped {
        /// The document that stopped it.
        clave: String,
    },
}

/// A series that has given numbers here, and the claves beyond the point from which it did. After a series has begun again
/// its larger numbers are those of the round before.
const STOPS: &str = "SELECT taken.company, taken.environment, taken.series, max(taken.clave) AS clave
    FROM taken JOIN series ON series.company = taken.company AND series.environment = taken.environment
        AND printf('%03d%05d%s', branch, terminal, kind_code) = taken.series
    WHERE taken.number > began_after AND last_number > began_after
        AND (round = 0 OR taken.number - last_number < 5000000000)";

impl Write<'_> {
    /// Notes which of these documents of the list are not here; gives those that are news.
    pub(crate) fn note_taken(
        &self,
        company: &str,
        environment: Environment,
        listed: &[(DocumentKey, Option<DateTime<Utc>>)],
    ) -> Result<Vec<Taken>> {
        let mut is_here = self.transaction.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM documents WHERE environment = ? AND clave = ? AND state <> 'draft')",
        )?;
        let mut insert = self.transaction.prepare_cached(
            "INSERT OR IGNORE INTO taken (environment, clave, company, consecutivo, dated_at, found_at)
             VALUES (?, ?, ?, ?, ?, ?)",
        )?;
        let mut news = Vec::new();
        for (key, date) in listed {
            if is_here.query_row(params![environment.name(), key.as_str()], |row| row.get(0))? {
                continue;
            }
            let consecutivo = consecutivo_of(key);
            let date = date.map(utc_text);
            let row = params![environment.name(), key.as_str(), company, consecutivo, date, utc_text(self.now)];
            if insert.execute(row)? == 1 {
                news.push(Taken {
                    company: company.to_owned(),
                    environment,
                    series: consecutivo.get(..10).unwrap_or_default().to_owned(),
                    consecutivo,
                    clave: key.to_string(),
                });
            }
        }
        Ok(news)
    }

    /// The numbers that are taken count as given: every series of the company goes on after them.
    pub(crate) fn count_taken_as_given(&self, company: &str, environment: Environment) -> Result<()> {
        self.transaction.execute(
            "INSERT INTO series (company, environment, branch, terminal, kind_code, last_number, began_after)
             SELECT company, environment, CAST(substr(series, 1, 3) AS INTEGER), CAST(substr(series, 4, 5) AS INTEGER),
                 substr(series, 9, 2), max(number), max(number)
             FROM taken WHERE company = ?1 AND environment = ?2 GROUP BY series
             ON CONFLICT DO UPDATE SET
                 last_number = iif(round > 0 AND excluded.last_number - last_number > 5000000000, last_number,
                                   max(last_number, excluded.last_number)),
                 began_after = iif(round > 0 AND excluded.last_number - last_number > 5000000000, last_number,
                                   max(last_number, excluded.last_number))",
            params![company, environment.name()],
        )?;
        Ok(())
    }

    /// The series of a company that are stopped now.
    pub(crate) fn stopped_series(&self, company: &str, environment: Environment) -> Result<Vec<Stopped>> {
        Ok(stopped_of(&self.transaction, company, environment)?)
    }

    /// A document of the company is about to be posted.
    pub(super) fn note_post(&self, company: &str, environment: Environment) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO last_posts (company, environment, posted_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET posted_at = ?3",
            )?
            .execute(params![company, environment.name(), utc_text(self.now)])?;
        Ok(())
    }

    /// Notes documents of the list that are not here and stop a series which is numbered here; gives the series that are
    /// stopped by what is news.
    pub(crate) fn note_strays(
        &self,
        company: &str,
        environment: Environment,
        listed: &[(DocumentKey, Option<DateTime<Utc>>)],
    ) -> Result<Vec<Stopped>> {
        let mut numbered = self.transaction.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM series WHERE company = ?1 AND environment = ?2
                 AND printf('%03d%05d%s', branch, terminal, kind_code) = substr(?3, 1, 10)
                 AND CAST(substr(?3, 11) AS INTEGER) > began_after AND last_number > began_after
                 AND (round = 0 OR CAST(substr(?3, 11) AS INTEGER) - last_number < 5000000000))",
        )?;
        let mut strays = Vec::new();
        for (key, date) in listed {
            let row = params![company, environment.name(), consecutivo_of(key)];
            if numbered.query_row(row, |row| row.get(0))? {
                strays.push((key.clone(), *date));
            }
        }
        let news = self.note_taken(company, environment, &strays)?;
        let mut stopped = self.stopped_series(company, environment)?;
        stopped.retain(|stopped| news.iter().any(|taken| taken.series == stopped.series));
        Ok(stopped)
    }

    /// Whether Hacienda has this clave with bytes that are not here.
    pub(super) fn is_taken(&self, environment: Environment, clave: &str) -> Result<bool> {
        Ok(self
            .transaction
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM taken WHERE environment = ? AND clave = ?)")?
            .query_row(params![environment.name(), clave], |row| row.get(0))?)
    }

    /// The signed bytes have come: the service has them, or is asked first.
    pub(super) fn is_here_now(&self, id: DocumentId, environment: Environment, clave: &str) -> Result<()> {
        self.transaction
            .execute("DELETE FROM taken WHERE environment = ? AND clave = ?", params![environment.name(), clave])?;
        self.transaction
            .execute("UPDATE documents SET delivery_unknown = 1 WHERE id = ? AND state = 'signed'", [id.0])?;
        Ok(())
    }

    /// Why this document may not take this step before a person has decided.
    pub(crate) fn hold_on(&self, document: &Document, operation: Operation) -> Result<Option<Hold>> {
        // What was posted before is sent again with the same bytes, whatever else there is.
        let is_first = match operation {
            Operation::Sign => true,
            Operation::Submit => document.state == State::Signed && document.submit_attempted_at.is_none(),
            Operation::CheckStatus => false,
        };
        if !is_first {
            return Ok(None);
        }
        if operation == Operation::Sign && self.is_taken(document.environment, &document.clave)? {
            return Ok(Some(Hold::SentBefore));
        }
        let is_generated: bool = self
            .transaction
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM generated WHERE document_id = ?)")?
            .query_row([document.id.0], |row| row.get(0))?;
        if !is_generated {
            return Ok(None);
        }
        if let Some(clave) = self.holder_of_its_number(document)? {
            return Ok(Some(Hold::NumberTaken { clave }));
        }
        let series = document.consecutivo.get(..10).unwrap_or_default();
        let stopped = self.stopped_series(&document.company, document.environment)?;
        let stopped = stopped.into_iter().find(|stopped| stopped.series == series);
        Ok(stopped.map(|stopped| Hold::SeriesStopped { clave: stopped.clave }))
    }

    /// Another document with this number that Hacienda has, or of which it must be asked whether it has it.
    fn holder_of_its_number(&self, document: &Document) -> Result<Option<String>> {
        let found = self
            .transaction
            .prepare_cached(
                "SELECT clave FROM taken WHERE company = ?1 AND environment = ?2 AND consecutivo = ?3 AND clave <> ?4
                 UNION ALL
                 SELECT clave FROM documents
                 WHERE company = ?1 AND environment = ?2 AND consecutivo = ?3 AND clave <> ?4
                     AND (state IN ('submitted', 'accepted', 'rejected', 'error') OR delivery_unknown = 1)
                     AND id > coalesce((SELECT round_after FROM series WHERE company = ?1 AND environment = ?2
                         AND printf('%03d%05d%s', branch, terminal, kind_code) = substr(?3, 1, 10)), 0)
                 LIMIT 1",
            )?
            .query_row(
                params![document.company, document.environment.name(), document.consecutivo, document.clave.as_str()],
                |row| row.get(0),
            )
            .optional()?;
        Ok(found)
    }
}

impl Store {
    /// When a document of the company was last about to be posted.
    pub(crate) fn last_post(&self, company: &str, environment: Environment) -> Result<Option<DateTime<Utc>>> {
        self.ask(|connection| {
            connection
                .prepare_cached("SELECT posted_at FROM last_posts WHERE company = ? AND environment = ?")?
                .query_row(params![company, environment.name()], |row| parsed(row, "posted_at"))
                .optional()
        })
    }

    /// Every clave that is taken, the oldest first.
    pub(crate) fn taken(&self) -> Result<Vec<Taken>> {
        self.ask(|connection| {
            connection
                .prepare("SELECT * FROM taken ORDER BY company, environment, consecutivo, clave")?
                .query_map([], |row| {
                    Ok(Taken {
                        company: row.get("company")?,
                        environment: parsed(row, "environment")?,
                        series: row.get("series")?,
                        consecutivo: row.get("consecutivo")?,
                        clave: row.get("clave")?,
                    })
                })?
                .collect()
        })
    }

    /// Every series that is stopped.
    pub(crate) fn all_stopped_series(&self) -> Result<Vec<Stopped>> {
        self.ask(|connection| {
            let sql = format!("{STOPS} GROUP BY taken.company, taken.environment, taken.series ORDER BY 1, 2, 3");
            connection.prepare_cached(&sql)?.query_map([], read_stopped)?.collect()
        })
    }
}

/// Of a MensajeReceptor that of the message.
pub(super) fn consecutivo_of(key: &DocumentKey) -> String {
    match key.split_once('-') {
        Some((_, consecutivo)) => consecutivo.to_owned(),
        None => key.clave().consecutivo().to_string(),
    }
}

fn stopped_of(connection: &Connection, company: &str, environment: Environment) -> rusqlite::Result<Vec<Stopped>> {
    let sql = format!("{STOPS} AND taken.company = ? AND taken.environment = ? GROUP BY taken.series ORDER BY 3");
    connection.prepare_cached(&sql)?.query_map(params![company, environment.name()], read_stopped)?.collect()
}

fn read_stopped(row: &rusqlite::Row<'_>) -> rusqlite::Result<Stopped> {
    Ok(Stopped {
        company: row.get("company")?,
        environment: parsed(row, "environment")?,
        series: row.get("series")?,
        clave: row.get("clave")?,
    })
}
