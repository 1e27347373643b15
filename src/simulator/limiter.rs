//! The limit of API requests: a window of fixed length, announced in the headers of every answer.

use chrono::{DateTime, TimeDelta, Utc};

use super::action::ResetForm;
use super::script::RateLimit;
use super::wire::Reply;

/// Announced where the script sets no limit.
const GENEROUS: RateLimit = RateLimit { requests: 1_000_000, seconds: 60, form: ResetForm::Epoch };

/// Counts the requests of a window.
#[derive(Debug)]
pub(super) struct Limiter {
    limit: RateLimit,
    enforced: bool,
    window_end: Option<DateTime<Utc>>,
    used: u32,
}

impl Limiter {
    pub(super) fn new(limit: Option<RateLimit>) -> Self {
        Limiter { limit: limit.unwrap_or(GENEROUS), enforced: limit.is_some(), window_end: None, used: 0 }
    }

    /// Counts a request; where it is one too many, the seconds to wait and the form in which to say so.
    pub(super) fn refuses(&mut self, now: DateTime<Utc>) -> Option<(u64, ResetForm)> {
        let end = match self.window_end {
            Some(end) if now < end => end,
            _ => {
                self.used = 0;
                now + TimeDelta::seconds(i64::try_from(self.limit.seconds).unwrap_or_default())
            }
        };
        self.window_end = Some(end);
        self.used = self.used.saturating_add(1);
        let left = u64::try_from((end - now).num_seconds()).unwrap_or_default();
        (self.enforced && self.used > self.limit.requests).then_some((left.max(1), self.limit.form))
    }

    /// Writes what is left of the window into an answer.
    pub(super) fn announce(&self, reply: &mut Reply, now: DateTime<Utc>) {
        let end = self.window_end.unwrap_or(now);
        let reset = match self.limit.form {
            ResetForm::Seconds => (end - now).num_seconds(),
            _ => end.timestamp(),
        };
        let left = self.limit.requests.saturating_sub(self.used);
        reply.headers.push(("X-Ratelimit-Limit", self.limit.requests.to_string()));
        reply.headers.push(("X-Ratelimit-Remaining", left.to_string()));
        reply.headers.push(("X-Ratelimit-Reset", reset.to_string()));
    }
}
