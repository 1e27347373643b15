//! Documents: stored once, moved by guarded updates, never deleted.

use rusqlite::{OptionalExtension, Row, params};

use chrono::{DateTime, Utc};

use super::document_id::DocumentId;
use super::events::Step;
use super::figures;
use super::papers::{Paper, Sealed};
use super::{Result, Store, Write, parsed, parsed_or_null};
use crate::cause::{Detail, Remark, SignatureCheck};
use crate::clock::utc_text;
use crate::document::{Decision, DocumentKey, Figures, Header, Identification, Kind, Link};
use crate::hacienda::Environment;
use crate::lifecycle::State;
use crate::named::{Named, Unknown};

/// A document without its XML.
#[derive(Debug, Clone)]
pub struct Document {
    /// The key of its row.
    pub id: DocumentId,
    /// Its key with the service: 50 characters, or 71 for a MensajeReceptor.
    pub clave: DocumentKey,
    /// Its number in the signer's series.
    pub consecutivo: String,
    /// Id of the company that signs it.
    pub company: String,
    /// Where it is sent.
    pub environment: Environment,
    /// What it is.
    pub kind: Kind,
    /// How far it has come.
    pub state: State,
    /// `FechaEmision`.
    pub issued_at: DateTime<Utc>,
    /// `FechaEmision` to the letter.
    pub issued_text: String,
    /// The issuer (of a MensajeReceptor: the confirmed document's).
    pub emisor: Identification,
    /// The receiver, where the document names one with an identification.
    pub receptor: Option<Identification>,
    /// The receiver's name.
    pub receptor_name: Option<String>,
    /// `TotalComprobante` or `TotalFactura`, as written.
    pub total: String,
    /// ISO code.
    pub currency: String,
    /// SHA-256 of the bytes as imported.
    pub source_sha256: String,
    /// SHA-256 of the signed bytes.
    pub signed_sha256: Option<String>,
    /// A POST may have arrived without our knowing.
    pub delivery_unknown: bool,
    /// The latest POST.
    pub submit_attempted_at: Option<DateTime<Utc>>,
    /// When the service said that it has it.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When the verdict arrived, or the window closed.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When its status was last asked.
    pub last_polled_at: Option<DateTime<Utc>>,
    /// When it was stored here.
    pub created_at: DateTime<Utc>,
    /// Why it was rejected or went to `error`.
    pub reason: Option<Remark>,
    /// The check of the signature of Hacienda's answer.
    pub response_signature: Option<SignatureCheck>,
}

impl Document {
    /// What a MensajeReceptor says of the document that it confirms; none of any other kind.
    pub fn decision(&self) -> Option<Decision> {
        if self.kind == Kind::MensajeReceptor { Decision::of_consecutivo(&self.consecutivo) } else { None }
    }
}

/// A document that is to be stored.
#[derive(Debug)]
pub struct NewDocument<'a> {
    /// What its XML says of itself.
    pub header: &'a Header,
    /// What the books need of it.
    pub figures: &'a Figures,
    /// The company that signs it.
    pub company: &'a str,
    /// Where that company sends.
    pub environment: Environment,
    /// The bytes, signed or not.
    pub paper: &'a Sealed,
    /// Whether the bytes carry a verified signature.
    pub signed: bool,
    /// What it is to other documents.
    pub links: &'a [Link],
}

/// What became of a document that was to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It is new and stored.
    New(State),
    /// The same bytes are here already.
    Unchanged(State),
    /// Hacienda has it with a signature that is not here, and this is unsigned: it would be signed anew. Nothing was changed.
    SentBefore,
    /// Other bytes are here under this clave: nothing was changed.
    Conflict {
        /// SHA-256 of the bytes that are here.
        stored_sha256: String,
    },
}

const COLUMNS: &str =
    "documents.id, clave, consecutivo, company, environment, kind, documents.state, issued_at, issued_text,
    emisor_type, emisor_id, receptor_type, receptor_id, receptor_name, total, currency, source_sha256, signed_sha256,
    delivery_unknown, submit_attempted_at, submitted_at, resolved_at, last_polled_at, documents.created_at, reason,
    response_signature";

/// `companies`: those that have documents, from one to the next by the index.
pub(super) const COMPANIES: &str = "RECURSIVE companies (name) AS (
        SELECT min(company) FROM documents
        UNION ALL
        SELECT (SELECT min(company) FROM documents WHERE company > companies.name) FROM companies
        WHERE companies.name IS NOT NULL)";

/// `SELECT` of every column of [`Document`] with this rest.
pub(super) fn select(rest: &str) -> String {
    format!("SELECT {COLUMNS} FROM documents {rest}")
}

/// Reads [`COLUMNS`], in their order.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Document> {
    Ok(Document {
        id: DocumentId(row.get(0)?),
        clave: parsed(row, 1)?,
        consecutivo: row.get(2)?,
        company: row.get(3)?,
        environment: parsed(row, 4)?,
        kind: parsed(row, 5)?,
        state: parsed(row, 6)?,
        issued_at: parsed(row, 7)?,
        issued_text: row.get(8)?,
        emisor: Identification { kind: parsed(row, 9)?, number: row.get(10)? },
        receptor: match (parsed_or_null(row, 11)?, row.get(12)?) {
            (Some(kind), Some(number)) => Some(Identification { kind, number }),
            _ => None,
        },
        receptor_name: row.get(13)?,
        total: row.get(14)?,
        currency: row.get(15)?,
        source_sha256: row.get(16)?,
        signed_sha256: row.get(17)?,
        delivery_unknown: row.get(18)?,
        submit_attempted_at: parsed_or_null(row, 19)?,
        submitted_at: parsed_or_null(row, 20)?,
        resolved_at: parsed_or_null(row, 21)?,
        last_polled_at: parsed_or_null(row, 22)?,
        created_at: parsed(row, 23)?,
        reason: super::stored_or_null(row, 24)?,
        response_signature: super::stored_or_null(row, 25)?,
    })
}

impl Write<'_> {
    /// Stores a document, unless its clave is known in this environment.
    pub fn import(&self, new: &NewDocument<'_>) -> Result<Imported> {
        let known: Option<(String, Option<String>, String)> = self
            .transaction
            .prepare_cached(
                "SELECT source_sha256, signed_sha256, state FROM documents WHERE environment = ? AND clave = ?",
            )?
            .query_row(params![new.environment.name(), new.header.key().as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let sha256 = new.paper.sha256();
        let (environment, key) = (new.environment, new.header.key());
        let is_taken = self.is_taken(environment, &key)?;
        if let Some((source, signed, state)) = known {
            if is_taken && new.signed && state == State::Draft.name() {
                return self.complete_draft(new).map(|()| Imported::New(State::Signed));
            }
            if source == sha256 || signed.as_ref() == Some(&sha256) {
                let state =
                    state.parse().map_err(|unknown: Unknown| super::unreadable("state", &unknown.to_string()))?;
                return Ok(Imported::Unchanged(state));
            }
            return Ok(Imported::Conflict { stored_sha256: source });
        }
        if is_taken && !new.signed {
            return Ok(Imported::SentBefore);
        }
        let state = if new.signed { State::Signed } else { State::Draft };
        let document = Some(self.insert(new, state)?);
        let detail = Detail::Imported { sha256 };
        self.record(Step { document, operation: "import", from: None, to: Some(state), detail: Some(&detail) })?;
        if let Some(id) = document.filter(|_| is_taken) {
            self.is_here_now(id, environment, &key)?;
        }
        Ok(Imported::New(state))
    }

    /// The signed bytes that Hacienda has take the place of a draft.
    fn complete_draft(&self, new: &NewDocument<'_>) -> Result<()> {
        let key = new.header.key();
        let id: i64 = self.transaction.query_row(
            "SELECT id FROM documents WHERE environment = ? AND clave = ?",
            params![new.environment.name(), key.as_str()],
            |row| row.get(0),
        )?;
        let document = self.document(DocumentId(id))?;
        self.keep_signed(&document, new.paper, false)?;
        self.is_here_now(document.id, new.environment, &key)
    }

    pub(super) fn insert(&self, new: &NewDocument<'_>, state: State) -> Result<DocumentId> {
        let header = new.header;
        let receptor = header.receptor.as_ref();
        let receptor_identification = receptor.and_then(|party| party.identification.as_ref());
        let emisor = header.emisor.identification.as_ref();
        self.transaction
            .prepare_cached(
                "INSERT INTO documents (clave, consecutivo, company, environment, kind, state, issued_at, issued_text,
                     emisor_type, emisor_id, receptor_type, receptor_id, receptor_name, total, currency, source_hash,
                     signed_hash, created_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                header.key().as_str(),
                header.consecutivo.as_str(),
                new.company,
                new.environment.name(),
                header.kind.name(),
                state.name(),
                utc_text(header.issued_at.to_utc()),
                header.issued_text,
                emisor.map(|identification| identification.kind.code()),
                emisor.map(|identification| identification.number.as_str()),
                receptor_identification.map(|identification| identification.kind.code()),
                receptor_identification.map(|identification| identification.number.as_str()),
                receptor.and_then(|party| party.name.as_deref()),
                header.total_text,
                header.currency,
                new.paper.sha256,
                new.signed.then_some(new.paper.sha256),
                utc_text(self.now),
            ])?;
        let id = DocumentId(self.transaction.last_insert_rowid());
        self.note_for_search(id.0)?;
        figures::keep(&self.transaction, id, new.figures)?;
        self.keep_paper(id, if new.signed { Paper::Signed } else { Paper::Draft }, new.paper)?;
        super::links::keep_links(&self.transaction, id, new.links)?;
        Ok(id)
    }

    /// The document as it is now.
    pub fn document(&self, id: DocumentId) -> Result<Document> {
        Ok(self.transaction.prepare_cached(&select("WHERE documents.id = ?"))?.query_row([id.0], read)?)
    }

    /// Where the document stands now.
    pub fn state_of(&self, id: DocumentId) -> Result<State> {
        let mut statement = self.transaction.prepare_cached("SELECT state FROM documents WHERE id = ?")?;
        Ok(statement.query_row([id.0], |row| parsed(row, "state"))?)
    }
}

impl Store {
    /// The document with this key in this environment.
    pub fn document(&self, environment: Environment, clave: &str) -> Result<Option<Document>> {
        self.ask(|connection| {
            connection
                .prepare_cached(&select("WHERE environment = ? AND clave = ?"))?
                .query_row(params![environment.name(), clave], read)
                .optional()
        })
    }

    /// The document as it is now.
    pub fn document_by_id(&self, id: DocumentId) -> Result<Document> {
        self.ask(|connection| connection.prepare_cached(&select("WHERE documents.id = ?"))?.query_row([id.0], read))
    }

    /// The documents without a verdict, oldest first.
    pub fn unresolved_documents(&self, company: Option<&str>) -> Result<Vec<Document>> {
        self.ask(|connection| {
            connection
                .prepare_cached(&select(
                    "WHERE state IN ('draft', 'signed', 'submitted', 'error') AND (?1 IS NULL OR company = ?1) ORDER BY issued_at",
                ))?
                .query_map([company], read)?
                .collect()
        })
    }

    /// Every document that a person may mean by a clave or a consecutivo, in any environment.
    pub fn documents_named(&self, name: &str) -> Result<Vec<Document>> {
        self.ask(|connection| {
            connection
                .prepare_cached(&select(&format!(
                    "WHERE id IN (
                         WITH {COMPANIES}
                         SELECT id FROM documents WHERE environment IN ('sandbox', 'production') AND clave = ?1
                         UNION ALL
                         SELECT id FROM companies CROSS JOIN documents ON documents.company = companies.name
                         WHERE environment IN ('sandbox', 'production') AND consecutivo = ?1)
                     ORDER BY id"
                )))?
                .query_map([name], read)?
                .collect()
        })
    }
}
