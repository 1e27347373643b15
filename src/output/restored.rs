//! What `restore` shows: what is in place now, which numbers were used since, what must be imported.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::words::InWords;
use super::{Finished, View};
use crate::cause::Cause;
use crate::clock::{costa_rica_text, utc_text};
use crate::error::ExitCode;
use crate::language::Language;
use crate::retry::Category;
use crate::store::{Skipped, Taken};

/// Lines that are shown of what must be imported; the JSON has all.
const SHOWN: usize = 50;

/// What was done.
#[derive(Debug, Default)]
pub(crate) struct Restored {
    /// The backup.
    pub file: PathBuf,
    /// Where it is now.
    pub database: PathBuf,
    /// How many documents it has.
    pub documents: u64,
    /// When it last knew what was done.
    pub knows_until: Option<DateTime<Utc>>,
    /// Where the database that was there is kept.
    pub kept: Option<PathBuf>,
    /// Numbers that the marks say were given.
    pub skipped: Vec<Skipped>,
    /// What Hacienda has and the database lacks.
    pub taken: Vec<Taken>,
    /// Companies whose list could not be had.
    pub not_asked: Vec<NotAsked>,
    /// The list was not to be asked.
    pub offline: bool,
    /// Nothing was changed.
    pub dry_run: bool,
}

/// A company whose list could not be had.
#[derive(Debug)]
pub(crate) struct NotAsked {
    /// Its id.
    pub company: String,
    /// Why; none where it was read in part, for it is longer than any.
    pub cause: Option<Cause>,
}

impl NotAsked {
    fn why(&self) -> String {
        match &self.cause {
            Some(cause) => cause.in_words(Language::English),
            None => "the list was not read to its end".to_owned(),
        }
    }
}

/// `restore`
pub(crate) fn restored_view(restored: &Restored) -> Finished {
    let is_asked = !restored.offline && !restored.dry_run && restored.not_asked.is_empty();
    let taken = |taken: &Taken| {
        json!({
            "company": taken.company, "environment": taken.environment, "series": taken.series,
            "consecutivo": taken.consecutivo, "clave": taken.clave,
        })
    };
    let not_asked = |it: &NotAsked| json!({"company": it.company, "error": it.why()});
    let json = json!({
        "restored": restored.file.display().to_string(),
        "numbers_taken": restored.taken.iter().map(taken).collect::<Vec<Value>>(),
        "asked": is_asked,
        "documents": restored.documents,
        "knows_until": restored.knows_until.map(utc_text),
        "kept": restored.kept.as_ref().map(|kept| kept.display().to_string()),
        "skipped": restored.skipped,
        "not_asked": restored.not_asked.iter().map(not_asked).collect::<Vec<Value>>(),
        "dry_run": restored.dry_run,
    });
    let code = |it: &NotAsked| match it.cause.as_ref().map(Cause::category) {
        Some(Category::Auth) => ExitCode::Credentials,
        _ => ExitCode::Unavailable,
    };
    let codes: Vec<ExitCode> = restored.not_asked.iter().map(code).collect();
    let all_is_well = codes.is_empty() && restored.taken.is_empty() && restored.skipped.is_empty();
    let view = View { json, text: text_of(restored, is_asked), all_is_well };
    Finished::Shown(view, ExitCode::most_pressing(&codes))
}

fn text_of(restored: &Restored, is_asked: bool) -> String {
    let file = restored.file.display();
    let until = restored.knows_until.map(|at| format!(", until {}", costa_rica_text(at))).unwrap_or_default();
    let what = format!("{} documents{until}, checked", restored.documents);
    if restored.dry_run {
        return format!("restore: {file} ({what}) would be put in place; nothing was changed\n");
    }
    let mut text = format!("restore: {file} is in place: {what}\n");
    if let Some(kept) = &restored.kept {
        text.push_str(&format!("what was there is kept: {}\n", kept.display()));
    }
    for it in &restored.skipped {
        text.push_str(&format!(
            "{} ({}): series {}: the numbers {} to {} were given after the backup and are not given again\n",
            it.company, it.environment, it.series, it.from, it.to
        ));
    }
    for it in restored.taken.iter().take(SHOWN) {
        text.push_str(&format!("TO IMPORT {} ({}) {}: {}\n", it.company, it.environment, it.consecutivo, it.clave));
    }
    if restored.taken.len() > SHOWN {
        text.push_str(&format!("… {} more: `cr-einvoice numbering`\n", restored.taken.len() - SHOWN));
    }
    if !restored.taken.is_empty() {
        text.push_str(
            "Hacienda has these and the database does not: import their signed XML (from what was archived or sent to the \
             customers); unsigned XML of them is refused, for it would be signed anew\n",
        );
    }
    for it in &restored.not_asked {
        text.push_str(&format!("NOT ASKED {}: {}\n", it.company, it.why()));
    }
    if !restored.not_asked.is_empty() {
        text.push_str(&format!(
            "until Hacienda's list is had, `generate` and `sign` refuse these companies: run `cr-einvoice restore {}` when the \
             service answers, or with --offline to do without the list\n",
            restored.database.display()
        ));
    } else if !is_asked {
        text.push_str("Hacienda's list was not asked; the first POST of each company asks it\n");
    } else if restored.taken.is_empty() {
        text.push_str("Hacienda's list has nothing that the database lacks\n");
    }
    text
}
