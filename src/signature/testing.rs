//! What the tests of this module share: one authority and one holder for the whole run.

use std::sync::OnceLock;

use chrono::NaiveDate;

use super::rehearsal::{Authority, Issued, KeyHolder};
use super::{Certificate, Credential};

fn day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).expect("a day")
}

/// The authority of the tests.
pub(crate) fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    AUTHORITY.get_or_init(|| Authority::new().expect("an authority"))
}

/// A company with a certificate of the years 2026 to 2029.
pub(crate) fn holder() -> KeyHolder<'static> {
    KeyHolder {
        name: "EMPRESA INVENTADA SOCIEDAD ANÓNIMA",
        serial_number: "CPJ-3-101-999888",
        from: day(2026),
        until: day(2030),
        long_key: false,
    }
}

/// The company's key and certificates.
pub(crate) fn issued() -> &'static Issued {
    static ISSUED: OnceLock<Issued> = OnceLock::new();
    ISSUED.get_or_init(|| authority().issue(&holder()).expect("a certificate"))
}

/// The company's credential.
pub(crate) fn credential() -> &'static Credential {
    static CREDENTIAL: OnceLock<Credential> = OnceLock::new();
    CREDENTIAL.get_or_init(|| issued().credential().expect("a credential"))
}

/// The company's certificate.
pub(crate) fn certificate() -> Certificate {
    Certificate::clone(credential().certificate())
}
