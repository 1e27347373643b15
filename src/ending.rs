//! When a run must take nothing new: its time is over, or SIGTERM or SIGINT asked for the end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};

/// The end of a run. What is under way is finished, nothing new is begun.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    /// `--max-duration`: nothing new after this.
    pub at: Option<Instant>,
    /// The number of the signal that asked for the end; 0 before one did.
    pub signal: Arc<AtomicUsize>,
}

impl Ending {
    /// Listens for SIGTERM and SIGINT from now on.
    pub fn listening(max_duration: Option<Duration>) -> io::Result<Self> {
        let ending =
            Ending { at: max_duration.and_then(|length| Instant::now().checked_add(length)), ..Ending::default() };
        for signal in [SIGTERM, SIGINT] {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&ending.signal), number)?;
        }
        Ok(ending)
    }

    /// Whether no new work may begin.
    pub fn is_over(&self) -> bool {
        self.signal().is_some() || self.at.is_some_and(|end| Instant::now() >= end)
    }

    /// The signal that asked for the end.
    pub fn signal(&self) -> Option<i32> {
        i32::try_from(self.signal.load(Ordering::Relaxed)).ok().filter(|signal| *signal != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_signals_end_a_run() {
        let mut ending = Ending::default();
        assert!(!ending.is_over());
        ending.signal.store(15, Ordering::Relaxed);
        assert!(ending.is_over() && ending.signal() == Some(SIGTERM));
        ending = Ending { at: Some(Instant::now()), ..Ending::default() };
        assert!(ending.is_over() && ending.signal().is_none());
        ending.at = Some(Instant::now() + Duration::from_secs(60));
        assert!(!ending.is_over());
    }
}
