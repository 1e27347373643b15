//! The bytes of documents: each paper written once, compressed, and checked whenever it is read.

mod library;
mod opened;
mod seal;
mod training;

use rusqlite::{Connection, OptionalExtension, Row, params};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::document_id::DocumentId;
use super::{Result, Store, StoreError, Write};
use crate::lifecycle::Operation;
use crate::named::{Named, unknown};
use crate::sha256::sha256;
use crate::signature::without_signature;

pub(super) use library::{Library, Trained, damaged_dictionaries};
pub(crate) use opened::Opened;
pub(crate) use seal::{Damage, Sealed, Sealer};
pub(super) use seal::{Hash, hash};
#[cfg(test)]
use training::train;
pub(super) use training::tried;

/// What a paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<Paper>)]
pub enum Paper {
    /// The bytes to sign.
    Draft,
    /// The very bytes that are sent.
    Signed,
    /// The final MensajeHacienda.
    Answer,
}

impl Named for Paper {
    const WHAT: &'static str = "a paper";
}

/// Columns of compressed bytes, whatever the table calls them.
pub(super) fn read_sealed(
    connection: &Connection,
    library: &Library,
    row: &Row<'_>,
    [sha256, size, dictionary, bytes]: [&str; 4],
) -> rusqlite::Result<Sealed> {
    let dictionary: Option<i64> = row.get(dictionary)?;
    Ok(Sealed {
        sha256: row.get(sha256)?,
        size: row.get(size)?,
        dictionary: dictionary.map(|id| library.dictionary(connection, id)).transpose()?,
        bytes: row.get(bytes)?,
    })
}

/// What the bytes of a paper must hash to by the row of its document, whatever the paper's own row says: so the paper of another
/// document is never taken for this one's. Of an answer nothing but its paper tells.
pub(super) const TOLD_HASH: &str = "CASE paper WHEN 'draft' THEN source_hash
    WHEN 'signed' THEN coalesce(signed_hash, zeroblob(32)) ELSE papers.sha256 END";

/// The newest paper of a sort. It opens only to the bytes that the row of its document tells of.
pub(super) fn sealed_paper(
    connection: &Connection,
    library: &Library,
    id: DocumentId,
    paper: Paper,
) -> rusqlite::Result<Option<Sealed>> {
    connection
        .prepare_cached(&format!(
            "SELECT {TOLD_HASH} AS told, size, dictionary_id, bytes
             FROM papers JOIN documents ON documents.id = document_id
             WHERE document_id = ? AND paper = ? ORDER BY papers.id DESC LIMIT 1"
        ))?
        .query_row(params![id.0, paper.name()], |row| {
            read_sealed(connection, library, row, ["told", "size", "dictionary_id", "bytes"])
        })
        .optional()
}

/// Whether a document must have a paper of a sort: the draft until its signed bytes stand, those from then on, and the answer
/// once one came.
fn must_be_there(connection: &Connection, id: DocumentId, paper: Paper) -> rusqlite::Result<bool> {
    let condition = match paper {
        Paper::Draft => "signed_hash IS NULL",
        Paper::Signed => "signed_hash IS NOT NULL",
        Paper::Answer => "answered = 1",
    };
    connection
        .prepare_cached(&format!("SELECT {condition} FROM documents WHERE id = ?"))?
        .query_row([id.0], |row| row.get(0))
}

impl Write<'_> {
    /// Stores a paper. An answer that is here already is not stored again.
    pub(super) fn keep_paper(&self, document: DocumentId, paper: Paper, sealed: &Sealed) -> Result<()> {
        if paper == Paper::Answer && self.newest_answer(document)?.is_some_and(|(_, hash)| hash == sealed.sha256) {
            return Ok(());
        }
        self.transaction
            .prepare_cached(
                "INSERT INTO papers (document_id, paper, sha256, size, dictionary_id, bytes) VALUES (?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                document.0,
                paper.name(),
                sealed.sha256,
                sealed.size,
                sealed.dictionary_id(),
                sealed.bytes
            ])?;
        Ok(())
    }

    /// The answer that counts.
    pub(super) fn newest_answer(&self, document: DocumentId) -> Result<Option<(i64, Hash)>> {
        Ok(self
            .transaction
            .prepare_cached(
                "SELECT id, sha256 FROM papers WHERE document_id = ? AND paper = 'answer' ORDER BY id DESC LIMIT 1",
            )?
            .query_row([document.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?)
    }

    /// The draft goes: the signed bytes stand and hold it.
    pub(super) fn drop_draft(&self, document: DocumentId) -> Result<()> {
        self.transaction
            .prepare_cached("DELETE FROM papers WHERE document_id = ? AND paper = 'draft'")?
            .execute([document.0])?;
        Ok(())
    }

    /// The paper that a step works on: the draft to sign, or the signed bytes to send.
    pub fn paper_for(&self, id: DocumentId, operation: Operation) -> Result<Option<Sealed>> {
        let paper = if operation == Operation::Sign { Paper::Draft } else { Paper::Signed };
        Ok(sealed_paper(&self.transaction, self.library, id, paper)?)
    }

    /// What seals the papers of a company.
    pub fn sealer(&self, company: &str, paper: Paper) -> Result<Sealer> {
        Ok(self.library.sealer(&self.transaction, company, paper)?)
    }
}

impl Store {
    /// What seals the papers of a company.
    pub fn sealer(&self, company: &str, paper: Paper) -> Result<Sealer> {
        self.ask(|connection| self.library.sealer(connection, company, paper))
    }

    /// A paper's bytes; none where the document has none of the sort yet. One that should be there and is not is damage too.
    pub fn paper(&self, id: DocumentId, paper: Paper) -> Result<Option<Vec<u8>>> {
        match self.ask(|connection| sealed_paper(connection, &self.library, id, paper))? {
            Some(sealed) => sealed.open().map(Some).map_err(|damage| self.damaged(id, paper, damage)),
            None if self.ask(|connection| must_be_there(connection, id, paper))? => {
                Err(self.damaged(id, paper, Damage::Missing))
            }
            None => Ok(None),
        }
    }

    /// The unsigned bytes, as imported; none of a document that came signed. Once the signed bytes stand they are what is left of
    /// those without the signature.
    pub fn unsigned_xml(&self, id: DocumentId) -> Result<Option<Vec<u8>>> {
        if let Some(draft) = self.paper(id, Paper::Draft)? {
            return Ok(Some(draft));
        }
        let document = self.document_by_id(id)?;
        if document.signed_sha256.as_ref() == Some(&document.source_sha256) {
            return Ok(None);
        }
        let Some(signed) = self.paper(id, Paper::Signed)? else { return Ok(None) };
        match without_signature(&signed).filter(|unsigned| sha256(unsigned) == document.source_sha256) {
            Some(unsigned) => Ok(Some(unsigned)),
            None => Err(self.damaged(id, Paper::Draft, Damage::Hash)),
        }
    }

    /// The very bytes that are sent.
    pub fn signed_xml(&self, id: DocumentId) -> Result<Option<Vec<u8>>> {
        self.paper(id, Paper::Signed)
    }

    /// The final MensajeHacienda.
    pub fn response_xml(&self, id: DocumentId) -> Result<Option<Vec<u8>>> {
        self.paper(id, Paper::Answer)
    }

    pub(super) fn damaged(&self, id: DocumentId, paper: Paper, damage: Damage) -> StoreError {
        let clave = self.document_by_id(id).map(|document| document.clave.to_string()).unwrap_or_default();
        StoreError::Damaged { path: self.path.clone(), clave, paper, damage }
    }
}
