//! Documents, their responses and retry entries, as tables and as the contract's JSON.

use serde_json::{Value, json};

use super::table::{Table, width};
use super::words::{InWords, money, plural};
use super::{View, signs, words};
use crate::clock::{costa_rica_text, utc_text};
use crate::language::{self, Language};
use crate::named::Named;
use crate::store::{Document, Entry, EventRow, Listed, Response};

/// A terminal at least this wide shows the whole clave in lists; a narrower one the consecutivo, which is a selector too.
const WIDE: usize = 150;

/// The fields of a document that scripts read.
pub(super) fn document_json(document: &Document) -> Value {
    let time = |at: Option<_>| at.map(utc_text);
    json!({
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
    })
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
            document.receptor_name.clone().unwrap_or_default(),
            format!("{} {}", money(&document.total), document.currency),
        ];
        table.row([key].into_iter().chain(company).chain(rest));
    }
    let mut text = if table.is_empty() { "no documents\n".to_owned() } else { table.text() };
    let ListedDocuments { listed: Listed { total, more }, offset, .. } = *found;
    let shown = found.documents.len() as u64;
    if more || offset > 0 {
        let from = offset + u64::from(shown > 0);
        text.push_str(&format!("{from} to {} of {}", offset + shown, plural(total, "document")));
        text.push_str(&if more {
            format!("; --offset {} goes on, --limit 0 lists all\n", offset + shown)
        } else {
            "\n".into()
        });
    }
    View { json: Value::Null, text, all_is_well: false }
}

/// `show`
pub(crate) fn document_view(
    document: &Document,
    responses: &[Response],
    entries: &[Entry],
    events: &[EventRow],
) -> View {
    let language = Language::English;
    let mut json = document_json(document);
    if let Value::Object(fields) = &mut json {
        let more = json!({
            "emisor": {"type": document.emisor.kind.code(), "number": document.emisor.number},
            "receptor_identification": document.receptor.as_ref().map(|it| json!({"type": it.kind.code(), "number": it.number})),
            "signed_sha256": document.signed_sha256,
            "submit_attempted_at": document.submit_attempted_at.map(utc_text),
            "last_polled_at": document.last_polled_at.map(utc_text),
            "created_at": utc_text(document.created_at),
            "reason": document.reason.as_ref().map(|it| it.in_words(language)),
            "response_signature": document.response_signature.as_ref().map(|it| it.in_words(language)),
        });
        if let Value::Object(more) = more {
            fields.extend(more);
        }
    }
    let json = json!({
        "document": json,
        "responses": responses.iter().map(response_json).collect::<Vec<_>>(),
        "retries": entries.iter().map(entry_json).collect::<Vec<_>>(),
        "events": events.iter().map(event_json).collect::<Vec<_>>(),
    });
    let mut text = facts(document);
    if !responses.is_empty() {
        text.push_str("\nResponses\n");
        text.push_str(&responses_text(responses, false));
    }
    if !entries.is_empty() {
        text.push_str("\nRetry entries\n");
        text.push_str(&entries_text(entries, false));
    }
    text.push_str("\nEvents\n");
    text.push_str(&events_text(events));
    View { json, text, all_is_well: false }
}

fn facts(document: &Document) -> String {
    let mut lines = vec![
        ("Clave", document.clave.to_string()),
        ("Consecutivo", document.consecutivo.clone()),
        ("Kind", document.kind.to_string()),
        ("State", document.state.to_string()),
        ("Company", format!("{} ({})", document.company, document.environment)),
        ("Issued", costa_rica_text(document.issued_at)),
        ("Emisor", document.emisor.number.clone()),
    ];
    if let Some(name) = &document.receptor_name {
        let number = document.receptor.as_ref().map(|it| format!(" ({})", it.number)).unwrap_or_default();
        lines.push(("Receptor", format!("{name}{number}")));
    }
    lines.push(("Total", format!("{} {}", words::money(&document.total), document.currency)));
    for (name, at) in [("Submitted", document.submitted_at), ("Resolved", document.resolved_at)] {
        lines.extend(at.map(|at| (name, costa_rica_text(at))));
    }
    let language = language::reader();
    lines.extend(document.reason.as_ref().map(|reason| ("Reason", reason.in_words(language))));
    let signature = document.response_signature.as_ref();
    lines.extend(signature.map(|check| ("Answer's signature", check.in_words(language))));
    let widest = lines.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    lines.iter().map(|(name, value)| format!("{name:widest$}  {}\n", signs(value))).collect()
}

/// What the event tells beside its move; empty where that says all.
fn told(event: &EventRow, language: Language) -> String {
    event.detail.as_ref().map(|detail| detail.in_words(language)).unwrap_or_default()
}

fn event_json(event: &EventRow) -> Value {
    json!({
        "id": event.id,
        "at": event.at,
        "actor": event.actor,
        "operation": event.operation,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "detail": told(event, Language::English),
    })
}

fn events_text(events: &[EventRow]) -> String {
    let mut table = Table::new(&["When", "~Who", "What", "Moved", "¶Detail"]);
    for event in events {
        let moved = match (&event.from_state, &event.to_state) {
            (Some(from), Some(to)) => format!("{from} → {to}"),
            (None, Some(to)) => format!("→ {to}"),
            _ => String::new(),
        };
        let when = event.at.parse().map(costa_rica_text).unwrap_or_else(|_| event.at.clone());
        table.row([when, event.actor.clone(), event.operation.clone(), moved, told(event, language::reader())]);
    }
    table.text()
}

fn response_json(response: &Response) -> Value {
    let language = Language::English;
    json!({
        "id": response.id.0,
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

/// `responses list`
pub(crate) fn responses_table(responses: &[Response]) -> View {
    let json = json!({"responses": responses.iter().map(response_json).collect::<Vec<_>>()});
    let text = if responses.is_empty() { "no responses\n".to_owned() } else { responses_text(responses, true) };
    View { json, text, all_is_well: false }
}

/// Of the responses of one document, which stands above them, the clave need not be said again.
fn responses_text(responses: &[Response], of_many: bool) -> String {
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
        table.row([response.id.0.to_string()].into_iter().chain(clave).chain(rest));
    }
    table.text()
}

fn entry_json(entry: &Entry) -> Value {
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
pub(crate) fn retry_table(entries: &[Entry]) -> View {
    let json = json!({"entries": entries.iter().map(entry_json).collect::<Vec<_>>()});
    let text = if entries.is_empty() { "no retry entries\n".to_owned() } else { entries_text(entries, true) };
    View { json, text, all_is_well: false }
}

fn entries_text(entries: &[Entry], of_many: bool) -> String {
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
