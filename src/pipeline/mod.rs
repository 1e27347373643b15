//! The work: take what is due, do the step, settle it.
//!
//! A run has one writer, the thread that owns the database, and workers that do the slow part: RSA or the network. A worker
//! asks the writer for a job and tells it, before anything that cannot be undone, what it is about to do; the writer
//! gathers what all workers say into one short transaction. So no transaction is open while a request is under way, and at
//! any instant the process may be killed: what was intended is on disk before it happens, and what happened is settled in
//! one piece or asked for again.

mod answer;
mod census;
mod clock_guard;
mod course;
mod desk;
pub(crate) mod discard;
mod errand;
mod gate;
mod job;
mod keys;
mod kinship;
mod ledger;
mod lessons;
mod logins;
mod next_step;
mod note;
mod number_guard;
mod plan;
mod refusals;
mod sessions;
mod settle;
mod shift;
mod source;
mod steps;
mod summary;
mod terms;
mod totals;
mod turns;
mod worker;
mod writer;

use std::time::{Duration, Instant};

pub(crate) use census::{Census, census};
pub(crate) use course::{run, run_in_turns};
pub(crate) use desk::Desk;
pub(crate) use discard::{Discarded, Fate, Stands};
pub(crate) use errand::{Errand, ErrandName, Validation};
pub(crate) use keys::Keys;
pub(crate) use kinship::{Kin, Kinship, kin_of, left_of, replacement};
pub(crate) use next_step::{Circumstances, NextStep};
pub(crate) use note::Note;
pub(crate) use plan::plan;
pub(crate) use summary::{Report, StepResult, Summary};
pub(crate) use terms::{OpenTerm, note_terms, open_terms};
pub(crate) use totals::{Total, Totals};

use crate::ending::Ending;

/// When a run must stop taking new work.
#[derive(Debug, Clone)]
pub struct Budget {
    /// `--limit`: documents at most.
    pub limit: Option<usize>,
    /// `--max-duration`, SIGTERM and SIGINT: the request under way is finished, nothing new is begun.
    pub ending: Ending,
}

/// The longest that a run sleeps for a rate limit when no `--max-duration` says otherwise.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often a sleeping worker looks whether it must stop.
const HEARTBEAT: Duration = Duration::from_millis(50);

impl Budget {
    /// Whether no new work may begin.
    pub fn is_over(&self) -> bool {
        self.ending.is_over()
    }

    /// Whether the process was told to end: then no request follows the one under way, of the same document neither.
    fn is_stopped(&self) -> bool {
        self.ending.signal().is_some()
    }

    /// Whether a pause of this length fits into the run.
    fn allows(&self, pause: Duration) -> bool {
        match self.ending.at {
            Some(end) => Instant::now() + pause < end,
            None => pause <= LONGEST_PAUSE,
        }
    }

    /// Sleeps, unless the run ends first; `false` when it did. Pacing requests is the only sleep of the pipeline.
    fn pause(&self, length: Duration) -> bool {
        let wakes = Instant::now() + length;
        while !self.is_over() {
            let left = wakes.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(HEARTBEAT));
        }
        false
    }
}
