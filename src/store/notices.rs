//! The outbox: what a person must be told, written in the transaction of what it reports, once for each fact.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, params};

use super::documents::Document;
use super::{Result, Store, Write, parsed};
use crate::cause::Stored;
use crate::clock::utc_text;
use crate::named::Named;
use crate::notice::{Fact, NoticeFault, NoticeKind, Told, Way};

/// A notice that could not be sent is tried again after so many minutes, doubling, a day at most.
const FIRST_WAIT_MINUTES: i64 = 5;
const LONGEST_WAIT_MINUTES: i64 = 24 * 60;

/// A notice and the way that it is to go.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its number in the outbox.
    pub id: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What kind of thing happened.
    pub kind: NoticeKind,
    /// The company's id.
    pub company: String,
    /// The document's key, when it is about one.
    pub clave: Option<String>,
    /// Its consecutivo.
    pub consecutivo: Option<String>,
    /// The receiver's name.
    pub receptor_name: Option<String>,
    /// What it tells.
    pub told: Told,
    /// How it goes.
    pub way: Way,
    /// How often that was tried.
    pub attempts: u32,
}

impl Write<'_> {
    /// Puts a fact into the outbox, once for each way; the same fact again is no news.
    pub fn notify(&self, ways: &[Way], company: &str, document: Option<&Document>, fact: &Fact) -> Result<()> {
        // A fact has only text for keys, so that it can always be written.
        let told = serde_json::to_string(fact).unwrap_or_default();
        for way in ways {
            self.transaction
                .prepare_cached(
                    "INSERT INTO notices (identity, at, kind, company, document_id, message, way, next_attempt)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?2) ON CONFLICT DO NOTHING",
                )?
                .execute(params![
                    fact.identity(),
                    utc_text(self.now),
                    fact.kind().name(),
                    company,
                    document.map(|document| document.id.0),
                    told,
                    way.name()
                ])?;
        }
        Ok(())
    }

    /// Takes the oldest unsent notice that is due and goes one of these ways, so that another run does not send it too: it is
    /// due again only later, and a run that dies while sending leaves it for then.
    pub fn take_due_notice(&self, ways: &[Way]) -> Result<Option<Outgoing>> {
        let names: Vec<_> = ways.iter().map(|way| way.name()).collect();
        let names = serde_json::to_string(&names).unwrap_or_default();
        // What is to wait longer than the longest wait was written while the clock was wrong.
        let never_so_late = self.now + TimeDelta::minutes(LONGEST_WAIT_MINUTES);
        let due = self
            .transaction
            .prepare_cached(
                "SELECT notices.*, clave, consecutivo, receptor_name FROM notices
                 LEFT JOIN documents ON documents.id = document_id
                 WHERE sent_at IS NULL AND (next_attempt <= ?1 OR next_attempt > ?2)
                   AND way IN (SELECT value FROM json_each(?3))
                 ORDER BY notices.id LIMIT 1",
            )?
            .query_row(params![utc_text(self.now), utc_text(never_so_late), names], read)
            .optional()?;
        if let Some(outgoing) = &due {
            self.transaction
                .prepare_cached("UPDATE notices SET attempts = attempts + 1, next_attempt = ? WHERE id = ?")?
                .execute(params![utc_text(self.now + wait(outgoing.attempts)), outgoing.id])?;
        }
        Ok(due)
    }

    /// It went out.
    pub fn notice_sent(&self, id: i64) -> Result<()> {
        self.transaction
            .prepare_cached("UPDATE notices SET sent_at = ?, last_error = NULL WHERE id = ?")?
            .execute(params![utc_text(self.now), id])?;
        Ok(())
    }

    /// It did not.
    pub fn notice_failed(&self, id: i64, fault: &NoticeFault) -> Result<()> {
        self.transaction
            .prepare_cached("UPDATE notices SET last_error = ? WHERE id = ?")?
            .execute(params![fault.to_text(), id])?;
        Ok(())
    }
}

fn wait(attempts: u32) -> TimeDelta {
    let doubled = FIRST_WAIT_MINUTES.checked_shl(attempts.min(16)).unwrap_or(LONGEST_WAIT_MINUTES);
    TimeDelta::minutes(doubled.min(LONGEST_WAIT_MINUTES))
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Outgoing> {
    Ok(Outgoing {
        id: row.get("id")?,
        at: parsed(row, "at")?,
        kind: parsed(row, "kind")?,
        company: row.get("company")?,
        clave: row.get("clave")?,
        consecutivo: row.get("consecutivo")?,
        receptor_name: row.get("receptor_name")?,
        told: Told::of_text(row.get_ref("message")?.as_str()?),
        way: parsed(row, "way")?,
        attempts: row.get("attempts")?,
    })
}

impl Store {
    /// Notices that have not gone out, and why the latest did not.
    pub fn unsent_notices(&self) -> Result<(u64, Option<NoticeFault>)> {
        self.ask(|connection| {
            connection.query_row(
                "SELECT count(*), (SELECT last_error FROM notices WHERE sent_at IS NULL AND last_error IS NOT NULL
                                   ORDER BY id DESC LIMIT 1)
                 FROM notices WHERE sent_at IS NULL",
                [],
                |row| Ok((row.get(0)?, row.get_ref(1)?.as_str_or_null()?.map(NoticeFault::of_text))),
            )
        })
    }
}
