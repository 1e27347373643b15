//! Why a notice did not go out, as data: the outbox keeps the latest.

use serde::{Deserialize, Serialize};

use crate::cause::{CommandFault, SecretFault, Stored};

/// Why a notice did not go out. It is tried again by a later run. The server's words hold no password, should it
/// repeat one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeFault {
    /// The notify command failed.
    Command(CommandFault),
    /// The notice could not be written as JSON.
    Unwritable {
        /// The library's word.
        detail: String,
    },
    /// An address is none.
    Address {
        /// As written.
        address: String,
    },
    /// The text could not be made into a mail.
    Mail {
        /// The library's word.
        detail: String,
    },
    /// The password for the server could not be had.
    Password(SecretFault),
    /// The password is not text, which SMTP needs.
    PasswordNotText,
    /// `ca_file` cannot be read.
    ExtraRoot {
        /// The file.
        path: String,
        /// The system's word.
        detail: String,
    },
    /// The server could not be reached, or refused.
    Server {
        /// Its words and the library's.
        detail: String,
    },
    /// The configuration no longer has this way.
    NotConfigured {
        /// Its name.
        way: String,
    },
    /// A sentence of an earlier version, to the letter.
    Words(String),
}

impl Stored for NoticeFault {
    fn of_words(words: String) -> Self {
        NoticeFault::Words(words)
    }

    fn words(&self) -> Option<&str> {
        match self {
            NoticeFault::Words(words) => Some(words),
            _ => None,
        }
    }
}
