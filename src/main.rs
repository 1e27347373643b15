//! Parse, start the log, run, report, exit.

use std::process::ExitCode;

use clap::Parser;

use cr_einvoice::cli::Cli;
use cr_einvoice::{commands, memory, output};

fn main() -> ExitCode {
    output::end_on_panic();
    memory::keep_what_is_freed();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            commands::speak_by_words(std::env::args_os());
            return output::usage_error(error);
        }
    };
    commands::speak(cli.global.language, cli.global.config.as_deref());
    output::start_log(&cli.global);
    let result = commands::run(&cli);
    ExitCode::from(output::report(&cli.global, result).number())
}
