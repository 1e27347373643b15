//! A notice in words, when it goes out.

use super::words::{InWords, mail_labels};
use crate::clock::costa_rica_text;
use crate::language::Language;
use crate::notice::Notice;
use crate::store::Outgoing;

/// What the outbox keeps, in a language.
pub(crate) fn worded(outgoing: &Outgoing, language: Language) -> Notice {
    let [company, consecutivo, clave, receiver, time] = mail_labels(language);
    let lines = [
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
        subject: format!("[cr-einvoice] {}: {}", outgoing.company, outgoing.kind.in_words(language)),
        lines: lines.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
    }
}
