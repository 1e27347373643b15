//! No signature is dated by a clock that is far from the service's: Hacienda rejects a FechaEmision ahead of its own (code
//! -53), and a wrong SigningTime cannot be mended.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::sessions;
use crate::cause::Cause;
use crate::clock::Clock;
use crate::config::Company;
use crate::hacienda::{Environment, Target};
use crate::store::{ClockCheck, Store, StoreError};

/// A clock farther from the service's does not date signatures.
const WORST_SKEW_SECONDS: i64 = 120;

/// How far the clock was from the service's when it was last asked, and what was found since.
pub(super) struct ClockGuard {
    clock: Clock,
    known: HashMap<Environment, ClockCheck>,
    found: HashMap<String, OnceLock<Result<(), Cause>>>,
}

impl ClockGuard {
    /// With what the database remembers.
    pub(super) fn remembered<'a>(
        companies: impl IntoIterator<Item = &'a Company>,
        store: &Store,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let found = companies.into_iter().map(|company| (company.id.clone(), OnceLock::new())).collect();
        Ok(ClockGuard { clock, known: store.clock_checks()?, found })
    }

    /// Whether the clock may date a signature of this company. One that was found wrong is looked at again, once, before it is
    /// refused.
    pub(super) fn check(&self, company: &Company) -> Result<(), Cause> {
        match self.found.get(&company.id) {
            Some(found) => found.get_or_init(|| self.look(company)).clone(),
            None => self.look(company),
        }
    }

    fn look(&self, company: &Company) -> Result<(), Cause> {
        let settings = &company.settings;
        let Some(known) = self.known.get(&settings.environment) else { return Ok(()) };
        if settings.allow_wrong_clock || known.skew_seconds.abs() <= WORST_SKEW_SECONDS {
            return Ok(());
        }
        let seconds = self.present_skew(company).unwrap_or(known.skew_seconds);
        if seconds.abs() <= WORST_SKEW_SECONDS {
            return Ok(());
        }
        Err(Cause::Clock { seconds })
    }

    fn present_skew(&self, company: &Company) -> Option<i64> {
        let answer = sessions::client(company, self.clock, None).ok()?.probe(Target::Api).ok()?;
        Some((answer.received_at - answer.server_date?).num_seconds())
    }
}
