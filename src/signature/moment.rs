//! When a signature was made, and whether its certificate was valid then.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone, Utc};

use super::Certificate;
use super::markup::Markup;
use super::names::XADES;
use super::report::Found;
use super::survey::Survey;
use crate::cause::SignatureFault;
use crate::clock::costa_rica;
use crate::xml::{Event, Reader};

/// The day and hour of a document: that of issue, or of confirmation.
const ISSUED: [&str; 2] = ["FechaEmision", "FechaEmisionDoc"];

/// When the signer says that it signed. XAdES lets it be left out (section 7.2.1), and Hacienda accepted such documents in
/// 2026.
pub(super) fn signing_time(markup: &Markup) -> Result<Option<DateTime<FixedOffset>>, SignatureFault> {
    let time = markup.signature_properties().and_then(|properties| properties.only(XADES, "SigningTime"));
    let Some(text) = time.map(|time| time.value()).transpose()? else { return Ok(None) };
    parse_time(text).map(Some).ok_or_else(|| SignatureFault::NotATime { text: text.to_owned() })
}

/// The certificate was valid when it signed; where the signature does not say when, when the document was issued.
pub(super) fn check(
    signed: Option<DateTime<FixedOffset>>,
    survey: &Survey,
    certificate: &Certificate,
) -> Result<Found, SignatureFault> {
    let (from, until) = (certificate.not_before, certificate.not_after);
    let utc = |at: DateTime<FixedOffset>| at.with_timezone(&Utc);
    let (at, by_signature, found) = match signed.map(utc) {
        Some(signed) => (signed, true, Found::Dates { signed, from, until }),
        None => match issued(survey.text()).map(utc) {
            Some(issued) => (issued, false, Found::DatesOfIssue { issued: Some(issued), from, until }),
            None => return Ok(Found::DatesOfIssue { issued: None, from, until }),
        },
    };
    if certificate.is_valid_at(at) {
        return Ok(found);
    }
    Err(SignatureFault::Dates { at, by_signature, from, until })
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
    costa_rica().from_local_datetime(&local).single()
}
