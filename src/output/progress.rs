//! The progress bar: on stderr, for a person who watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar, or nothing at all.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A count that grows, since the number of due documents is not counted beforehand.
    pub(crate) fn new(shown: bool, verb: &'static str) -> Self {
        let bar = ProgressBar::no_length();
        let target = if shown { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        bar.set_draw_target(target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {human_pos} ({per_sec}, {elapsed})") {
            bar.set_style(style);
        }
        bar.set_message(verb);
        Progress(bar)
    }

    /// So many are done.
    pub(crate) fn at(&self, done: u64) {
        self.0.set_position(done);
    }

    /// So many are done, now of this work.
    pub(crate) fn of(&self, verb: &'static str, done: u64) {
        self.0.set_message(verb);
        self.0.set_position(done);
    }
}

impl Progress {
    /// Does something that prints, with the bar out of the way.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    /// Takes the bar away: what comes now is the result.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
