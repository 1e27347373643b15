//! Why a step failed and when to try again: a pure function of category, attempts, configuration and now.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::named::{Named, unknown};

/// Why a step failed. It decides how long to wait and how often to try.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<Category>)]
pub enum Category {
    /// A passing disturbance with no better name: a cut or unreadable answer, HTTP 408 or 425.
    Transient,
    /// The service asked for fewer requests.
    RateLimit,
    /// The service could not be reached, or did not answer in time.
    Network,
    /// The service failed: 5xx, or something that is not its answer.
    Server,
    /// Login, permission, PIN or certificate.
    Auth,
    /// The document itself is at fault; trying again unchanged rarely helps.
    Validation,
    /// None of the others.
    Unknown,
}

impl Named for Category {
    const WHAT: &'static str = "an error category";
}

impl Category {
    /// The contract's multiplier and number of retries.
    pub fn default_backoff(self) -> Backoff {
        let (tenths, max_retries) = match self {
            Category::Transient => (10, 5),
            Category::RateLimit => (20, 4),
            Category::Network => (15, 5),
            Category::Server => (15, 5),
            Category::Auth => (30, 3),
            Category::Validation => (60, 2),
            Category::Unknown => (20, 3),
        };
        Backoff { multiplier: Decimal::new(tenths, 1), max_retries }
    }

    /// Whether the cause is outside the document, so that no number of failures may end it: the law asks that a document
    /// be sent when the link is back (decree 44739-H, art. 21).
    pub fn is_outage(self) -> bool {
        matches!(self, Category::Network | Category::Server | Category::RateLimit | Category::Transient)
    }
}

/// How one category is retried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// Factor on every delay.
    pub multiplier: Decimal,
    /// Retries after the first failure; capped by `max_retry_attempts`.
    pub max_retries: u32,
}

/// The retry policy of one company, as configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// `retry_delays`, in minutes; the last one repeats. Never empty.
    pub delays: Vec<u32>,
    /// `max_retry_attempts`: the upper bound over the category table.
    pub max_attempts: u32,
    /// `outage_retry_hours`; zero means never.
    pub outage_retry_hours: u32,
    /// The backoff of each category, in the order of [`Category::ALL`].
    pub backoffs: [Backoff; Category::ALL.len()],
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            delays: vec![5, 15, 60, 240, 720],
            max_attempts: 5,
            outage_retry_hours: 24,
            backoffs: std::array::from_fn(|at| Category::ALL[at].default_backoff()),
        }
    }
}

impl Policy {
    /// Retries that this category gets after its first failure.
    pub fn max_retries(&self, category: Category) -> u32 {
        self.backoffs[category as usize].max_retries.min(self.max_attempts)
    }

    fn wait(&self, category: Category, retries: u32) -> TimeDelta {
        let last = self.delays.len().saturating_sub(1);
        let minutes = self.delays.get((retries as usize).min(last)).copied().unwrap_or_default();
        let seconds = Decimal::from(minutes) * Decimal::from(60) * self.backoffs[category as usize].multiplier;
        TimeDelta::seconds(seconds.round().try_into().unwrap_or(i64::from(u32::MAX)))
    }
}

/// What becomes of an entry after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Try again then.
    Again {
        /// Retries made so far.
        retry_count: u32,
        /// When the next one is due.
        at: DateTime<Utc>,
    },
    /// All retries are spent: a person must look. Outages are tried once more at `again_at`, for ever.
    Failed {
        /// Retries made: all of them.
        retry_count: u32,
        /// The next try of an outage category.
        again_at: Option<DateTime<Utc>>,
    },
}

/// Decides after a failure of `category`.
///
/// `retries` is the number of retries that have now failed: 0 when the first failure opens the entry. `not_before` is the
/// service's own wish (`Retry-After`, the rate limit's reset): it moves the next attempt later, never earlier.
pub fn decide(
    policy: &Policy,
    category: Category,
    retries: u32,
    now: DateTime<Utc>,
    not_before: Option<DateTime<Utc>>,
) -> Decision {
    let later = |at: DateTime<Utc>| not_before.map_or(at, |wish| at.max(wish));
    let max_retries = policy.max_retries(category);
    if retries < max_retries {
        return Decision::Again { retry_count: retries, at: later(now + policy.wait(category, retries)) };
    }
    let again_at = (category.is_outage() && policy.outage_retry_hours > 0)
        .then(|| later(now + TimeDelta::hours(i64::from(policy.outage_retry_hours))));
    Decision::Failed { retry_count: max_retries, again_at }
}

/// Decides after a failure that is not the document's own: an outage, a refused login. It ends no entry, however often it is
/// met, and as no attempt is spent the wait is always the first one of the table, so that all go out soon after it is over.
pub fn postpone(
    policy: &Policy,
    category: Category,
    retries: u32,
    now: DateTime<Utc>,
    not_before: Option<DateTime<Utc>>,
) -> Decision {
    let at = now + policy.wait(category, 0);
    Decision::Again { retry_count: retries, at: not_before.map_or(at, |wish| at.max(wish)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    /// The contract's table, written out: minutes until each attempt of each category.
    #[test]
    fn every_category_follows_its_table() {
        let now = at("2026-11-20T12:00:00Z");
        let table: [(Category, &[i64]); 7] = [
            (Category::Transient, &[300, 900, 3_600, 14_400, 43_200]),
            (Category::RateLimit, &[600, 1_800, 7_200, 28_800]),
            (Category::Network, &[450, 1_350, 5_400, 21_600, 64_800]),
            (Category::Server, &[450, 1_350, 5_400, 21_600, 64_800]),
            (Category::Auth, &[900, 2_700, 10_800]),
            (Category::Validation, &[1_800, 5_400]),
            (Category::Unknown, &[600, 1_800, 7_200]),
        ];
        let policy = Policy::default();
        for (category, waits) in table {
            for (retries, seconds) in waits.iter().enumerate() {
                let retry_count = retries as u32;
                let expected = Decision::Again { retry_count, at: now + TimeDelta::seconds(*seconds) };
                assert_eq!(decide(&policy, category, retry_count, now, None), expected, "{category} {retries}");
            }
            let spent = waits.len() as u32;
            let again_at = category.is_outage().then(|| now + TimeDelta::hours(24));
            let expected = Decision::Failed { retry_count: spent, again_at };
            assert_eq!(decide(&policy, category, spent, now, None), expected, "{category} spent");
        }
    }

    #[test]
    fn the_bound_over_the_table_counts() {
        let policy = Policy { max_attempts: 1, ..Policy::default() };
        let now = at("2026-11-20T12:00:00Z");
        assert_eq!(decide(&policy, Category::Auth, 1, now, None), Decision::Failed { retry_count: 1, again_at: None });
        let never = Policy { max_attempts: 0, outage_retry_hours: 0, ..Policy::default() };
        assert_eq!(
            decide(&never, Category::Network, 0, now, None),
            Decision::Failed { retry_count: 0, again_at: None }
        );
    }

    #[test]
    fn the_last_delay_repeats() {
        let mut policy = Policy { delays: vec![1], max_attempts: 9, ..Policy::default() };
        policy.backoffs[Category::Transient as usize].max_retries = 9;
        let now = at("2026-11-20T12:00:00Z");
        let expected = Decision::Again { retry_count: 8, at: now + TimeDelta::minutes(1) };
        assert_eq!(decide(&policy, Category::Transient, 8, now, None), expected);
    }

    #[test]
    fn the_services_wish_moves_later_and_never_earlier() {
        let policy = Policy::default();
        let now = at("2026-11-20T12:00:00Z");
        let wish = |minutes| Some(now + TimeDelta::minutes(minutes));
        let due = |not_before| match decide(&policy, Category::RateLimit, 0, now, not_before) {
            Decision::Again { at, .. } => at - now,
            Decision::Failed { .. } => TimeDelta::MAX,
        };
        assert_eq!(due(wish(1)), TimeDelta::minutes(10));
        assert_eq!(due(wish(45)), TimeDelta::minutes(45));
    }
}
