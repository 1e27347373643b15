//! What the companies of a run bring to it, joined: their keys, their sessions, what earlier runs found out about them.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use super::clock_guard::ClockGuard;
use super::keys::Keys;
use super::refusals::Refusals;
use super::sessions::Sessions;
use crate::catalogue::CabysCatalogue;
use crate::cause::{Cause, CompanyFault};
use crate::clock::Clock;
use crate::config::Company;
use crate::hacienda::Session;
use crate::notice::Way;
use crate::signature::Credential;
use crate::store::{RefusedLogin, Store, StoreError, Write};

/// The companies of a run and what has been opened for them.
pub struct Companies<'a> {
    clock: Clock,
    /// By id.
    all: Vec<&'a Company>,
    keys: Keys<'a>,
    sessions: Sessions<'a>,
    /// What earlier runs found, once the run has begun.
    remembered: OnceLock<(Refusals, ClockGuard)>,
    /// How notices go out; none where nobody wants them.
    ways: Vec<Way>,
    /// Drafts are validated before they are signed.
    validates: bool,
    /// The CAByS catalogue, when there is one.
    cabys: Option<CabysCatalogue>,
    /// A person asked for this run: a refused login is tried again.
    tries_refused_logins: bool,
}

impl<'a> Companies<'a> {
    /// Opens nothing yet.
    pub fn new(companies: impl IntoIterator<Item = &'a Company>, clock: Clock) -> Self {
        let mut all: Vec<&'a Company> = companies.into_iter().collect();
        all.sort_by(|one, other| one.id.cmp(&other.id));
        Companies {
            clock,
            keys: Keys::of(all.iter().copied()),
            sessions: Sessions::of(all.iter().copied(), clock),
            all,
            remembered: OnceLock::new(),
            ways: Vec::new(),
            validates: true,
            cabys: None,
            tries_refused_logins: false,
        }
    }

    /// With notices by these ways.
    pub fn telling(mut self, ways: Vec<Way>) -> Self {
        self.ways = ways;
        self
    }

    /// A login that was refused before is tried again all the same.
    pub fn trying_refused_logins(mut self) -> Self {
        self.tries_refused_logins = true;
        self
    }

    pub(super) fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// Learns at the beginning of a run what earlier ones found: refused logins, a wrong clock.
    pub(super) fn remember(&self, store: &Store) -> Result<(), StoreError> {
        let clock_guard = ClockGuard::remembered(self.all.iter().copied(), store, self.clock)?;
        // A second run with the same companies keeps what it knew.
        let _ = self.remembered.set((Refusals::remembered(store)?, clock_guard));
        Ok(())
    }

    /// Keeps how far the clock is from the service's, for the next signatures.
    pub(super) fn note_clock_skews(&self, write: &Write<'_>) -> Result<(), StoreError> {
        self.sessions.note_clock_skews(write)
    }

    fn refusals(&self) -> Option<&Refusals> {
        self.remembered.get().map(|(refusals, _)| refusals)
    }

    /// The remembered refusal of a company's login, whatever its credentials are now.
    pub(super) fn remembered_refusal(&self, company: &Company) -> Option<&RefusedLogin> {
        self.refusals()?.of(company)
    }

    /// What is to be remembered of a login that has just been refused.
    pub(super) fn refusal(&self, company: &Company, cause: &Cause, now: DateTime<Utc>) -> Option<RefusedLogin> {
        self.refusals()?.begin(company, cause, now)
    }

    /// Puts the certificates of this run that end soon into the outbox, once for each threshold that was crossed.
    pub fn note_ending_certificates(&self, write: &Write<'_>) -> Result<(), StoreError> {
        self.keys.note_ending(write, &self.ways)
    }

    /// When each company's certificate ends, as far as it can be opened.
    pub fn certificate_ends(&self) -> Vec<(&'a str, DateTime<Utc>)> {
        self.keys.ends(self.clock.now())
    }

    /// Opens every company's key, for a run that looks after all of them, and says what is wrong; a sign run reports it too.
    pub fn look_at_certificates(&self) -> Vec<Cause> {
        self.keys.look_at_all(self.clock.now())
    }

    /// Whether drafts are validated before they are signed.
    pub fn validating(mut self, validates: bool) -> Self {
        self.validates = validates;
        self
    }

    /// The CAByS catalogue that codes are checked against.
    pub fn with_cabys(mut self, cabys: Option<CabysCatalogue>) -> Self {
        self.cabys = cabys;
        self
    }

    /// The catalogue to validate a draft against; none when drafts are not validated.
    pub(super) fn validation(&self) -> Option<Option<&CabysCatalogue>> {
        self.validates.then_some(self.cabys.as_ref())
    }

    /// The company with this id.
    pub fn get(&self, id: &str) -> Option<&'a Company> {
        self.all.iter().find(|company| company.id == id).copied()
    }

    /// The present instant of the run's clock.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Every company of the run, by id.
    pub fn all(&self) -> Vec<&'a Company> {
        self.all.clone()
    }

    /// The company's key, where the clock may date a signature.
    pub(super) fn credential(&self, id: &str) -> Result<Arc<Credential>, Cause> {
        let company = self.known(id)?;
        if let Some((_, clock_guard)) = self.remembered.get() {
            clock_guard.check(company)?;
        }
        self.keys.open(company, self.clock.now())
    }

    /// The company's session; the first request logs in.
    pub(super) fn session(&self, id: &str) -> Result<Arc<Session>, Cause> {
        let company = self.known(id)?;
        self.sessions.open(company, self.refusals().filter(|_| !self.tries_refused_logins))
    }

    fn known(&self, id: &str) -> Result<&'a Company, Cause> {
        self.get(id).ok_or_else(|| Cause::of_company(id, CompanyFault::NotConfigured))
    }
}
