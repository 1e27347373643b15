//! `show`: one document, what it is to others, what comes next, and all that happened to it.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::documents::{document_json, entries_text, entry_json, response_json, responses_text};
use super::table::Table;
use super::words::{InWords, decision_on, money};
use super::{View, signs};
use crate::clock::{costa_rica_text, utc_text};
use crate::language::{self, Language};
use crate::named::Named;
use crate::pipeline::{Kin, Kinship, NextStep};
use crate::store::{Document, Entry, EventRow, Response};

/// Everything that is known of a document.
pub(crate) struct Story {
    /// The document.
    pub document: Document,
    /// What it is to others, and they to it.
    pub kin: Vec<Kin>,
    /// What credit notes may still take from it.
    pub left: Option<Decimal>,
    /// What comes next.
    pub next: NextStep,
    /// How this program is called, with the configuration that it was given.
    pub program: String,
    /// What Hacienda answered.
    pub responses: Vec<Response>,
    /// The steps that failed.
    pub entries: Vec<Entry>,
    /// Everything that was done.
    pub events: Vec<EventRow>,
}

/// `show`
pub(crate) fn story_view(story: &Story) -> View {
    let mut text = facts(story);
    if !story.kin.is_empty() {
        text.push_str("\nLinks\n");
        text.push_str(&kin_text(&story.kin));
    }
    if !story.responses.is_empty() {
        text.push_str("\nResponses\n");
        text.push_str(&responses_text(&story.responses, false));
    }
    if !story.entries.is_empty() {
        text.push_str("\nRetry entries\n");
        text.push_str(&entries_text(&story.entries, false));
    }
    text.push_str("\nEvents\n");
    text.push_str(&events_text(&story.events));
    View { json: story_json(story), text, all_is_well: false }
}

fn story_json(story: &Story) -> Value {
    let language = Language::English;
    let document = &story.document;
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
            "links": story.kin.iter().map(kin_json).collect::<Vec<_>>(),
            "left_to_credit": story.left.map(|left| left.normalize().to_string()),
            "next": {"step": story.next.name(), "message": story.next.in_words(language), "command": command(story)},
        });
        if let Value::Object(more) = more {
            fields.extend(more);
        }
    }
    json!({
        "document": json,
        "responses": story.responses.iter().map(response_json).collect::<Vec<_>>(),
        "retries": story.entries.iter().map(entry_json).collect::<Vec<_>>(),
        "events": story.events.iter().map(event_json).collect::<Vec<_>>(),
    })
}

/// The command for the next step, as it can be typed.
fn command(story: &Story) -> Option<String> {
    story.next.command(&story.document).map(|arguments| format!("{} {}", story.program, arguments.join(" ")))
}

fn facts(story: &Story) -> String {
    let document = &story.document;
    let mut lines = vec![
        ("Clave", document.clave.to_string()),
        ("Consecutivo", document.consecutivo.clone()),
        ("Kind", document.kind.to_string()),
        ("State", document.state.to_string()),
        ("Company", format!("{} ({})", document.company, document.environment)),
        ("Issued", costa_rica_text(document.issued_at)),
        ("Emisor", document.emisor.number.clone()),
    ];
    if let Some(decision) = document.decision() {
        let said = decision_on(decision, &document.emisor.number, language::reader());
        lines.push(("Confirms", format!("{}: {said}", document.clave.clave())));
    }
    if let Some(name) = &document.receptor_name {
        let number = document.receptor.as_ref().map(|it| format!(" ({})", it.number)).unwrap_or_default();
        lines.push(("Receptor", format!("{name}{number}")));
    }
    lines.push(("Total", format!("{} {}", money(&document.total), document.currency)));
    if let Some(left) = story.left.filter(|left| left.to_string() != document.total && has_notes(story)) {
        lines.push(("Left to credit", format!("{} {}", money(&left.to_string()), document.currency)));
    }
    for (name, at) in [("Submitted", document.submitted_at), ("Resolved", document.resolved_at)] {
        lines.extend(at.map(|at| (name, costa_rica_text(at))));
    }
    let language = language::reader();
    lines.extend(document.reason.as_ref().map(|reason| ("Reason", reason.in_words(language))));
    let signature = document.response_signature.as_ref();
    lines.extend(signature.map(|check| ("Answer's signature", check.in_words(language))));
    let next = match command(story) {
        Some(command) => format!("{}: {command}", story.next.in_words(language)),
        None => story.next.in_words(language),
    };
    lines.push(("Next", next));
    let widest = lines.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    lines.iter().map(|(name, value)| format!("{name:widest$}  {}\n", signs(value))).collect()
}

fn has_notes(story: &Story) -> bool {
    story.kin.iter().any(|kin| kin.kinship == Kinship::Note)
}

fn kin_json(kin: &Kin) -> Value {
    let document = kin.document.as_ref();
    json!({
        "relation": kin.kinship.name(),
        "clave": kin.clave,
        "kind": document.map(|it| it.kind.name()),
        "state": document.map(|it| it.state.name()),
        "total": document.map(|it| &it.total),
        "currency": document.map(|it| &it.currency),
    })
}

fn kin_text(kin: &[Kin]) -> String {
    let mut table = Table::new(&["Relation", "Clave", "Kind", "State", ">Total"]);
    for one in kin {
        let of = |said: fn(&Document) -> String| one.document.as_ref().map(said).unwrap_or_default();
        table.row([
            one.kinship.in_words(language::reader()),
            one.clave.clone(),
            of(|document| document.kind.to_string()),
            one.document.as_ref().map_or("not here".to_owned(), |document| document.state.to_string()),
            of(|document| format!("{} {}", money(&document.total), document.currency)),
        ]);
    }
    table.text()
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
