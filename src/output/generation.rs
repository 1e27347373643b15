//! What `validate`, `numbering` and `codes` show.

use serde_json::{Value, json};

use super::table::Table;
use super::words::plural;
use super::{Finished, View, signs};
use crate::catalogue::{Code, List};
use crate::error::ExitCode;
use crate::intake::Unread;
use crate::language;
use crate::named::Named;
use crate::store::{Contested, Gap, SeriesRow, Taken};
use crate::validation::{Finding, Severity};

/// A document with what was found in it.
#[derive(Debug)]
pub(crate) struct Validated {
    /// Its file, or its clave.
    pub path: String,
    /// Its clave, where it can be read.
    pub clave: Option<String>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Why it was not read, and so not validated.
    pub unread: Option<Unread>,
}

impl Validated {
    fn is_valid(&self) -> bool {
        self.unread.is_none() && self.findings.iter().all(|finding| finding.severity != Severity::Reject)
    }
}

/// `validate`; a signal may have ended it before all was read.
pub(crate) fn validation_view(validated: &[Validated], interrupted_by: Option<i32>) -> Finished {
    let valid = validated.iter().all(Validated::is_valid);
    let mut text = String::new();
    for document in validated {
        if let Some(unread) = &document.unread {
            text.push_str(&format!("{}: cannot be read: {}\n", signs(&document.path), signs(&unread.to_string())));
        }
        for finding in &document.findings {
            text.push_str(&finding_line(&document.path, finding));
        }
    }
    let (read, unread): (Vec<&Validated>, Vec<&Validated>) =
        validated.iter().partition(|document| document.unread.is_none());
    let refused = read.iter().filter(|document| !document.is_valid()).count();
    text.push_str(&format!("validate: {}, ", plural(read.len() as u64, "document")));
    text.push_str(&match refused {
        0 => "nothing that Hacienda would reject".to_owned(),
        refused => format!("Hacienda would reject {refused}"),
    });
    if !unread.is_empty() {
        text.push_str(&format!("; {} not read", unread.len()));
    }
    if interrupted_by.is_some() {
        text.push_str("; interrupted, the rest was not read");
    }
    text.push('\n');
    let documents: Vec<Value> = validated
        .iter()
        .map(|document| {
            let findings: Vec<Value> = document.findings.iter().map(finding_json).collect();
            let error = document.unread.as_ref().map(|unread| format!("cannot be read: {unread}"));
            json!({
                "path": document.path, "clave": document.clave, "valid": document.is_valid(), "findings": findings,
                "error": error,
            })
        })
        .collect();
    let interrupted = interrupted_by.and_then(ExitCode::of_signal);
    let all_is_well = interrupted.is_none()
        && validated.iter().all(|document| document.unread.is_none() && document.findings.is_empty());
    // A document that is too large is refused like any other that cannot be taken as it is.
    let unavailable = |unread: &Unread| !matches!(unread, Unread::TooLarge { .. });
    let code = match unread.iter().filter_map(|document| document.unread.as_ref()).any(unavailable) {
        true => ExitCode::Storage,
        false if valid => ExitCode::Done,
        false => ExitCode::NeedsPerson,
    };
    let json = json!({"valid": valid, "documents": documents, "interrupted": interrupted.is_some()});
    Finished::Shown(View { json, text, all_is_well }, interrupted.unwrap_or(code))
}

/// A finding as compilers write theirs, so that an editor goes to its place.
fn finding_line(path: &str, finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Reject => "REJECT",
        Severity::Warn => "warn",
        Severity::Advice => "advice",
    };
    let (path, sentence) = (signs(path), signs(finding.message(language::reader())));
    let (line, column) = (finding.position.line, finding.position.column);
    format!("{path}:{line}:{column}: {word} {}: {}: {sentence}\n", finding.name, finding.element)
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "name": finding.name, "severity": finding.severity, "line": finding.position.line,
        "column": finding.position.column, "element": finding.element, "message": finding.message_en,
        "message_es": finding.message_es,
    })
}

/// What is known of the consecutivos.
#[derive(Debug)]
pub(crate) struct Numbers {
    /// The series.
    pub series: Vec<SeriesRow>,
    /// Numbers without a document.
    pub gaps: Vec<Gap>,
    /// Numbers of several documents.
    pub duplicates: Vec<Contested>,
    /// Numbers that Hacienda says are taken.
    pub taken: Vec<Contested>,
    /// What Hacienda has and is not here.
    pub lacking: Vec<Taken>,
    /// Why numbers that would be given next may have been given before.
    pub doubts: Vec<String>,
}

/// `numbering`
pub(crate) fn numbering_view(numbers: &Numbers) -> Finished {
    let columns =
        ["~Company", "Environment", ":Branch", ":Terminal", ":Type", ":>Last", ":>Documents", ":>Discarded of them"];
    let any_discarded = numbers.series.iter().any(|row| row.discarded > 0);
    let mut series = Table::new(if any_discarded { &columns } else { &columns[..7] });
    for row in &numbers.series {
        let cells = [
            row.company.clone(),
            row.environment.to_string(),
            format!("{:03}", row.branch),
            format!("{:05}", row.terminal),
            row.kind_code.clone(),
            row.last.to_string(),
            row.documents.to_string(),
        ];
        series.row(cells.into_iter().chain(any_discarded.then(|| row.discarded.to_string())));
    }
    let mut text = if series.is_empty() { "no series yet\n".to_owned() } else { series.text() };
    text.extend(numbers.doubts.iter().map(|doubt| format!("IN DOUBT: {doubt}\n")));
    for lacking in &numbers.lacking {
        text.push_str(&format!(
            "TO IMPORT {} ({}) {}: Hacienda has {}, which is not here; only its signed XML can come in\n",
            lacking.company, lacking.environment, lacking.consecutivo, lacking.clave
        ));
    }
    for gap in &numbers.gaps {
        let count = plural(gap.count, "number");
        text.push_str(&format!(
            "GAP {} ({}): {} to {}: {count} without a document\n",
            gap.company, gap.environment, gap.from, gap.to
        ));
    }
    for (word, contested) in [("DUPLICATE", &numbers.duplicates), ("TAKEN", &numbers.taken)] {
        for number in contested {
            let holders: Vec<String> =
                number.holders.iter().map(|holder| format!("{} ({})", holder.clave, holder.state)).collect();
            let message = number.message.as_ref().map(|message| format!(": {}", signs(message))).unwrap_or_default();
            let other = match (word, number.holders.len()) {
                ("TAKEN", 1) => "; nothing else here has it: another system used the number",
                _ => "",
            };
            text.push_str(&format!(
                "{word} {} {}: {}{other}{message}\n",
                number.company,
                number.consecutivo,
                holders.join(", ")
            ));
        }
    }
    let all_is_well = numbers.doubts.is_empty()
        && numbers.lacking.is_empty()
        && numbers.gaps.is_empty()
        && numbers.duplicates.is_empty()
        && numbers.taken.is_empty();
    let json = json!({
        "series": numbers.series, "gaps": numbers.gaps, "duplicates": numbers.duplicates.iter().map(contested_json).collect::<Vec<_>>(),
        "taken": numbers.taken.iter().map(contested_json).collect::<Vec<_>>(), "doubts": numbers.doubts,
        "lacking": numbers.lacking,
    });
    Finished::Shown(View { json, text, all_is_well }, ExitCode::Done)
}

fn contested_json(number: &Contested) -> Value {
    json!({
        "company": number.company, "environment": number.environment, "consecutivo": number.consecutivo,
        "holders": number.holders, "message": number.message,
    })
}

/// `numbering start`
pub(crate) fn series_started_view(company: &str, consecutivo: &str, dry_run: bool) -> View {
    let would = if dry_run { "would get" } else { "gets" };
    View {
        json: json!({"company": company, "next": consecutivo, "dry_run": dry_run}),
        text: format!("{company}: the next document of the series {would} {consecutivo}\n"),
        all_is_well: true,
    }
}

/// `codes LIST`
pub(crate) fn codes_view(list: List, entries: &[&Code]) -> View {
    let mut table = Table::new(&["Code", "¶Name", "¶Kinds", ":Since", "¶Value", "¶Note"]);
    let kinds = |entry: &Code| entry.kinds.as_ref().or(entry.schema_kinds.as_ref()).cloned();
    let mut codes = Vec::new();
    for entry in entries {
        let names: Option<Vec<&str>> = kinds(entry).map(|kinds| kinds.iter().map(|kind| kind.name()).collect());
        table.row([
            entry.code.clone(),
            entry.name.clone(),
            names.as_ref().map(|names| names.join(" ")).unwrap_or_default(),
            entry.since.map(|since| since.to_string()).unwrap_or_default(),
            entry.value.clone(),
            entry.note.clone(),
        ]);
        codes.push(json!({
            "code": entry.code, "name": entry.name, "kinds": names, "since": entry.since, "value": entry.value, "note": entry.note,
        }));
    }
    let text = if entries.is_empty() { format!("nothing in {}\n", list.name()) } else { table.text() };
    View { json: json!({"list": list.name(), "codes": codes}), text, all_is_well: false }
}

/// `codes`
pub(crate) fn code_lists_view() -> View {
    let mut table = Table::new(&["List", ">Codes"]);
    for &list in List::ALL {
        table.row([list.name().to_owned(), list.codes().len().to_string()]);
    }
    let lists: Vec<Value> =
        List::ALL.iter().map(|list| json!({"list": list.name(), "codes": list.codes().len()})).collect();
    View { json: json!({"lists": lists}), text: table.text(), all_is_well: false }
}
