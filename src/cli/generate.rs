//! What makes documents: `generate`, `generate mensaje`, `numbering`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::document::Kind;
use crate::generate::DecimalSign;

/// `generate`
#[derive(Debug, Args)]
pub struct Generate {
    /// Files of JSON, TOML, CSV or .xlsx, or `-` for standard input.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print an example of a kind to fill in: FE, ND, NC, TE, FEC, FEE, REP or MR.
    #[arg(long, value_name = "KIND")]
    pub template: Option<Kind>,
    /// With --template: a sheet with Spanish columns instead, for a spreadsheet.
    #[arg(long, requires = "template")]
    pub csv: bool,
    /// Print the JSON Schema of the input.
    #[arg(long)]
    pub print_schema: bool,
    /// The decimal sign of the numbers in sheets, where some could be read in two ways: comma or point.
    #[arg(long, value_name = "SIGN")]
    pub decimal: Option<DecimalSign>,
    /// Make nothing unless every document of every file is right.
    #[arg(long)]
    pub all_or_nothing: bool,
    /// Make once more what an input without ids has made before, and anew what was made of an id and discarded.
    #[arg(long)]
    pub again: bool,
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
    /// Confirm it once more, or otherwise, though a confirmation of it stands.
    #[arg(long)]
    pub again: bool,
    /// Confirm it though Hacienda rejected it, its signature is broken, or amounts or activity do not fit.
    #[arg(long)]
    pub despite: bool,
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
