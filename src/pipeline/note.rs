//! What a person may want to know of a document that did not fail: why it was left, what a run would do.

use crate::cause::Remark;
use crate::lifecycle::Operation;
use crate::store::Hold;

/// One line about a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// The plan: ask about an earlier attempt whose end is unknown, and submit only what has not arrived.
    WouldAskThenSubmit,
    /// The plan: this step.
    WouldDo(Operation),
    /// Another run holds it.
    HeldByAnotherRun,
    /// Its company sends to another environment now.
    OtherEnvironment,
    /// There is nothing to ask about yet.
    NotSubmittedYet,
    /// There is nothing to sign.
    SignedAlready,
    /// The database may not know all numbers that were given, so nothing is signed.
    NumbersUnsure,
    /// A person must decide first.
    Held(Hold),
    /// The service had it before it was first sent from here.
    ReceivedBefore,
    /// There is nothing to send yet.
    NotSignedYet,
    /// There is nothing to send any more.
    ServiceHasIt,
    /// There is nothing to send ever again.
    HasVerdict,
    /// A person ended it: nothing is ever done with it.
    Discarded,
    /// The run ended before its turn.
    RunEnded,
    /// Its retry entry was worked or ended meanwhile.
    EntryIsOver,
    /// The service asked for a pause that does not fit into the run.
    LongPause,
    /// Another run took it over during the step.
    TakenOver,
    /// The service did not know what it had confirmed: the same bytes were sent again.
    PostedAgain,
    /// What Hacienda's answer says.
    Answer(Remark),
}

#[cfg(test)]
impl Note {
    /// One of every kind.
    pub(crate) fn examples() -> Vec<Note> {
        vec![
            Note::WouldAskThenSubmit,
            Note::WouldDo(Operation::CheckStatus),
            Note::HeldByAnotherRun,
            Note::OtherEnvironment,
            Note::NotSubmittedYet,
            Note::SignedAlready,
            Note::NumbersUnsure,
            Note::Held(Hold::SentBefore),
            Note::Held(Hold::NumberTaken { clave: "506".to_owned() }),
            Note::Held(Hold::SeriesStopped { clave: "506".to_owned() }),
            Note::ReceivedBefore,
            Note::NotSignedYet,
            Note::ServiceHasIt,
            Note::HasVerdict,
            Note::Discarded,
            Note::RunEnded,
            Note::LongPause,
            Note::EntryIsOver,
            Note::TakenOver,
            Note::PostedAgain,
            Note::Answer(Remark::NotFound),
        ]
    }
}
