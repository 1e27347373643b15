//! What generated documents were made from, and what they are to others: the same input makes no second document.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::documents::NewDocument;
use super::events::Step;
use super::{DocumentId, Result, Store, Write};
use crate::cause::Detail;
use crate::clock::utc_text;
use crate::document::Relation;
use crate::hacienda::Environment;
use crate::lifecycle::State;
use crate::named::Named;

/// Where a generated document comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    /// The user's own word for it.
    pub id: Option<&'a str>,
    /// SHA-256 of what was said of it.
    pub content: &'a str,
    /// The input of a document without an id, and its number there.
    pub input: Option<(i64, u64)>,
}

/// A document that an input made before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Earlier {
    /// Its key.
    pub clave: String,
    /// How far it has come.
    pub state: State,
    /// SHA-256 of what was said of it; none of a document from before that was kept.
    pub content: Option<String>,
    /// When.
    pub made_at: DateTime<Utc>,
    /// When it was discarded, or had its verdict.
    pub ended_at: Option<DateTime<Utc>>,
    /// The input, of a document without an id.
    pub input: Option<i64>,
    /// As the input was named.
    pub input_name: Option<String>,
}

/// Kind and total of the notes here on a document, those without effect apart, and but for one.
pub(super) const ADJUSTMENTS: &str = "SELECT kind, total FROM links JOIN documents ON documents.id = links.document_id
    WHERE target = ? AND relation = 'adjusts' AND environment = ? AND kind IN ('NC', 'ND')
        AND state NOT IN ('rejected', 'discarded') AND documents.id IS NOT ?";

impl Write<'_> {
    /// Stores a generated document as a draft.
    pub(crate) fn keep_generated(&self, new: &NewDocument<'_>, origin: &Origin<'_>) -> Result<DocumentId> {
        let id = self.insert(new, State::Draft)?;
        let detail = Detail::Generated { sha256: new.paper.sha256() };
        self.record(Step {
            document: Some(id),
            operation: "generate",
            from: None,
            to: Some(State::Draft),
            detail: Some(&detail),
        })?;
        let (input, number) = origin.input.unzip();
        self.transaction
            .prepare_cached(
                "INSERT INTO generated (document_id, company, environment, input_id, content, input, number)
                 VALUES (?, ?, ?, ?, unhex(?), ?, ?)",
            )?
            .execute(params![id.0, new.company, new.environment.name(), origin.id, origin.content, input, number])?;
        Ok(id)
    }

    /// Records an input whose documents have no ids; `sha256` is that of its bytes.
    pub(crate) fn begin_input(&self, company: &str, environment: Environment, sha256: &str, name: &str) -> Result<i64> {
        self.transaction
            .prepare_cached(
                "INSERT INTO inputs (company, environment, hash, name, made_at) VALUES (?, ?, unhex(?), ?, ?)",
            )?
            .execute(params![company, environment.name(), sha256, name, utc_text(self.now)])?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// An input was read to its end and so many of its documents were not made.
    pub(crate) fn end_input(&self, input: i64, refused: u64) -> Result<()> {
        self.transaction
            .prepare_cached("UPDATE inputs SET refused = ? WHERE id = ?")?
            .execute(params![refused, input])?;
        Ok(())
    }

    /// The latest document that an input of this id has made and that was not discarded.
    pub(crate) fn generated_as(&self, company: &str, environment: Environment, id: &str) -> Result<Option<Earlier>> {
        Ok(generated_as(&self.transaction, company, environment, id)?)
    }

    /// The document that stood at this number of an input with these bytes.
    pub(crate) fn generated_from(
        &self,
        company: &str,
        environment: Environment,
        sha256: &str,
        number: u64,
    ) -> Result<Option<Earlier>> {
        Ok(generated_from(&self.transaction, company, environment, sha256, number)?)
    }
}

impl Store {
    /// The latest document that an input of this id has made and that was not discarded.
    pub(crate) fn generated_as(&self, company: &str, environment: Environment, id: &str) -> Result<Option<Earlier>> {
        self.ask(|connection| generated_as(connection, company, environment, id))
    }

    /// A discarded document that an input of this id with the same content has made, the latest.
    pub(crate) fn discarded_as(
        &self,
        company: &str,
        environment: Environment,
        id: &str,
        content: &str,
    ) -> Result<Option<Earlier>> {
        self.ask(|connection| {
            connection
                .prepare_cached(&earlier(
                    "WHERE generated.company = ? AND generated.environment = ? AND input_id = ? AND content = unhex(?)
                         AND state = 'discarded'
                     ORDER BY document_id DESC LIMIT 1",
                ))?
                .query_row(params![company, environment.name(), id, content], read_earlier)
                .optional()
        })
    }

    /// The document that stood at this number of an input with these bytes.
    pub(crate) fn generated_from(
        &self,
        company: &str,
        environment: Environment,
        sha256: &str,
        number: u64,
    ) -> Result<Option<Earlier>> {
        self.ask(|connection| generated_from(connection, company, environment, sha256, number))
    }

    /// A document with this content that an input with other bytes than these made, and that was made in part only:
    /// somebody mends that input and gives it again.
    pub(crate) fn generated_in_part(
        &self,
        company: &str,
        environment: Environment,
        content: &str,
        sha256: &str,
    ) -> Result<Option<Earlier>> {
        self.ask(|connection| {
            connection
                .prepare_cached(&earlier(
                    "JOIN inputs ON inputs.id = generated.input
                     WHERE generated.company = ? AND generated.environment = ? AND content = unhex(?)
                         AND coalesce(refused, 1) > 0 AND inputs.hash <> unhex(?)
                     ORDER BY state = 'discarded', document_id DESC LIMIT 1",
                ))?
                .query_row(params![company, environment.name(), content, sha256], read_earlier)
                .optional()
        })
    }

    /// The document that stands in the place of a rejected one, as long as it was not rejected itself.
    pub(crate) fn replacement_of(&self, environment: Environment, clave: &str) -> Result<Option<(String, State)>> {
        self.ask(|connection| {
            connection
                .prepare_cached(
                    "SELECT clave, state FROM links JOIN documents ON documents.id = links.document_id
                     WHERE target = ? AND relation = ? AND environment = ? AND state NOT IN ('rejected', 'discarded')
                     ORDER BY documents.id DESC LIMIT 1",
                )?
                .query_row(params![clave, Relation::Replaces.name(), environment.name()], |row| {
                    Ok((row.get(0)?, super::parsed(row, "state")?))
                })
                .optional()
        })
    }
}

fn earlier(rest: &str) -> String {
    format!(
        "SELECT clave, state, lower(hex(content)) AS content, documents.created_at, documents.resolved_at, input,
             (SELECT name FROM inputs WHERE inputs.id = input) AS input_name
         FROM generated JOIN documents ON documents.id = generated.document_id {rest}"
    )
}

fn read_earlier(row: &Row<'_>) -> rusqlite::Result<Earlier> {
    Ok(Earlier {
        clave: row.get("clave")?,
        state: super::parsed(row, "state")?,
        content: row.get::<_, Option<String>>("content")?.filter(|content| !content.is_empty()),
        made_at: super::parsed(row, "created_at")?,
        ended_at: super::parsed_or_null(row, "resolved_at")?,
        input: row.get("input")?,
        input_name: row.get("input_name")?,
    })
}

fn generated_as(
    connection: &Connection,
    company: &str,
    environment: Environment,
    id: &str,
) -> rusqlite::Result<Option<Earlier>> {
    connection
        .prepare_cached(&earlier(
            "WHERE generated.company = ? AND generated.environment = ? AND input_id = ? AND state <> 'discarded'
             ORDER BY document_id DESC LIMIT 1",
        ))?
        .query_row(params![company, environment.name(), id], read_earlier)
        .optional()
}

fn generated_from(
    connection: &Connection,
    company: &str,
    environment: Environment,
    sha256: &str,
    number: u64,
) -> rusqlite::Result<Option<Earlier>> {
    connection
        .prepare_cached(&earlier(
            "WHERE generated.number = ?4 AND input IN
                 (SELECT id FROM inputs WHERE company = ?1 AND environment = ?2 AND hash = unhex(?3))
             ORDER BY state = 'discarded', document_id DESC LIMIT 1",
        ))?
        .query_row(params![company, environment.name(), sha256, number], read_earlier)
        .optional()
}
