//! The record of every step: append-only, and chained by hash so that a change or a gap shows.

use aws_lc_rs::digest::{Context, SHA256};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::document_id::DocumentId;
use super::papers::Hash;
use super::{Result, Store, Write};
use crate::cause::{Detail, Stored};
use crate::clock::utc_text;
use crate::lifecycle::State;
use crate::named::Named;
use crate::sha256::hexadecimal;

/// The hash before the first event.
const GENESIS: Hash = [0; 32];

/// One step of a document, as `show` prints it.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// Its number, without gaps.
    pub id: i64,
    /// When, UTC.
    pub at: String,
    /// Who ran the command: the person, and the user that they acted as where it is another.
    pub actor: String,
    /// `import`, `sign`, `submit`, `check_status`, …
    pub operation: String,
    /// The state before, where it moved.
    pub from_state: Option<String>,
    /// The state after, where it moved.
    pub to_state: Option<String>,
    /// What happened beside that.
    pub detail: Option<Detail>,
}

/// A place where the chain of events does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainBreak {
    /// The event whose hash or number does not follow from the one before.
    pub id: i64,
    /// What is wrong with it.
    pub message: String,
}

/// What is recorded of one step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub document: Option<DocumentId>,
    pub operation: &'a str,
    pub from: Option<State>,
    pub to: Option<State>,
    pub detail: Option<&'a Detail>,
}

impl Write<'_> {
    /// Appends one event to the chain.
    pub(super) fn record(&self, step: Step<'_>) -> Result<()> {
        let previous = match self.chain.borrow_mut().take() {
            Some(hash) => hash,
            None => self
                .transaction
                .prepare_cached("SELECT hash FROM events ORDER BY id DESC LIMIT 1")?
                .query_row([], |row| row.get(0))
                .optional()?
                .unwrap_or(GENESIS),
        };
        let (at, detail) = (utc_text(self.now), step.detail.map(Stored::to_text).unwrap_or_default());
        let row = Record {
            document: step.document.map(|id| id.0),
            at: &at,
            actor: self.actor,
            operation: step.operation,
            from_state: step.from.map(Named::name),
            to_state: step.to.map(Named::name),
            detail: &detail,
        };
        let hash = link(&previous, &row);
        self.transaction
            .prepare_cached(
                "INSERT INTO events (document_id, at, actor, operation, from_state, to_state, detail, hash)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                row.document,
                row.at,
                row.actor,
                row.operation,
                row.from_state,
                row.to_state,
                row.detail,
                hash
            ])?;
        *self.chain.borrow_mut() = Some(hash);
        Ok(())
    }

    /// Records a step that moved nothing: a failure, a note.
    pub fn note(&self, document: DocumentId, operation: &str, detail: &Detail) -> Result<()> {
        self.record(Step { document: Some(document), operation, from: None, to: None, detail: Some(detail) })
    }
}

impl Store {
    /// The life of one document, oldest first.
    pub fn events_of(&self, document: DocumentId) -> Result<Vec<EventRow>> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached("SELECT * FROM events WHERE document_id = ? ORDER BY id")?;
            let rows = statement.query_map([document.0], read)?;
            rows.collect()
        })
    }

    /// Recomputes the chain; at most `limit` breaks are told.
    pub fn broken_events(&self, limit: usize) -> Result<Vec<ChainBreak>> {
        self.broken_events_from(1, true, limit)
    }

    /// The same from an event on. Whether documents have moved further than their events say is asked of all of them, or of none.
    pub(super) fn broken_events_from(&self, first: i64, moves: bool, limit: usize) -> Result<Vec<ChainBreak>> {
        self.ask(|connection| {
            let before: Option<(i64, Hash)> = connection
                .prepare_cached("SELECT id, hash FROM events WHERE id < ? ORDER BY id DESC LIMIT 1")?
                .query_row([first], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (last, mut previous) = before.unwrap_or((0, GENESIS));
            let mut expected_id = last + 1;
            let mut statement = connection.prepare("SELECT * FROM events WHERE id >= ? ORDER BY id")?;
            let mut rows = statement.query([first])?;
            let mut breaks = Vec::new();
            while let Some(row) = rows.next()? {
                let id: i64 = row.get("id")?;
                let hash: Hash = row.get("hash")?;
                if id != expected_id {
                    let message = format!("events {expected_id} to {} are missing", id - 1);
                    breaks.push(ChainBreak { id, message });
                } else if hash != link(&previous, &as_written(row)?) {
                    breaks.push(ChainBreak { id, message: "it was changed after it was written".into() });
                }
                if breaks.len() >= limit {
                    break;
                }
                expected_id = id + 1;
                previous = hash;
            }
            let room = limit.saturating_sub(breaks.len());
            if moves {
                breaks.extend(unrecorded_moves(connection, expected_id, room)?);
            }
            Ok(breaks)
        })
    }
}

/// A record that was cut off at its end has no gap; that a document has moved further than its events say shows it.
fn unrecorded_moves(connection: &Connection, end: i64, limit: usize) -> rusqlite::Result<Vec<ChainBreak>> {
    let mut statement = connection.prepare(
        "SELECT clave, state, recorded FROM (
             SELECT clave, state, (SELECT to_state FROM events WHERE document_id = documents.id AND to_state IS NOT NULL
                                   ORDER BY events.id DESC LIMIT 1) AS recorded FROM documents)
         WHERE recorded IS NOT state LIMIT ?",
    )?;
    let rows = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        let (clave, state): (String, String) = (row.get(0)?, row.get(1)?);
        let recorded = row.get::<_, Option<String>>(2)?.unwrap_or_else(|| "nothing".to_owned());
        let message = format!("events are missing: {clave} is `{state}` and the record ends with {recorded}");
        Ok(ChainBreak { id: end, message })
    })?;
    rows.collect()
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        id: row.get("id")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        operation: row.get("operation")?,
        from_state: row.get("from_state")?,
        to_state: row.get("to_state")?,
        detail: Some(row.get::<_, String>("detail")?)
            .filter(|text| !text.is_empty())
            .map(|text| Detail::of_text(&text)),
    })
}

/// The fields of an event as the database holds them, to the letter: what the chain is made of.
struct Record<'a> {
    document: Option<i64>,
    at: &'a str,
    actor: &'a str,
    operation: &'a str,
    from_state: Option<&'a str>,
    to_state: Option<&'a str>,
    detail: &'a str,
}

fn as_written<'a>(row: &'a rusqlite::Row<'_>) -> rusqlite::Result<Record<'a>> {
    let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str()?);
    let text_or_null = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str_or_null()?);
    Ok(Record {
        document: row.get("document_id")?,
        at: text("at")?,
        actor: text("actor")?,
        operation: text("operation")?,
        from_state: text_or_null("from_state")?,
        to_state: text_or_null("to_state")?,
        detail: text("detail")?,
    })
}

/// SHA-256 over the previous hash and every field, each preceded by its length so that no two records read alike.
fn link(previous: &Hash, event: &Record<'_>) -> Hash {
    let previous = hexadecimal(previous);
    let document = event.document.map(|id| id.to_string());
    let fields = [
        Some(previous.as_str()),
        document.as_deref(),
        Some(event.at),
        Some(event.actor),
        Some(event.operation),
        event.from_state,
        event.to_state,
        Some(event.detail),
    ];
    let mut context = Context::new(&SHA256);
    for field in fields {
        match field {
            Some(text) => {
                context.update(&(text.len() as u64).to_be_bytes());
                context.update(text.as_bytes());
            }
            None => context.update(&u64::MAX.to_be_bytes()),
        }
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}
