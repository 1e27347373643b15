//! What was said of a received document before.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::{Result, Store, Write, parsed};
use crate::document::Decision;
use crate::hacienda::Environment;
use crate::lifecycle::State;
use crate::named::Named;

/// A MensajeReceptor that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Confirmed {
    /// Its key: the clave of the document and its own consecutivo.
    pub clave: String,
    /// Its own number.
    pub consecutivo: String,
    /// How far it has come.
    pub state: State,
    /// When it was stored here.
    pub made_at: DateTime<Utc>,
}

impl Confirmed {
    /// What it says.
    pub(crate) fn decision(&self) -> Option<Decision> {
        Decision::of_consecutivo(&self.consecutivo)
    }
}

impl Write<'_> {
    /// The latest confirmation here of a document, but for those without effect.
    pub(crate) fn confirmation_of(&self, environment: Environment, clave: &str) -> Result<Option<Confirmed>> {
        Ok(confirmation_of(&self.transaction, environment, clave)?)
    }
}

impl Store {
    /// The latest confirmation here of a document, but for those without effect.
    pub(crate) fn confirmation_of(&self, environment: Environment, clave: &str) -> Result<Option<Confirmed>> {
        self.ask(|connection| confirmation_of(connection, environment, clave))
    }
}

fn confirmation_of(
    connection: &Connection,
    environment: Environment,
    clave: &str,
) -> rusqlite::Result<Option<Confirmed>> {
    let mut statement = connection.prepare_cached(
        "SELECT clave, consecutivo, state, created_at FROM documents
         WHERE environment = ? AND clave BETWEEN ? AND ? AND kind = 'MR' AND state NOT IN ('rejected', 'discarded')
         ORDER BY id DESC LIMIT 1",
    )?;
    // The key of a confirmation is the clave, a dash and twenty digits.
    let found = statement.query_map(params![environment.name(), format!("{clave}-"), format!("{clave}-~")], read)?;
    found.last().transpose()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Confirmed> {
    Ok(Confirmed {
        clave: row.get("clave")?,
        consecutivo: row.get("consecutivo")?,
        state: parsed(row, "state")?,
        made_at: parsed(row, "created_at")?,
    })
}
