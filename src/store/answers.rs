//! Responses as they are looked at: those that are kept, and the final answers of documents whose responses a cleanup has removed or
//! that never kept any. A final answer is its document's paper, and stays.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::document_id::DocumentId;
use super::papers::Paper;
use super::responses::{MessageType, Response, ResponseFilter, ResponseId, read, select};
use super::{Listed, Result, Store, parsed};
use crate::cause::Remark;
use crate::clock::utc_text;
use crate::named::Named;

/// What stands for the response of a document's final answer, where none is kept.
const WITHOUT_RESPONSE: &str =
    "SELECT documents.id AS document_id, clave, state, reason, response_signature, resolved_at
    FROM documents
    WHERE answered = 1 AND state IN ('accepted', 'rejected')
      AND NOT EXISTS (SELECT 1 FROM responses WHERE document_id = documents.id AND is_final = 1 AND has_xml = 1)";

const KEPT: &str = "WHERE (?1 IS NULL OR clave = upper(?1) OR consecutivo = ?1) AND (?2 IS NULL OR company = ?2)
    AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(details) WHERE value ->> 'code' = ?3))
    AND (?4 IS NULL OR message_type = ?4)
    AND (?5 IS NULL OR response_date >= ?5) AND (?6 IS NULL OR response_date < ?6)
    ORDER BY responses.id";

/// The final answer of a document, as a response without a number.
fn final_answer(row: &Row<'_>) -> rusqlite::Result<Response> {
    let accepted = row.get_ref("state")?.as_str()? == "accepted";
    let description: Option<Remark> = super::stored_or_null(row, "reason")?;
    let details = match &description {
        Some(Remark::Rows(rows) | Remark::Differs { rows, .. }) => rows.clone(),
        _ => Vec::new(),
    };
    Ok(Response {
        id: None,
        document: DocumentId(row.get("document_id")?),
        clave: row.get("clave")?,
        message_type: if accepted { MessageType::Acceptance } else { MessageType::Rejection },
        status: if accepted { "aceptado" } else { "rechazado" }.to_owned(),
        http_status: 200,
        error_code: details.iter().find_map(|row| row.code.clone()),
        description,
        details,
        is_final: true,
        has_xml: true,
        signature: super::stored_or_null(row, "response_signature")?,
        response_date: parsed(row, "resolved_at")?,
    })
}

/// The final answers that no response keeps, oldest first.
fn each_final_answer(
    connection: &Connection,
    filter: &ResponseFilter<'_>,
    each: &mut dyn FnMut(Response) -> ControlFlow<()>,
) -> rusqlite::Result<ControlFlow<()>> {
    let mut statement = connection.prepare_cached(&format!(
        "{WITHOUT_RESPONSE} AND (?1 IS NULL OR clave = upper(?1) OR consecutivo = ?1) AND (?2 IS NULL OR company = ?2)
           AND (?3 IS NULL OR resolved_at >= ?3) AND (?4 IS NULL OR resolved_at < ?4)
         ORDER BY resolved_at, documents.id"
    ))?;
    let mut rows = statement.query(params![
        filter.document,
        filter.company,
        filter.from.map(utc_text),
        filter.before.map(utc_text)
    ])?;
    while let Some(row) = rows.next()? {
        let answer = final_answer(row)?;
        let has_code = |code: &str| answer.details.iter().any(|row| row.code.as_deref() == Some(code));
        let is_wanted =
            filter.message_type.is_none_or(|it| it == answer.message_type) && filter.error_code.is_none_or(has_code);
        if is_wanted && each(answer).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

impl Store {
    /// Responses that pass a filter, oldest first, each handed over as it is read.
    pub fn each_response(&self, filter: &ResponseFilter<'_>, mut each: impl FnMut(Response)) -> Result<Listed> {
        let last = filter.limit.map_or(u64::MAX, |limit| filter.offset.saturating_add(u64::from(limit)));
        let mut passed = 0;
        self.ask(|connection| {
            let mut take = |response: Response| {
                passed += 1;
                if passed > filter.offset && passed <= last {
                    each(response);
                }
                ControlFlow::Continue(())
            };
            let _ = each_final_answer(connection, filter, &mut take)?;
            let mut statement = connection.prepare_cached(&select(KEPT))?;
            let mut rows = statement.query(params![
                filter.document,
                filter.company,
                filter.error_code,
                filter.message_type.map(MessageType::name),
                filter.from.map(utc_text),
                filter.before.map(utc_text)
            ])?;
            while let Some(row) = rows.next()? {
                passed += 1;
                if passed > filter.offset && passed <= last {
                    each(read(row)?);
                }
            }
            Ok(())
        })?;
        Ok(Listed { total: passed, more: passed > last })
    }

    /// Every response of one document, oldest first, and its final answer where no response keeps it.
    pub fn responses_of(&self, document: DocumentId) -> Result<Vec<Response>> {
        self.ask(|connection| {
            let mut found: Vec<Response> = connection
                .prepare_cached(&select("WHERE responses.document_id = ? ORDER BY responses.id"))?
                .query_map([document.0], read)?
                .collect::<rusqlite::Result<_>>()?;
            let answer = connection
                .prepare_cached(&format!("{WITHOUT_RESPONSE} AND documents.id = ?"))?
                .query_row([document.0], final_answer)
                .optional()?;
            found.extend(answer);
            Ok(found)
        })
    }

    /// The MensajeHacienda of a response, where it carries one.
    pub fn response_paper(&self, response: &Response) -> Result<Option<Vec<u8>>> {
        match response.id {
            Some(id) => Ok(self.response_bytes(id)?.1),
            None => self.paper(response.document, Paper::Answer),
        }
    }

    /// The body that a response came in, where that is kept.
    pub fn response_body(&self, response: &Response) -> Result<Option<Vec<u8>>> {
        response.id.map(|id| Ok(self.response_bytes(id)?.0)).transpose()
    }

    /// One response.
    pub fn response(&self, id: ResponseId) -> Result<Option<Response>> {
        self.ask(|connection| {
            connection.prepare_cached(&select("WHERE responses.id = ?"))?.query_row([id.0], read).optional()
        })
    }
}
