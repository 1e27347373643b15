//! What takes documents onward: `sign`, `submit`, `poll`, `retry`, `run`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Page;
use crate::retry::Category;
use crate::store::EntryState;

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
    Now(RetryNow),
    /// List entries, the most pressing first.
    List {
        /// Only entries in this state: pending, processing, completed, failed, cancelled.
        #[arg(long)]
        state: Option<EntryState>,
        /// How many.
        #[command(flatten)]
        page: Page,
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

/// `retry now`
#[derive(Debug, Clone, Args)]
pub struct RetryNow {
    /// Numbers of entries, or claves.
    #[arg(value_name = "ID|CLAVE", conflicts_with_all = ["all", "category", "state"])]
    pub entries: Vec<String>,
    /// All that wait or have failed; with --company those of one company.
    #[arg(long)]
    pub all: bool,
    /// Those that failed for this reason: transient, rate_limit, network, server, auth, validation or unknown.
    #[arg(long, value_name = "C")]
    pub category: Option<Category>,
    /// Those in this state: pending or failed.
    #[arg(long, value_name = "S")]
    pub state: Option<EntryState>,
    /// Show what would be done; no request, no change.
    #[arg(long)]
    pub dry_run: bool,
}

/// A step of `run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunStep {
    /// Sign the drafts of companies with `auto_sign = true`.
    Sign,
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
