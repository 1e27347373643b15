//! Why a step failed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::exchange::{AnswerFault, Delivery, Stage, Transport};
use super::stored::stored_with_words;
use super::{CompanyFault, SignatureCheck};
use crate::retry::Category;

/// Why a step failed, was not tried, or ended without a verdict. What follows from it are its methods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumCount)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Cause {
    /// No whole answer came from the service.
    Disturbance {
        /// What was being done.
        stage: Stage,
        /// The service's host.
        host: String,
        /// What happened.
        kind: Transport,
        /// The same in the words of the libraries below.
        detail: String,
    },
    /// The service answered, and not with what was asked for.
    Answer {
        /// What was being done.
        stage: Stage,
        /// The HTTP status.
        http_status: u16,
        /// What is wrong with it.
        fault: AnswerFault,
        /// The service's own words, on one line and without secrets.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
        /// The service does not want to be asked before this instant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<DateTime<Utc>>,
    },
    /// The document could not be written as the body of a request.
    Unwritable {
        /// The library's word.
        detail: String,
    },
    /// The service answered about another clave.
    OtherClave {
        /// That clave, where it named one.
        clave: Option<String>,
    },
    /// The MensajeHacienda in an answer is about another clave.
    OtherClaveInPaper {
        /// That clave.
        clave: String,
    },
    /// Not tried: the service does not answer.
    Outage {
        /// Since when.
        since: DateTime<Utc>,
        /// The latest disturbance.
        last: Box<Cause>,
    },
    /// Tried, and found that a known outage lasts: the document is not to blame.
    OutageLasts {
        /// The disturbance.
        last: Box<Cause>,
    },
    /// Something of the company's is wrong, not of this document.
    Company {
        /// Its id.
        company: String,
        /// What.
        fault: CompanyFault,
    },
    /// This machine's clock is too far from Hacienda's to date a signature.
    Clock {
        /// Ours minus theirs, in seconds.
        seconds: i64,
    },
    /// Its stored bytes are not those that were stored: they were neither signed nor sent.
    Damaged {
        /// What is wrong with them.
        fault: PaperFault,
    },
    /// The document is not signed because Hacienda would reject it.
    WouldBeRejected(Box<Rejection>),
    /// No signature could be made.
    Signing(SigningFault),
    /// `polling_max_hours` passed without a verdict.
    WindowClosed {
        /// The document's key.
        clave: String,
        /// The window.
        hours: u32,
        /// What the service last said.
        last: LastWord,
    },
    /// A sentence of an earlier version, or a kind of cause of a later one, to the letter.
    Words(String),
}

stored_with_words!(Cause);

/// What is wrong with stored bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperFault {
    /// They are not there.
    Missing,
    /// The dictionary that they were compressed with is missing, or has changed.
    Dictionary {
        /// Its number.
        id: i64,
    },
    /// They cannot be decompressed.
    Frame {
        /// The library's word.
        detail: String,
    },
    /// They are other bytes than the document's.
    Hash,
}

/// What validation found in a document that Hacienda would reject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The document's key.
    pub clave: String,
    /// The stable name of the first finding.
    pub name: String,
    /// The path of its element.
    pub element: String,
    /// What is wrong, in Spanish.
    pub es: String,
    /// The same in English.
    pub en: String,
    /// How many more findings there are.
    pub more: usize,
}

/// Why no signature was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SigningFault {
    /// The document is not XML that can be signed.
    NotXml {
        /// The line, from 1.
        line: usize,
        /// The column in it, from 1.
        column: usize,
        /// The parser's word.
        detail: String,
    },
    /// The document carries a signature already.
    AlreadySigned,
    /// The certificate is not valid before this instant.
    NotYetValid {
        /// The instant.
        from: DateTime<Utc>,
    },
    /// The certificate has ended.
    Expired {
        /// When.
        at: DateTime<Utc>,
    },
    /// The cryptographic provider failed.
    Provider {
        /// At what.
        action: String,
    },
    /// What was written did not pass our own verification: a fault of this program.
    SelfCheck(SignatureCheck),
}

/// What the service said when the polling window closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastWord {
    /// Its word for the document's state.
    Status(String),
    /// That it does not know the clave.
    NotFound,
}

impl Cause {
    /// The company's means are at fault.
    pub fn of_company(company: impl Into<String>, fault: CompanyFault) -> Self {
        Cause::Company { company: company.into(), fault }
    }

    /// Its stable name, for scripts.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// The class that decides about the next attempt.
    pub fn category(&self) -> Category {
        match self {
            Cause::Disturbance { kind: Transport::Cut, .. } => Category::Transient,
            Cause::Disturbance { kind: Transport::TooLarge, .. } => Category::Server,
            Cause::Disturbance { .. } | Cause::Outage { .. } => Category::Network,
            Cause::Answer { stage, http_status, fault, .. } => category_of(*stage, *http_status, fault),
            Cause::OtherClave { .. } | Cause::OtherClaveInPaper { .. } => Category::Server,
            Cause::OutageLasts { last } => last.category(),
            Cause::Company { .. } => Category::Auth,
            Cause::WouldBeRejected(_) | Cause::Signing(_) => Category::Validation,
            Cause::Unwritable { .. }
            | Cause::Damaged { .. }
            | Cause::Clock { .. }
            | Cause::WindowClosed { .. }
            | Cause::Words(_) => Category::Unknown,
        }
    }

    /// Whether the database is at fault, and neither the document nor the service.
    pub fn is_of_storage(&self) -> bool {
        matches!(self, Cause::Damaged { .. })
    }

    /// Whether a POST may have arrived; `None` when the cause tells nothing about one.
    pub fn delivery(&self) -> Option<Delivery> {
        match self {
            // Before a session is open no document is sent, so a login that breaks off delivers nothing.
            Cause::Disturbance { stage: Stage::Login, .. } | Cause::Answer { stage: Stage::Login, .. } => {
                Some(Delivery::NotDelivered)
            }
            Cause::Disturbance { stage: Stage::Submit, kind, .. } => {
                Some(if kind.before_sending() { Delivery::NotDelivered } else { Delivery::Unknown })
            }
            // What was said of another document tells nothing about ours.
            Cause::Answer { stage: Stage::Submit, fault: AnswerFault::OtherClave { .. }, .. } => {
                Some(Delivery::Unknown)
            }
            Cause::Answer { stage: Stage::Submit, http_status, .. } => {
                Some(if is_refusal(*http_status) { Delivery::NotDelivered } else { Delivery::Unknown })
            }
            Cause::Unwritable { .. } => Some(Delivery::NotDelivered),
            Cause::OutageLasts { last } => last.delivery(),
            // A question that failed tells nothing about an earlier POST.
            Cause::Disturbance { .. }
            | Cause::Answer { .. }
            | Cause::OtherClave { .. }
            | Cause::OtherClaveInPaper { .. }
            | Cause::Outage { .. }
            | Cause::Company { .. }
            | Cause::Clock { .. }
            | Cause::Damaged { .. }
            | Cause::WouldBeRejected(_)
            | Cause::Signing(_)
            | Cause::WindowClosed { .. }
            | Cause::Words(_) => None,
        }
    }

    /// The obstacle is the company's or the service's, not this document's: no attempt is spent.
    pub fn spares_attempts(&self) -> bool {
        let stands_before_all = matches!(
            self,
            Cause::Outage { .. } | Cause::OutageLasts { .. } | Cause::Company { .. } | Cause::Clock { .. }
        );
        stands_before_all || self.login_refused()
    }

    /// The identity provider refused the credentials: no further login makes sense until a person has changed something.
    pub fn login_refused(&self) -> bool {
        match self {
            Cause::Answer { fault, .. } => fault.is_login_refusal(),
            Cause::Company { fault: CompanyFault::LoginRefused { .. }, .. } => true,
            Cause::OutageLasts { last } => last.login_refused(),
            _ => false,
        }
    }

    /// It tells whether the service is there: a request was made, and answered or disturbed.
    pub fn from_service(&self) -> bool {
        match self {
            Cause::Disturbance { .. } | Cause::Answer { .. } => true,
            Cause::OutageLasts { last } => last.from_service(),
            _ => false,
        }
    }

    /// The service's wish not to be asked again before this instant.
    pub fn not_before(&self) -> Option<DateTime<Utc>> {
        match self {
            Cause::Answer { not_before, .. } => *not_before,
            Cause::OutageLasts { last } => last.not_before(),
            _ => None,
        }
    }

    /// What was being done, when the service was asked for something.
    pub fn stage(&self) -> Option<Stage> {
        match self {
            Cause::Disturbance { stage, .. } | Cause::Answer { stage, .. } => Some(*stage),
            Cause::OutageLasts { last } => last.stage(),
            _ => None,
        }
    }

    /// The HTTP status, when an answer came.
    pub fn http_status(&self) -> Option<u16> {
        match self {
            Cause::Answer { http_status, .. } => Some(*http_status),
            _ => None,
        }
    }

    /// The kind of disturbance, when no whole answer came.
    pub fn transport(&self) -> Option<Transport> {
        match self {
            Cause::Disturbance { kind, .. } => Some(*kind),
            _ => None,
        }
    }
}

/// The category of an answer (API reference, "Status codes").
fn category_of(stage: Stage, http_status: u16, fault: &AnswerFault) -> Category {
    match fault {
        // A page with a refusing status is the word of something unknown between us and the service.
        AnswerFault::WebPage if is_refusal(http_status) => Category::Unknown,
        AnswerFault::NotJson { .. } if stage != Stage::Login => Category::Transient,
        AnswerFault::WebPage
        | AnswerFault::Redirect
        | AnswerFault::Empty
        | AnswerFault::NothingThere
        | AnswerFault::Failed
        | AnswerFault::NotJson { .. }
        | AnswerFault::NoToken => Category::Server,
        AnswerFault::Refused => Category::Validation,
        AnswerFault::TokenRefused
        | AnswerFault::NotAllowed
        | AnswerFault::LoginBlocked
        | AnswerFault::ClientUnknown
        | AnswerFault::CredentialsRefused => Category::Auth,
        AnswerFault::OtherClave { .. } => Category::Server,
        AnswerFault::GaveUpWaiting | AnswerFault::NoStatus | AnswerFault::Ambiguous { .. } => Category::Transient,
        AnswerFault::TooMany => Category::RateLimit,
        AnswerFault::Undocumented => Category::Unknown,
    }
}

/// A refusal in so many words. 408 is not one: gateways also answer it when the request went through and the answer did not.
fn is_refusal(http_status: u16) -> bool {
    (400..500).contains(&http_status) && http_status != 408
}
