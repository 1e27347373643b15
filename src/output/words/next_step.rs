//! What is to be done next about a document, before the command for it; and what documents are to each other.

use super::say;
use super::values::moment;
use crate::language::Language;
use crate::pipeline::{Kinship, NextStep};

/// What comes next, and why.
pub(super) fn next_step(step: &NextStep, language: Language) -> String {
    match step {
        NextStep::Nothing => say!(language, "nothing is left to do", "no queda nada por hacer"),
        NextStep::OtherEnvironment => say!(
            language,
            "the configuration does not have its company in its environment; it stays as it is until it does",
            "la configuración no tiene su empresa en su ambiente; queda como está hasta que lo tenga"
        ),
        NextStep::Sign => say!(language, "sign it", "fírmelo"),
        NextStep::Submit => say!(language, "send it", "envíelo"),
        NextStep::Poll => say!(language, "ask for its verdict", "pregunte por la respuesta"),
        NextStep::AskAgain => {
            say!(language, "no verdict came in time; ask again", "no hubo respuesta a tiempo; pregunte de nuevo")
        }
        NextStep::Wait => say!(language, "a run is working on it", "una ejecución está trabajando en él"),
        NextStep::Retry { at: Some(at), .. } => {
            let at = moment(*at, language);
            say!(
                language,
                "it is tried again by itself at {at}; sooner",
                "se intenta de nuevo solo, el {at}; para intentarlo antes"
            )
        }
        NextStep::Retry { at: None, .. } => say!(language, "it waits; try it now", "espera; inténtelo ahora"),
        NextStep::Mend { .. } => say!(
            language,
            "correct what the error says, then try again",
            "corrija lo que dice el error e inténtelo de nuevo"
        ),
        NextStep::Validate => say!(
            language,
            "Hacienda would reject it; see everything that is wrong",
            "Hacienda lo rechazaría; vea todo lo que está mal"
        ),
        NextStep::Replace => say!(
            language,
            "it has no legal effect; issue a corrected one in its place (a FILE after the command says what changes)",
            "no tiene efecto legal; emita uno corregido en su lugar (un archivo después del comando dice qué cambia)"
        ),
        NextStep::FindNumber => say!(
            language,
            "another document has its number with Hacienda; find out which before a new one is issued in its place",
            "en Hacienda otro documento tiene su número; averigüe cuál antes de emitir uno nuevo en su lugar"
        ),
        NextStep::ConfirmAgain => say!(
            language,
            "the confirmation has no effect; make it anew from the received file",
            "la confirmación no tiene efecto; hágala de nuevo a partir del archivo recibido"
        ),
        NextStep::SeeReplacement { .. } => {
            say!(language, "another one stands in its place", "otro está en su lugar")
        }
    }
}

/// What the other is to the document that is looked at.
pub(super) fn kinship(kinship: &Kinship, language: Language) -> String {
    match kinship {
        Kinship::Replaces => say!(language, "replaces", "reemplaza a"),
        Kinship::ReplacedBy => say!(language, "replaced by", "reemplazado por"),
        Kinship::NoteOn => say!(language, "note on", "nota sobre"),
        Kinship::Note => say!(language, "note", "nota"),
        Kinship::Pays => say!(language, "pays", "paga"),
        Kinship::Payment => say!(language, "payment", "pago"),
        Kinship::Accepts => say!(language, "accepts", "acepta"),
        Kinship::AcceptsInPart => say!(language, "accepts in part", "acepta en parte"),
        Kinship::Rejects => say!(language, "rejects", "rechaza"),
        Kinship::AcceptedBy => say!(language, "accepted by", "aceptado por"),
        Kinship::AcceptedInPartBy => say!(language, "accepted in part by", "aceptado en parte por"),
        Kinship::RejectedBy => say!(language, "rejected by", "rechazado por"),
    }
}
