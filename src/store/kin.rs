//! Which documents are about another.

use rusqlite::params;

use super::documents::{Document, read, select};
use super::{Result, Store, parsed};
use crate::document::Relation;
use crate::hacienda::Environment;
use crate::named::Named;

impl Store {
    /// The documents here that adjust, pay or replace one, the oldest first.
    pub(crate) fn documents_about(&self, environment: Environment, clave: &str) -> Result<Vec<(Relation, Document)>> {
        self.ask(|connection| {
            let sql = select(
                "JOIN links ON links.document_id = documents.id WHERE target = ? AND environment = ? ORDER BY id",
            );
            connection
                .prepare_cached(&sql.replacen(" FROM documents", ", links.relation FROM documents", 1))?
                .query_map(params![clave, environment.name()], |row| Ok((parsed(row, "relation")?, read(row)?)))?
                .collect()
        })
    }

    /// The MensajeReceptor here that confirm one: their keys begin with its clave.
    pub(crate) fn confirmations_of(&self, environment: Environment, clave: &str) -> Result<Vec<Document>> {
        self.ask(|connection| {
            connection
                .prepare_cached(&select("WHERE environment = ? AND clave > ? AND clave < ? ORDER BY id"))?
                // The dot comes right after the dash.
                .query_map(params![environment.name(), format!("{clave}-"), format!("{clave}.")], read)?
                .collect()
        })
    }
}
