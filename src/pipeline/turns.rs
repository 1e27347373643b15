//! Companies take turns, and so do the errands of one run: one with very many documents does not make the others wait.

use std::collections::VecDeque;
use std::time::Instant;

use super::Budget;

/// How long an errand is worked on before another has its turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    /// No job is begun after this instant, but the first; none works until nothing is left.
    pub ends: Option<Instant>,
    /// Nothing else is to be done, so that a pause that the service asked for is waited for.
    pub waits_for_pauses: bool,
}

/// Whether there is time for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    /// Work goes on.
    Left,
    /// Another errand has its turn; what is claimed stays so.
    TurnOver,
    /// The run ends.
    RunOver,
}

impl Turn {
    /// For an errand that is alone.
    pub(super) fn without_end() -> Self {
        Turn { ends: None, waits_for_pauses: true }
    }

    /// What the clock says when so many jobs have been begun in it.
    pub(super) fn time(self, begun: usize, budget: &Budget) -> Time {
        match self.ends {
            _ if budget.is_over() => Time::RunOver,
            // Each turn does something, however slow the service.
            Some(end) if begun > 0 && Instant::now() >= end => Time::TurnOver,
            _ => Time::Left,
        }
    }
}

/// How much of what is wanted the next one may take, where so many wait for their turn: a fair share, and never nothing.
pub(super) fn share(wanted: usize, waiting: usize) -> usize {
    (wanted / waiting.max(1)).max(1)
}

/// One of each in turn, until `wanted` are there or all is taken: what a plan shows.
pub(super) fn interleaved<T>(all: impl IntoIterator<Item = Vec<T>>, wanted: usize) -> Vec<T> {
    let mut waiting: VecDeque<_> = all.into_iter().map(Vec::into_iter).collect();
    let mut taken = Vec::new();
    while taken.len() < wanted
        && let Some(mut turn) = waiting.pop_front()
    {
        if let Some(next) = turn.next() {
            taken.push(next);
            waiting.push_back(turn);
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_gets_something_and_one_alone_gets_all() {
        assert_eq!(share(6, 41), 1);
        assert_eq!(share(6, 2), 3);
        assert_eq!(share(64, 1), 64);
        assert_eq!(share(0, 0), 1);
    }

    #[test]
    fn a_plan_shows_one_of_each_in_turn() {
        let all = || vec![vec!["a1", "a2", "a3"], vec!["b1"], vec![], vec!["c1", "c2"]];
        assert_eq!(interleaved(all(), 9), ["a1", "b1", "c1", "a2", "c2", "a3"]);
        assert_eq!(interleaved(all(), 2), ["a1", "b1"]);
    }
}
