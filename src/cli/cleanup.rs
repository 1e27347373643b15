//! What removes: `cleanup`.

use clap::Subcommand;

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
