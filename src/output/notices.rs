//! A notice in words, when it goes out.

use super::words::{InWords, mail_labels};
use crate::clock::costa_rica_text;
use crate::language::Language;
use crate::notice::Notice;
use crate::store::Outgoing;

/// What the outbox keeps, in a language.
pub(crate) fn worded(outgoing: &Outgoing, language: Language) -> Notice {
    let [reason_label, company, consecutivo, clave, receiver, time] = mail_labels(language);
    let reason = outgoing.told.reason().map(|reason| beginning(&reason.in_words(language)));
    let lines = [
        (reason_label, reason.clone()),
        (company, Some(outgoing.company.clone())),
        (consecutivo, outgoing.consecutivo.clone()),
        (clave, outgoing.clave.clone()),
        (receiver, outgoing.receptor_name.clone()),
        (time, Some(format!("{} (Costa Rica)", costa_rica_text(outgoing.at)))),
    ];
    Notice {
        id: outgoing.id,
        at: outgoing.at,
        kind: outgoing.kind,
        company: outgoing.company.clone(),
        clave: outgoing.clave.clone(),
        consecutivo: outgoing.consecutivo.clone(),
        receptor_name: outgoing.receptor_name.clone(),
        message: outgoing.told.in_words(language),
        reason,
        subject: format!("[cr-einvoice] {}: {}", outgoing.company, outgoing.kind.in_words(language)),
        lines: lines.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
    }
}

/// Hacienda lists every row that it found wrong, and may quote the document; the first ones tell what has to be done.
const LONGEST_REASON: usize = 500;

fn beginning(text: &str) -> String {
    match text.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
