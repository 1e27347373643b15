//! `--json`: one object on standard output, or a refusal. What prints bytes as they are, or speaks as it goes, has no object.

use crate::cli::{Command, ExportFormat, Responses};
use crate::error::Error;

/// Refuses `--json` where it could not be obeyed.
pub(super) fn refuse_what_prints_none(command: &Command) -> Result<(), Error> {
    let what = match command {
        Command::Completions { .. } => "`completions` prints a script",
        Command::Demo => "`demo` speaks as it goes",
        Command::Simulator { .. } => "`simulator` speaks as it goes",
        Command::Show { xml: true, .. } => "`show --xml` prints the stored bytes",
        Command::Responses(Responses::Show { xml, raw, .. }) if *xml || *raw => "`responses show` prints these bytes",
        Command::Responses(Responses::Export { format: ExportFormat::Csv, output: None, .. }) => {
            "`responses export` without --output prints the CSV"
        }
        Command::Generate(options) if options.template.is_some() => "`generate --template` prints what to fill in",
        _ => return Ok(()),
    };
    Err(Error::usage(format!("{what}, and no JSON object"), "leave --json out"))
}
