//! What is to be done next about a document, and the command for it. Pure: from its state, its entries and what else is known of it.

use chrono::{DateTime, Utc};
use strum::IntoStaticStr;

use crate::document::Kind;
use crate::lifecycle::{Operation, State};
use crate::retry::Category;
use crate::store::{Document, Entry, EntryState};

/// Hacienda's code for a number that another document has (spec/codes: the only one that changes what to do).
const NUMBER_TAKEN: &str = "-99";

/// The next step.
#[derive(Debug, Clone, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum NextStep {
    /// Nothing: it has its end.
    Nothing,
    /// Its company sends to another environment now, or is not in the configuration.
    OtherEnvironment,
    /// Sign it.
    Sign,
    /// Send it.
    Submit,
    /// Ask for its verdict.
    Poll,
    /// Its window closed without a verdict: ask again.
    AskAgain,
    /// A run works on it.
    Wait,
    /// The step is tried again by itself.
    Retry {
        /// The entry.
        entry: i64,
        /// When.
        at: Option<DateTime<Utc>>,
    },
    /// The step is not tried any more: what failed it must be put right first.
    Mend {
        /// The entry.
        entry: i64,
    },
    /// Hacienda would reject it: see why.
    Validate,
    /// It was rejected: a corrected one takes its place.
    Replace,
    /// It was rejected because another document has its number: find out whose that is.
    FindNumber,
    /// A rejected confirmation: make it anew.
    ConfirmAgain,
    /// Another one stands in its place.
    SeeReplacement {
        /// Its key.
        clave: String,
    },
}

/// What the next step depends on, beside the document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    /// Its company sends to its environment.
    pub is_ours: bool,
    /// Its retry entries, the oldest first.
    pub entries: &'a [Entry],
    /// The document in its place.
    pub replaced_by: Option<&'a str>,
    /// The codes of Hacienda's verdict.
    pub codes: &'a [String],
}

impl NextStep {
    /// What comes next.
    pub(crate) fn of(document: &Document, circumstances: &Circumstances<'_>) -> Self {
        match document.state {
            State::Accepted | State::Discarded => return NextStep::Nothing,
            State::Rejected => return Self::after_rejection(document.kind, circumstances),
            _ if !circumstances.is_ours => return NextStep::OtherEnvironment,
            _ => {}
        }
        let live = circumstances.entries.iter().rev().find(|entry| is_live(entry));
        match (live, document.state) {
            (Some(entry), _) if entry.state == EntryState::Processing => NextStep::Wait,
            (Some(entry), _) if entry.operation == Operation::Sign && entry.category == Category::Validation => {
                NextStep::Validate
            }
            (Some(entry), _) if entry.state == EntryState::Failed => NextStep::Mend { entry: entry.id.0 },
            (Some(entry), _) => NextStep::Retry { entry: entry.id.0, at: entry.next_attempt },
            (None, State::Draft) => NextStep::Sign,
            (None, State::Signed) => NextStep::Submit,
            (None, State::Submitted) => NextStep::Poll,
            (None, _) => NextStep::AskAgain,
        }
    }

    fn after_rejection(kind: Kind, circumstances: &Circumstances<'_>) -> Self {
        match circumstances.replaced_by {
            Some(clave) => NextStep::SeeReplacement { clave: clave.to_owned() },
            None if kind == Kind::MensajeReceptor => NextStep::ConfirmAgain,
            None if circumstances.codes.iter().any(|code| code == NUMBER_TAKEN) => NextStep::FindNumber,
            None => NextStep::Replace,
        }
    }

    /// The word for scripts.
    pub(crate) fn name(&self) -> &'static str {
        self.into()
    }

    /// The command for it, as arguments of the program; none where there is nothing to do but wait.
    pub(crate) fn command(&self, document: &Document) -> Option<Vec<String>> {
        let clave = document.clave.as_str();
        let words: Vec<String> = match self {
            NextStep::Nothing | NextStep::Wait | NextStep::OtherEnvironment => return None,
            NextStep::Sign => vec!["sign".into(), clave.into()],
            NextStep::Submit => vec!["submit".into(), clave.into()],
            NextStep::Poll | NextStep::AskAgain => vec!["poll".into(), clave.into()],
            NextStep::Retry { entry, .. } | NextStep::Mend { entry } => {
                vec!["retry".into(), "now".into(), entry.to_string()]
            }
            NextStep::Validate => vec!["validate".into(), clave.into()],
            NextStep::Replace => {
                let kind = document.kind.to_string();
                vec!["generate".into(), "--of".into(), clave.into(), "--kind".into(), kind]
            }
            NextStep::FindNumber => vec!["numbering".into()],
            NextStep::ConfirmAgain => vec!["generate".into(), "mensaje".into(), "--help".into()],
            NextStep::SeeReplacement { clave } => vec!["show".into(), clave.clone()],
        };
        Some(words)
    }

    /// One of every kind, for the test of their sentences.
    #[cfg(test)]
    pub(crate) fn examples() -> Vec<NextStep> {
        vec![
            NextStep::Nothing,
            NextStep::OtherEnvironment,
            NextStep::Sign,
            NextStep::Submit,
            NextStep::Poll,
            NextStep::AskAgain,
            NextStep::Wait,
            NextStep::Retry { entry: 1, at: None },
            NextStep::Retry { entry: 1, at: Some(DateTime::<Utc>::UNIX_EPOCH) },
            NextStep::Mend { entry: 1 },
            NextStep::Validate,
            NextStep::Replace,
            NextStep::FindNumber,
            NextStep::ConfirmAgain,
            NextStep::SeeReplacement { clave: "506".to_owned() },
        ]
    }
}

fn is_live(entry: &Entry) -> bool {
    matches!(entry.state, EntryState::Pending | EntryState::Processing | EntryState::Failed)
}
