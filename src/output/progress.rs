//! The progress bar: on stderr, for a person who watches.

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A bar, or nothing at all.
pub(crate) struct Progress(ProgressBar);

/// What is shown.
const COUNTED: &str = "{spinner} {msg} {human_pos} ({rate}, {elapsed})";

impl Progress {
    /// A count that grows, since the number of due documents is not counted beforehand.
    pub(crate) fn new(shown: bool, verb: &'static str) -> Self {
        let bar = ProgressBar::no_length();
        let target = if shown { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        bar.set_draw_target(target);
        bar.set_message(verb);
        let progress = Progress(bar);
        progress.show(COUNTED);
        progress
    }

    fn show(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            let rate = |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                // A rate is an estimate: more digits would only flicker.
                let _ = write!(text, "{}", rate(state.per_sec()));
            };
            self.0.set_style(style.with_key("rate", rate));
        }
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

    /// Does something that prints, with the bar out of the way.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    /// Takes the bar away: what comes now is the result.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// `1,234/s`, or with one digit where there is less than one in ten seconds' glance: `0.4/s`.
fn rate(per_second: f64) -> String {
    if per_second < 10.0 {
        return format!("{per_second:.1}/s");
    }
    // The estimate is never so large that it does not fit.
    format!("{}/s", HumanCount(per_second.round() as u64))
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_rounded() {
        for (per_second, shown) in [(0.0, "0.0/s"), (0.4321, "0.4/s"), (12.345, "12/s"), (12_345.678, "12,346/s")] {
            assert_eq!(rate(per_second), shown);
        }
    }
}
