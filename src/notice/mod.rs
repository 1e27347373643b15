//! Telling a person: what a notice says, and the two ways it goes out. When one is due, and that none is lost or repeated,
//! is the outbox's business.
//!
//! A notice carries no secret, and of a document its clave, its consecutivo, the receiver's name and, where Hacienda rejected
//! it, the beginning of what Hacienda says of it: who is told must know whether it can wait. All else is made from closed
//! facts. The words for a fact are the caller's, for they are made when the notice goes out, in the reader's language.

mod command;
mod email;
mod fault;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::cause::Remark;
use crate::config::Notify;
use crate::deadlines::LegalRule;
use crate::lifecycle::Operation;
use crate::named::{Named, unknown};
use crate::retry::Category;

pub(crate) use fault::NoticeFault;

/// What happened that a person must know. The outbox keeps it as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A retry entry spent all its retries.
    RetriesSpent {
        /// The step that failed.
        operation: Operation,
        /// Why, in its last try.
        category: Category,
        /// The retries made.
        retries: u32,
    },
    /// Hacienda rejected a document and gave no reason that could be read.
    Rejected,
    /// Hacienda rejected a document, and said why.
    RejectedFor {
        /// What its answer says.
        reason: Remark,
    },
    /// A document's polling window closed without a verdict.
    NoVerdict {
        /// The window.
        hours: u32,
        /// When it began: a document that is sent again has another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// Hacienda's answer says otherwise than the document that it is about; the verdict stands.
    AnswerDiffers {
        /// The elements of the MensajeHacienda that differ.
        elements: Vec<String>,
    },
    /// Answers that are whole, and sealed by somebody else than Hacienda.
    OtherSeal {
        /// Whose seal it is: the identification in the certificate, when it has one.
        holder: Option<String>,
    },
    /// The signature of Hacienda's answer to a document is broken or missing; the verdict stands.
    SealFails {
        /// The part that fails; none where there is no signature.
        part: Option<String>,
    },
    /// Hacienda has a document in a series that is numbered here, and it is not here: the series is stopped.
    SeriesStopped {
        /// Branch, terminal and kind.
        series: String,
        /// That document.
        clave: String,
    },
    /// The service said at the very first POST of a document that it had it already: its bytes may be others.
    ReceivedBefore,
    /// A certificate ends soon, or has ended.
    CertificateEnds {
        /// The day.
        at: DateTime<Utc>,
        /// The threshold that was crossed: 30, 15, 7, 1 or 0 days.
        days: u32,
        /// The certificate's serial number, which tells a renewed one from the old.
        serial: String,
    },
    /// The identity provider refused user name or password.
    LoginRefused {
        /// When the refusals began: one notice for each series of them.
        since: DateTime<Utc>,
    },
    /// A term of the law is near its end, or over.
    Term {
        /// The rule.
        rule: LegalRule,
        /// The last second in which it is kept.
        due_at: DateTime<Utc>,
        /// That second is over.
        passed: bool,
    },
}

/// The kind of a notice, for programs that sort them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Display, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<NoticeKind>)]
pub enum NoticeKind {
    /// A retry entry spent all its retries.
    RetriesSpent,
    /// Hacienda rejected a document.
    Rejected,
    /// A document's polling window closed without a verdict.
    NoVerdict,
    /// Hacienda's answer says otherwise than the document.
    AnswerDiffers,
    /// Answers are sealed by somebody else than Hacienda.
    OtherSeal,
    /// The signature of an answer is broken or missing.
    SealFails,
    /// A series is stopped: Hacienda has a document of it that is not here.
    SeriesStopped,
    /// A document was received before it was first sent from here.
    ReceivedBefore,
    /// A certificate ends soon, or has ended.
    CertificateEnds,
    /// The identity provider refused user name or password.
    LoginRefused,
    /// A term of the law is near its end.
    TermNear,
    /// A term of the law is over.
    TermPassed,
}

impl Named for NoticeKind {
    const WHAT: &'static str = "a kind of notice";
}

impl Fact {
    /// Its kind.
    pub fn kind(&self) -> NoticeKind {
        match self {
            Fact::RetriesSpent { .. } => NoticeKind::RetriesSpent,
            Fact::Rejected | Fact::RejectedFor { .. } => NoticeKind::Rejected,
            Fact::NoVerdict { .. } => NoticeKind::NoVerdict,
            Fact::AnswerDiffers { .. } => NoticeKind::AnswerDiffers,
            Fact::OtherSeal { .. } => NoticeKind::OtherSeal,
            Fact::SealFails { .. } => NoticeKind::SealFails,
            Fact::SeriesStopped { .. } => NoticeKind::SeriesStopped,
            Fact::ReceivedBefore => NoticeKind::ReceivedBefore,
            Fact::CertificateEnds { .. } => NoticeKind::CertificateEnds,
            Fact::LoginRefused { .. } => NoticeKind::LoginRefused,
            Fact::Term { passed: false, .. } => NoticeKind::TermNear,
            Fact::Term { passed: true, .. } => NoticeKind::TermPassed,
        }
    }

    /// What tells this fact from every other one about the same company and document: the outbox keeps one notice for each.
    pub fn identity(&self) -> String {
        let kind = self.kind();
        match self {
            Fact::RetriesSpent { operation, .. } => format!("{kind} {operation}"),
            Fact::Rejected | Fact::RejectedFor { .. } | Fact::AnswerDiffers { .. } | Fact::SealFails { .. } => {
                kind.to_string()
            }
            Fact::NoVerdict { since: None, .. } => kind.to_string(),
            Fact::NoVerdict { since: Some(since), .. } => format!("{kind} {}", since.timestamp()),
            // One for each holder: every answer of the day may carry that seal.
            Fact::OtherSeal { holder } => format!("{kind} {}", holder.as_deref().unwrap_or_default()),
            Fact::SeriesStopped { series, clave } => format!("{kind} {series} {clave}"),
            Fact::ReceivedBefore => kind.to_string(),
            Fact::CertificateEnds { days, serial, .. } => format!("{kind} {serial} {days}"),
            Fact::LoginRefused { since } => format!("{kind} {}", since.timestamp()),
            Fact::Term { rule, .. } => format!("{kind} {rule}"),
        }
    }
}

/// What a notice tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A fact that this version knows.
    Fact(Fact),
    /// A sentence of an earlier version, or a fact of a later one, to the letter.
    Words(String),
}

impl Told {
    /// What Hacienda gave as its reason, where it is about a verdict.
    pub(crate) fn reason(&self) -> Option<&Remark> {
        match self {
            Told::Fact(Fact::RejectedFor { reason }) => Some(reason),
            _ => None,
        }
    }

    /// Reads what the outbox keeps, whoever wrote it.
    pub fn of_text(text: &str) -> Self {
        serde_json::from_str(text).map_or_else(|_| Told::Words(text.to_owned()), Told::Fact)
    }
}

/// One notice in words, as the command gets it in JSON and the mail shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Notice {
    /// Its number in the outbox.
    pub id: i64,
    /// When it happened.
    #[serde(serialize_with = "as_utc_text")]
    pub at: DateTime<Utc>,
    /// What kind of thing happened.
    pub kind: NoticeKind,
    /// The company's id.
    pub company: String,
    /// The document's key, when it is about one.
    pub clave: Option<String>,
    /// Its consecutivo.
    pub consecutivo: Option<String>,
    /// The receiver's name.
    pub receptor_name: Option<String>,
    /// What happened and what to do, in one or two sentences.
    pub message: String,
    /// Why, in Hacienda's own words: of a rejection.
    pub reason: Option<String>,
    /// The subject of the mail: never a name, which may be anything.
    #[serde(skip)]
    pub subject: String,
    /// What the mail says below the message: a word, and what it stands for.
    #[serde(skip)]
    pub lines: Vec<(&'static str, String)>,
}

fn as_utc_text<S: serde::Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&crate::clock::utc_text(*at))
}

impl Notice {
    /// The mail: what happened, to which document, when.
    fn text(&self) -> String {
        let lines = self.lines.iter().map(|(name, value)| format!("{name:<12} {}\n", on_one_line(value)));
        format!("{}\n\n{}", self.message, lines.collect::<String>())
    }
}

/// A name from an invoice, without line ends or other control characters that could look like another line.
fn on_one_line(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A way for a notice to go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<Way>)]
pub enum Way {
    /// `[notify] command`.
    Command,
    /// `[notify.email]`.
    Email,
}

impl Named for Way {
    const WHAT: &'static str = "a way of sending notices";
}

impl Way {
    /// The ways that the configuration asks for. The outbox keeps a row for each, so that the failure of one does not
    /// repeat the other.
    pub fn of(notify: &Notify) -> Vec<Way> {
        let command = notify.command.as_ref().map(|_| Way::Command);
        let email = notify.email.as_ref().map(|_| Way::Email);
        command.into_iter().chain(email).collect()
    }
}

/// Sends one notice by one way. `recipients` are the company's own, instead of those of `[notify.email]`.
pub(crate) fn send(
    notice: &Notice,
    way: Way,
    notify: &Notify,
    recipients: Option<&[String]>,
) -> Result<(), NoticeFault> {
    match (way, &notify.command, &notify.email) {
        (Way::Command, Some(argv), _) => command::run(notice, argv, notify.timeout),
        (Way::Email, _, Some(email)) => email::send(notice, email, recipients.unwrap_or(&email.to), notify.timeout),
        _ => Err(NoticeFault::NotConfigured { way: way.name().to_owned() }),
    }
}

#[cfg(test)]
mod smtp_server;
#[cfg(test)]
pub(crate) mod tests;
