//! When a run lets the database learn from the papers that it stores, so that those of the next documents take less room: in a
//! large run early, and then ever more rarely; in any run at its end.

use std::collections::HashMap;

use super::job::{Done, StepOutcome};
use crate::clock::Clock;
use crate::store::{Paper, Store, StoreError};

/// Papers after which a run stops for its first lesson, and how many times as many come before each further one.
const FIRST: u64 = 48;
const GROWTH: u64 = 8;

/// The papers that a run has stored, by company and sort.
#[derive(Debug, Default)]
pub(super) struct Lessons {
    kept: HashMap<(String, Paper), Kept>,
}

#[derive(Debug)]
struct Kept {
    papers: u64,
    next_lesson: u64,
}

impl Lessons {
    /// Takes note of what a step left behind.
    pub(super) fn note(&mut self, company: &str, done: &Done) {
        let paper = match &done.outcome {
            StepOutcome::Signed { .. } => Paper::Signed,
            StepOutcome::Resolved(meaning) if meaning.interpretation.xml.is_some() => Paper::Answer,
            _ => return,
        };
        let kept = self.kept.entry((company.to_owned(), paper)).or_insert(Kept { papers: 0, next_lesson: FIRST });
        kept.papers += 1;
    }

    /// Learns where so many papers have come that it pays within this run. No transaction may be open.
    pub(super) fn learn_early(&mut self, store: &mut Store, clock: Clock) -> Result<(), StoreError> {
        for ((company, paper), kept) in &mut self.kept {
            if kept.papers >= kept.next_lesson {
                kept.next_lesson = kept.papers * GROWTH;
                store.learn(company, *paper, clock.now())?;
            }
        }
        Ok(())
    }

    /// Learns at the end of a run, for the next.
    pub(super) fn learn(&self, store: &mut Store, clock: Clock) -> Result<(), StoreError> {
        self.kept.keys().try_for_each(|(company, paper)| store.learn(company, *paper, clock.now()))
    }
}
