//! What an event tells beside the move that it records.

use serde::{Deserialize, Serialize};

use super::stored::stored_with_words;
use super::{Cause, Remark};
use crate::lifecycle::State;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumCount)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Detail {
    /// These bytes were taken in.
    Imported {
        /// Their SHA-256, hexadecimal.
        sha256: String,
    },
    /// These bytes were made.
    Generated {
        /// Their SHA-256, hexadecimal.
        sha256: String,
    },
    /// These signed bytes stand.
    Signed {
        /// Their SHA-256, hexadecimal.
        sha256: String,
    },
    /// These bytes are about to be sent.
    Posted {
        /// Their SHA-256, hexadecimal.
        sha256: String,
    },
    /// The service has the document.
    Received(Receipt),
    /// The service did not know what it had confirmed: the same bytes were sent again.
    PostedAgain,
    /// The verdict, the end of the wait for it, or the end that a person made.
    Resolved(Remark),
    /// The service now says otherwise than its verdict, which stands.
    VerdictStands {
        /// What it says.
        said: State,
        /// What stands.
        stands: State,
    },
    /// The step failed.
    Failed(Cause),
    /// An outcome came after another run had gone on.
    OutcomeNotUsed,
    /// A person ended the retries.
    RetryCancelled,
    /// A series of consecutivos goes on where another system ended.
    SeriesContinued {
        /// The company's id.
        company: String,
        /// Branch, terminal and kind.
        series: String,
        /// The last number that the other system gave.
        last: u64,
    },
    /// A backup was put into the place of the database.
    Restored {
        /// The last instant that it knew of, UTC.
        knows_until: Option<String>,
    },
    /// A sentence of an earlier version, to the letter.
    Words(String),
}

stored_with_words!(Detail);

/// How the service said that it has a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    /// By the address of the document's state.
    Location(String),
    /// By a status of success alone.
    Confirmed,
    /// By `ya fue recibido`: an earlier POST counted.
    AlreadyReceived,
    /// By `ya fue recibido` at the very first POST: somebody sent this clave before, and perhaps other bytes.
    ReceivedBefore,
    /// By its status for a document of which we did not know whether it had arrived.
    ArrivedEarlier {
        /// `ind-estado`.
        status: String,
    },
    /// By a verdict on a document that we thought unsent.
    Judged,
}
