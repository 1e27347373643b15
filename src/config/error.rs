//! What is wrong with the configuration, and where in it. The words are made in `output/words`.

use std::io;
use std::path::PathBuf;

use super::fault::{ConfigFault, FixedClockFault};

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
        /// What is wrong.
        fault: Box<ConfigFault>,
    },
    /// `CR_EINVOICE_CLOCK` is no instant, or is set although a company is in production.
    FixedClock {
        /// What is wrong.
        fault: FixedClockFault,
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

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ConfigError::Unreadable { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
