//! What shows: `list`, `responses`, `stats`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use rust_decimal::Decimal;

use super::spelling::{Month, amount, day, month};
use crate::document::Kind;
use crate::lifecycle::State;
use crate::store::MessageType;

/// Which documents are listed.
#[derive(Debug, Clone, Args)]
pub struct List {
    /// draft, signed, submitted, accepted, rejected, error or discarded; several with commas.
    #[arg(long, value_delimiter = ',')]
    pub state: Vec<State>,
    /// FE, ND, NC, TE, MR, FEC, FEE or REP; several with commas.
    #[arg(long, value_delimiter = ',')]
    pub kind: Vec<Kind>,
    /// Issued on this day or later (Costa Rica).
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub from: Option<NaiveDate>,
    /// Issued on this day or before (Costa Rica).
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub to: Option<NaiveDate>,
    /// Issued in this month (Costa Rica).
    #[arg(long, value_name = "YYYY-MM", value_parser = month, conflicts_with_all = ["from", "to"])]
    pub month: Option<Month>,
    /// Receiver's identification, with or without dashes, or a part of the name.
    #[arg(long, value_name = "TEXT")]
    pub receptor: Option<String>,
    /// A part of the clave, the consecutivo, the receiver's identification or name; or the total. Case and accents do not count.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// With a total of this or more, in the currency of each.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    pub min_total: Option<Decimal>,
    /// With a total of this or less, in the currency of each.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    pub max_total: Option<Decimal>,
    /// At most so many; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
    /// Leave out so many of the newest.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: u64,
}

/// `responses`
#[derive(Debug, Subcommand)]
pub enum Responses {
    /// List responses, oldest first.
    List {
        /// Which.
        #[command(flatten)]
        selection: ResponseSelection,
        /// How many.
        #[command(flatten)]
        page: Page,
    },
    /// Show one response, or the final answer to a document.
    Show {
        /// Its number, or the clave of the document.
        #[arg(value_name = "ID|CLAVE")]
        id: String,
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
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub from: Option<NaiveDate>,
    /// Received on this day or before (Costa Rica).
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub to: Option<NaiveDate>,
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, Args)]
pub struct Page {
    /// At most so many; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub limit: u32,
    /// Leave out so many of the first.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: u64,
}

impl Page {
    /// The bound, where there is one.
    pub fn at_most(self) -> Option<u32> {
        (self.limit > 0).then_some(self.limit)
    }
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
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub from: Option<NaiveDate>,
    /// Documents issued on this day or before (Costa Rica).
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub to: Option<NaiveDate>,
    /// Print the Prometheus text exposition instead.
    #[arg(long, conflicts_with_all = ["json", "from", "to"])]
    pub prometheus: bool,
    /// Write it to this file in one step, for node_exporter's textfile collector.
    #[arg(short, long, value_name = "FILE", requires = "prometheus")]
    pub output: Option<PathBuf>,
}
