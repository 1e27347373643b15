//! Answers of the service to status queries: bytes first, meaning after.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::bodies::{self, HeldBody};
use super::document_id::DocumentId;
use super::papers::{Damage, Hash, Library, Paper, Sealed, hash, read_sealed};
use super::{Result, Store, Write, parsed};
use crate::cause::{Remark, SignatureCheck, Stored};
use crate::clock::utc_text;
use crate::document::DetailRow;
use crate::hacienda::paper_in;
use crate::named::{Named, unknown};

/// The key of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseId(pub i64);

/// What an answer amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Display, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<MessageType>)]
pub enum MessageType {
    /// `aceptado`.
    Acceptance,
    /// `rechazado`.
    Rejection,
    /// `recibido`, `procesando`.
    Confirmation,
    /// Anything else.
    Other,
}

impl Named for MessageType {
    const WHAT: &'static str = "a type of response";
}

/// One answer, without its bytes.
#[derive(Debug, Clone)]
pub struct Response {
    /// Its key; none of a final answer whose response is not kept.
    pub id: Option<ResponseId>,
    /// The document's row.
    pub document: DocumentId,
    /// The document's key.
    pub clave: String,
    /// What it amounts to.
    pub message_type: MessageType,
    /// The service's own word in lower case; empty when the answer could not be read.
    pub status: String,
    /// HTTP status.
    pub http_status: u16,
    /// The code of the first row of DetalleMensaje.
    pub error_code: Option<String>,
    /// The answer in one sentence.
    pub description: Option<Remark>,
    /// Every row of DetalleMensaje.
    pub details: Vec<DetailRow>,
    /// A verdict.
    pub is_final: bool,
    /// It carries a MensajeHacienda.
    pub has_xml: bool,
    /// The check of Hacienda's signature.
    pub signature: Option<SignatureCheck>,
    /// When we received it.
    pub response_date: DateTime<Utc>,
}

/// What an answer turned out to mean.
#[derive(Debug, Clone)]
pub struct Interpretation {
    /// What it amounts to.
    pub message_type: MessageType,
    /// The service's own word in lower case.
    pub status: String,
    /// Every row of DetalleMensaje.
    pub details: Vec<DetailRow>,
    /// The answer in one sentence.
    pub description: Option<Remark>,
    /// A verdict.
    pub is_final: bool,
    /// The MensajeHacienda.
    pub xml: Option<Arc<Sealed>>,
    /// The check of its signature.
    pub signature: Option<SignatureCheck>,
}

/// Which responses are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct ResponseFilter<'a> {
    /// Of the document with this clave or consecutivo.
    pub document: Option<&'a str>,
    /// Of this company.
    pub company: Option<&'a str>,
    /// With this code in any row.
    pub error_code: Option<&'a str>,
    /// Of this type.
    pub message_type: Option<MessageType>,
    /// Received at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Received before this instant.
    pub before: Option<DateTime<Utc>>,
    /// At most so many, the oldest.
    pub limit: Option<u32>,
    /// Without so many of the oldest.
    pub offset: u64,
}

const COLUMNS: &str = "responses.id, responses.document_id, clave, message_type, status, http_status, error_code,
    error_description, details, is_final, has_xml, signature, response_date";

/// `SELECT` of every column of [`Response`] with this rest.
pub(super) fn select(rest: &str) -> String {
    format!("SELECT {COLUMNS} FROM responses JOIN documents ON documents.id = responses.document_id {rest}")
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Response> {
    let details: String = row.get("details")?;
    let details: Vec<DetailRow> =
        serde_json::from_str(&details).map_err(|error| super::unreadable("details", &error.to_string()))?;
    let description: Option<String> = row.get("error_description")?;
    Ok(Response {
        id: Some(ResponseId(row.get("id")?)),
        document: DocumentId(row.get("document_id")?),
        clave: row.get("clave")?,
        message_type: parsed(row, "message_type")?,
        status: row.get("status")?,
        http_status: row.get("http_status")?,
        error_code: row.get("error_code")?,
        description: description.map(|text| read_description(&text, &details)),
        details,
        is_final: row.get("is_final")?,
        has_xml: row.get("has_xml")?,
        signature: super::stored_or_null(row, "signature")?,
        response_date: parsed(row, "response_date")?,
    })
}

/// Hacienda's words stand in the column as they are, for those who ask the database; `details` has them row by row.
fn description_text(remark: &Remark) -> String {
    match remark {
        Remark::Rows(rows) => joined(rows),
        other => other.to_text(),
    }
}

fn read_description(text: &str, details: &[DetailRow]) -> Remark {
    if !details.is_empty() && text == joined(details) { Remark::Rows(details.to_vec()) } else { Remark::of_text(text) }
}

fn joined(rows: &[DetailRow]) -> String {
    rows.iter().map(DetailRow::bare).collect::<Vec<_>>().join("; ")
}

impl Write<'_> {
    /// Keeps the bytes of an answer before anyone looks at them.
    pub fn keep_response(&self, document: DocumentId, http_status: u16, body: &HeldBody) -> Result<ResponseId> {
        let content = &body.content;
        self.transaction
            .prepare_cached(
                "INSERT INTO responses (document_id, http_status, response_date, body_sha256, around, cut, content_sha256,
                     content_size, dictionary_id, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                document.0,
                http_status,
                utc_text(self.now),
                body.sha256,
                body.around.as_ref().map(|(around, _)| around),
                body.around.as_ref().map(|(_, cut)| cut),
                content.sha256,
                content.size,
                content.dictionary_id(),
                content.bytes
            ])?;
        Ok(ResponseId(self.transaction.last_insert_rowid()))
    }

    /// Writes down what a kept answer means.
    pub fn interpret_response(&self, id: ResponseId, meaning: &Interpretation) -> Result<()> {
        let details = serde_json::to_string(&meaning.details).unwrap_or_else(|_| "[]".to_owned());
        self.transaction
            .prepare_cached(
                "UPDATE responses SET message_type = ?, status = ?, error_code = ?, error_description = ?, details = ?,
                     is_final = ?, signature = ?, has_xml = ? WHERE id = ?",
            )?
            .execute(params![
                meaning.message_type.name(),
                meaning.status,
                meaning.details.iter().find_map(|row| row.code.as_deref()),
                meaning.description.as_ref().map(description_text),
                details,
                meaning.is_final,
                meaning.signature.as_ref().map(Stored::to_text),
                meaning.xml.is_some(),
                id.0
            ])?;
        Ok(())
    }

    /// The MensajeHacienda of a kept answer has become its document's paper: the answer refers to that and keeps it no second time.
    pub fn refer_to_answer(&self, id: ResponseId, document: DocumentId, xml: &Sealed) -> Result<()> {
        let Some((answer, _)) = self.newest_answer(document)?.filter(|(_, hash)| *hash == xml.sha256) else {
            return Ok(());
        };
        self.transaction.prepare_cached("UPDATE responses SET answer_id = ? WHERE id = ?")?.execute([answer, id.0])?;
        self.transaction
            .prepare_cached(
                "UPDATE responses SET content = NULL, content_sha256 = NULL, content_size = NULL, dictionary_id = NULL
                 WHERE id = ? AND around IS NOT NULL AND content_sha256 = ?",
            )?
            .execute(params![id.0, xml.sha256])?;
        Ok(())
    }
}

impl Store {
    /// The bytes of an answer as they came, and the MensajeHacienda in it. Other bytes than came are never given.
    pub fn response_bytes(&self, id: ResponseId) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
        let kept = self.ask(|connection| {
            connection
                .prepare_cached(&format!("{KEPT} WHERE responses.id = ?"))?
                .query_row([id.0], |row| read_kept(connection, &self.library, row))
        })?;
        let opened = || {
            let body = kept.body()?;
            let xml = match paper_in(&body).filter(|_| kept.has_xml) {
                Some(xml) => Some(xml),
                None => kept.answer.as_ref().map(Sealed::open).transpose()?,
            };
            Ok((body, xml))
        };
        opened().map_err(|damage| self.damaged(kept.document, Paper::Answer, damage))
    }
}

/// A response's bytes as its row keeps them.
struct Kept {
    document: DocumentId,
    has_xml: bool,
    /// Of the whole body.
    sha256: Hash,
    around: Option<(Vec<u8>, usize)>,
    content: Option<Sealed>,
    answer: Option<Sealed>,
    /// What is wrong with the paper that it refers to: gone, or another document's.
    reference: Option<Damage>,
}

impl Kept {
    /// The body as it came.
    fn body(&self) -> std::result::Result<Vec<u8>, Damage> {
        if let Some(damage) = &self.reference {
            return Err(damage.clone());
        }
        let content = self.content.as_ref().or(self.answer.as_ref()).ok_or(Damage::Missing)?.open()?;
        let body = match &self.around {
            Some((around, cut)) => bodies::whole(around, *cut, &content),
            None => content,
        };
        if hash(&body) == self.sha256 { Ok(body) } else { Err(Damage::Hash) }
    }
}

const KEPT: &str = "SELECT responses.*, papers.document_id AS answered, papers.sha256 AS sha256, papers.size AS size,
        papers.dictionary_id AS papers_dictionary, papers.bytes AS bytes
    FROM responses LEFT JOIN papers ON papers.id = answer_id";

fn read_kept(connection: &Connection, library: &Library, row: &Row<'_>) -> rusqlite::Result<Kept> {
    let own = ["content_sha256", "content_size", "dictionary_id", "content"];
    let papers = ["sha256", "size", "papers_dictionary", "bytes"];
    let has = |column: &str| row.get_ref(column).map(|value| value != ValueRef::Null);
    let around: Option<Vec<u8>> = row.get("around")?;
    let cut: Option<usize> = row.get("cut")?;
    let document = DocumentId(row.get("document_id")?);
    let reference = match (row.get("answer_id")?, row.get("answered")?) {
        (Some::<i64>(_), None::<i64>) => Some(Damage::Missing),
        (Some(_), Some(answered)) if answered != document.0 => Some(Damage::Hash),
        _ => None,
    };
    Ok(Kept {
        document,
        has_xml: row.get("has_xml")?,
        sha256: row.get("body_sha256")?,
        around: around.zip(cut),
        content: has("content")?.then(|| read_sealed(connection, library, row, own)).transpose()?,
        answer: has("bytes")?.then(|| read_sealed(connection, library, row, papers)).transpose()?,
        reference,
    })
}

/// Answers that do not give back the bytes that came.
pub(super) fn damaged_responses(
    connection: &Connection,
    library: &Library,
    [first, last]: [i64; 2],
    most: usize,
) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached(&format!("{KEPT} WHERE responses.id BETWEEN ?1 AND ?2"))?;
    let mut rows = statement.query([first, last])?;
    let mut faults = Vec::new();
    while faults.len() < most
        && let Some(row) = rows.next()?
    {
        if let Err(damage) = read_kept(connection, library, row)?.body() {
            faults.push(format!("the response {}: {damage}", row.get::<_, i64>("id")?));
        }
    }
    Ok(faults)
}
