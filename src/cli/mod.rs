//! The command line: words and their help, no logic.

mod cleanup;
mod generate;
mod import;
mod look;
mod spanish;
mod spelling;
mod work;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub(crate) use cleanup::Cleanup;
pub(crate) use generate::{Generate, GenerateMessage, Mensaje, Numbering};
pub(crate) use import::Import;
pub(crate) use look::{ExportFormat, List, Page, ResponseSelection, Responses, Stats};
pub use spanish::in_spanish;
pub(crate) use spanish::{is_help, refused_in_spanish, sentence as fault_in_spanish};
pub(crate) use work::{Bounds, Retry, RetryNow, Run, RunStep, Work};

use crate::catalogue::List as CodeList;
use crate::language::Language;

/// Sign, submit and follow Costa Rica's comprobantes electrónicos.
#[derive(Debug, Parser)]
#[command(name = "cr-einvoice", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What applies to every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Configuration file [default: the first of $CR_EINVOICE_CONFIG, ./cr-einvoice.toml,
    /// $XDG_CONFIG_HOME/cr-einvoice/config.toml, /etc/cr-einvoice/config.toml].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Only this company, by its id in the configuration.
    #[arg(long, global = true, value_name = "ID")]
    pub company: Option<String>,
    /// Language in which you are spoken to, es or en [default: that of the configuration, else of the locale].
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub language: Option<Language>,
    /// Print one JSON object instead of tables.
    #[arg(long, global = true)]
    pub json: bool,
    /// Print nothing when all is well.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more on standard error; again for more still.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Show no progress bar.
    #[arg(long, global = true)]
    pub no_progress: bool,
    /// Colours in tables and in the log.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented configuration and an empty database, whichever is missing; nothing is overwritten.
    Init {
        /// Folder to write them to [default: the present one, or where --config says].
        dir: Option<PathBuf>,
        /// Show what would be written.
        #[arg(long)]
        dry_run: bool,
    },
    /// Take comprobante XML, unsigned or already signed, into the database.
    Import(Import),
    /// Make comprobantes from JSON, TOML or CSV, numbered and stored as drafts.
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Generate(Box<Generate>),
    /// Say what Hacienda would refuse or warn about, before sending.
    Validate {
        /// XML files, folders (every .xml below them, through links too; each folder once), `-` for standard input, claves or
        /// consecutivos.
        #[arg(required = true, value_name = "PATH|CLAVE")]
        targets: Vec<String>,
    },
    /// Show the series of consecutivos, their last numbers, gaps, duplicates, and numbers that Hacienda says are taken.
    Numbering {
        /// Let a series begin after another system's.
        #[command(subcommand)]
        command: Option<Numbering>,
    },
    /// Search the code lists of the annex.
    Codes {
        /// The list: units, currencies, districts, taxes, …; none: the names of all.
        list: Option<CodeList>,
        /// A code, or words of the description.
        text: Vec<String>,
    },
    /// Sign drafts.
    Sign {
        /// What to sign.
        #[command(flatten)]
        work: Work,
        /// Sign also what Hacienda would reject.
        #[arg(long)]
        no_validate: bool,
    },
    /// End drafts, and signed documents that were never sent; they are kept, and their numbers never used again.
    Discard {
        /// Claves or consecutivos.
        #[arg(required = true, value_name = "CLAVE")]
        claves: Vec<String>,
        /// Why; kept with each document.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Show what would be ended; no change.
        #[arg(long)]
        dry_run: bool,
    },
    /// Send signed documents; one that is named also when it is in `error` and Hacienda does not know it.
    Submit(Work),
    /// Ask for the verdict on submitted documents; what Hacienda does not know is sent again with the same bytes.
    Poll(Work),
    /// The queue of steps that failed.
    #[command(subcommand)]
    Retry(Retry),
    /// What the service answered.
    #[command(subcommand)]
    Responses(Responses),
    /// List documents, newest first.
    List(List),
    /// Show one document with its responses, retry entries and events.
    Show {
        /// Clave or consecutivo.
        clave: String,
        /// Print the stored XML instead: the signed bytes, or the draft.
        #[arg(long)]
        xml: bool,
    },
    /// Check an XML signature (ours, a supplier's, Hacienda's) and say which part fails.
    Verify {
        /// An XML file, `-` for standard input, or a clave.
        #[arg(required_unless_present = "events")]
        target: Option<String>,
        /// Check the record of events instead: nothing changed, nothing missing.
        #[arg(long, conflicts_with = "target")]
        events: bool,
    },
    /// Check configuration, permissions, database, certificates, clock and login.
    Doctor {
        /// Without the network.
        #[arg(long)]
        offline: bool,
        /// Read the whole database, however large: its structure, every event and every paper.
        #[arg(long)]
        full: bool,
    },
    /// Remove what is no longer needed; documents are never removed.
    #[command(subcommand)]
    Cleanup(Cleanup),
    /// Count documents, responses and retry entries.
    Stats(Stats),
    /// Do all that is due: sign (where `auto_sign` is set), submit, poll, retry, notices, metrics. For a single timer.
    Run(Run),
    /// Show the terms of the law that documents without a verdict are under.
    Deadlines(Page),
    /// Write a verified copy of the database, while others work with it.
    Backup {
        /// File to write; an earlier one becomes FILE.1.
        file: PathBuf,
        /// Earlier copies to keep.
        #[arg(long, value_name = "N", default_value_t = 0)]
        keep: u32,
        /// Show what would be done.
        #[arg(long)]
        dry_run: bool,
    },
    /// Put a checked backup in the place of the database, and ask Hacienda's list which numbers were used since.
    Restore {
        /// The file that `backup` wrote; the database itself, where it was put back by other means.
        file: PathBuf,
        /// Do not ask Hacienda's list.
        #[arg(long)]
        offline: bool,
        /// Check the backup and show what would be done.
        #[arg(long)]
        dry_run: bool,
    },
    /// A local stand-in for Hacienda, for rehearsals; loopback only.
    Simulator {
        /// Address to listen on; port 0 takes a free one.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8480")]
        listen: std::net::SocketAddr,
        /// Faults to play, as in examples/simulator.toml.
        #[arg(long, value_name = "FILE")]
        script: Option<PathBuf>,
    },
    /// Rehearse the whole life of sample comprobantes against the stand-in, in a temporary folder.
    Demo,
    /// Print shell completions.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}
