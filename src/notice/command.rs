//! The notify command: one JSON object on stdin, no shell, a time limit.

use std::time::Duration;

use super::{Notice, NoticeFault};
use crate::subprocess::{self, RunError};

/// What the command prints is of no use; this much of it is read so that it need not stop.
const IGNORED_OUTPUT: u64 = 64 * 1024;

pub(super) fn run(notice: &Notice, argv: &[String], timeout: Duration) -> Result<(), NoticeFault> {
    let mut input =
        serde_json::to_vec(notice).map_err(|error| NoticeFault::Unwritable { detail: error.to_string() })?;
    input.push(b'\n');
    match subprocess::run(argv, &input, timeout, IGNORED_OUTPUT) {
        Ok(_) | Err(RunError::TooMuch(_)) => Ok(()),
        Err(cause) => Err(NoticeFault::Command(cause.into())),
    }
}
