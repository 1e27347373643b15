//! The notify command: one JSON object on stdin, no shell, a time limit.

use std::fmt;
use std::time::Duration;

use super::Notice;
use crate::subprocess::{self, RunError};

/// What the command prints is of no use; this much of it is read so that it need not stop.
const IGNORED_OUTPUT: u64 = 64 * 1024;

/// Why the command did not take the notice.
#[derive(Debug)]
pub enum CommandError {
    /// The program failed, hung or could not be started.
    Run(RunError),
    /// The notice could not be written as JSON.
    Json(serde_json::Error),
}

pub(super) fn run(notice: &Notice, argv: &[String], timeout: Duration) -> Result<(), CommandError> {
    let mut input = serde_json::to_vec(notice).map_err(CommandError::Json)?;
    input.push(b'\n');
    match subprocess::run(argv, &input, timeout, IGNORED_OUTPUT) {
        Ok(_) | Err(RunError::TooMuch(_)) => Ok(()),
        Err(cause) => Err(CommandError::Run(cause)),
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommandError::Run(cause) => cause.fmt(f),
            CommandError::Json(cause) => cause.fmt(f),
        }
    }
}

impl std::error::Error for CommandError {}
