//! `list`: documents by what a person remembers of them.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::documents::{Document, read, select};
use super::{Result, Store};
use crate::clock::utc_text;
use crate::document::Kind;
use crate::lifecycle::State;
use crate::named::Named;

/// Which documents are listed; every part narrows.
#[derive(Debug, Clone, Default)]
pub struct DocumentFilter {
    /// Of this company.
    pub company: Option<String>,
    /// In this state.
    pub state: Option<State>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Issued at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Issued before this instant.
    pub before: Option<DateTime<Utc>>,
    /// Receiver's identification, or a part of the name.
    pub receptor: Option<String>,
    /// A part of the clave, the consecutivo or the receiver's name.
    pub search: Option<String>,
    /// At most so many, the newest.
    pub limit: Option<u32>,
}

impl Store {
    /// Documents that pass a filter, newest issue first.
    pub fn documents(&self, filter: &DocumentFilter) -> Result<Vec<Document>> {
        let like = |text: &String| format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        self.ask(|connection| {
            connection
                .prepare_cached(&select(
                    "WHERE (?1 IS NULL OR company = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR kind = ?3)
                       AND (?4 IS NULL OR issued_at >= ?4) AND (?5 IS NULL OR issued_at < ?5)
                       AND (?6 IS NULL OR receptor_id = ?6 OR receptor_name LIKE ?7 ESCAPE '\\')
                       AND (?8 IS NULL OR clave LIKE ?8 ESCAPE '\\' OR consecutivo LIKE ?8 ESCAPE '\\'
                            OR receptor_name LIKE ?8 ESCAPE '\\')
                     ORDER BY issued_at DESC, documents.id DESC LIMIT ?9",
                ))?
                .query_map(
                    params![
                        filter.company,
                        filter.state.map(Named::name),
                        filter.kind.map(Named::name),
                        filter.from.map(utc_text),
                        filter.before.map(utc_text),
                        filter.receptor,
                        filter.receptor.as_ref().map(like),
                        filter.search.as_ref().map(like),
                        filter.limit.map_or(-1, i64::from)
                    ],
                    read,
                )?
                .collect()
        })
    }
}
