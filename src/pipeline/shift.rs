//! What the workers and the writer of one run share: who takes part, what earlier runs found out, what stands in the way now.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Budget;
use super::clock_guard::ClockGuard;
use super::desk::Desk;
use super::errand::{Errand, ErrandName, Validation, Work};
use super::gate::Gate;
use super::number_guard::NumberGuard;
use super::refusals::Refusals;
use crate::cause::{Cause, CompanyFault};
use crate::config::Company;
use crate::hacienda::Session;
use crate::lifecycle::Operation;
use crate::signature::Credential;
use crate::store::{Store, StoreError};

/// One run at the desk.
pub(super) struct Shift<'a> {
    pub desk: &'a Desk<'a>,
    pub budget: &'a Budget,
    pub gate: &'a Gate,
    pub refusals: Refusals,
    /// None signs drafts as they are.
    pub validation: Option<Validation>,
    /// Who must ask for unknown numbers before the first POST.
    pub number_guard: NumberGuard,
    /// The database knows every number that was given: drafts may be signed.
    pub may_sign: bool,
    clock_guard: ClockGuard,
    /// By id.
    companies: Vec<&'a Company>,
    /// A person asked for this run, and wants a refused login tried again.
    tries_refused_logins: bool,
}

impl<'a> Shift<'a> {
    /// Begins with what earlier runs found: outages, refused logins, a wrong clock. Gives the errand's work back.
    pub(super) fn begin(
        desk: &'a Desk<'a>,
        store: &Store,
        errand: Errand<'a>,
        budget: &'a Budget,
    ) -> Result<(Self, Work), StoreError> {
        let Errand { name, work, companies, validation, .. } = errand;
        desk.sessions.hurry_after(&budget.ending.signal);
        let shift = Shift {
            desk,
            budget,
            gate: desk.gate(store)?,
            refusals: Refusals::remembered(store)?,
            validation,
            number_guard: NumberGuard::remembered(&companies, store, desk.clock.now())?,
            may_sign: true,
            clock_guard: ClockGuard::remembered(companies.iter().copied(), store, desk.clock)?,
            companies,
            tries_refused_logins: name == ErrandName::RetryNow,
        };
        Ok((shift, work))
    }

    /// The company with this id, where it takes part.
    pub(super) fn company(&self, id: &str) -> Option<&'a Company> {
        self.companies.iter().find(|company| company.id == id).copied()
    }

    /// Every company that takes part, by id.
    pub(super) fn companies(&self) -> &[&'a Company] {
        &self.companies
    }

    /// The present instant.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.desk.clock.now()
    }

    /// The company's key, where the clock may date a signature.
    pub(super) fn credential(&self, id: &str) -> Result<Arc<Credential>, Cause> {
        let company = self.known(id)?;
        self.clock_guard.check(company)?;
        self.desk.keys.open(company, self.now())
    }

    /// The company's session; its first request logs in.
    pub(super) fn session(&self, id: &str) -> Result<Arc<Session>, Cause> {
        let refusals = Some(&self.refusals).filter(|_| !self.tries_refused_logins);
        self.desk.sessions.open(self.known(id)?, refusals)
    }

    /// Why a step of this company need not be tried now: its service does not answer, or its login is refused.
    pub(super) fn obstacle(&self, company: &Company, operation: Operation) -> Option<Cause> {
        if operation == Operation::Sign {
            return None;
        }
        let outage = self.gate.closed(company.settings.environment);
        outage.or_else(|| self.desk.sessions.refused(company))
    }

    /// Whether the service has asked this company to pause.
    pub(super) fn is_paused(&self, company: &Company) -> bool {
        self.desk.sessions.is_paused(company)
    }

    fn known(&self, id: &str) -> Result<&'a Company, Cause> {
        self.company(id).ok_or_else(|| Cause::of_company(id, CompanyFault::NotConfigured))
    }
}
