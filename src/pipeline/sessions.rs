//! The companies' sessions with the service, each opened when first needed and once only, and closed with the run.

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use super::refusals::Refusals;
use crate::cause::{Cause, CompanyFault, Stored};
use crate::clock::Clock;
use crate::config::{Company, SecretError};
use crate::hacienda::{Client, ClientOptions, Credentials, Session};
use crate::store::{StoreError, Write};

/// The sessions of some companies.
pub(super) struct Sessions<'a> {
    clock: Clock,
    /// Not 0 once a signal tells the process to end; known from the first run on.
    stop: OnceLock<Arc<AtomicUsize>>,
    by_company: HashMap<&'a str, Line<'a>>,
}

struct Line<'a> {
    company: &'a Company,
    session: OnceLock<Result<Arc<Session>, Cause>>,
    /// Its login was refused meanwhile.
    refused: OnceLock<Cause>,
}

impl<'a> Sessions<'a> {
    /// Opens nothing yet.
    pub(super) fn of(companies: impl IntoIterator<Item = &'a Company>, clock: Clock) -> Self {
        let line = |company: &'a Company| {
            (company.id.as_str(), Line { company, session: OnceLock::new(), refused: OnceLock::new() })
        };
        Sessions { clock, stop: OnceLock::new(), by_company: companies.into_iter().map(line).collect() }
    }

    /// From then on what is begun, a logout too, gets no more than a moment.
    pub(super) fn hurry_after(&self, stop: &Arc<AtomicUsize>) {
        // The runs of one command share the flag.
        let _ = self.stop.set(Arc::clone(stop));
    }

    /// The company's session; its first request logs in. Known `refusals` are not tried again.
    pub(super) fn open(&self, company: &Company, refusals: Option<&Refusals>) -> Result<Arc<Session>, Cause> {
        let Some(line) = self.by_company.get(company.id.as_str()) else {
            return Err(Cause::of_company(&company.id, CompanyFault::NotConfigured));
        };
        if let Some(cause) = line.refused.get() {
            return Err(cause.clone());
        }
        let stop = self.stop.get().cloned();
        line.session.get_or_init(|| open(line.company, self.clock, stop, refusals).map(Arc::new)).clone()
    }

    /// The company's login was refused: it is not tried again at this desk.
    pub(super) fn refuse(&self, company: &Company, cause: &Cause) {
        if let Some(line) = self.by_company.get(company.id.as_str()) {
            // The first refusal says it.
            let _ = line.refused.set(cause.clone());
        }
    }

    /// Why the company's login is not tried any more.
    pub(super) fn refused(&self, company: &Company) -> Option<Cause> {
        self.by_company.get(company.id.as_str())?.refused.get().cloned()
    }

    /// Whether the service has asked this company to pause.
    pub(super) fn is_paused(&self, company: &Company) -> bool {
        let line = self.by_company.get(company.id.as_str());
        line.and_then(|line| line.session.get()?.as_ref().ok()?.pause()).is_some()
    }

    /// Keeps how far the clock is from the service's, for the next signatures.
    pub(super) fn note_clock_skews(&self, write: &Write<'_>) -> Result<(), StoreError> {
        for line in self.by_company.values() {
            let Some(Ok(session)) = line.session.get() else { continue };
            if let Some(skew) = session.clock_skew() {
                write.note_clock_skew(line.company.settings.environment, skew.num_seconds())?;
            }
        }
        Ok(())
    }
}

impl Drop for Sessions<'_> {
    /// Logs every open session out. A session that cannot be closed ends by itself, so that is only worth a line.
    fn drop(&mut self) {
        for line in self.by_company.values() {
            if let Some(Ok(session)) = line.session.get()
                && let Err(cause) = session.close()
            {
                log::warn!("{}: the session could not be closed: {}", line.company.id, cause.to_text());
            }
        }
    }
}

fn open(
    company: &Company,
    clock: Clock,
    stop: Option<Arc<AtomicUsize>>,
    refusals: Option<&Refusals>,
) -> Result<Session, Cause> {
    let client = client(company, clock, stop)?;
    let password = company
        .password
        .read()
        .map_err(|error| Cause::of_company(&company.id, CompanyFault::Password(error.into())))?;
    if let Some(refusals) = refusals {
        refusals.check(company, &password)?;
    }
    Ok(Session::new(Arc::new(client), Credentials { username: company.username.clone(), password }))
}

/// What the company's requests go through.
pub(super) fn client(company: &Company, clock: Clock, stop: Option<Arc<AtomicUsize>>) -> Result<Client, Cause> {
    let fail = |fault| Cause::of_company(&company.id, fault);
    let settings = &company.settings;
    let unreadable = |error: SecretError| match error {
        SecretError::Unreadable(path, error) => {
            CompanyFault::ExtraRootUnreadable { path: path.display().to_string(), detail: error.to_string() }
        }
        other => CompanyFault::NamedFile(other.into()),
    };
    let extra_root = settings.read_ca_file().map_err(|error| fail(unreadable(error)))?;
    let endpoints = settings.endpoints.clone();
    let options =
        ClientOptions { timeout: settings.timeout(), extra_root, clock, stop, ..ClientOptions::new(endpoints) };
    Client::new(options).map_err(|error| fail(error.into()))
}
