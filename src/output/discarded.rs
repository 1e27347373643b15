//! What `discard` shows.

use serde_json::{Value, json};

use super::View;
use super::table::Table;
use super::words::{came_signed, fate, plural};
use crate::language::{self, Language};
use crate::named::Named;
use crate::pipeline::{Discarded, Fate};
use crate::retry::Category;

/// `discard`
pub(crate) fn discarded_view(lines: &[Discarded], dry_run: bool) -> View {
    let language = language::reader();
    let said = |line: &Discarded, language| {
        fate(line.fate, line.document.kind, line.document.clave.as_str(), dry_run, language)
    };
    let mut table = Table::new(&["Clave", "State", "Result", "¶Message"]);
    let mut documents: Vec<Value> = Vec::new();
    for line in lines {
        let note = |language| if line.came_signed { came_signed(language) } else { String::new() };
        let (result, message, error) = match line.fate {
            Fate::Ended if dry_run => ("skipped", said(line, language), None),
            Fate::Ended => ("done", String::new(), None),
            Fate::EndedBefore => ("skipped", said(line, language), None),
            Fate::Stands(_) => ("failed", said(line, language), Some(said(line, Language::English))),
        };
        let document = &line.document;
        let mut json = json!({
            "clave": document.clave,
            "consecutivo": document.consecutivo,
            "company": document.company,
            "kind": document.kind.name(),
            "state": document.state.name(),
            "result": result,
            "error": error.map(|message| json!({"category": Category::Validation, "message": message})),
        });
        if line.came_signed {
            json["note"] = note(Language::English).into();
        }
        documents.push(json);
        let message: Vec<String> = [message, note(language)].into_iter().filter(|part| !part.is_empty()).collect();
        table.row([document.clave.to_string(), document.state.to_string(), result.to_owned(), message.join("; ")]);
    }
    let count = |is: fn(&Discarded) -> bool| lines.iter().filter(|line| is(line)).count() as u64;
    let ended = count(|line| line.fate == Fate::Ended);
    let stand = count(|line| matches!(line.fate, Fate::Stands(_)));
    let would = if dry_run { "would be " } else { "" };
    let mut text = format!("{}discard: {} {would}ended", table.text(), plural(ended, "document"));
    if stand > 0 {
        text.push_str(&format!(", {stand} stand"));
    }
    text.push('\n');
    let mut json = json!({"documents": documents});
    if dry_run {
        json["dry_run"] = true.into();
    }
    View { json, text, all_is_well: stand == 0 && lines.iter().all(|line| !line.came_signed) }
}
