//! The end of a document that was never sent. What may have been sent stands: Hacienda may have it, and only a later document
//! undoes what a document does.

use chrono::{DateTime, Utc};

use crate::cause::Remark;
use crate::document::Kind;
use crate::lifecycle::{Event, State};
use crate::store::{Document, Store, StoreError};

/// What became of a document that a person wanted to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is ended, or would be.
    Ended,
    /// It was ended before.
    EndedBefore,
    /// It stands.
    Stands(Stands),
}

/// Why a document cannot be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// A request with it was begun; nobody knows whether it arrived.
    MayHaveArrived,
    /// Hacienda has it and its verdict is awaited.
    Awaited,
    /// The window closed without a verdict.
    WithoutVerdict,
    /// Hacienda accepted it.
    Accepted,
    /// Hacienda rejected it.
    Rejected,
}

/// A document with its fate.
#[derive(Debug)]
pub(crate) struct Discarded {
    /// As it stands afterwards.
    pub document: Document,
    /// What became of it.
    pub fate: Fate,
    /// It came signed: another system may have sent it.
    pub came_signed: bool,
}

impl Discarded {
    fn of(document: Document, fate: Fate) -> Self {
        let came_signed = document.signed_sha256.as_ref() == Some(&document.source_sha256);
        Discarded {
            came_signed: came_signed && document.kind != Kind::MensajeReceptor && fate == Fate::Ended,
            document,
            fate,
        }
    }
}

/// What [`discard`] would do with a document.
pub(crate) fn planned(document: Document) -> Discarded {
    let fate = fate_of(&document);
    Discarded::of(document, fate)
}

/// Ends what was never sent of these documents, all in one transaction: a run that is about to sign or send one finds it ended,
/// and one that has said its intent to send it is found here.
pub(crate) fn discard(
    store: &mut Store,
    documents: Vec<Document>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Discarded>, StoreError> {
    let reason = Remark::Discarded { reason: reason.to_owned() };
    store.write(now, |write| {
        let end = |document: Document| {
            // As it is now that nobody else can move it.
            let document = write.document(document.id)?;
            let fate = fate_of(&document);
            if fate != Fate::Ended {
                return Ok(Discarded::of(document, fate));
            }
            write.discard(&document, &reason)?;
            Ok(Discarded::of(write.document(document.id)?, fate))
        };
        documents.into_iter().map(end).collect()
    })
}

fn fate_of(document: &Document) -> Fate {
    match document.state {
        State::Draft | State::Signed if document.submit_attempted_at.is_some() || document.delivery_unknown => {
            Fate::Stands(Stands::MayHaveArrived)
        }
        state if state.after(Event::Discarded).is_some() => Fate::Ended,
        State::Discarded => Fate::EndedBefore,
        State::Accepted => Fate::Stands(Stands::Accepted),
        State::Rejected => Fate::Stands(Stands::Rejected),
        State::Error => Fate::Stands(Stands::WithoutVerdict),
        State::Draft | State::Signed | State::Submitted => Fate::Stands(Stands::Awaited),
    }
}
