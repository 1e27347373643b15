//! The one sender: a request goes out, a whole answer comes back, or the kind of disturbance that prevented it.
//!
//! No redirect is followed and nothing is sent twice, so a token reaches only the configured host and a document is posted
//! only when the caller says so. Proxies named in the environment are ignored: a timer's environment is not that of the
//! shell in which a person tries the command, and both must take the same way.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::Method;
use reqwest::blocking::Response;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::ratelimit;
use super::transport::{self, TransportError};
use crate::cause::Transport;
use crate::clock::Clock;
use crate::secret::Secret;

/// An idle connection is given up before the other side is likely to close it: a request sent into a closing connection
/// has an unknown outcome.
const IDLE_CONNECTION: Duration = Duration::from_secs(15);
/// Connecting gets at most this much of the time for the whole request.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// Who ends a service waits a little, not a whole `request_timeout` more: a renewed token, the same request again and the
/// logout together stay below five seconds.
const LAST_MOMENT: Duration = Duration::from_millis(1500);

/// A whole answer of the service, before anyone has interpreted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawAnswer {
    /// The HTTP status.
    pub http_status: u16,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `X-Error-Cause`: why the service refused; UTF-8, or else ISO-8859-1 (both seen in practice).
    pub error_cause: Option<String>,
    /// `Location`: the address of the state resource. Kept for the record, never followed.
    pub location: Option<String>,
    /// `Content-Range`: which part of a list this is.
    pub content_range: Option<String>,
    /// `Date`: the service's clock.
    pub server_date: Option<DateTime<Utc>>,
    /// When the answer was complete, by our clock.
    pub received_at: DateTime<Utc>,
    /// The service's wish not to be asked again before this instant.
    pub not_before: Option<DateTime<Utc>>,
}

impl RawAnswer {
    /// Whether the body is a web page: the word of a gateway, not of the service.
    pub fn is_html(&self) -> bool {
        let declared = self.content_type.as_deref().unwrap_or_default().trim_start().to_ascii_lowercase();
        let start = self.body.trim_ascii_start();
        let looks = |tag: &[u8]| start.len() >= tag.len() && start[..tag.len()].eq_ignore_ascii_case(tag);
        declared.starts_with("text/html") || looks(b"<!doctype html") || looks(b"<html")
    }

    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.http_status)
    }
}

/// What to send.
pub(crate) struct Request<'a> {
    pub method: Method,
    pub address: &'a str,
    /// The access token; only ever sent to `address`.
    pub token: Option<&'a Secret>,
    /// The media type and the bytes.
    pub body: Option<(&'static str, &'a [u8])>,
}

/// Limits of every exchange.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bounds {
    /// For the whole exchange, from connecting to the last byte.
    pub timeout: Duration,
    /// The largest body that is read.
    pub max_body: usize,
    /// Not 0 once a signal tells the process to end: what is begun after that gets [`LAST_MOMENT`] only.
    pub stop: Option<Arc<AtomicUsize>>,
}

impl Bounds {
    /// For a request that begins now.
    fn timeout_now(&self) -> Duration {
        let ends = self.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed) != 0);
        if ends { self.timeout.min(LAST_MOMENT) } else { self.timeout }
    }
}

/// Whom an encrypted connection trusts.
#[derive(Debug)]
pub(super) enum Trust {
    /// The roots of this machine and these.
    System(Vec<reqwest::Certificate>),
    /// Nobody: every address is plain http on this machine. A machine without any root can be spoken to all the same.
    Nobody,
}

/// Sends requests over kept-alive connections; shared by all worker threads.
#[derive(Debug)]
pub(crate) struct Sender {
    client: reqwest::blocking::Client,
    bounds: Bounds,
    clock: Clock,
}

impl Sender {
    pub(super) fn new(bounds: Bounds, trust: Trust, clock: Clock) -> Result<Self, String> {
        let builder = reqwest::blocking::Client::builder()
            .user_agent(concat!("cr-einvoice/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .tcp_nodelay(true)
            .pool_idle_timeout(IDLE_CONNECTION)
            .connect_timeout(LONGEST_CONNECT.min(bounds.timeout / 2))
            .timeout(bounds.timeout);
        let builder = match trust {
            Trust::System(extra_roots) => builder.tls_certs_merge(extra_roots),
            Trust::Nobody => builder.tls_certs_only([]),
        };
        let client = builder.build().map_err(|cause| transport::chain(&cause))?;
        Ok(Sender { client, bounds, clock })
    }

    /// Sends once and reads the whole answer.
    pub(super) fn send(&self, request: &Request<'_>) -> Result<RawAnswer, TransportError> {
        let timeout = self.bounds.timeout_now();
        let deadline = Instant::now() + timeout;
        let mut builder = self.client.request(request.method.clone(), request.address).timeout(timeout);
        if let Some(token) = request.token {
            builder = builder.header(AUTHORIZATION, authorization(token)?);
        }
        if let Some((media_type, bytes)) = request.body {
            builder = builder.header(CONTENT_TYPE, media_type).body(bytes.to_vec());
        }
        let response = builder.send().map_err(|cause| transport::of_request(&cause))?;
        let answer = self.read(response, deadline)?;
        log::debug!("{} {} -> {}", request.method, request.address, answer.http_status);
        Ok(answer)
    }

    fn read(&self, mut response: Response, deadline: Instant) -> Result<RawAnswer, TransportError> {
        let http_status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let body = read_body(&mut response, self.bounds.max_body, deadline)?;
        let received_at = self.clock.now();
        let server_date = text_of(&headers, "date").as_deref().and_then(ratelimit::http_date);
        let not_before = {
            let [retry_after, remaining, reset] =
                ["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"].map(|name| text_of(&headers, name));
            let wishes = ratelimit::Headers {
                retry_after: retry_after.as_deref(),
                remaining: remaining.as_deref(),
                reset: reset.as_deref(),
                server_date,
            };
            ratelimit::not_before(wishes, http_status, received_at)
        };
        Ok(RawAnswer {
            http_status,
            body,
            content_type: text_of(&headers, "content-type"),
            error_cause: text_of(&headers, "x-error-cause").filter(|cause| !cause.trim().is_empty()),
            location: text_of(&headers, "location"),
            content_range: text_of(&headers, "content-range"),
            server_date,
            received_at,
            not_before,
        })
    }
}

fn authorization(token: &Secret) -> Result<HeaderValue, TransportError> {
    let mut value = zeroize::Zeroizing::new(b"bearer ".to_vec());
    value.extend_from_slice(token.expose());
    let mut header = HeaderValue::from_bytes(&value).map_err(|_| TransportError {
        kind: Transport::Connect,
        detail: "the access token holds characters that no header may hold".to_owned(),
    })?;
    header.set_sensitive(true);
    Ok(header)
}

/// Reads to the end, but neither beyond the cap nor beyond the deadline: bytes that drip in reset no timer.
fn read_body(response: &mut Response, max_body: usize, deadline: Instant) -> Result<Vec<u8>, TransportError> {
    let too_large = || TransportError { kind: Transport::TooLarge, detail: format!("more than {max_body} bytes") };
    let announced = response.content_length().unwrap_or_default();
    if announced > max_body as u64 {
        return Err(too_large());
    }
    let mut body = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        match response.read(&mut piece) {
            Ok(0) => return Ok(body),
            Ok(length) => body.extend_from_slice(&piece[..length]),
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(transport::of_body(&cause)),
        }
        if body.len() > max_body {
            return Err(too_large());
        }
        if Instant::now() > deadline {
            return Err(TransportError { kind: Transport::Timeout, detail: "the answer was too slow".to_owned() });
        }
    }
}

fn text_of(headers: &HeaderMap, name: &'static str) -> Option<String> {
    headers.get(HeaderName::from_static(name)).map(|value| decode_text(value.as_bytes()))
}

/// UTF-8, or else ISO-8859-1, in which every byte is the character of the same number.
pub(crate) fn decode_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An answer with nothing but a status and a body.
    pub(crate) fn answer(http_status: u16, body: &str) -> RawAnswer {
        RawAnswer {
            http_status,
            body: body.as_bytes().to_vec(),
            content_type: None,
            error_cause: None,
            location: None,
            content_range: None,
            server_date: None,
            received_at: DateTime::UNIX_EPOCH,
            not_before: None,
        }
    }

    #[test]
    fn header_text_is_utf8_or_else_latin_1() {
        assert_eq!(decode_text("numeración".as_bytes()), "numeración");
        assert_eq!(decode_text(b"numeraci\xf3n"), "numeración");
    }

    #[test]
    fn a_token_that_no_header_may_hold_is_not_sent() {
        assert!(authorization(&Secret::new("a\r\nX: y")).is_err());
        let header = authorization(&Secret::new("abc")).unwrap();
        assert!(!format!("{header:?}").contains("abc"));
    }
}
