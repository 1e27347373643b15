//! What the user reads when a run ends in an error, and the exit code of every run. Codes and precedence: the man page's EXIT
//! STATUS, decided here alone.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use strum::VariantArray;

use crate::config::ConfigError;
use crate::store::StoreError;

/// What a shell adds to the number of the signal that ended a process.
const SIGNAL_BASE: i32 = 128;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
pub enum ExitCode {
    /// All that was due was done; nothing due is also that.
    Done = 0,
    /// A fault of the program itself.
    Fault = 1,
    /// Usage or configuration.
    Usage = 2,
    /// At least one document needs a person: rejected, invalid, failed for good.
    NeedsPerson = 3,
    /// The service could not be reached or refused for now; everything is queued and will be tried again.
    Unavailable = 4,
    /// The database or a file could not be read or written.
    Storage = 5,
    /// Wrong PIN, expired certificate, not the issuer's, login refused.
    Credentials = 6,
    /// Ended by SIGINT before its work was.
    Interrupted = 130,
    /// Ended by SIGTERM before its work was.
    Terminated = 143,
}

impl ExitCode {
    /// The most pressing first, where several apply to the documents of one run.
    const PRECEDENCE: [ExitCode; 6] = [
        ExitCode::Fault,
        ExitCode::Usage,
        ExitCode::Storage,
        ExitCode::Credentials,
        ExitCode::NeedsPerson,
        ExitCode::Unavailable,
    ];

    /// The code of a run that a signal ended.
    pub fn of_signal(signal: i32) -> Option<ExitCode> {
        [ExitCode::Interrupted, ExitCode::Terminated]
            .into_iter()
            .find(|code| i32::from(code.number()) == SIGNAL_BASE + signal)
    }

    /// The number that the process returns.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Whether the run itself did what it was there for: whatever Hacienda's verdict on a document, and whatever a document
    /// needs of a person. The database asks the same of earlier runs (`store::runs`).
    pub fn did_its_work(self) -> bool {
        matches!(self, ExitCode::Done | ExitCode::NeedsPerson)
    }

    /// One code from many results.
    pub fn most_pressing(codes: &[ExitCode]) -> ExitCode {
        Self::PRECEDENCE.into_iter().find(|code| codes.contains(code)).unwrap_or(ExitCode::Done)
    }
}

/// An error that ends a run. The failure of one document never is one.
#[derive(Debug)]
pub enum Error {
    /// The configuration is missing or wrong.
    Config(ConfigError),
    /// The command line asks for something that cannot be.
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// A document that was named and cannot be taken.
    Document(String),
    /// The database.
    Store(StoreError),
    /// The database could not be opened.
    Unopened {
        /// Why.
        source: StoreError,
        /// What helps, with commands that work here.
        help: String,
    },
    /// A file other than the database.
    File {
        /// Its path.
        path: PathBuf,
        /// The verb that failed.
        action: &'static str,
        /// The system's words.
        source: io::Error,
    },
    /// Something that should not be possible.
    Fault(String),
}

impl Error {
    /// A wrong command line.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Error::Usage { message: message.into(), help: help.into() }
    }

    /// A file that could not be worked with.
    pub fn file(path: &Path, action: &'static str, source: io::Error) -> Self {
        Error::File { path: path.into(), action, source }
    }

    /// The code that the process returns.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Error::Config(_) | Error::Usage { .. } => ExitCode::Usage,
            Error::Document(_) => ExitCode::NeedsPerson,
            Error::Store(_) | Error::Unopened { .. } | Error::File { .. } => ExitCode::Storage,
            Error::Fault(_) => ExitCode::Fault,
        }
    }

    /// The word for scripts.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Config(_) => "configuration",
            Error::Usage { .. } => "usage",
            Error::Document(_) => "document",
            Error::Store(_) | Error::Unopened { .. } => "database",
            Error::File { .. } => "file",
            Error::Fault(_) => "fault",
        }
    }

    /// What to do next; empty where the message says it.
    pub fn help(&self) -> String {
        match self {
            Error::Config(error) => {
                error.help().unwrap_or_else(|| "`cr-einvoice doctor --offline` checks the configuration".into())
            }
            Error::Usage { help, .. } | Error::Unopened { help, .. } => help.clone(),
            Error::Store(StoreError::Sqlite { .. }) => "`cr-einvoice doctor --offline` checks the database".into(),
            Error::Store(_) => String::new(),
            Error::Document(_) => "nothing was imported from it".into(),
            Error::File { .. } => "check that the path exists and that its permissions allow it".into(),
            Error::Fault(_) => "please report this with the output of the same command and -vv".into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Config(error) => error.fmt(f),
            Error::Store(error) | Error::Unopened { source: error, .. } => error.fmt(f),
            Error::File { path, action, source } => write!(f, "cannot {action} {}: {source}", path.display()),
            Error::Usage { message, .. } | Error::Document(message) | Error::Fault(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Config(error) => Some(error),
            Error::Store(error) | Error::Unopened { source: error, .. } => Some(error),
            Error::File { source, .. } => Some(source),
            Error::Usage { .. } | Error::Document(_) | Error::Fault(_) => None,
        }
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Error::Config(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Error::Store(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_pressing_code_wins() {
        use ExitCode::*;
        let cases: [(&[ExitCode], ExitCode); 5] = [
            (&[], Done),
            (&[Unavailable, Done], Unavailable),
            (&[Unavailable, NeedsPerson], NeedsPerson),
            (&[NeedsPerson, Credentials, Unavailable], Credentials),
            (&[Credentials, Storage, Fault], Fault),
        ];
        for (codes, expected) in cases {
            assert_eq!(ExitCode::most_pressing(codes), expected, "{codes:?}");
        }
    }
}
