//! What documents are made with, whatever their input.

use std::path::PathBuf;

use super::generated::GeneratedLine;
use crate::catalogue::CabysCatalogue;
use crate::clock::Clock;
use crate::config::Company;

/// What documents are made with.
pub(crate) struct Given<'a> {
    /// For whom.
    pub companies: Vec<&'a Company>,
    /// The time.
    pub clock: Clock,
    /// The CAByS catalogue, when the user has one.
    pub cabys: Option<CabysCatalogue>,
    /// The folder that every document is also written to.
    pub output: Option<PathBuf>,
    /// Nothing is stored and no number is taken.
    pub dry_run: bool,
    /// Nothing is stored before all is known to be right, and nothing at all if one document is not. All documents are
    /// held in memory until then.
    pub all_or_nothing: bool,
    /// What an input without ids made before is made once more.
    pub again: bool,
    /// Confirmations are made whatever speaks against them.
    pub despite: bool,
    /// Hears how many inputs have been worked.
    pub progress: &'a dyn Fn(u64),
    /// Hears what became of them, soon after it did; no line is kept.
    pub told: &'a dyn Fn(&[GeneratedLine]),
}
