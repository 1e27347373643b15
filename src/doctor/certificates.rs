//! Each company's secrets and its `.p12`: there, opened by the PIN, its own, and not about to end.

use chrono::{DateTime, Utc};

use super::Check;
use super::files::mode;
use crate::clock::costa_rica_text;
use crate::config::{Company, SecretError, SecretSource};
use crate::secret::Secret;
use crate::signature::{Certificate, Credential};

/// Days before its end when a certificate is first spoken of.
const NEAR_END_DAYS: i64 = 30;

/// Fetches PIN and password, and opens the `.p12`.
/// What a user who may only read the database may not read either is that user's to leave alone.
pub(super) fn examine(company: &Company, now: DateTime<Utc>, reads_only: bool) -> Vec<Check> {
    let (pin, pin_check) = fetch("pin", &company.pin, reads_only);
    let (_, password_check) = fetch("password", &company.password, reads_only);
    let certificate = match pin {
        Some(pin) => open(company, &pin, now, reads_only),
        None => Check::skipped("certificate", "cannot be opened without the PIN"),
    };
    [pin_check, password_check, certificate].map(|check| check.of(&company.id)).into()
}

fn fetch(name: &'static str, source: &SecretSource, reads_only: bool) -> (Option<Secret>, Check) {
    match source.read() {
        Ok(secret) => (Some(secret), Check::ok(name, format!("from {source}{}", shared_with_group(source)))),
        Err(error) if reads_only && is_for_others(&error) => (None, Check::skipped(name, NOT_FOR_READERS)),
        Err(error) => {
            (None, Check::failure(name, error.to_string(), format!("put it where `{name}` says, or change that key")))
        }
    }
}

const NOT_FOR_READERS: &str = "this user may only read the database; the user of the service can look at it";

/// Whether a secret is out of reach for this user, and not missing.
fn is_for_others(error: &SecretError) -> bool {
    match error {
        SecretError::Unreadable(_, cause) => cause.kind() == std::io::ErrorKind::PermissionDenied,
        SecretError::NoCredentials(_) | SecretError::NoVariable(_) | SecretError::Command(..) => true,
        _ => false,
    }
}

/// A group of managers may share a secret, and whoever reads this list should know that one does.
fn shared_with_group(source: &SecretSource) -> &'static str {
    const GROUP_READS: u32 = 0o040;
    match source {
        SecretSource::File(path) if mode(path).is_ok_and(|mode| mode & GROUP_READS != 0) => {
            ", which its group may read"
        }
        _ => "",
    }
}

fn open(company: &Company, pin: &Secret, now: DateTime<Utc>, reads_only: bool) -> Check {
    const NAME: &str = "certificate";
    let path = company.certificate.display();
    let bytes = match company.read_certificate() {
        Ok(bytes) => bytes,
        Err(error) if reads_only && is_for_others(&error) => return Check::skipped(NAME, NOT_FOR_READERS),
        Err(error) => {
            return Check::failure(
                NAME,
                error.to_string(),
                "put the llave criptográfica there, or change `certificate`",
            );
        }
    };
    match Credential::open(&bytes, pin) {
        Ok(credential) => judge(credential.certificate(), company, now),
        Err(error) => Check::failure(
            NAME,
            format!("{path}: {error}"),
            "file and PIN come together, one pair for each environment",
        ),
    }
}

fn judge(certificate: &Certificate, company: &Company, now: DateTime<Utc>) -> Check {
    const NAME: &str = "certificate";
    const RENEW: &str = "make a new llave criptográfica in Hacienda's Oficina Virtual, and put it and its PIN in place";
    let end = costa_rica_text(certificate.not_after);
    let days = (certificate.not_after - now).num_days();
    if now > certificate.not_after {
        return Check::failure(NAME, format!("it ended on {end}"), RENEW);
    }
    if now < certificate.not_before {
        let begin = costa_rica_text(certificate.not_before);
        return Check::failure(NAME, format!("it is valid only from {begin}"), "check this machine's clock, or wait");
    }
    let holder = certificate.holder().unwrap_or_else(|| "nobody whose identification it says".to_owned());
    let wanted = &company.identification.number;
    if holder != *wanted {
        let message = format!("it belongs to {holder}, not to {wanted}");
        return if company.settings.allow_other_certificate_holder {
            Check::warning(NAME, message, "allowed by `allow_other_certificate_holder`")
        } else {
            Check::failure(NAME, message, "use the company's own llave criptográfica")
        };
    }
    if days <= NEAR_END_DAYS {
        return Check::warning(NAME, format!("it ends in {days} days, on {end}"), RENEW);
    }
    Check::ok(NAME, format!("{} bits, of {holder}, until {end} ({days} days)", certificate.key_bits))
}
