//! What is wrong with the configuration, said so that one can go there and mend it.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why there is no usable configuration. None of its sentences repeats a value that might be a secret.
#[derive(Debug)]
pub enum ConfigError {
    /// None of the searched files exists.
    NotFound {
        /// Where it was looked for, in that order.
        searched: Vec<PathBuf>,
    },
    /// The file that was named is not there.
    Missing {
        /// The file.
        path: PathBuf,
        /// What named it: `--config`, or the variable.
        by: &'static str,
    },
    /// The file is there, or was named, and cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A key or a value in the file is wrong.
    Invalid {
        /// The file.
        path: PathBuf,
        /// Where in it.
        place: Place,
        /// The key with the tables that lead to it, `company[1].pin`; empty for a fault of the file's syntax.
        key: String,
        /// What is wrong and what would be right.
        message: String,
    },
    /// `CR_EINVOICE_CLOCK` is no instant, or is set although a company is in production.
    FixedClock {
        /// What is wrong.
        message: String,
    },
    /// `--company` names none of the companies.
    UnknownCompany {
        /// What was asked for.
        id: String,
        /// The companies there are.
        known: Vec<String>,
    },
}

/// A place in the file, as editors count: lines and columns from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Place {
    /// The place of a byte offset in `text`.
    pub fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Place { line, column }
    }
}

impl ConfigError {
    /// What to do next, where the sentence itself does not say it.
    pub fn help(&self) -> Option<String> {
        match self {
            ConfigError::NotFound { .. } => {
                Some("write one with `cr-einvoice init`, or name it with --config".to_owned())
            }
            ConfigError::Missing { path, .. } => {
                Some(format!("correct the name, or write one there: `cr-einvoice --config {} init`", path.display()))
            }
            ConfigError::Unreadable { path, .. } => Some(format!("check that this user may read {}", path.display())),
            ConfigError::Invalid { path, place, .. } => Some(format!(
                "mend {} at line {}; `cr-einvoice doctor --offline` checks it",
                path.display(),
                place.line
            )),
            ConfigError::FixedClock { .. } => Some("unset CR_EINVOICE_CLOCK".to_owned()),
            ConfigError::UnknownCompany { .. } => None,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::NotFound { searched } => {
                let places: Vec<String> = searched.iter().map(|path| path.display().to_string()).collect();
                write!(f, "there is no configuration; looked for {}", places.join(", "))
            }
            ConfigError::Missing { path, by } => {
                write!(f, "there is no configuration {}, which {by} names", path.display())
            }
            ConfigError::Unreadable { path, cause } => {
                write!(f, "the configuration {} cannot be read: {cause}", path.display())
            }
            ConfigError::Invalid { path, place, key, message } => {
                write!(f, "{}:{}:{}: ", path.display(), place.line, place.column)?;
                if !key.is_empty() {
                    write!(f, "{key}: ")?;
                }
                f.write_str(message)
            }
            ConfigError::FixedClock { message } => f.write_str(message),
            ConfigError::UnknownCompany { id, known } if known.is_empty() => {
                write!(f, "there is no company `{id}`: the configuration has none")
            }
            ConfigError::UnknownCompany { id, known } => {
                write!(f, "there is no company `{id}`; the configuration has {}", known.join(", "))
            }
        }
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ConfigError::Unreadable { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
