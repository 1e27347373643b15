//! `completions`

use clap::CommandFactory;

use crate::cli::Cli;
use crate::output::Finished;

/// The completion script of a shell.
pub(super) fn run(shell: clap_complete::Shell) -> Finished {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cr-einvoice", &mut script);
    Finished::Bytes(script)
}
