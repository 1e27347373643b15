//! What documents are to others.

use rusqlite::{Connection, params};

use super::DocumentId;
use crate::document::Link;
use crate::named::Named;

/// Records what a document is to others.
pub(super) fn keep_links(connection: &Connection, id: DocumentId, links: &[Link]) -> rusqlite::Result<()> {
    for link in links {
        connection
            .prepare_cached("INSERT OR IGNORE INTO links (target, relation, document_id) VALUES (?, ?, ?)")?
            .execute(params![link.target, link.relation.name(), id.0])?;
    }
    Ok(())
}
