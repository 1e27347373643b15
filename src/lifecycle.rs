//! How far a document has come, and what may follow what. Pure: no database, no clock.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::named::{Named, unknown};

/// How far a document has come. A failed step leaves it where it is; the retry queue says why.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<State>)]
pub enum State {
    /// The unsigned XML is stored.
    Draft,
    /// The exact signed bytes are stored.
    Signed,
    /// The service has it; its verdict is awaited.
    Submitted,
    /// Hacienda accepted it.
    Accepted,
    /// Hacienda rejected it: it has no legal validity and must be replaced by a new document.
    Rejected,
    /// The polling window closed without a verdict; a person must look, and may have it asked about or sent again.
    Error,
    /// A person ended it before it was ever sent: it is kept, and its number is never used again.
    Discarded,
}

impl Named for State {
    const WHAT: &'static str = "a state";
}

impl State {
    /// The state after this event, or `None` where the event may not happen.
    ///
    /// A verdict may arrive for a document that we believe is only signed (the POST was received and its answer lost) and
    /// for one whose window closed; one of these that the service does not know may be sent again, and a new window begins. A
    /// rejected document may be looked at again, and Hacienda's present word stands.
    pub fn after(self, event: Event) -> Option<State> {
        use State::*;
        match (self, event) {
            (Draft, Event::Signed) => Some(Signed),
            (Signed | Error, Event::Received) => Some(Submitted),
            (Signed | Submitted | Error | Rejected, Event::Accepted) => Some(Accepted),
            (Signed | Submitted | Error, Event::Rejected) => Some(Rejected),
            (Submitted, Event::WindowClosed) => Some(Error),
            (Draft | Signed, Event::Discarded) => Some(Discarded),
            _ => None,
        }
    }

    /// Hacienda has given its verdict; nothing is ever sent for it again.
    pub fn is_final(self) -> bool {
        matches!(self, State::Accepted | State::Rejected)
    }
}

/// What happened to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Event {
    /// It was signed and the signature verified.
    Signed,
    /// The service said that it has it.
    Received,
    /// Hacienda accepted it.
    Accepted,
    /// Hacienda rejected it.
    Rejected,
    /// `polling_max_hours` passed without a verdict.
    WindowClosed,
    /// A person ended it, and no request with it has ever been made.
    Discarded,
}

/// A step that takes a document onward.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<Operation>)]
pub enum Operation {
    /// Sign a draft.
    Sign,
    /// Send a signed document.
    Submit,
    /// Ask for the verdict on a submitted one.
    CheckStatus,
}

impl Named for Operation {
    const WHAT: &'static str = "an operation";
}

impl Operation {}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 6] =
        [Event::Signed, Event::Received, Event::Accepted, Event::Rejected, Event::WindowClosed, Event::Discarded];

    #[test]
    fn an_accepted_document_never_moves() {
        for event in EVENTS {
            assert_eq!(State::Accepted.after(event), None);
        }
    }

    #[test]
    fn only_what_was_never_sent_is_discarded_and_that_is_its_end() {
        for &state in State::ALL {
            let may = matches!(state, State::Draft | State::Signed);
            assert_eq!(state.after(Event::Discarded).is_some(), may, "{state}");
        }
        for event in EVENTS {
            assert_eq!(State::Discarded.after(event), None);
        }
    }

    #[test]
    fn only_a_draft_is_signed_and_only_what_is_signed_and_without_verdict_is_received() {
        for &state in State::ALL {
            assert_eq!(state.after(Event::Signed).is_some(), state == State::Draft);
            assert_eq!(state.after(Event::Received).is_some(), matches!(state, State::Signed | State::Error));
        }
    }

    #[test]
    fn a_late_verdict_reaches_a_document_whose_window_closed() {
        assert_eq!(State::Error.after(Event::Accepted), Some(State::Accepted));
        assert_eq!(State::Error.after(Event::Rejected), Some(State::Rejected));
    }
}
