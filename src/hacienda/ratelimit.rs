//! What the service says about how soon it wants to hear from us again.
//!
//! The annex describes `X-Ratelimit-Reset` both as time left and as "UTC Epoch Seconds", so the size of the number
//! decides. An instant is measured against the server's own `Date`, so that a wrong clock here shortens no pause.

use chrono::{DateTime, TimeDelta, Utc};

/// Above this the reset is an instant (September 2001), below it is a number of seconds.
const SMALLEST_EPOCH: i64 = 1_000_000_000;
/// Above this an instant is in milliseconds, as some gateways write it.
const SMALLEST_EPOCH_MILLIS: i64 = 100_000_000_000;
/// No wish is believed beyond this: a nonsensical header must not park a document for years.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);

/// The headers that speak of limits, as they came.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Headers<'a> {
    /// `Retry-After`: seconds or an HTTP date (RFC 9110, 10.2.3).
    pub retry_after: Option<&'a str>,
    /// `X-Ratelimit-Remaining`: requests left in this window.
    pub remaining: Option<&'a str>,
    /// `X-Ratelimit-Reset`: when the window ends.
    pub reset: Option<&'a str>,
    /// `Date`, read.
    pub server_date: Option<DateTime<Utc>>,
}

/// The instant before which nothing more should be sent, or `None` when the service did not ask for a pause.
pub(crate) fn not_before(headers: Headers<'_>, http_status: u16, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let server_now = headers.server_date.unwrap_or(now);
    let exhausted = headers.remaining.is_some_and(|text| text.trim() == "0");
    let reset = headers.reset.filter(|_| exhausted || http_status == 429).and_then(|text| reset_wait(text, server_now));
    let retry_after = headers.retry_after.and_then(|text| retry_after_wait(text, server_now));
    let wait = reset.max(retry_after)?;
    (wait > TimeDelta::zero()).then(|| now + wait.min(LONGEST_WAIT))
}

fn reset_wait(text: &str, server_now: DateTime<Utc>) -> Option<TimeDelta> {
    let value: i64 = text.trim().parse().ok()?;
    if value <= SMALLEST_EPOCH {
        return TimeDelta::try_seconds(value);
    }
    let instant = if value > SMALLEST_EPOCH_MILLIS {
        DateTime::from_timestamp_millis(value)?
    } else {
        DateTime::from_timestamp(value, 0)?
    };
    Some(instant - server_now)
}

fn retry_after_wait(text: &str, server_now: DateTime<Utc>) -> Option<TimeDelta> {
    match text.trim().parse::<u32>() {
        Ok(seconds) => Some(TimeDelta::seconds(i64::from(seconds))),
        Err(_) => Some(http_date(text)? - server_now),
    }
}

/// An HTTP date in its preferred form, `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text.trim()).ok().map(|date| date.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    fn wait(headers: Headers<'_>, http_status: u16) -> Option<i64> {
        not_before(headers, http_status, now()).map(|at| (at - now()).num_seconds())
    }

    #[test]
    fn the_reset_is_an_instant_or_a_number_of_seconds() {
        let epoch = (now().timestamp() + 90).to_string();
        let millis = (now().timestamp_millis() + 90_000).to_string();
        for (reset, expected) in [(epoch.as_str(), Some(90)), (millis.as_str(), Some(90)), ("45", Some(45))] {
            assert_eq!(wait(Headers { reset: Some(reset), ..Headers::default() }, 429), expected);
            assert_eq!(wait(Headers { reset: Some(reset), remaining: Some("0"), ..Headers::default() }, 200), expected);
            assert_eq!(wait(Headers { reset: Some(reset), remaining: Some("3"), ..Headers::default() }, 200), None);
        }
        assert_eq!(wait(Headers { reset: Some("1000000001"), ..Headers::default() }, 429), None, "long past");
        assert_eq!(wait(Headers { reset: Some("soon"), ..Headers::default() }, 429), None);
    }

    #[test]
    fn an_instant_is_measured_on_the_servers_clock() {
        let server_date = Some(now() + TimeDelta::hours(2));
        let epoch = (now().timestamp() + 7200 + 30).to_string();
        assert_eq!(wait(Headers { reset: Some(&epoch), server_date, ..Headers::default() }, 429), Some(30));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_the_longer_wish_counts() {
        assert_eq!(wait(Headers { retry_after: Some("120"), ..Headers::default() }, 503), Some(120));
        let date = Headers { retry_after: Some("Fri, 20 Nov 2026 12:01:00 GMT"), ..Headers::default() };
        assert_eq!(wait(date, 503), Some(60));
        assert_eq!(wait(Headers { reset: Some("600"), ..date }, 429), Some(600));
        assert_eq!(wait(Headers { retry_after: Some("0"), ..Headers::default() }, 503), None);
    }

    #[test]
    fn no_wish_is_longer_than_a_day() {
        assert_eq!(wait(Headers { retry_after: Some("4000000000"), ..Headers::default() }, 503), Some(86_400));
        assert_eq!(wait(Headers { reset: Some("9223372036854775807"), ..Headers::default() }, 429), None);
        assert_eq!(wait(Headers { reset: Some("-5"), ..Headers::default() }, 429), None);
    }
}
