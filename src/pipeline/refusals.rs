//! Logins that the identity provider refused: the same credentials are not tried again by themselves, for it may block the
//! user.

use std::collections::HashMap;

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, Utc};

use crate::cause::{Cause, CompanyFault};
use crate::config::Company;
use crate::hacienda::Environment;
use crate::secret::Secret;
use crate::sha256::hexadecimal;
use crate::store::{RefusedLogin, Store, StoreError};

/// The refusals that earlier runs met.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    known: HashMap<(String, Environment), RefusedLogin>,
}

impl Refusals {
    /// Those that the database remembers.
    pub(super) fn remembered(store: &Store) -> Result<Self, StoreError> {
        Ok(Refusals { known: store.refused_logins()? })
    }

    /// The remembered refusal of a company's login, whatever its credentials are now.
    pub(super) fn of(&self, company: &Company) -> Option<&RefusedLogin> {
        self.known.get(&(company.id.clone(), company.settings.environment))
    }

    /// Refuses credentials that were refused before.
    pub(super) fn check(&self, company: &Company, password: &Secret) -> Result<(), Cause> {
        let Some(known) = self.of(company) else { return Ok(()) };
        if known.fingerprint != fingerprint(company, password, &known.salt) {
            return Ok(());
        }
        let fault = CompanyFault::LoginRefused { since: known.refused_at, last: Box::new(known.cause.clone()) };
        Err(Cause::of_company(&company.id, fault))
    }

    /// What is to be remembered of a login that has just been refused. The series of refusals began with the first of the same
    /// credentials.
    pub(super) fn begin(&self, company: &Company, cause: &Cause, now: DateTime<Utc>) -> Option<RefusedLogin> {
        let password = company.password.read().ok()?;
        let same = |known: &&RefusedLogin| known.fingerprint == fingerprint(company, &password, &known.salt);
        if let Some(known) = self.of(company).filter(same) {
            return Some(RefusedLogin { cause: cause.clone(), ..known.clone() });
        }
        let mut random = [0; 16];
        aws_lc_rs::rand::fill(&mut random).ok()?;
        let salt = hexadecimal(&random);
        let fingerprint = fingerprint(company, &password, &salt);
        Some(RefusedLogin { salt, fingerprint, refused_at: now, cause: cause.clone() })
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
