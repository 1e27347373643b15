//! An exchange with the service: what was being done, what disturbed it, what its answer lacked.

use serde::{Deserialize, Serialize};

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Asking the identity provider for a token.
    Login,
    /// Sending a document.
    Submit,
    /// Asking for a document's status.
    Status,
    /// Asking for the list of what a taxpayer has sent.
    List,
    /// Closing the session.
    Logout,
    /// Looking whether the service is there.
    Probe,
}

/// Whether the service may have the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Certainly not: nothing was sent, or the service refused it in so many words.
    NotDelivered,
    /// It may or may not. The next request for this clave must be a question, never a POST.
    Unknown,
}

/// Why no whole answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// The name of the host could not be resolved.
    Name,
    /// The connection could not be made.
    Connect,
    /// No encrypted connection could be agreed on, or the certificate of the host is not to be trusted.
    Tls,
    /// The connection was not made in time.
    ConnectTimeout,
    /// The request was sent, or part of it, and no whole answer came in time.
    Timeout,
    /// The connection broke before an answer began.
    Reset,
    /// The answer broke off, or is not HTTP.
    Cut,
    /// The answer is larger than any that the service gives.
    TooLarge,
}

impl Transport {
    /// The request certainly did not reach the service: no connection to it was ever made.
    pub fn before_sending(self) -> bool {
        matches!(self, Transport::Name | Transport::Connect | Transport::Tls | Transport::ConnectTimeout)
    }
}

/// What is wrong with an answer that came whole (API reference, "Status codes"; IdP guide; RFC 6749, section 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerFault {
    /// A web page: the word of a gateway, not of the service.
    WebPage,
    /// A redirect, which is never followed.
    Redirect,
    /// A success with nothing in it, and not the success that the service gives: whether it has the document must be asked.
    Empty,
    /// The service refused what was asked of it.
    Refused,
    /// It did not take the token.
    TokenRefused,
    /// This taxpayer or this address may not do that.
    NotAllowed,
    /// Nothing is at this address.
    NothingThere,
    /// It gave up waiting: 408, 425.
    GaveUpWaiting,
    /// It asks for fewer requests.
    TooMany,
    /// It failed: 5xx.
    Failed,
    /// An answer that no document describes.
    Undocumented,
    /// The body is not the JSON expected.
    NotJson {
        /// What the parser said; nothing where it could quote a token.
        detail: Option<String>,
    },
    /// The answer to a query has no `ind-estado`.
    NoStatus,
    /// A key of the answer is there twice, or in two spellings that say two things: two readers would read two answers.
    Ambiguous {
        /// The key.
        key: String,
    },
    /// It speaks of another clave than the one that it was asked about, so that what it says is not about ours.
    OtherClave {
        /// That clave.
        clave: String,
    },
    /// The answer to a login holds no token that can be used.
    NoToken,
    /// The identity provider has blocked the user, or does not allow it here.
    LoginBlocked,
    /// The identity provider does not know `client_id`.
    ClientUnknown,
    /// The identity provider refused user name or password.
    CredentialsRefused,
}

impl AnswerFault {
    /// A refusal of these credentials: asking again unchanged would only lock the user.
    pub fn is_login_refusal(&self) -> bool {
        matches!(self, AnswerFault::LoginBlocked | AnswerFault::ClientUnknown | AnswerFault::CredentialsRefused)
    }
}
