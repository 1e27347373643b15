//! Companies take turns: one with very many documents does not make the others wait.

use std::collections::VecDeque;

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
