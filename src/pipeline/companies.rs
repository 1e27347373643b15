//! What each company brings to a run, opened when first needed and once only: its key, its session.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, TimeDelta, Utc};

use super::job::Failure;
use crate::catalogue::CabysCatalogue;
use crate::clock::{Clock, costa_rica_text};
use crate::config::Company;
use crate::hacienda::{Client, ClientOptions, Credentials, Environment, Session, Target};
use crate::notice::{Fact, Way};
use crate::retry::Category;
use crate::secret::Secret;
use crate::sha256::hexadecimal;
use crate::signature::Credential;
use crate::store::{ClockCheck, RefusedLogin, Store, StoreError, Write};

/// A certificate this close to its end is warned about.
const EXPIRY_WARNING_DAYS: i64 = 30;
/// A clock farther from the service's does not date signatures.
const WORST_SKEW_SECONDS: i64 = 120;
/// A person is told once at each of these, and when it has ended.
const EXPIRY_NOTICE_DAYS: [u32; 5] = [30, 15, 7, 1, 0];

/// The companies of a run and what has been opened for them.
pub struct Companies<'a> {
    clock: Clock,
    by_id: HashMap<&'a str, Opened<'a>>,
    /// How notices go out; none where nobody wants them.
    ways: Vec<Way>,
    /// Logins that earlier runs found refused.
    refused: OnceLock<HashMap<(String, Environment), RefusedLogin>>,
    /// How far the clock was from the service's when it was last asked.
    clock_checks: OnceLock<HashMap<Environment, ClockCheck>>,
    /// Drafts are validated before they are signed.
    validates: bool,
    /// The CAByS catalogue, when there is one.
    cabys: Option<CabysCatalogue>,
    /// A person asked for this run: a refused login is tried again.
    tries_refused_logins: bool,
}

struct Opened<'a> {
    company: &'a Company,
    clock: OnceLock<Result<(), Failure>>,
    credential: OnceLock<Result<Arc<Credential>, Failure>>,
    /// When the certificate ends and its serial number: known of one that has ended too.
    ends: OnceLock<(DateTime<Utc>, String)>,
    session: OnceLock<Result<Arc<Session>, Failure>>,
}

impl<'a> Companies<'a> {
    /// Opens nothing yet.
    pub fn new(companies: impl IntoIterator<Item = &'a Company>, clock: Clock) -> Self {
        let opened = |company: &'a Company| {
            (
                company.id.as_str(),
                Opened {
                    company,
                    clock: OnceLock::new(),
                    credential: OnceLock::new(),
                    ends: OnceLock::new(),
                    session: OnceLock::new(),
                },
            )
        };
        Companies {
            clock,
            by_id: companies.into_iter().map(opened).collect(),
            ways: Vec::new(),
            refused: OnceLock::new(),
            clock_checks: OnceLock::new(),
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
        // A second run with the same companies keeps what it knew.
        let _ = self.refused.set(store.refused_logins()?);
        let _ = self.clock_checks.set(store.clock_checks()?);
        Ok(())
    }

    /// Keeps how far the clock is from the service's, for the next signatures.
    pub(super) fn note_clock_skews(&self, write: &Write<'_>) -> Result<(), StoreError> {
        for opened in self.by_id.values() {
            let Some(Ok(session)) = opened.session.get() else { continue };
            if let Some(skew) = session.clock_skew() {
                write.note_clock_skew(opened.company.settings.environment, skew.num_seconds())?;
            }
        }
        Ok(())
    }

    /// A clock that is far from the service's may not date a signature: Hacienda rejects a FechaEmision ahead of its own (code
    /// -53), and a wrong SigningTime cannot be mended. One that was found wrong is looked at again before it is refused.
    fn check_clock(&self, company: &Company) -> Result<(), Failure> {
        let Some(known) = self.clock_checks.get().and_then(|checks| checks.get(&company.settings.environment)) else {
            return Ok(());
        };
        if company.settings.allow_wrong_clock || known.skew_seconds.abs() <= WORST_SKEW_SECONDS {
            return Ok(());
        }
        let seconds = self.present_skew(company).unwrap_or(known.skew_seconds);
        if seconds.abs() <= WORST_SKEW_SECONDS {
            return Ok(());
        }
        let direction = if seconds > 0 { "ahead of" } else { "behind" };
        let message = format!(
            "this machine's clock is {} s {direction} Hacienda's; correct it (timedatectl) and sign again. \
             allow_wrong_clock = true signs all the same",
            seconds.abs()
        );
        Err(Failure { spares_attempts: true, ..Failure::new(Category::Unknown, message) })
    }

    fn present_skew(&self, company: &Company) -> Option<i64> {
        let answer = self.open_client(company).ok()?.probe(Target::Api).ok()?;
        Some((answer.received_at - answer.server_date?).num_seconds())
    }

    /// The remembered refusal of a company's login, whatever its credentials are now.
    pub(super) fn remembered_refusal(&self, company: &Company) -> Option<&RefusedLogin> {
        self.refused.get()?.get(&(company.id.clone(), company.settings.environment))
    }

    /// What is to be remembered of a login that has just been refused. The series of refusals began with the first of the same
    /// credentials.
    pub(super) fn refusal(&self, company: &Company, message: &str, now: DateTime<Utc>) -> Option<RefusedLogin> {
        let password = company.password.read().ok()?;
        let known = self.remembered_refusal(company);
        if let Some(known) = known.filter(|known| known.fingerprint == fingerprint(company, &password, &known.salt)) {
            return Some(RefusedLogin { message: message.to_owned(), ..known.clone() });
        }
        let mut random = [0; 16];
        aws_lc_rs::rand::fill(&mut random).ok()?;
        let salt = hexadecimal(&random);
        let fingerprint = fingerprint(company, &password, &salt);
        Some(RefusedLogin { salt, fingerprint, refused_at: now, message: message.to_owned() })
    }

    /// Puts the certificates of this run that end soon into the outbox, once for each threshold that was crossed.
    pub fn note_ending_certificates(&self, write: &Write<'_>) -> Result<(), StoreError> {
        for opened in self.by_id.values() {
            let Some((at, serial)) = opened.ends.get().cloned() else { continue };
            let left = at - self.clock.now();
            if let Some(days) = EXPIRY_NOTICE_DAYS.into_iter().rfind(|days| left <= TimeDelta::days(i64::from(*days))) {
                write.notify(&self.ways, &opened.company.id, None, &Fact::CertificateEnds { at, days, serial })?;
            }
        }
        Ok(())
    }

    /// When each company's certificate ends, as far as it can be opened.
    pub fn certificate_ends(&self) -> Vec<(&'a str, DateTime<Utc>)> {
        let ends = |company: &'a Company| {
            // What is wrong with it otherwise is not asked here.
            let _ = self.credential(&company.id);
            let (at, _) = self.opened(&company.id).ok()?.ends.get()?;
            Some((company.id.as_str(), *at))
        };
        self.all().into_iter().filter_map(ends).collect()
    }

    /// Opens every company's key, for a run that looks after all of them. What is wrong is logged; a sign run reports it.
    pub fn look_at_certificates(&self) {
        for company in self.all() {
            if let Err(failure) = self.credential(&company.id) {
                log::error!("{}", failure.message);
            }
        }
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
        opened.clock.get_or_init(|| self.check_clock(opened.company)).clone()?;
        let open = || {
            let credential = open_credential(opened.company)?;
            let certificate = credential.certificate();
            opened.ends.get_or_init(|| (certificate.not_after, certificate.serial.clone()));
            check_certificate(opened.company, &credential, self.clock.now())?;
            Ok(Arc::new(credential))
        };
        opened.credential.get_or_init(open).clone()
    }

    /// The company's session; the first request logs in.
    pub(super) fn session(&self, id: &str) -> Result<Arc<Session>, Failure> {
        let opened = self.opened(id)?;
        opened.session.get_or_init(|| self.open_session(opened.company).map(Arc::new)).clone()
    }

    fn open_client(&self, company: &Company) -> Result<Client, Failure> {
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
            clock: self.clock,
            ..ClientOptions::new(settings.endpoints.clone())
        };
        Client::new(options).map_err(|error| fail(error.to_string()))
    }

    fn open_session(&self, company: &Company) -> Result<Session, Failure> {
        let fail = |what: String| Failure::of_credentials(format!("{}: {what}", company.id));
        let client = self.open_client(company)?;
        let password = company.password.read().map_err(|error| fail(format!("password: {error}")))?;
        self.refuse_known_refusal(company, &password)?;
        Ok(Session::new(Arc::new(client), Credentials { username: company.username.clone(), password }))
    }

    /// The same credentials are not tried again by themselves: the identity provider may block the user.
    fn refuse_known_refusal(&self, company: &Company, password: &Secret) -> Result<(), Failure> {
        let Some(known) = self.remembered_refusal(company).filter(|_| !self.tries_refused_logins) else {
            return Ok(());
        };
        if known.fingerprint != fingerprint(company, password, &known.salt) {
            return Ok(());
        }
        let message = format!(
            "{}: the login is refused since {} and not tried again: {}. Correct user name and password, or try with \
             `cr-einvoice retry now`",
            company.id,
            costa_rica_text(known.refused_at),
            known.message
        );
        Err(Failure { login_refused: true, ..Failure::of_credentials(message) })
    }

    fn opened(&self, id: &str) -> Result<&Opened<'a>, Failure> {
        self.by_id.get(id).ok_or_else(|| {
            Failure::of_credentials(format!("the company `{id}` is not in the configuration any more; add it again"))
        })
    }
}

fn open_credential(company: &Company) -> Result<Credential, Failure> {
    let fail = |what: String| Failure::of_credentials(format!("{}: {what}", company.id));
    let path = company.certificate.display();
    let bytes = fs::read(&company.certificate).map_err(|error| fail(format!("cannot read {path}: {error}")))?;
    let pin = company.pin.read().map_err(|error| fail(format!("pin: {error}")))?;
    Credential::open(&bytes, &pin).map_err(|error| fail(format!("{path}: {error}")))
}

/// Refuses a certificate that Hacienda would refuse.
fn check_certificate(company: &Company, credential: &Credential, now: DateTime<Utc>) -> Result<(), Failure> {
    certificate_fault(company, credential, now)
        .map_err(|what| Failure::of_credentials(format!("{}: {what}", company.id)))
}

fn certificate_fault(company: &Company, credential: &Credential, now: DateTime<Utc>) -> Result<(), String> {
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

impl Drop for Companies<'_> {
    /// Logs every open session out. A session that cannot be closed ends by itself, so that is only worth a line.
    fn drop(&mut self) {
        for opened in self.by_id.values() {
            if let Some(Ok(session)) = opened.session.get()
                && let Err(fault) = session.close()
            {
                log::warn!("{}: {fault}", opened.company.id);
            }
        }
    }
}

/// Tells one set of credentials from another without telling them: salted, for the password must not be guessed from it.
fn fingerprint(company: &Company, password: &Secret, salt: &str) -> String {
    let endpoints = &company.settings.endpoints;
    let mut context = Context::new(&SHA256);
    for part in [salt, &endpoints.token_url, &endpoints.client_id, &company.username] {
        context.update(part.as_bytes());
        context.update(&[0]);
    }
    context.update(password.expose());
    hexadecimal(context.finish().as_ref())
}
