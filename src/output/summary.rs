//! What a run did, for people and for scripts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::table::Table;
use super::words::{InWords, money, plural, remaining, try_now};
use super::{Finished, View};
use crate::clock::{costa_rica_text, utc_text};
use crate::language::{self, Language};
use crate::named::Named;
use crate::pipeline::{ErrandName, Report, StepResult, Summary, Total, Totals};
use crate::store::Held;

/// Documents that a person is shown one by one; more are only counted, those with trouble first.
const SHOWN: usize = 50;

/// The view of a run and its exit code. `company` is the one that the command is about, where one was named.
pub(crate) fn summary_view(summary: &Summary, company: Option<&str>) -> Finished {
    let language = language::reader();
    let code = summary.exit_code();
    let json = summary_json(summary);
    let mut text = String::new();
    let mut table = Table::new(&["Clave", "State", "Result", "¶Message"]);
    let mut documents: Vec<_> = summary.documents.iter().collect();
    documents.sort_by_key(|report| report.result != StepResult::Failed);
    for report in documents.iter().take(SHOWN) {
        let message = match (&report.error, &report.note) {
            (Some(cause), _) => format!("{}: {}", cause.category(), cause.in_words(language)),
            (None, Some(note)) => note.in_words(language),
            (None, None) => String::new(),
        };
        table.row([report.clave.clone(), report.state.to_string(), word(report.result).to_owned(), message]);
    }
    if !table.is_empty() {
        text.push_str(&table.text());
    }
    if documents.len() > SHOWN {
        text.push_str(&format!("… and {} more; --json has them all\n", documents.len() - SHOWN));
    }
    text.push_str(&totals_text(&summary.totals));
    for outage in &summary.outages {
        let since = outage.since.parse().map(costa_rica_text).unwrap_or_else(|_| outage.since.clone());
        let waiting = plural(outage.waiting, "entry").replace("entrys", "entries");
        text.push_str(&format!("the {} service has not answered since {since}; {waiting} wait\n", outage.environment));
    }
    text.push_str(&closing_line(summary, company));
    let all_is_well = summary.failed == 0 && code.number() == 0 && !summary.waits_for_keys();
    Finished::Shown(View { json, text, all_is_well }, code)
}

/// The contract's object; what is false or empty of the fields beyond it is left out.
fn summary_json(summary: &Summary) -> Value {
    let mut json = json!({
        "operation": summary.operation.name(),
        "processed": summary.processed,
        "succeeded": summary.succeeded,
        "failed": summary.failed,
        "deferred": summary.deferred,
        "remaining": summary.remaining,
        "interrupted": summary.interrupted,
    });
    if summary.dry_run {
        json["dry_run"] = true.into();
    }
    if !summary.outages.is_empty() {
        json["outages"] = json!(summary.outages);
    }
    if !summary.held.is_empty() {
        json["held"] = summary.held.iter().map(held_json).collect();
    }
    if summary.dry_run && matches!(summary.operation, ErrandName::Sign | ErrandName::Submit) {
        json["totals"] = summary.totals.rows().map(total_json).collect();
    }
    json["documents"] = summary.documents.iter().map(report_json).collect();
    json
}

/// What the queue has, so that nothing was due.
fn held_json(held: &Held) -> Value {
    json!({
        "operation": held.operation,
        "count": held.count,
        "next_attempt": held.next_attempt.map(utc_text),
        "entry": held.entry,
    })
}

fn total_json((company, currency, total): (&str, &str, &Total)) -> Value {
    json!({
        "company": company,
        "kind": total.kind.name(),
        "currency": currency,
        "documents": total.documents,
        "total": total.total.to_string(),
    })
}

/// What a plan comes to; the company is named where there are several.
fn totals_text(totals: &Totals) -> String {
    let companies: BTreeSet<&str> = totals.rows().map(|(company, ..)| company).collect();
    let columns = [":Kind", ":Currency", ":>Documents", ":>Total", "~Company"];
    let shown = if companies.len() > 1 { &columns[..] } else { &columns[..4] };
    let mut table = Table::new(shown);
    for (company, currency, total) in totals.rows() {
        let cells = [
            total.kind.to_string(),
            currency.to_owned(),
            total.documents.to_string(),
            money(&total.total.to_string()),
            company.to_owned(),
        ];
        table.row(cells.into_iter().take(shown.len()));
    }
    if table.is_empty() { String::new() } else { table.text() }
}

fn report_json(report: &Report) -> Value {
    let error = report.error.as_ref().map(|cause| {
        json!({"category": cause.category(), "message": cause.in_words(Language::English), "cause": cause.name()})
    });
    let mut json = json!({
        "clave": report.clave,
        "company": report.company,
        "state": report.state,
        "result": report.result,
        "error": error,
    });
    if let Some(note) = &report.note {
        json["note"] = note.in_words(Language::English).into();
    }
    json
}

/// The view of `run`: each step's, under its own name.
pub(crate) fn round_view(summaries: &[Summary], company: Option<&str>) -> View {
    let mut view = View { json: json!({}), text: String::new(), all_is_well: true };
    for summary in summaries {
        if let Finished::Shown(step, _) = summary_view(summary, company) {
            view.json[summary.operation.name().replace(' ', "_")] = step.json;
            view.text.push_str(&step.text);
            view.all_is_well &= step.all_is_well;
        }
    }
    view
}

fn word(result: StepResult) -> &'static str {
    match result {
        StepResult::Done => "done",
        StepResult::Waiting => "waiting",
        StepResult::Failed => "failed",
        StepResult::Deferred => "deferred",
        StepResult::Skipped => "skipped",
    }
}

fn closing_line(summary: &Summary, company: Option<&str>) -> String {
    let language = language::reader();
    let mut parts = vec![worked(summary)];
    if summary.remaining > 0 || summary.interrupted {
        parts.push(remaining(summary.remaining, summary.interrupted, language));
    }
    for held in &summary.held {
        let own = summary.operation == ErrandName::of(held.operation);
        let step = if own { String::new() } else { format!("{}: ", held.operation.name().replace('_', " ")) };
        parts.push(format!("{step}{}", held.in_words(language)));
        parts.push(try_now(held.count, &retry_now(held, company), language));
    }
    format!("{}: {}\n", summary.operation, parts.join("; "))
}

/// The command that works what the queue has.
fn retry_now(held: &Held, company: Option<&str>) -> String {
    match (held.entry, company) {
        (Some(id), _) => format!("retry now {id}"),
        (None, Some(company)) => format!("retry now --company {company}"),
        (None, None) if held.auth == held.count => "retry now --category auth".to_owned(),
        (None, None) => "retry now --all".to_owned(),
    }
}

/// What became of the documents that a run took.
fn worked(summary: &Summary) -> String {
    if summary.dry_run {
        let count = summary.planned;
        return format!("{} would be worked on; nothing was done", plural(count, "document"));
    }
    if summary.processed + summary.deferred == 0 {
        // What the end of the run left is due all the same.
        return if summary.remaining > 0 { "0 documents" } else { "nothing was due" }.to_owned();
    }
    let mut parts = vec![format!("{} done", summary.succeeded)];
    for (count, what) in
        [(summary.waiting(), "waiting"), (summary.failed, "failed"), (summary.deferred, "left for a later run")]
    {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    format!("{}: {}", plural(summary.processed + summary.deferred, "document"), parts.join(", "))
}
