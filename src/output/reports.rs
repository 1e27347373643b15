//! The smaller views: a verified signature, exports, cleanups, statistics.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::documents::page_line;
use super::table::Table;
use super::words::{InWords, plural};
use super::{View, signs};
use crate::clock::{costa_rica_text, utc_text};
use crate::doctor::{Check, Status};
use crate::language;
use crate::lifecycle::State;
use crate::named::names;
use crate::pipeline::OpenTerm;
use crate::signature::Verification;
use crate::store::{ChainBreak, Entry, Listed, Retention, Statistics, acceptance_rate};

/// `verify`
pub(crate) fn verification_view(verification: &Verification) -> View {
    let valid = verification.valid();
    let mut table = Table::new(&["Part", "", "¶What was found"]);
    for part in &verification.parts {
        let (verdict, message) = match &part.found {
            Ok(found) => ("ok", found.in_words(language::reader())),
            Err(fault) => ("FAILS", fault.in_words(language::reader())),
        };
        table.row([part.name.to_owned(), verdict.to_owned(), message]);
    }
    let signer = signs(verification.signer.as_deref().unwrap_or("unknown"));
    let signed_at =
        verification.signed_at.map(|at| costa_rica_text(at.to_utc())).unwrap_or_else(|| "unknown".to_owned());
    let verdict = if valid { "the signature is valid" } else { "the signature is NOT valid" };
    let text = format!("{}signer: {signer}\nsigned: {signed_at}\n{verdict}\n", table.text());
    let json = serde_json::to_value(verification).unwrap_or_else(|error| json!({"error": error.to_string()}));
    View { json, text, all_is_well: valid }
}

/// `doctor`
pub(crate) fn checks_view(checks: &[Check]) -> View {
    let mut table = Table::new(&["Check", "~Company", "", "¶What was found", "¶What to do"]);
    for check in checks {
        let status = match check.status {
            Status::Ok => "ok",
            Status::Warning => "WARNING",
            Status::Failure => "FAILURE",
            Status::Skipped => "skipped",
        };
        table.row([
            check.name.to_owned(),
            check.company.clone().unwrap_or_default(),
            status.to_owned(),
            check.message.clone(),
            check.help.clone().unwrap_or_default(),
        ]);
    }
    let all_is_well = checks.iter().all(|check| matches!(check.status, Status::Ok | Status::Skipped));
    View { json: json!({"checks": checks}), text: table.text(), all_is_well }
}

/// `verify --events`
pub(crate) fn events_view(breaks: &[ChainBreak]) -> View {
    let mut text = String::new();
    for broken in breaks {
        text.push_str(&format!("event {}: {}\n", broken.id, broken.message));
    }
    let verdict = if breaks.is_empty() { "the record of events is whole" } else { "the record of events is NOT whole" };
    text.push_str(&format!("{verdict}\n"));
    View { json: json!({"valid": breaks.is_empty(), "breaks": breaks}), text, all_is_well: breaks.is_empty() }
}

/// `deadlines`
pub(crate) fn deadlines_view(terms: &[OpenTerm], listed: Listed, offset: u64) -> View {
    let mut table = Table::new(&[":Due", "", "Rule", "Clave", "State", "¶Duty"]);
    for OpenTerm { document, deadline } in terms {
        let urgency = match (deadline.passed, deadline.near) {
            (true, _) => "PASSED",
            (false, true) => "near",
            (false, false) => "",
        };
        table.row([
            costa_rica_text(deadline.due_at),
            urgency.to_owned(),
            deadline.rule.to_string(),
            document.clave.to_string(),
            document.state.to_string(),
            deadline.rule.in_words(language::reader()),
        ]);
    }
    let mut text = if terms.is_empty() { "no document is under a term\n".to_owned() } else { table.text() };
    text.push_str(&page_line(terms.len(), listed, offset, "document"));
    let lines: Vec<_> = terms.iter().map(|term| &term.deadline).collect();
    let all_is_well = !terms.iter().any(|term| term.deadline.passed || term.deadline.near);
    View { json: json!({"deadlines": lines, "total": listed.total, "more": listed.more}), text, all_is_well }
}

/// `responses export`
pub(crate) fn export_view(count: u64, path: &Path) -> View {
    let json = json!({"exported": count, "path": path.display().to_string()});
    View { json, text: format!("{} written to {}\n", plural(count, "response"), path.display()), all_is_well: true }
}

/// `retry cancel`
pub(crate) fn cancelled_view(entries: &[(Entry, bool)], dry_run: bool) -> View {
    let mut text = String::new();
    for (entry, done) in entries {
        let what = match (done, dry_run) {
            (true, false) => "cancelled",
            (true, true) => "would be cancelled",
            (false, _) => "left alone: only a pending or failed entry can be cancelled",
        };
        text.push_str(&format!("{} ({} of {}): {what}\n", entry.id.0, entry.operation, entry.clave));
    }
    let lines: Vec<_> = entries
        .iter()
        .map(|(entry, done)| json!({"id": entry.id.0, "clave": entry.clave, "cancelled": done}))
        .collect();
    View {
        json: json!({"entries": lines, "dry_run": dry_run}),
        text,
        all_is_well: entries.iter().all(|(_, done)| *done),
    }
}

/// One company's part of a cleanup.
pub(crate) struct Sweep {
    /// Its id.
    pub company: String,
    /// Days that rows are kept.
    pub days: u32,
    /// What is older goes.
    pub cutoff: DateTime<Utc>,
    /// Rows that are older.
    pub planned: u64,
    /// Rows that went.
    pub deleted: u64,
}

/// `cleanup`
pub(crate) fn sweep_view(what: Retention, sweeps: &[Sweep], dry_run: bool) -> View {
    let planned: u64 = sweeps.iter().map(|sweep| sweep.planned).sum();
    let deleted: u64 = sweeps.iter().map(|sweep| sweep.deleted).sum();
    let cutoff = sweeps.iter().map(|sweep| sweep.cutoff).max().map(utc_text);
    let companies: Vec<_> = sweeps
        .iter()
        .map(|sweep| json!({"company": sweep.company, "planned": sweep.planned, "deleted": sweep.deleted, "cutoff": utc_text(sweep.cutoff)}))
        .collect();
    let json =
        json!({"planned": planned, "deleted": deleted, "cutoff": cutoff, "dry_run": dry_run, "companies": companies});
    let mut table =
        Table::new(&["~Company", ":>Days kept", ":Older than", if dry_run { ":>Would go" } else { ":>Gone" }]);
    for sweep in sweeps {
        let count = if dry_run { sweep.planned } else { sweep.deleted };
        table.row([sweep.company.clone(), sweep.days.to_string(), costa_rica_text(sweep.cutoff), count.to_string()]);
    }
    let stays = match what {
        Retention::Responses => {
            "The final MensajeHacienda of every document stays with it: the law asks for five years."
        }
        Retention::Queue { include_failed: false } => {
            "Entries that failed for good stay for a person; --include-failed removes them."
        }
        Retention::Queue { include_failed: true } => "Documents stay as they are.",
    };
    View { json, text: format!("{}{stays}\n", table.text()), all_is_well: true }
}

/// `stats`, with doubts about the numbers that would be given next.
pub(crate) fn statistics_view(
    statistics: &Statistics,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    doubts: &[String],
) -> View {
    let mut json = statistics_json(statistics, from, to);
    json["doubts"] = json!(doubts);
    let mut text = statistics_text(statistics);
    text.extend(doubts.iter().map(|doubt| format!("NUMBERS IN DOUBT: {doubt}\n")));
    View { json, text, all_is_well: false }
}

fn statistics_json(statistics: &Statistics, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Value {
    let with_total = |counts: &std::collections::BTreeMap<&'static str, u64>| {
        let mut object = serde_json::Map::new();
        object.insert("total".into(), counts.values().sum::<u64>().into());
        object.extend(counts.iter().map(|(name, count)| ((*name).to_owned(), Value::from(*count))));
        Value::Object(object)
    };
    let rate = |counts| acceptance_rate(counts).map(|hundredths| hundredths as f64 / 100.0);
    let mut queue = json!(statistics.queue);
    queue["due"] = statistics.due.into();
    queue["by_operation"] = json!(statistics.by_operation);
    queue["by_category"] = json!(statistics.by_category);
    let companies: serde_json::Map<String, Value> = statistics
        .companies
        .iter()
        .map(|(id, counts)| (id.clone(), json!({"documents": with_total(counts), "acceptance_rate": rate(counts)})))
        .collect();
    json!({
        "generated_at": utc_text(statistics.generated_at),
        "company": statistics.company,
        "from": from,
        "to": to,
        "documents": with_total(&statistics.documents),
        "acceptance_rate": rate(&statistics.documents),
        "average_acceptance_seconds": statistics.acceptance.average,
        "p95_acceptance_seconds": statistics.acceptance.p95,
        "oldest_waiting": statistics.oldest_waiting,
        "responses": with_total(&statistics.responses),
        "queue": queue,
        "today": statistics.today,
        "companies": companies,
    })
}

fn statistics_text(statistics: &Statistics) -> String {
    let mut text = bars("Documents", &names::<State>(), &statistics.documents);
    if let Some(rate) = acceptance_rate(&statistics.documents) {
        text.push_str(&format!("accepted: {}.{:02} % of the verdicts\n", rate / 100, rate % 100));
    }
    if let (Some(average), Some(p95)) = (statistics.acceptance.average, statistics.acceptance.p95) {
        text.push_str(&format!("time to acceptance: {average} s on average, 95 of 100 within {p95} s\n"));
    }
    if let Some(oldest) = statistics.oldest_waiting.as_deref().and_then(|text| text.parse().ok()) {
        text.push_str(&format!("oldest unresolved document: issued {}\n", costa_rica_text(oldest)));
    }
    let queue = ["pending", "processing", "completed", "failed", "cancelled"];
    text.push_str(&bars("Retry entries", &queue, &statistics.queue));
    text.push_str(&format!("due now: {}\n", statistics.due));
    if statistics.companies.len() > 1 {
        text.push_str(&companies_text(statistics));
    }
    let today = ["imported", "signed", "submitted", "accepted", "rejected", "failed"];
    text.push_str(&bars("Today", &today, &statistics.today));
    text
}

fn companies_text(statistics: &Statistics) -> String {
    let states = names::<State>();
    let columns: Vec<String> = states.iter().map(|state| format!(":>{state}")).collect();
    let header = ["~Company"].into_iter().chain(columns.iter().map(String::as_str)).chain([":>accepted of verdicts"]);
    let mut table = Table::new(&header.collect::<Vec<_>>());
    for (company, counts) in &statistics.companies {
        let rate = acceptance_rate(counts).map(|rate| format!("{}.{:02} %", rate / 100, rate % 100));
        let counted = states.iter().map(|state| counts.get(state).copied().unwrap_or_default().to_string());
        table.row([company.clone()].into_iter().chain(counted).chain([rate.unwrap_or_default()]));
    }
    table.text()
}

fn bars(title: &str, names: &[&'static str], counts: &std::collections::BTreeMap<&'static str, u64>) -> String {
    const WIDEST: u64 = 30;
    let most = counts.values().copied().max().unwrap_or_default().max(1);
    let mut table = Table::new(&[title, ">Count", ""]);
    for name in names {
        let count = counts.get(name).copied().unwrap_or_default();
        let length = (count * WIDEST).div_ceil(most);
        table.row([(*name).to_owned(), count.to_string(), "█".repeat(usize::try_from(length).unwrap_or_default())]);
    }
    table.text()
}
