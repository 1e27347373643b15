//! Why an exchange failed, in the seven categories: from the kind of transport error, the HTTP status, `X-Error-Cause`
//! and the stage, never from digits or words of the user's data.

use std::fmt;

use chrono::{DateTime, Utc};

use super::http::RawAnswer;
use super::transport::{Transport, TransportError};
use crate::retry::Category;

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Asking the identity provider for a token.
    Login,
    /// Sending a document.
    Submit,
    /// Asking for a document's status.
    Status,
    /// Closing the session.
    Logout,
    /// Looking whether the service is there.
    Probe,
}

impl Stage {
    fn sentence_start(self) -> &'static str {
        match self {
            Stage::Login => "the login failed",
            Stage::Submit => "the document was not confirmed as received",
            Stage::Status => "the status could not be asked",
            Stage::Logout => "the session could not be closed",
            Stage::Probe => "the service could not be looked at",
        }
    }
}

/// Whether the service may have the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Certainly not: nothing was sent, or the service refused it in so many words.
    NotDelivered,
    /// It may or may not. The next request for this clave must be a question, never a POST.
    Unknown,
}

/// A failed exchange with the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Why, as the retry table sees it.
    pub category: Category,
    /// A sentence for a person. Holds no secret.
    pub message: String,
    /// What was being done.
    pub stage: Stage,
    /// Whether the service may have the document.
    pub delivery: Delivery,
    /// The service's wish not to be asked again before this instant.
    pub not_before: Option<DateTime<Utc>>,
    /// The status, when an HTTP answer came.
    pub http_status: Option<u16>,
    /// The kind of disturbance, when no whole answer came.
    pub transport: Option<Transport>,
    /// The identity provider refused the credentials: no further login makes sense until a person has changed something.
    pub login_refused: bool,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Fault {
    /// No whole answer came from `host`.
    pub(crate) fn of_transport(stage: Stage, host: &str, error: &TransportError) -> Self {
        let category = match error.kind {
            Transport::Cut => Category::Transient,
            Transport::TooLarge => Category::Server,
            _ => Category::Network,
        };
        let message = format!("{}: {host}: {} ({})", stage.sentence_start(), error.kind, error.detail);
        // Before a session is open no document is sent, so a login that breaks off delivers nothing.
        let certain = error.kind.before_sending() || stage == Stage::Login;
        Fault {
            category,
            message,
            stage,
            delivery: if certain { Delivery::NotDelivered } else { Delivery::Unknown },
            not_before: None,
            http_status: None,
            transport: Some(error.kind),
            login_refused: false,
        }
    }

    /// The service answered, and this is what is wrong with it.
    pub(crate) fn of_answer(stage: Stage, category: Category, answer: &RawAnswer, reason: &str) -> Self {
        let message = format!("{}: HTTP {}: {reason}", stage.sentence_start(), answer.http_status);
        Fault {
            category,
            message,
            stage,
            delivery: if stage == Stage::Login || is_refusal(answer.http_status) {
                Delivery::NotDelivered
            } else {
                Delivery::Unknown
            },
            not_before: answer.not_before,
            http_status: Some(answer.http_status),
            transport: None,
            login_refused: false,
        }
    }

    /// The same fault, marked as the identity provider's refusal.
    pub(crate) fn into_login_refusal(mut self) -> Self {
        self.login_refused = true;
        self
    }
}

/// A refusal in so many words. 408 is not one: gateways also answer it when the request went through and the answer did not.
fn is_refusal(http_status: u16) -> bool {
    (400..500).contains(&http_status) && http_status != 408
}

/// The category and the words for an answer that is no success, where the status alone decides (API reference, "Status
/// codes").
pub(crate) fn of_status(stage: Stage, answer: &RawAnswer) -> Fault {
    let (category, reason) = match answer.http_status {
        300..400 => (Category::Server, "a redirect, which is never followed; check the configured address"),
        400 if answer.error_cause.is_none() && answer.is_html() => {
            (Category::Unknown, "a web page instead of the service's answer")
        }
        400 | 413 | 415 | 422 if matches!(stage, Stage::Submit | Stage::Status) => {
            (Category::Validation, "the service refused the request")
        }
        401 => (Category::Auth, "the token was refused"),
        403 => (Category::Auth, "not allowed for this taxpayer or this address; check username and api_url"),
        404 | 405 | 410 => (Category::Server, "nothing is at this address; check the configured address"),
        408 | 425 => (Category::Transient, "the service gave up waiting"),
        429 => (Category::RateLimit, "too many requests; the service asks for a pause"),
        500.. => (Category::Server, "the service failed"),
        _ => (Category::Unknown, "an answer that is not documented"),
    };
    let reason = match &answer.error_cause {
        Some(cause) => format!("{reason}: {}", tidy(cause)),
        None => reason.to_owned(),
    };
    Fault::of_answer(stage, category, answer, &reason)
}

/// Whether the cause says that this clave was received before: `El comprobante con la Clave [..] ya fue recibido.`
pub(crate) fn says_already_received(cause: &str, clave: &str) -> bool {
    fixed_words(cause, clave).contains("ya fue recibido")
}

/// Whether the cause says that the clave is not known: `No existe el recurso con Clave = [..]`.
pub(crate) fn says_not_found(cause: &str, clave: &str) -> bool {
    fixed_words(cause, clave).contains("no existe el recurso")
}

/// The service's own words: without the clave, without what it quotes in brackets, in lower case, single-spaced.
fn fixed_words(cause: &str, clave: &str) -> String {
    let mut text = cause.to_lowercase();
    if !clave.is_empty() {
        text = text.replace(&clave.to_lowercase(), " ");
    }
    while let Some(open) = text.find('[') {
        let Some(length) = text[open..].find(']') else { break };
        text.replace_range(open..=open + length, " ");
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text of the service as it may appear in a sentence: one line, no control characters, not endless.
pub(crate) fn tidy(text: &str) -> String {
    const LONGEST: usize = 500;
    let line: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let mut line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
        line.push('…');
    }
    line
}
