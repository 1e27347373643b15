//! What `import` shows.

use serde_json::{Value, json};

use super::table::Table;
use super::words::{InWords, plural};
use super::{Finished, View, signs};
use crate::error::ExitCode;
use crate::intake::{ImportLine, ImportNote, Imports};
use crate::language::{self, Language};
use crate::retry::Category;

/// `import`; `unmoved` is the code of a file that could not be moved to its shelf.
pub(crate) fn imports_view(
    imports: &Imports,
    lines: &[ImportLine],
    unmoved: Option<ExitCode>,
    dry_run: bool,
    json: bool,
) -> Finished {
    let mut codes: Vec<_> = unmoved.into_iter().collect();
    for (count, code) in [(imports.unread, ExitCode::Storage), (imports.refused, ExitCode::NeedsPerson)] {
        if count > 0 {
            codes.push(code);
        }
    }
    let text = if json { String::new() } else { text(imports, lines, dry_run) };
    let documents: Vec<Value> = if json { lines.iter().map(line_json).collect() } else { Vec::new() };
    let failed = imports.failed();
    let mut json = json!({
        "imported": imports.imported, "unchanged": imports.unchanged, "failed": failed, "documents": documents,
    });
    // What is known to be discarded is no news each night.
    let news = lines.iter().flat_map(|line| &line.notes).any(|note| *note != ImportNote::Discarded);
    if dry_run {
        json["dry_run"] = true.into();
    }
    let interrupted = imports.interrupted_by.and_then(ExitCode::of_signal);
    json["interrupted"] = interrupted.is_some().into();
    let all_is_well = codes.is_empty() && !news && interrupted.is_none();
    Finished::Shown(View { json, text, all_is_well }, interrupted.unwrap_or_else(|| ExitCode::most_pressing(&codes)))
}

fn line_json(line: &ImportLine) -> Value {
    let error = line.error.as_ref().map(|message| json!({"category": Category::Validation, "message": message}));
    let mut json =
        json!({"path": line.path, "clave": line.clave, "state": line.state, "result": line.result, "error": error});
    if let Some(place) = &line.moved_to {
        json["moved_to"] = place.display().to_string().into();
    }
    if !line.notes.is_empty() {
        json["warnings"] = line.notes.iter().map(|note| note.in_words(Language::English)).collect();
    }
    json
}

fn text(imports: &Imports, lines: &[ImportLine], dry_run: bool) -> String {
    let would = if dry_run { "would be " } else { "" };
    let mut text = String::new();
    if imports.failed() > 0 {
        let mut table = Table::new(&["Refused", "¶Why"]);
        for line in lines.iter().filter(|line| line.error.is_some()) {
            // Where a person finds it.
            let place = line.moved_to.as_ref().map_or_else(|| line.path.clone(), |place| place.display().to_string());
            table.row([place, line.error.clone().unwrap_or_default()]);
        }
        text.push_str(&table.text());
    }
    let told = lines.iter().flat_map(|line| line.notes.iter().map(move |note| (line, note)));
    for (line, note) in told {
        text.push_str(&format!("{}: {}\n", signs(&line.path), note.in_words(language::reader())));
    }
    text.push_str(&format!("import: {} {would}imported", plural(imports.imported, "document")));
    for (count, what) in [(imports.unchanged, "here already"), (imports.failed(), "refused")] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    if imports.interrupted_by.is_some() {
        text.push_str("; interrupted, the rest was not read");
    }
    text.push('\n');
    text
}
