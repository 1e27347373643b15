//! What each company brings to a run, opened when first needed and once only: its key, its session.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};

use super::job::Failure;
use crate::clock::Clock;
use crate::config::Company;
use crate::hacienda::{Client, ClientOptions, Credentials, Session};
use crate::signature::Credential;

/// A certificate this close to its end is warned about.
const EXPIRY_WARNING_DAYS: i64 = 30;

/// The companies of a run and what has been opened for them.
pub struct Companies<'a> {
    clock: Clock,
    by_id: HashMap<&'a str, Opened<'a>>,
}

struct Opened<'a> {
    company: &'a Company,
    credential: OnceLock<Result<Arc<Credential>, Failure>>,
    session: OnceLock<Result<Arc<Session>, Failure>>,
}

impl<'a> Companies<'a> {
    /// Opens nothing yet.
    pub fn new(companies: impl IntoIterator<Item = &'a Company>, clock: Clock) -> Self {
        let opened = |company: &'a Company| {
            (company.id.as_str(), Opened { company, credential: OnceLock::new(), session: OnceLock::new() })
        };
        Companies { clock, by_id: companies.into_iter().map(opened).collect() }
    }

    /// The company with this id.
    pub fn get(&self, id: &str) -> Option<&'a Company> {
        self.by_id.get(id).map(|opened| opened.company)
    }

    /// The present instant of the run's clock.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Every company of the run, by id.
    pub fn all(&self) -> Vec<&'a Company> {
        let mut all: Vec<_> = self.by_id.values().map(|opened| opened.company).collect();
        all.sort_by(|one, other| one.id.cmp(&other.id));
        all
    }

    /// The company's key, its certificate checked for today and for this taxpayer.
    pub(super) fn credential(&self, id: &str) -> Result<Arc<Credential>, Failure> {
        let opened = self.opened(id)?;
        opened.credential.get_or_init(|| open_credential(opened.company, self.clock.now()).map(Arc::new)).clone()
    }

    /// The company's session; the first request logs in.
    pub(super) fn session(&self, id: &str) -> Result<Arc<Session>, Failure> {
        let opened = self.opened(id)?;
        opened.session.get_or_init(|| open_session(opened.company, self.clock).map(Arc::new)).clone()
    }

    /// Logs every open session out. A session that cannot be closed ends by itself, so that is only worth a line.
    pub fn close(&self) {
        for opened in self.by_id.values() {
            if let Some(Ok(session)) = opened.session.get()
                && let Err(fault) = session.close()
            {
                log::warn!("{}: {fault}", opened.company.id);
            }
        }
    }

    fn opened(&self, id: &str) -> Result<&Opened<'a>, Failure> {
        self.by_id.get(id).ok_or_else(|| {
            Failure::of_credentials(format!("the company `{id}` is not in the configuration any more; add it again"))
        })
    }
}

fn open_credential(company: &Company, now: DateTime<Utc>) -> Result<Credential, Failure> {
    let fail = |what: String| Failure::of_credentials(format!("{}: {what}", company.id));
    let path = company.certificate.display();
    let bytes = fs::read(&company.certificate).map_err(|error| fail(format!("cannot read {path}: {error}")))?;
    let pin = company.pin.read().map_err(|error| fail(format!("pin: {error}")))?;
    let credential = Credential::open(&bytes, &pin).map_err(|error| fail(format!("{path}: {error}")))?;
    check_certificate(company, &credential, now).map_err(fail)?;
    Ok(credential)
}

/// Refuses a certificate that Hacienda would refuse.
fn check_certificate(company: &Company, credential: &Credential, now: DateTime<Utc>) -> Result<(), String> {
    let certificate = credential.certificate();
    let path = company.certificate.display();
    let day = |at: DateTime<Utc>| crate::clock::costa_rica_day(at);
    if now < certificate.not_before {
        return Err(format!("{path} is not valid before {}; check the clock", day(certificate.not_before)));
    }
    if now >= certificate.not_after {
        return Err(format!(
            "{path} expired on {}; generate a new llave criptográfica and configure it",
            day(certificate.not_after)
        ));
    }
    let left = certificate.not_after - now;
    if left < TimeDelta::days(EXPIRY_WARNING_DAYS) {
        log::warn!("{}: {path} expires on {}, in {} days", company.id, day(certificate.not_after), left.num_days());
    }
    let ours = &company.identification.number;
    match certificate.holder() {
        Some(holder) if holder == *ours => Ok(()),
        _ if company.settings.allow_other_certificate_holder => Ok(()),
        Some(holder) => Err(format!(
            "{path} belongs to {holder}, not to {ours}; Hacienda would reject it. Configure the company's own certificate \
             (or allow_other_certificate_holder = true)"
        )),
        None => Err(format!(
            "{path} does not say whose it is (no CPF-, CPJ-, … serial number in its subject); set \
             allow_other_certificate_holder = true if it is right"
        )),
    }
}

fn open_session(company: &Company, clock: Clock) -> Result<Session, Failure> {
    let fail = |what: String| Failure::of_credentials(format!("{}: {what}", company.id));
    let settings = &company.settings;
    let extra_root = match &settings.ca_file {
        Some(path) => {
            Some(fs::read(path).map_err(|error| fail(format!("cannot read ca_file {}: {error}", path.display())))?)
        }
        None => None,
    };
    let options = ClientOptions {
        timeout: settings.timeout(),
        extra_root,
        clock,
        ..ClientOptions::new(settings.endpoints.clone())
    };
    let client = Client::new(options).map_err(|error| fail(error.to_string()))?;
    let password = company.password.read().map_err(|error| fail(format!("password: {error}")))?;
    Ok(Session::new(Arc::new(client), Credentials { username: company.username.clone(), password }))
}
