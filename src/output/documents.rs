//! Documents, their responses and retry entries, as tables and as the contract's JSON.

use serde_json::{Value, json};

use super::View;
use super::table::{Table, width};
use super::words::{InWords, decision_on, money, plural};
use crate::clock::{costa_rica_text, utc_text};
use crate::language::{self, Language};
use crate::named::Named;
use crate::store::{Document, Entry, Listed, Response};

/// A terminal at least this wide shows the whole clave in lists; a narrower one the consecutivo, which is a selector too.
const WIDE: usize = 150;

/// The fields of a document that scripts read.
pub(super) fn document_json(document: &Document) -> Value {
    let time = |at: Option<_>| at.map(utc_text);
    let mut json = json!({
        "clave": document.clave,
        "consecutivo": document.consecutivo,
        "company": document.company,
        "environment": document.environment.name(),
        "kind": document.kind.name(),
        "state": document.state.name(),
        "issued_at": utc_text(document.issued_at),
        "receptor": document.receptor_name,
        "total": document.total,
        "currency": document.currency,
        "submitted_at": time(document.submitted_at),
        "resolved_at": time(document.resolved_at),
    });
    if let Some(decision) = document.decision() {
        json["confirms"] = json!({
            "clave": document.clave.clave().as_str(),
            "decision": decision,
            "emisor": {"type": document.emisor.kind.code(), "number": document.emisor.number},
        });
    }
    json
}

/// What `list` found.
pub(crate) struct ListedDocuments {
    /// The documents, newest first.
    pub documents: Vec<Document>,
    /// How many there are in all.
    pub listed: Listed,
    /// So many newer ones were left out.
    pub offset: u64,
    /// Whose they are must be said.
    pub several_companies: bool,
}

/// `list`, as a table; scripts get a stream.
pub(crate) fn document_list(found: &ListedDocuments) -> View {
    let wide = width() >= WIDE;
    let key = if wide { "Clave" } else { "Consecutivo" };
    let company = if found.several_companies { ["~Company"].as_slice() } else { &[] };
    let mut table =
        Table::new(&[[key].as_slice(), company, &["Kind", "State", "@Issued", "~Receptor", ">Total"]].concat());
    for document in &found.documents {
        let key = if wide { document.clave.to_string() } else { document.consecutivo.clone() };
        let company = found.several_companies.then(|| document.company.clone());
        let rest = [
            document.kind.to_string(),
            document.state.to_string(),
            costa_rica_text(document.issued_at),
            counterpart(document),
            format!("{} {}", money(&document.total), document.currency),
        ];
        table.row([key].into_iter().chain(company).chain(rest));
    }
    let mut text = if table.is_empty() { "no documents\n".to_owned() } else { table.text() };
    text.push_str(&page_line(found.documents.len(), found.listed, found.offset, "document"));
    View { json: Value::Null, text, all_is_well: false }
}

/// Whom a document goes to; what a confirmation says, and whose document it confirms.
fn counterpart(document: &Document) -> String {
    match document.decision() {
        Some(decision) => decision_on(decision, &document.emisor.number, language::reader()),
        None => document.receptor_name.clone().unwrap_or_default(),
    }
}

pub(super) fn response_json(response: &Response) -> Value {
    let language = Language::English;
    json!({
        "id": response.id.map(|id| id.0),
        "clave": response.clave,
        "message_type": response.message_type,
        "status": response.status,
        "http_status": response.http_status,
        "error_code": response.error_code,
        "error_description": response.description.as_ref().map(|it| it.in_words(language)),
        "details": response.details,
        "is_final": response.is_final,
        "signature": response.signature.as_ref().map(|it| it.in_words(language)),
        "response_date": utc_text(response.response_date),
    })
}

/// Which part of a list is shown, where it is not all.
pub(super) fn page_line(shown: usize, listed: Listed, offset: u64, noun: &str) -> String {
    let Listed { total, more } = listed;
    let shown = shown as u64;
    if !more && offset == 0 {
        return String::new();
    }
    let (from, to) = (offset + u64::from(shown > 0), offset + shown);
    let all = plural(total, noun).replace("entrys", "entries");
    let more = if more { format!("; --offset {to} goes on, --limit 0 lists all") } else { String::new() };
    format!("{from} to {to} of {all}{more}\n")
}

/// `responses list`
pub(crate) fn responses_table(responses: &[Response], listed: Listed, offset: u64) -> View {
    let lines: Vec<_> = responses.iter().map(response_json).collect();
    let json = json!({"responses": lines, "total": listed.total, "more": listed.more});
    let mut text = if responses.is_empty() { "no responses\n".to_owned() } else { responses_text(responses, true) };
    text.push_str(&page_line(responses.len(), listed, offset, "response"));
    View { json, text, all_is_well: false }
}

/// Of the responses of one document, which stands above them, the clave need not be said again.
pub(super) fn responses_text(responses: &[Response], of_many: bool) -> String {
    let clave = if of_many { ["Clave"].as_slice() } else { &[] };
    let rest = ["@Received", "Type", "Status", ":Code", "¶Message"];
    let mut table = Table::new(&[[">Id"].as_slice(), clave, &rest].concat());
    for response in responses {
        let clave = of_many.then(|| response.clave.clone());
        let rest = [
            costa_rica_text(response.response_date),
            response.message_type.to_string(),
            response.status.clone(),
            response.error_code.clone().unwrap_or_default(),
            response.description.as_ref().map(|it| it.in_words(language::reader())).unwrap_or_default(),
        ];
        let id = response.id.map_or("—".to_owned(), |id| id.0.to_string());
        table.row([id].into_iter().chain(clave).chain(rest));
    }
    table.text()
}

pub(super) fn entry_json(entry: &Entry) -> Value {
    json!({
        "id": entry.id.0,
        "clave": entry.clave,
        "company": entry.company,
        "operation": entry.operation,
        "state": entry.state,
        "priority": entry.priority,
        "retry_count": entry.retry_count,
        "max_retries": entry.max_retries,
        "error_category": entry.category,
        "last_error": entry.last_error.in_words(Language::English),
        "last_attempt": utc_text(entry.last_attempt),
        "next_attempt": entry.next_attempt.map(utc_text),
    })
}

/// `retry list`
pub(crate) fn retry_table(entries: &[Entry], listed: Listed, offset: u64) -> View {
    let lines: Vec<_> = entries.iter().map(entry_json).collect();
    let json = json!({"entries": lines, "total": listed.total, "more": listed.more});
    let mut text = if entries.is_empty() { "no retry entries\n".to_owned() } else { entries_text(entries, true) };
    text.push_str(&page_line(entries.len(), listed, offset, "entry"));
    View { json, text, all_is_well: false }
}

pub(super) fn entries_text(entries: &[Entry], of_many: bool) -> String {
    let clave = if of_many { ["Clave"].as_slice() } else { &[] };
    let rest = ["Step", "State", "Why", ":Tries", ":@Next", "¶Error"];
    let mut table = Table::new(&[[">Id"].as_slice(), clave, &rest].concat());
    for entry in entries {
        let clave = of_many.then(|| entry.clave.clone());
        let rest = [
            entry.operation.to_string(),
            entry.state.to_string(),
            entry.category.to_string(),
            format!("{}/{}", entry.retry_count, entry.max_retries),
            entry.next_attempt.map(costa_rica_text).unwrap_or_else(|| "—".to_owned()),
            entry.last_error.in_words(language::reader()),
        ];
        table.row([entry.id.0.to_string()].into_iter().chain(clave).chain(rest));
    }
    table.text()
}
