//! The companies' keys, each opened when first needed and once only: its certificate checked for today and for the taxpayer.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};

use crate::cause::{Cause, CertificateFault, CompanyFault};
use crate::clock::costa_rica_day;
use crate::config::{Company, SecretError};
use crate::notice::{Fact, Way};
use crate::signature::Credential;
use crate::store::{StoreError, Write};

/// A certificate this close to its end is warned about.
const EXPIRY_WARNING_DAYS: i64 = 30;
/// A person is told once at each of these, and when it has ended.
const EXPIRY_NOTICE_DAYS: [u32; 5] = [30, 15, 7, 1, 0];

/// The keys of some companies.
pub(crate) struct Keys<'a> {
    by_company: HashMap<&'a str, Key<'a>>,
}

struct Key<'a> {
    company: &'a Company,
    credential: OnceLock<Result<Arc<Credential>, Cause>>,
    /// When the certificate ends and its serial number: known of one that has ended too.
    end: OnceLock<(DateTime<Utc>, String)>,
}

impl<'a> Keys<'a> {
    /// Opens nothing yet.
    pub(crate) fn of(companies: impl IntoIterator<Item = &'a Company>) -> Self {
        let key = |company: &'a Company| {
            (company.id.as_str(), Key { company, credential: OnceLock::new(), end: OnceLock::new() })
        };
        Keys { by_company: companies.into_iter().map(key).collect() }
    }

    /// The company's key, its certificate checked for this instant and for this taxpayer.
    pub(super) fn open(&self, company: &Company, now: DateTime<Utc>) -> Result<Arc<Credential>, Cause> {
        match self.by_company.get(company.id.as_str()) {
            Some(key) => key.open(now),
            None => Err(Cause::of_company(&company.id, CompanyFault::NotConfigured)),
        }
    }

    /// Opens them all, for a run that looks after all of them, and says what is wrong; a sign run reports it too.
    pub(crate) fn look_at_all(&self, now: DateTime<Utc>) -> Vec<Cause> {
        self.in_order().into_iter().filter_map(|key| key.open(now).err()).collect()
    }

    /// When each company's certificate ends, as far as it can be opened.
    pub(crate) fn ends(&self, now: DateTime<Utc>) -> Vec<(&'a str, DateTime<Utc>)> {
        let end = |key: &Key<'a>| {
            // What is wrong with it otherwise is not asked here.
            let _ = key.open(now);
            key.end.get().map(|(at, _)| (key.company.id.as_str(), *at))
        };
        self.in_order().into_iter().filter_map(end).collect()
    }

    /// Puts the certificates that were opened and end soon into the outbox, once for each threshold that was crossed.
    pub(crate) fn note_ending(&self, write: &Write<'_>, ways: &[Way]) -> Result<(), StoreError> {
        for key in self.in_order() {
            let Some((at, serial)) = key.end.get().cloned() else { continue };
            let left = at - write.now();
            if let Some(days) = EXPIRY_NOTICE_DAYS.into_iter().rfind(|days| left <= TimeDelta::days(i64::from(*days))) {
                write.notify(ways, &key.company.id, None, &Fact::CertificateEnds { at, days, serial })?;
            }
        }
        Ok(())
    }

    fn in_order(&self) -> Vec<&Key<'a>> {
        let mut keys: Vec<_> = self.by_company.values().collect();
        keys.sort_by_key(|key| &key.company.id);
        keys
    }
}

impl Key<'_> {
    fn open(&self, now: DateTime<Utc>) -> Result<Arc<Credential>, Cause> {
        let open = || {
            let credential = read(self.company)?;
            let certificate = credential.certificate();
            self.end.get_or_init(|| (certificate.not_after, certificate.serial.clone()));
            certificate_fault(self.company, &credential, now).map_err(|fault| unusable(self.company, fault))?;
            Ok(Arc::new(credential))
        };
        self.credential.get_or_init(open).clone()
    }
}

fn read(company: &Company) -> Result<Credential, Cause> {
    let unreadable = |error: SecretError| {
        let fault = match error {
            SecretError::Unreadable(path, error) => {
                CompanyFault::CertificateUnreadable { path: path.display().to_string(), detail: error.to_string() }
            }
            other => CompanyFault::NamedFile(other.into()),
        };
        Cause::of_company(&company.id, fault)
    };
    let bytes = company.read_certificate().map_err(unreadable)?;
    let pin = company.pin.read().map_err(|error| Cause::of_company(&company.id, CompanyFault::Pin(error.into())))?;
    Credential::open(&bytes, &pin).map_err(|error| unusable(company, error.into()))
}

fn unusable(company: &Company, fault: CertificateFault) -> Cause {
    let path = company.certificate.display().to_string();
    Cause::of_company(&company.id, CompanyFault::Certificate { path, fault })
}

/// What Hacienda would refuse a certificate for.
fn certificate_fault(company: &Company, credential: &Credential, now: DateTime<Utc>) -> Result<(), CertificateFault> {
    let certificate = credential.certificate();
    if now < certificate.not_before {
        return Err(CertificateFault::NotYetValid { from: costa_rica_day(certificate.not_before) });
    }
    if now >= certificate.not_after {
        return Err(CertificateFault::Expired { on: costa_rica_day(certificate.not_after) });
    }
    let left = certificate.not_after - now;
    if left < TimeDelta::days(EXPIRY_WARNING_DAYS) {
        let (id, path, last_day) = (&company.id, company.certificate.display(), costa_rica_day(certificate.not_after));
        log::warn!("{id}: {path} expires on {last_day}, in {} days", left.num_days());
    }
    let ours = &company.identification.number;
    match certificate.holder() {
        Some(holder) if holder == *ours => Ok(()),
        _ if company.settings.allow_other_certificate_holder => Ok(()),
        Some(holder) => Err(CertificateFault::OtherHolder { holder, ours: ours.clone() }),
        None => Err(CertificateFault::NoHolder),
    }
}
