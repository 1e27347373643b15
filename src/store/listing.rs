//! `list`: documents by what a person remembers of them.

use std::collections::HashSet;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::documents::{Document, read, select};
use super::search::{self, Wanted};
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

/// So many that were found are read one by one; more are read as they come in the order of their issue.
const FEW: usize = 2_000;

const NARROWED: &str = "(?1 IS NULL OR company = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR kind = ?3)
    AND (?4 IS NULL OR issued_at >= ?4) AND (?5 IS NULL OR issued_at < ?5)";
const NEWEST_FIRST: &str = "ORDER BY issued_at DESC, documents.id DESC";

impl Store {
    /// Documents that pass a filter, newest issue first, each handed over as it is read, until `each` has enough.
    pub fn each_document(
        &self,
        filter: &DocumentFilter,
        mut each: impl FnMut(Document) -> ControlFlow<()>,
    ) -> Result<()> {
        self.ask(|connection| {
            let wanted = Wanted { anywhere: filter.search.clone(), receptor: filter.receptor.clone() };
            let found = match (&wanted.anywhere, &wanted.receptor) {
                (None, None) => None,
                _ => Some(search::find(connection, &wanted)?),
            };
            let few = found.as_ref().filter(|found| found.len() <= FEW);
            let among = few.map(|few| serde_json::to_string(few).unwrap_or_default());
            let many: Option<HashSet<i64>> =
                found.as_ref().filter(|_| few.is_none()).map(|found| found.iter().copied().collect());
            let sql = match &among {
                Some(_) => {
                    select(&format!("WHERE id IN (SELECT value FROM json_each(?6)) AND {NARROWED} {NEWEST_FIRST}"))
                }
                None => select(&format!("WHERE {NARROWED} AND ?6 IS NULL {NEWEST_FIRST}")),
            };
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(params![
                filter.company,
                filter.state.map(Named::name),
                filter.kind.map(Named::name),
                filter.from.map(utc_text),
                filter.before.map(utc_text),
                among
            ])?;
            let mut left = filter.limit.unwrap_or(u32::MAX);
            while left > 0
                && let Some(row) = rows.next()?
            {
                let is_wanted = match &many {
                    Some(many) => many.contains(&row.get("id")?),
                    None => true,
                };
                if is_wanted {
                    left -= 1;
                    if each(read(row)?).is_break() {
                        break;
                    }
                }
            }
            Ok(())
        })
    }

    /// All of them at once.
    pub fn documents(&self, filter: &DocumentFilter) -> Result<Vec<Document>> {
        let mut documents = Vec::new();
        self.each_document(filter, |document| {
            documents.push(document);
            ControlFlow::Continue(())
        })?;
        Ok(documents)
    }
}
