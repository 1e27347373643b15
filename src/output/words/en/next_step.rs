//! What is to be done next about a document, before the command for it; and what documents are to each other.

use crate::clock::costa_rica_text;
use crate::pipeline::{Kinship, NextStep};

/// What comes next, and why.
pub(crate) fn next_step(step: &NextStep) -> String {
    match step {
        NextStep::Nothing => "nothing is left to do",
        NextStep::OtherEnvironment => {
            "the configuration does not have its company in its environment; it stays as it is until it does"
        }
        NextStep::Sign => "sign it",
        NextStep::Submit => "send it",
        NextStep::Poll => "ask for its verdict",
        NextStep::AskAgain => "no verdict came in time; ask again",
        NextStep::Wait => "a run is working on it",
        NextStep::Retry { at: Some(at), .. } => {
            return format!("it is tried again by itself at {}; sooner", costa_rica_text(*at));
        }
        NextStep::Retry { at: None, .. } => "it waits; try it now",
        NextStep::Mend { .. } => "correct what the error says, then try again",
        NextStep::Validate => "Hacienda would reject it; see everything that is wrong",
        NextStep::Replace => {
            "it has no legal effect; issue a corrected one in its place (a FILE after the command says what changes)"
        }
        NextStep::FindNumber => {
            "another document has its number with Hacienda; find out which before a new one is issued in its place"
        }
        NextStep::ConfirmAgain => "the confirmation has no effect; make it anew from the received file",
        NextStep::SeeReplacement { .. } => "another one stands in its place",
    }
    .to_owned()
}

/// What the other is to the document that is looked at.
pub(crate) fn kinship(kinship: &Kinship) -> String {
    match kinship {
        Kinship::Replaces => "replaces",
        Kinship::ReplacedBy => "replaced by",
        Kinship::NoteOn => "note on",
        Kinship::Note => "note",
        Kinship::Pays => "pays",
        Kinship::Payment => "payment",
        Kinship::Accepts => "accepts",
        Kinship::AcceptsInPart => "accepts in part",
        Kinship::Rejects => "rejects",
        Kinship::AcceptedBy => "accepted by",
        Kinship::AcceptedInPartBy => "accepted in part by",
        Kinship::RejectedBy => "rejected by",
    }
    .to_owned()
}
