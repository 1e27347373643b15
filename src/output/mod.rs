//! What a person or a script sees: the only folder that prints.
//!
//! stdout carries the result alone: a table, or one JSON object with `--json`. The log and the progress bar go to stderr.

mod discarded;
mod documents;
mod generated;
mod generation;
mod imports;
mod log;
mod notices;
mod paint;
mod progress;
mod prometheus;
mod reports;
mod restored;
mod sheet;
mod signs;
mod story;
mod stream;
mod summary;
mod table;
mod words;

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

pub(crate) use discarded::discarded_view;
pub(crate) use documents::{ListedDocuments, document_list, responses_table, retry_table};
pub(crate) use generated::GenerationReport;
pub(crate) use generation::{
    Numbers, Validated, code_lists_view, codes_view, numbering_view, series_started_view, validation_view,
};
pub(crate) use imports::imports_view;
pub(crate) use notices::worded;
pub(crate) use progress::Progress;
pub(crate) use prometheus::{Past, exposition, write_atomically};
pub(crate) use reports::{
    Sweep, cancelled_view, checks_view, deadlines_view, events_view, export_view, statistics_view, sweep_view,
    verification_view,
};
pub(crate) use restored::{NotAsked, Restored, restored_view};
pub(crate) use sheet::cell;
pub(crate) use signs::signs;
pub(crate) use story::{Story, story_view};
pub(crate) use stream::DocumentStream;
pub(crate) use summary::{round_view, summary_view};
pub(crate) use words::InWords;
use words::config_help;

use crate::cli::{self, Global};
use crate::error::{Error, ExitCode};
use crate::language::{self, Language};

/// A result, in both of its forms.
pub struct View {
    /// For scripts.
    pub json: Value,
    /// For people, with its last line end.
    pub text: String,
    /// Nothing here needs a person's eyes: `-q` prints nothing.
    pub all_is_well: bool,
}

/// What a command ends with.
pub enum Finished {
    /// Something to show, and the exit code.
    Shown(View, ExitCode),
    /// Bytes for stdout as they are: an XML, a script.
    Bytes(Vec<u8>),
    /// Everything has been said.
    Silent(ExitCode),
}

/// Prints a command's result and returns its exit code.
pub fn report(global: &Global, result: Result<Finished, Error>) -> ExitCode {
    let (printed, code) = match result {
        Ok(Finished::Shown(view, code)) => (print_view(global, &view), code),
        Ok(Finished::Bytes(bytes)) => (print(&bytes), ExitCode::Done),
        Ok(Finished::Silent(code)) => (Ok(()), code),
        Err(error) => (print_error(global, &error), error.exit_code()),
    };
    match printed {
        // Whoever read us has seen enough: `cr-einvoice list | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => code,
        Err(_) => ExitCode::Storage,
        Ok(()) => code,
    }
}

fn print_view(global: &Global, view: &View) -> io::Result<()> {
    if global.json {
        return print(format!("{:#}\n", view.json).as_bytes());
    }
    if global.quiet && view.all_is_well { Ok(()) } else { print(printable(&view.text).as_bytes()) }
}

/// Whether standard output gets colours; decided once, when the program starts.
static COLOURS: AtomicBool = AtomicBool::new(false);

/// A text as it is printed: names of files and words of others may hold what a terminal would obey.
fn printable(text: &str) -> String {
    paint::coloured(&signs::of_lines(text), COLOURS.load(Ordering::Relaxed))
}

fn print_error(global: &Global, error: &Error) -> io::Result<()> {
    if global.json {
        let body = json!({"error": error_json(error)});
        print(format!("{body:#}\n").as_bytes())?;
    }
    print_error_line(error)
}

/// The contract's object of an error that ends a run.
fn error_json(error: &Error) -> Value {
    let code = error.exit_code().number();
    json!({"code": code, "kind": error.kind(), "message": error.to_string(), "help": error.help()})
}

fn print_error_line(error: &Error) -> io::Result<()> {
    let (message, help) = match error {
        Error::Config(error) => {
            (error.in_words(language::reader()), config_help(error, language::reader()).unwrap_or_default())
        }
        other => (other.to_string(), other.help()),
    };
    let help = if help.is_empty() { help } else { format!("  {}\n", signs(&help)) };
    log::say_error(&format!("error: {}\n{help}", signs(&message)))
}

fn print(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Prints a line at once, for a command that goes on: the simulator's address, the steps of the demo.
pub fn say(line: &str) {
    // Nobody listening is no reason to stop.
    let _ = print(format!("{line}\n").as_bytes());
}

/// Shows what clap says: the help that was asked for, or what is wrong with the command line. Scripts get that as the
/// contract's error object too, in English.
pub fn usage_error(error: clap::Error) -> process::ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let message = error.render().to_string();
        let message = message.trim().trim_start_matches("error: ");
        let body = json!({"error": {"code": 2, "kind": "usage", "message": message, "help": "see --help"}});
        let _ = print(format!("{body:#}\n").as_bytes());
    }
    let spanish = language::reader() == Language::Spanish;
    let error = if spanish { cli::refused_in_spanish().unwrap_or(error) } else { error };
    let plain = error.render().to_string();
    let spoken = match spanish && error.use_stderr() && !cli::is_help(&error) {
        true => format!("error: {}", cli::fault_in_spanish(&error)),
        false => plain.clone(),
    };
    // It repeats arguments, which a script may have from outside.
    let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    let said = arguments.fold(spoken, |text, argument| match signs(&argument) {
        Cow::Owned(shown) => text.replace(&argument, &shown),
        Cow::Borrowed(_) => text,
    });
    let said = signs::of_lines(&said);
    // Where nothing had to be replaced, clap's own printing has its colours.
    let as_clap_would = said == plain && !(error.use_stderr() && log::journal_listens());
    let _ = if as_clap_would { error.print() } else { log::say_error(&said) };
    let code = if error.use_stderr() { ExitCode::Usage } else { ExitCode::Done };
    process::ExitCode::from(code.number())
}

/// A panic is a fault of ours: exit code 1, with the place, whichever thread it was.
pub fn end_on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let text = format!("error: a fault in cr-einvoice itself, nothing was lost: {panic}\n  please report it\n");
        let _ = log::say_error(&text);
        process::exit(i32::from(ExitCode::Fault.number()));
    }));
}

/// Decides on colours and starts the log on stderr.
pub fn start_log(global: &Global) {
    COLOURS.store(paint::wants_colours(global.color), Ordering::Relaxed);
    log::start(global);
}

/// Whether a progress bar makes sense: a person watches, and did not ask for silence.
pub fn watches(global: &Global) -> bool {
    io::stderr().is_terminal() && !global.quiet && !global.json && !global.no_progress
}
