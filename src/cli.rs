//! The command line: words and their help, no logic.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::catalogue::List as CodeList;
use crate::document::Kind;
use crate::lifecycle::State;
use crate::store::{EntryState, MessageType};

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
    /// Colours in the log.
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
    /// Write a commented configuration and an empty database; nothing is overwritten.
    Init {
        /// Folder to write them to.
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// Show what would be written.
        #[arg(long)]
        dry_run: bool,
    },
    /// Take comprobante XML, unsigned or already signed, into the database.
    Import {
        /// Files, folders (every .xml below them) or `-` for standard input.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Check the files and show what would be imported.
        #[arg(long)]
        dry_run: bool,
    },
    /// Make comprobantes from JSON, TOML or CSV, numbered and stored as drafts.
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Generate(Box<Generate>),
    /// Say what Hacienda would refuse or warn about, before sending.
    Validate {
        /// XML files, folders (every .xml below them), `-` for standard input, claves or consecutivos.
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
    /// Send signed documents.
    Submit(Work),
    /// Ask for the verdict on submitted documents.
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
    },
    /// Remove what is no longer needed; documents are never removed.
    #[command(subcommand)]
    Cleanup(Cleanup),
    /// Count documents, responses and retry entries.
    Stats(Stats),
    /// Do all that is due: submit, poll, retry, notices, metrics. For a single timer.
    Run(Run),
    /// Show the terms of the law that documents without a verdict are under.
    Deadlines,
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

/// `generate`
#[derive(Debug, Args)]
pub struct Generate {
    /// Files of JSON, TOML or CSV, or `-` for standard input.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print an example of a kind to fill in: FE, ND, NC, TE, FEC, FEE, REP or MR.
    #[arg(long, value_name = "KIND")]
    pub template: Option<Kind>,
    /// Print the JSON Schema of the input.
    #[arg(long)]
    pub print_schema: bool,
    /// Make it from this document: a note on it, its replacement after a rejection, or the receipt of its payment.
    #[arg(long, value_name = "CLAVE")]
    pub of: Option<String>,
    /// The kind, where the input does not say it.
    #[arg(long, value_name = "KIND")]
    pub kind: Option<Kind>,
    /// With --of: the code of the reference (nota 9), where the usual one is not meant.
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
    /// With --of: the reason of the reference.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Also write each document to DIR/CLAVE.xml.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Compute and show; take no number, store nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// A MensajeReceptor instead.
    #[command(subcommand)]
    pub message: Option<GenerateMessage>,
}

/// `generate mensaje`
#[derive(Debug, Subcommand)]
pub enum GenerateMessage {
    /// Confirm a received document: accept it, accept it in part, or reject it.
    Mensaje(Mensaje),
}

/// A MensajeReceptor.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("answer").required(true))]
pub struct Mensaje {
    /// Accept it.
    #[arg(long, group = "answer")]
    pub accept: bool,
    /// Accept it in part; needs --reason.
    #[arg(long, group = "answer")]
    pub partial: bool,
    /// Reject it; needs --reason.
    #[arg(long, group = "answer")]
    pub reject: bool,
    /// The received XML file, or the clave of a document in the database.
    #[arg(value_name = "CLAVE|FILE")]
    pub target: String,
    /// Why, 5 to 160 characters (DetalleMensaje).
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The receiver's activity that the credit goes to (CodigoActividad).
    #[arg(long, value_name = "CODE")]
    pub activity: Option<String>,
    /// What becomes of the IVA: 01 credit, 02 partial credit, 03 capital goods, 04 expense, 05 proportional.
    #[arg(long, value_name = "CODE")]
    pub condition: Option<String>,
    /// The tax that gives credit, when not all does (MontoTotalImpuestoAcreditar).
    #[arg(long, value_name = "AMOUNT")]
    pub creditable: Option<String>,
    /// The part of the total that is an expense, when not all is (MontoTotalDeGastoAplicable).
    #[arg(long, value_name = "AMOUNT")]
    pub expense: Option<String>,
    /// Also write it to DIR.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Compute and show; take no number, store nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `numbering`
#[derive(Debug, Subcommand)]
pub enum Numbering {
    /// Let the next document of a series have this number, for those who come from another system.
    Start {
        /// FE, ND, NC, TE, FEC, FEE or REP; or a document type of nota 3, 01 to 10.
        kind: String,
        /// The next number, 1 to 9999999999.
        #[arg(value_parser = clap::value_parser!(u64).range(1..=9_999_999_999))]
        number: u64,
        /// The branch [default: that of the company].
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=999))]
        branch: Option<u16>,
        /// The terminal [default: that of the company].
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=99_999))]
        terminal: Option<u32>,
        /// Show what would be done.
        #[arg(long)]
        dry_run: bool,
    },
}

/// What to work on, and how long.
#[derive(Debug, Clone, Args)]
pub struct Work {
    /// Claves, consecutivos or paths of XML files (imported first); none: all that is due.
    #[arg(value_name = "SELECTOR")]
    pub selectors: Vec<String>,
    /// The bounds of the run.
    #[command(flatten)]
    pub bounds: Bounds,
}

/// The bounds of a run.
#[derive(Debug, Clone, Args)]
pub struct Bounds {
    /// Show what would be done; no request, no change.
    #[arg(long)]
    pub dry_run: bool,
    /// At most so many documents.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Begin nothing new after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub max_duration: Option<u64>,
}

/// `retry`
#[derive(Debug, Subcommand)]
pub enum Retry {
    /// Work the entries that are due.
    Run(Bounds),
    /// Work entries now, failed ones too; their attempts start again.
    Now {
        /// Numbers of entries, or claves.
        #[arg(required = true, value_name = "ID|CLAVE")]
        entries: Vec<String>,
        /// Show what would be done; no request, no change.
        #[arg(long)]
        dry_run: bool,
    },
    /// List entries, the most pressing first.
    List {
        /// Only entries in this state: pending, processing, completed, failed, cancelled.
        #[arg(long)]
        state: Option<EntryState>,
    },
    /// End entries without trying again.
    Cancel {
        /// Numbers of entries.
        #[arg(required = true, value_name = "ID")]
        entries: Vec<i64>,
        /// Show what would be done; no change.
        #[arg(long)]
        dry_run: bool,
    },
}

/// `responses`
#[derive(Debug, Subcommand)]
pub enum Responses {
    /// List responses, oldest first.
    List(ResponseSelection),
    /// Show one response.
    Show {
        /// Its number.
        id: i64,
        /// Print the MensajeHacienda.
        #[arg(long)]
        xml: bool,
        /// Print the answer's bytes as they came.
        #[arg(long, conflicts_with = "xml")]
        raw: bool,
    },
    /// Write responses as CSV, or each MensajeHacienda as CLAVE_respuesta.xml.
    Export {
        /// Which.
        #[command(flatten)]
        selection: ResponseSelection,
        /// CSV, or a folder of XML files.
        #[arg(long, default_value = "csv")]
        format: ExportFormat,
        /// File (csv; standard output without it) or folder (xml) to write.
        #[arg(short, long, value_name = "PATH")]
        output: Option<PathBuf>,
    },
}

/// Which responses.
#[derive(Debug, Clone, Args)]
pub struct ResponseSelection {
    /// Of this document.
    pub clave: Option<String>,
    /// With this code in DetalleMensaje, for example -99.
    #[arg(long, value_name = "C", allow_hyphen_values = true)]
    pub error_code: Option<String>,
    /// acceptance, rejection, confirmation or other.
    #[arg(long = "type", value_name = "T")]
    pub message_type: Option<MessageType>,
    /// Received on this day or later (Costa Rica).
    #[arg(long, value_name = "DATE")]
    pub from: Option<NaiveDate>,
    /// Received on this day or before (Costa Rica).
    #[arg(long, value_name = "DATE")]
    pub to: Option<NaiveDate>,
}

/// How responses are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One line a response.
    Csv,
    /// One file a MensajeHacienda.
    Xml,
}

/// Which documents are listed.
#[derive(Debug, Clone, Args)]
pub struct List {
    /// draft, signed, submitted, accepted, rejected or error.
    #[arg(long)]
    pub state: Option<State>,
    /// FE, ND, NC, TE, MR, FEC, FEE or REP.
    #[arg(long)]
    pub kind: Option<Kind>,
    /// Issued on this day or later (Costa Rica).
    #[arg(long, value_name = "DATE")]
    pub from: Option<NaiveDate>,
    /// Issued on this day or before (Costa Rica).
    #[arg(long, value_name = "DATE")]
    pub to: Option<NaiveDate>,
    /// Receiver's identification, or a part of the name.
    #[arg(long, value_name = "TEXT")]
    pub receptor: Option<String>,
    /// A part of the clave, the consecutivo or the receiver's name.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// At most so many; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
}

/// `stats`
#[derive(Debug, Clone, Args)]
pub struct Stats {
    /// Documents issued on this day or later (Costa Rica).
    #[arg(long, value_name = "DATE")]
    pub from: Option<NaiveDate>,
    /// Documents issued on this day or before (Costa Rica).
    #[arg(long, value_name = "DATE")]
    pub to: Option<NaiveDate>,
    /// Print the Prometheus text exposition instead.
    #[arg(long, conflicts_with_all = ["json", "from", "to"])]
    pub prometheus: bool,
    /// Write it to this file in one step, for node_exporter's textfile collector.
    #[arg(short, long, value_name = "FILE", requires = "prometheus")]
    pub output: Option<PathBuf>,
}

/// A step of `run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunStep {
    /// Send signed documents.
    Submit,
    /// Ask for verdicts.
    Poll,
    /// Work the retry queue.
    Retry,
    /// Look for certificates and legal terms near their end, and send the notices.
    Notices,
    /// Write the metrics (needs --metrics).
    Metrics,
}

/// `run`
#[derive(Debug, Clone, Args)]
pub struct Run {
    /// Only these steps.
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub only: Vec<RunStep>,
    /// Show what would be done; no request, no change.
    #[arg(long)]
    pub dry_run: bool,
    /// Begin nothing new after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub max_duration: Option<u64>,
    /// Write the metrics of `stats --prometheus` to this file.
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
}

/// `cleanup`
#[derive(Debug, Subcommand)]
pub enum Cleanup {
    /// Remove old responses. The final MensajeHacienda stays with its document: the law asks for five years.
    Responses {
        /// Older than so many days [default: response_retention_days].
        #[arg(long, value_name = "N")]
        days: Option<u32>,
        /// Show what would go, and why.
        #[arg(long)]
        dry_run: bool,
    },
    /// Remove completed and cancelled retry entries.
    Queue {
        /// Finished more than so many days ago [default: queue_retention_days].
        #[arg(long, value_name = "N")]
        days: Option<u32>,
        /// Also entries that failed for good.
        #[arg(long)]
        include_failed: bool,
        /// Show what would go, and why.
        #[arg(long)]
        dry_run: bool,
    },
}
