//! The kinds of disturbance that keep a whole answer from coming, told from the errors of the libraries below.

use std::error::Error;
use std::io;

use crate::cause::Transport;

/// A failed exchange: its kind, and the cause in the words of the libraries below.
#[derive(Debug)]
pub(crate) struct TransportError {
    pub kind: Transport,
    pub detail: String,
}

/// The kind of an error before the answer's body.
pub(crate) fn of_request(cause: &reqwest::Error) -> TransportError {
    let kind = if cause.is_connect() {
        match () {
            () if cause.is_dns() => Transport::Name,
            () if cause.is_timeout() => Transport::ConnectTimeout,
            () if failed_in_tls(cause) => Transport::Tls,
            () => Transport::Connect,
        }
    } else if cause.is_builder() {
        Transport::Connect
    } else if cause.is_timeout() {
        Transport::Timeout
    } else if is_not_http(cause) {
        Transport::Cut
    } else {
        Transport::Reset
    };
    TransportError { kind, detail: chain(cause) }
}

/// The kind of an error while the body was read.
pub(crate) fn of_body(cause: &io::Error) -> TransportError {
    let timed_out = cause.kind() == io::ErrorKind::TimedOut
        || cause
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<reqwest::Error>())
            .is_some_and(reqwest::Error::is_timeout);
    let kind = if timed_out { Transport::Timeout } else { Transport::Cut };
    TransportError { kind, detail: chain(cause) }
}

fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// rustls reports its errors as `InvalidData`, and a handshake that the other side ends as `UnexpectedEof`.
fn failed_in_tls(cause: &reqwest::Error) -> bool {
    sources(cause).filter_map(|error| error.downcast_ref::<io::Error>()).any(|error| {
        // The connector wraps the error once more, and an io::Error does not name what it wraps as its source.
        let wrapped = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>());
        let kind = wrapped.unwrap_or(error).kind();
        matches!(kind, io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
    })
}

/// hyper keeps its kinds to itself, so its words tell bytes that are not HTTP from a connection that closed. Both are
/// disturbances of the same delivery; a test holds the words.
fn is_not_http(cause: &reqwest::Error) -> bool {
    sources(cause).any(|error| error.to_string().starts_with("invalid HTTP"))
}

/// The innermost words say most; the address in the outermost is left out, the caller names the host.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words: Vec<String> = sources(error).skip(1).map(|cause| cause.to_string()).collect();
    words.dedup();
    if words.is_empty() { error.to_string() } else { words.join(": ") }
}
