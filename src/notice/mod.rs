//! Telling a person: what a notice says, and the two ways it goes out. When one is due, and that none is lost or repeated,
//! is the outbox's business.
//!
//! A notice carries no secret, and of a document its clave, its consecutivo and the receiver's name alone. Its sentences are
//! therefore made here from closed facts: Hacienda's own words may quote the whole invoice.

mod command;
mod email;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::clock::costa_rica_text;
use crate::config::Notify;
use crate::deadlines::LegalRule;
use crate::lifecycle::Operation;
use crate::named::{Named, unknown};
use crate::retry::Category;

pub use command::CommandError;
pub use email::EmailError;

/// What happened that a person must know.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Hacienda rejected a document.
    Rejected,
    /// A document's polling window closed without a verdict.
    NoVerdict {
        /// The window.
        hours: u32,
    },
    /// Hacienda's answer says otherwise than the document that it is about; the verdict stands.
    AnswerDiffers {
        /// The elements of the MensajeHacienda that differ.
        elements: Vec<String>,
    },
    /// Answers that are whole, and sealed by somebody else than Hacienda.
    OtherSeal {
        /// Whose seal it is.
        holder: String,
    },
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
#[strum(serialize_all = "snake_case", parse_err_ty = String, parse_err_fn = unknown::<NoticeKind>)]
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

impl NoticeKind {
    /// The subject of the mail.
    fn headline(self) -> &'static str {
        match self {
            NoticeKind::RetriesSpent => "a document needs you: all retries are spent",
            NoticeKind::Rejected => "Hacienda rejected a document",
            NoticeKind::NoVerdict => "a document has no verdict",
            NoticeKind::AnswerDiffers => "Hacienda's answer does not agree with the document",
            NoticeKind::OtherSeal => "answers carry another seal than Hacienda's",
            NoticeKind::CertificateEnds => "the certificate ends",
            NoticeKind::LoginRefused => "the login was refused",
            NoticeKind::TermNear => "a legal term is near its end",
            NoticeKind::TermPassed => "a legal term has passed",
        }
    }
}

impl Fact {
    /// Its kind.
    pub fn kind(&self) -> NoticeKind {
        match self {
            Fact::RetriesSpent { .. } => NoticeKind::RetriesSpent,
            Fact::Rejected => NoticeKind::Rejected,
            Fact::NoVerdict { .. } => NoticeKind::NoVerdict,
            Fact::AnswerDiffers { .. } => NoticeKind::AnswerDiffers,
            Fact::OtherSeal { .. } => NoticeKind::OtherSeal,
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
            Fact::Rejected | Fact::NoVerdict { .. } | Fact::AnswerDiffers { .. } => kind.to_string(),
            // One for each holder: every answer of the day may carry that seal.
            Fact::OtherSeal { holder } => format!("{kind} {holder}"),
            Fact::CertificateEnds { days, serial, .. } => format!("{kind} {serial} {days}"),
            Fact::LoginRefused { since } => format!("{kind} {}", since.timestamp()),
            Fact::Term { rule, .. } => format!("{kind} {rule}"),
        }
    }

    /// What happened and what to do, in one or two sentences.
    pub fn sentence(&self) -> String {
        match self {
            Fact::RetriesSpent { operation, category, retries } => format!(
                "{operation} failed for good after {retries} retries ({category}). See `cr-einvoice retry list --state failed`; \
                 when the cause is mended, `cr-einvoice retry now`."
            ),
            Fact::Rejected => {
                "It has no legal validity. See why with `cr-einvoice show`, and issue a new document that \
                 refers to this one."
                    .to_owned()
            }
            Fact::NoVerdict { hours } => {
                format!("Hacienda gave no verdict in {hours} hours. Ask again with `cr-einvoice poll` and its clave.")
            }
            Fact::AnswerDiffers { elements } => format!(
                "The verdict stands, and the answer is kept; it differs in {}. Compare both with `cr-einvoice show`, and ask \
                 Hacienda when it is not an oversight of yours.",
                elements.join(", ")
            ),
            Fact::OtherSeal { holder } => format!(
                "They are whole, and signed by {holder}. If Hacienda has a new seal, say so as hacienda_seal; if not, somebody \
                 else answers in its name: check api_url and ca_file. `cr-einvoice responses list` shows the check of each."
            ),
            Fact::CertificateEnds { at, days: 0, .. } => {
                format!("It ended on {}. Nothing can be signed until a new one is in place.", costa_rica_text(*at))
            }
            Fact::CertificateEnds { at, days, .. } => format!(
                "It ends on {}, in {days} days or less. Make a new llave criptográfica and put it in place with its PIN.",
                costa_rica_text(*at)
            ),
            Fact::LoginRefused { since } => format!(
                "Refused since {}. The company's documents wait. Correct user name and password, then \
                 `cr-einvoice retry now`.",
                costa_rica_text(*since)
            ),
            Fact::Term { rule, due_at, passed } => {
                let tense = if *passed { "was" } else { "is" };
                format!("The term {tense} {} (Costa Rica): {}.", costa_rica_text(*due_at), rule.duty())
            }
        }
    }
}

/// One notice, as the outbox keeps it and as the command gets it in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
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
    /// [`Fact::sentence`].
    pub message: String,
}

fn as_utc_text<S: serde::Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&crate::clock::utc_text(*at))
}

impl Notice {
    /// The subject of the mail: never a name, which may be anything.
    fn subject(&self) -> String {
        format!("[cr-einvoice] {}: {}", self.company, self.kind.headline())
    }

    /// The mail: what happened, to which document, when.
    fn text(&self) -> String {
        let mut lines = vec![self.message.clone(), String::new()];
        let mut line = |name: &str, value: Option<&str>| {
            lines.extend(value.map(|value| format!("{name:<12} {}", on_one_line(value))));
        };
        line("Company", Some(&self.company));
        line("Consecutivo", self.consecutivo.as_deref());
        line("Clave", self.clave.as_deref());
        line("Receiver", self.receptor_name.as_deref());
        line("Time", Some(&format!("{} (Costa Rica)", costa_rica_text(self.at))));
        lines.join("\n") + "\n"
    }
}

/// A name from an invoice, without line ends or other control characters that could look like another line.
fn on_one_line(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A way for a notice to go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", parse_err_ty = String, parse_err_fn = unknown::<Way>)]
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

/// Why a notice did not go out. It is tried again at the next run.
#[derive(Debug)]
pub enum NoticeError {
    /// The command failed.
    Command(CommandError),
    /// The mail failed.
    Email(EmailError),
    /// The configuration no longer has this way.
    NotConfigured(Way),
}

/// Sends one notice by one way. `recipients` are the company's own, instead of those of `[notify.email]`.
pub fn send(notice: &Notice, way: Way, notify: &Notify, recipients: Option<&[String]>) -> Result<(), NoticeError> {
    match (way, &notify.command, &notify.email) {
        (Way::Command, Some(argv), _) => command::run(notice, argv, notify.timeout).map_err(NoticeError::Command),
        (Way::Email, _, Some(email)) => {
            email::send(notice, email, recipients.unwrap_or(&email.to), notify.timeout).map_err(NoticeError::Email)
        }
        _ => Err(NoticeError::NotConfigured(way)),
    }
}

impl fmt::Display for NoticeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoticeError::Command(cause) => write!(f, "the notify command failed: {cause}"),
            NoticeError::Email(cause) => write!(f, "the mail could not be sent: {cause}"),
            NoticeError::NotConfigured(way) => write!(f, "[notify] no longer has the way `{way}`"),
        }
    }
}

impl std::error::Error for NoticeError {}

#[cfg(test)]
mod smtp_server;
#[cfg(test)]
mod tests;
