//! The ways in which the stand-in misbehaves on purpose, and the requests that they are about.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// A login or a renewal.
    Token,
    /// The end of a session.
    Logout,
    /// `POST recepcion`.
    Submit,
    /// `GET recepcion/{clave}`.
    Status,
    /// `GET comprobantes`, all or one.
    List,
    /// Any other address.
    Other,
}

/// How a pause is announced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetForm {
    /// `X-Ratelimit-Reset` as UTC epoch seconds.
    #[default]
    Epoch,
    /// `X-Ratelimit-Reset` as seconds left.
    Seconds,
    /// `Retry-After` in seconds.
    RetryAfter,
    /// `Retry-After` as a date.
    RetryDate,
    /// Not at all.
    Silent,
}

/// What happens to a request, or to the verdict on a document. In TOML the name alone, or a table:
/// `action = "reset_after"`, `action = { late = { polls = 3 } }`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// The request is not acted on and no answer ever comes.
    TimeoutBefore,
    /// The request is acted on and no answer ever comes.
    TimeoutAfter,
    /// The request is not acted on and the connection is reset.
    ResetBefore,
    /// The request is acted on and the connection is reset.
    ResetAfter,
    /// Not acted on: too many requests.
    TooMany {
        /// The pause asked for.
        seconds: u64,
        /// How it is announced.
        #[serde(default)]
        form: ResetForm,
    },
    /// Not acted on: this status, with an `X-Error-Cause` when given.
    Status {
        /// The HTTP status.
        code: u16,
        /// `X-Error-Cause`.
        cause: Option<String>,
    },
    /// Acted on, and yet answered with this status.
    StatusAfter {
        /// The HTTP status.
        code: u16,
    },
    /// Not acted on: a web page.
    Html {
        /// The HTTP status.
        code: u16,
    },
    /// Not acted on: bytes that are not HTTP.
    Garbage,
    /// Acted on, and answered with a body that is not JSON.
    GarbageBody,
    /// Acted on, and the answer breaks off.
    Truncated,
    /// Acted on, and the answer's bytes drip.
    Slow {
        /// Between two bytes.
        milliseconds: u64,
    },
    /// Acted on after a wait.
    Latency {
        /// How long.
        milliseconds: u64,
    },
    /// Acted on, and the answer's body is padded to this size.
    Oversized {
        /// Bytes.
        bytes: usize,
    },
    /// Not acted on: a redirect to another place.
    Redirect {
        /// `Location`.
        location: String,
    },
    /// The login or renewal is refused: wrong credentials.
    InvalidGrant,
    /// The login or renewal is refused: the user is blocked.
    Blocked,
    /// The access token lives this long.
    Lifetime {
        /// `expires_in`.
        seconds: u64,
    },
    /// The token works as ever, and its lifetime is written so: `action = { expires_in = "-5" }`.
    ExpiresIn(String),
    /// The clave is not known, whatever was posted.
    NotFound {
        /// 404 or 400.
        code: u16,
    },
    /// The list is given after so many documents of another system of the same issuer have arrived: every page shifts.
    Arrive {
        /// How many.
        documents: u32,
    },
    /// The status is this word, without an XML.
    Word(String),
    /// The answer is about another clave.
    WrongClave,
    /// The MensajeHacienda is whole, and sealed by somebody else than Hacienda.
    OtherSeal,
    /// The MensajeHacienda was changed after it was sealed.
    BrokenSeal,
    /// The MensajeHacienda is not sealed.
    Unsealed,
    /// The MensajeHacienda says these texts in these elements: `action = { paper = { TotalFactura = "1" } }`.
    Paper(BTreeMap<String, String>),
    /// The answer has `ind-estado` twice: the other verdict first.
    KeyTwice,
    /// The answer is spelt as the annex prints it: `indEstado`, `respuestaXml`, the word in capitals.
    AnnexSpelling,
    /// The verdict comes without its XML.
    WithoutXml,
    /// The verdict is late by so many queries and seconds.
    Late {
        /// Queries.
        #[serde(default)]
        polls: u32,
        /// Seconds.
        #[serde(default)]
        seconds: u64,
    },
    /// The document is rejected with these codes.
    Reject(Vec<i32>),
    /// The document is accepted with these codes as warnings.
    Warn(Vec<i32>),
}

impl Action {
    /// The requests that an action is about where its rule names none: `None` means any.
    pub fn endpoint(&self) -> Option<Endpoint> {
        match self {
            Action::InvalidGrant | Action::Blocked | Action::Lifetime { .. } | Action::ExpiresIn(_) => {
                Some(Endpoint::Token)
            }
            Action::NotFound { .. }
            | Action::Word(_)
            | Action::WrongClave
            | Action::OtherSeal
            | Action::BrokenSeal
            | Action::Unsealed
            | Action::Paper(_)
            | Action::KeyTwice
            | Action::AnnexSpelling
            | Action::WithoutXml => Some(Endpoint::Status),
            Action::Arrive { .. } => Some(Endpoint::List),
            Action::Late { .. } | Action::Reject(_) | Action::Warn(_) => Some(Endpoint::Submit),
            _ => None,
        }
    }

    /// Whether it is about the verdict, and so decided once, when the document is received.
    pub(crate) fn is_about_verdict(&self) -> bool {
        matches!(self, Action::Late { .. } | Action::Reject(_) | Action::Warn(_))
    }
}
