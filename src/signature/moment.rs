//! When a signature was made, and whether its certificate was valid then.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone, Utc};

use super::Certificate;
use super::markup::Markup;
use super::names::XADES;
use super::survey::Survey;
use crate::clock;
use crate::xml::{Event, Reader};

/// The day and hour of a document: that of issue, or of confirmation.
const ISSUED: [&str; 2] = ["FechaEmision", "FechaEmisionDoc"];

/// When the signer says that it signed. XAdES lets it be left out (section 7.2.1), and Hacienda accepted such documents in
/// 2026.
pub fn signing_time(markup: &Markup) -> Result<Option<DateTime<FixedOffset>>, String> {
    let time = markup.signature_properties().and_then(|properties| properties.only(XADES, "SigningTime"));
    let Some(text) = time.map(|time| time.value()).transpose()? else { return Ok(None) };
    parse_time(text).map(Some).ok_or_else(|| format!("xades:SigningTime `{text}` is not a date and time"))
}

/// The certificate was valid when it signed; where the signature does not say when, when the document was issued.
pub fn check(markup: &Markup, survey: &Survey, certificate: &Certificate) -> Result<String, String> {
    let signed = signing_time(markup)?;
    let (at, what) = match signed {
        Some(at) => (Some(at), "signed"),
        None => (issued(survey.text()), "the signature does not say when it was made; the document is of"),
    };
    let (from, until) = (clock::costa_rica_text(certificate.not_before), clock::costa_rica_text(certificate.not_after));
    let Some(at) = at.map(|at| at.with_timezone(&Utc)) else {
        return Ok(format!(
            "neither signature nor document says when; the certificate is valid from {from} to {until}"
        ));
    };
    let shown = clock::costa_rica_text(at);
    if certificate.is_valid_at(at) {
        return Ok(format!("{what} {shown}, certificate valid from {from} to {until}"));
    }
    Err(format!("{what} {shown}, but the certificate is valid from {from} to {until}: expired, or a wrong clock"))
}

/// The instant in the document itself, which its reference covers. None for an answer of Hacienda, which has none.
fn issued(text: &str) -> Option<DateTime<FixedOffset>> {
    let mut reader = Reader::new(text.as_bytes());
    let (mut depth, mut is_date) = (0usize, false);
    loop {
        match reader.next().ok()? {
            Event::Start(element) => {
                depth += 1;
                is_date = depth == 2 && ISSUED.contains(&element.name);
            }
            Event::Text(text) if is_date => return parse_time(text.trim()),
            Event::Text(_) => {}
            Event::End => (depth, is_date) = (depth.saturating_sub(1), false),
            Event::Eof => return None,
        }
    }
}

/// An `xs:dateTime`. One without an offset is taken for Costa Rica's time.
fn parse_time(text: &str) -> Option<DateTime<FixedOffset>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at);
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    clock::costa_rica().from_local_datetime(&local).single()
}
