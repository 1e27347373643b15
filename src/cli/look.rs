//! What shows: `list`, `responses`, `stats`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use crate::document::Kind;
use crate::lifecycle::State;
use crate::store::MessageType;

/// Which documents are listed.
#[derive(Debug, Clone, Args)]
pub struct List {
    /// draft, signed, submitted, accepted, rejected, error or discarded.
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
