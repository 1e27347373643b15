//! What the stand-in does with a request: the rules first, then the service as documented.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::action::{Action, Endpoint, ResetForm};
use super::asked::Asked;
use super::docket::{Delay, Docket};
use super::limiter::Limiter;
use super::record::{Record, RecordedRequest};
use super::rules::Rules;
use super::script::Script;
use super::tokens::Tokens;
use super::wire::{Manner, Reply, Request};
use crate::clock::{self, Clock};

/// The whole state of a stand-in, shared by its connections.
#[derive(Debug)]
pub(super) struct Service {
    pub script: Script,
    pub rules: Mutex<Rules>,
    pub tokens: Mutex<Tokens>,
    pub docket: Mutex<Docket>,
    pub record: Mutex<Record>,
    pub limiter: Mutex<Limiter>,
    pub clock: Mutex<Clock>,
    /// `http://127.0.0.1:PORT`, for `Location`.
    pub origin: String,
}

/// An answer and how it is to reach the other side.
pub(super) struct Dispatch {
    pub reply: Reply,
    pub manner: Manner,
}

/// What acting on a request came to.
#[derive(Default)]
pub(super) struct Acted {
    pub reply: Reply,
    pub taken_in: bool,
    pub status: Option<String>,
}

impl From<Reply> for Acted {
    fn from(reply: Reply) -> Self {
        Acted { reply, ..Acted::default() }
    }
}

impl Service {
    /// Answers one request and writes it down.
    pub(super) fn handle(&self, request: &Request) -> Dispatch {
        let asked = Asked::read(request);
        let action = lock(&self.rules).on_exchange(&asked.subject);
        self.wait(action.as_ref());
        let refused = action.as_ref().and_then(|action| self.instead(action));
        let mut acted = match refused {
            Some(reply) => Acted::from(reply),
            None => self.act(request, &asked, action.as_ref()),
        };
        let manner = self.manner(action.as_ref());
        disfigure(&mut acted.reply, action.as_ref());
        self.write_down(request, &asked, action.as_ref(), &acted, manner);
        let date = self.now() + TimeDelta::seconds(self.script.clock_skew_seconds);
        let reply = acted.reply.with("Date", date.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        Dispatch { reply, manner }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        lock(&self.clock).now()
    }

    fn wait(&self, action: Option<&Action>) {
        let own = match action {
            Some(Action::Latency { milliseconds }) => *milliseconds,
            _ => 0,
        };
        let wait = Duration::from_millis(self.script.latency_ms.saturating_add(own));
        if !wait.is_zero() {
            thread::sleep(wait);
        }
    }

    /// The answer of an action for which the request is not acted on.
    fn instead(&self, action: &Action) -> Option<Reply> {
        Some(match action {
            Action::TimeoutBefore | Action::ResetBefore | Action::Garbage => Reply::new(0),
            Action::TooMany { seconds, form } => self.too_many(*seconds, *form),
            Action::Status { code, cause } => match cause {
                Some(cause) => Reply::new(*code).with("X-Error-Cause", cause),
                None => Reply::new(*code),
            },
            Action::Html { code } => Reply::new(*code).with("Content-Type", "text/html").body(PAGE),
            Action::Redirect { location } => Reply::new(302).with("Location", location),
            Action::InvalidGrant => oauth_error(401, "invalid_grant", "Invalid user credentials"),
            Action::Blocked => oauth_error(403, "access_denied", "User is blocked"),
            _ => return None,
        })
    }

    fn too_many(&self, seconds: u64, form: ResetForm) -> Reply {
        let now = self.now() + TimeDelta::seconds(self.script.clock_skew_seconds);
        let end = now + TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::from(u32::MAX)));
        let reply = Reply::new(429).with("X-Ratelimit-Limit", "1").with("X-Ratelimit-Remaining", "0");
        match form {
            ResetForm::Epoch => reply.with("X-Ratelimit-Reset", end.timestamp().to_string()),
            ResetForm::Seconds => reply.with("X-Ratelimit-Reset", seconds.to_string()),
            ResetForm::RetryAfter => reply.with("Retry-After", seconds.to_string()),
            ResetForm::RetryDate => reply.with("Retry-After", end.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
            ResetForm::Silent => Reply::new(429),
        }
    }

    fn act(&self, request: &Request, asked: &Asked, action: Option<&Action>) -> Acted {
        match asked.subject.endpoint {
            Endpoint::Token => self.token(asked, action).into(),
            Endpoint::Logout => self.logout(asked).into(),
            // The gateway answers 403 for a path that does not exist [practice].
            Endpoint::Other => Reply::new(403).into(),
            endpoint => {
                if let Some(refusal) = self.admit(request) {
                    return refusal.into();
                }
                let mut acted = match endpoint {
                    Endpoint::Submit => self.submit(asked),
                    Endpoint::Status => self.status(asked, action),
                    _ => self.list(request, action).into(),
                };
                lock(&self.limiter).announce(&mut acted.reply, self.now());
                acted
            }
        }
    }

    /// The token first, then the limit.
    fn admit(&self, request: &Request) -> Option<Reply> {
        let authorization = request.authorization.as_deref().unwrap_or_default();
        if !lock(&self.tokens).admits(authorization, self.now()) {
            return Some(Reply::new(401).with("WWW-Authenticate", "Bearer error=\"invalid_token\""));
        }
        let (seconds, form) = lock(&self.limiter).refuses(self.now())?;
        Some(self.too_many(seconds, form))
    }

    pub(super) fn delay(&self) -> Delay {
        Delay { polls: self.script.verdict_polls, seconds: self.script.verdict_seconds }
    }

    fn manner(&self, action: Option<&Action>) -> Manner {
        match action {
            Some(Action::TimeoutBefore | Action::TimeoutAfter) => {
                Manner::Withheld(Duration::from_secs(self.script.hold_seconds))
            }
            Some(Action::ResetBefore | Action::ResetAfter) => Manner::Reset,
            Some(Action::Garbage) => Manner::Garbage,
            Some(Action::Truncated) => Manner::Truncated,
            Some(Action::Slow { milliseconds }) => Manner::Dripping(Duration::from_millis(*milliseconds)),
            _ => Manner::Whole,
        }
    }

    fn write_down(&self, request: &Request, asked: &Asked, action: Option<&Action>, acted: &Acted, manner: Manner) {
        let answered = !matches!(manner, Manner::Withheld(_) | Manner::Reset | Manner::Garbage);
        lock(&self.record).push(RecordedRequest {
            number: 0,
            at: clock::utc_text(self.now()),
            endpoint: asked.subject.endpoint,
            method: request.method.clone(),
            path: request.path.clone(),
            grant: asked
                .field("grant_type")
                .filter(|grant| matches!(*grant, "password" | "refresh_token"))
                .map(str::to_owned),
            clave: asked.subject.key.clone(),
            sha256: asked.sha256(),
            taken_in: acted.taken_in,
            action: action.map(|action| format!("{action:?}")),
            http_status: answered.then_some(acted.reply.status),
            status: acted.status.clone(),
        });
    }
}

const PAGE: &str = "<!DOCTYPE html><html><head><title>Servicio no disponible</title></head><body><h1>Servicio no \
                    disponible</h1></body></html>";

/// The errors of Keycloak (RFC 6749, 5.2).
pub(super) fn oauth_error(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(status, &json!({ "error": error, "error_description": description }))
}

/// Changes an answer after the request was acted on.
fn disfigure(reply: &mut Reply, action: Option<&Action>) {
    match action {
        Some(Action::StatusAfter { code }) => *reply = Reply::new(*code),
        Some(Action::KeyTwice) => reply.body = with_another_status(&reply.body),
        Some(Action::GarbageBody) => reply.body = b"{\"clave\": \xff\xfe, ...".to_vec(),
        Some(Action::Oversized { bytes }) => reply.body.resize(reply.body.len().max(*bytes), b' '),
        _ => {}
    }
}

/// The body with `ind-estado` once more before all else: which of the two counts is each reader's own choice.
fn with_another_status(body: &[u8]) -> Vec<u8> {
    let rejected = body.windows(9).any(|word| word == b"rechazado");
    let mut twice = format!("{{\"ind-estado\":\"{}\",", if rejected { "aceptado" } else { "rechazado" }).into_bytes();
    twice.extend_from_slice(body.strip_prefix(b"{").unwrap_or(body));
    twice
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
