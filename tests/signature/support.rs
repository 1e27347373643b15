//! One holder for the whole run, a document of every kind, and edits of signed documents.

use std::sync::OnceLock;

use chrono::{DateTime, NaiveDate, Utc};
use cr_einvoice::document::Kind;
use cr_einvoice::signature::rehearsal::{Authority, Issued, KeyHolder};
use cr_einvoice::signature::{Credential, Digest, Profile, SignOptions, Verification, sign, verify};

/// An instant at which the holder's certificate is valid.
pub fn now() -> DateTime<Utc> {
    "2026-11-20T15:15:02Z".parse().expect("an instant")
}

fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    AUTHORITY.get_or_init(|| Authority::new().expect("an authority"))
}

/// The certificate of the authority, PEM, for verifiers that follow the chain.
pub fn authority_pem() -> String {
    authority().pem()
}

/// The certificate of the authority, DER.
pub fn authority_der() -> Vec<u8> {
    authority().der().to_vec()
}

fn issue(from: i32, until: i32, long_key: bool) -> Issued {
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).expect("a day");
    let name = "EMPRESA <INVENTADA>, S.A.";
    let holder = KeyHolder { name, serial_number: "CPJ-3-101-999888", from: day(from), until: day(until), long_key };
    authority().issue(&holder).expect("a certificate")
}

/// A credential of these years.
pub fn credential_of(from: i32, until: i32, long_key: bool) -> Credential {
    issue(from, until, long_key).credential().expect("a credential")
}

/// The key and certificate of most tests.
pub fn issued() -> &'static Issued {
    static ISSUED: OnceLock<Issued> = OnceLock::new();
    ISSUED.get_or_init(|| issue(2020, 2045, false))
}

/// The credential of most tests.
pub fn credential() -> &'static Credential {
    static CREDENTIAL: OnceLock<Credential> = OnceLock::new();
    CREDENTIAL.get_or_init(|| issued().credential().expect("a credential"))
}

/// Every shape of signature that can be asked for.
pub fn every_option() -> Vec<SignOptions> {
    let shapes = [Profile::Widest, Profile::Annex].into_iter().flat_map(|profile| {
        [Digest::Sha256, Digest::Sha512].map(|digest| SignOptions { profile, digest, ..SignOptions::default() })
    });
    shapes.collect()
}

/// The options of a profile.
pub fn options(profile: Profile) -> SignOptions {
    SignOptions { profile, ..SignOptions::default() }
}

/// A small document of a kind, with what signing has to leave alone: entities, accents, white space.
pub fn document(kind: Kind) -> String {
    let (root, suffix) = (kind.root(), kind.namespace_suffix());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<{root} xmlns=\"https://cdn.comprobanteselectronicos.go.cr/xml-schemas/v4.4/{suffix}\" \
xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">
  <Clave>50620112600310199988800100001010000000015112345678</Clave>
  <Emisor>
    <Nombre>Café &amp; Té del Valle S.A.</Nombre>
  </Emisor>
</{root}>
"
    )
}

/// Signs, or says why not.
pub fn signed(xml: &str, options: &SignOptions) -> String {
    let signed = sign(xml.as_bytes(), credential(), options, now()).unwrap_or_else(|error| panic!("{error}\n{xml}"));
    String::from_utf8(signed).expect("UTF-8")
}

/// The name of the first part that fails, or `valid`.
pub fn outcome(xml: &str) -> &'static str {
    verify(xml.as_bytes()).failure().map_or("valid", |part| part.name)
}

/// Every part with its sentence, for the message of a failed test.
pub fn explain(verification: &Verification) -> String {
    verification.parts.iter().map(|part| format!("{} {}: {}\n", part.valid(), part.name, part.message())).collect()
}

/// Replaces what must be there exactly once.
pub fn replace(xml: &str, from: &str, to: &str) -> String {
    assert_eq!(xml.matches(from).count(), 1, "`{from}` in\n{xml}");
    xml.replace(from, to)
}

/// The text between two marks, the marks left out.
pub fn between<'x>(xml: &'x str, before: &str, after: &str) -> &'x str {
    let start = xml.find(before).unwrap_or_else(|| panic!("no `{before}`")) + before.len();
    let length = xml[start..].find(after).unwrap_or_else(|| panic!("no `{after}`"));
    &xml[start..start + length]
}
