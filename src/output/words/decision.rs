//! What a receiver decided.

use super::say;
use crate::document::Decision;
use crate::language::Language;

/// The decision about a document, in a word or two.
pub(super) fn decision(decision: &Decision, language: Language) -> String {
    match decision {
        Decision::Accepted => say!(language, "accepted", "aceptado"),
        Decision::Partial => say!(language, "accepted in part", "aceptado en parte"),
        Decision::Rejected => say!(language, "rejected", "rechazado"),
    }
}

/// The same with the one whose document it is.
pub(in crate::output) fn decision_on(decision: Decision, emisor: &str, language: Language) -> String {
    let decision = self::decision(&decision, language);
    say!(language, "{decision}, of {emisor}", "{decision}, de {emisor}")
}
