//! Notices to a person: what happened, what to do, and why a notice did not go out.

use super::company::{command_fault, secret_fault};
use crate::clock::costa_rica_text;
use crate::deadlines::LegalRule;
use crate::notice::{Fact, NoticeFault, NoticeKind, Told};

/// What happened and what to do, in one or two sentences.
pub(crate) fn told(told: &Told) -> String {
    match told {
        Told::Fact(fact) => self::fact(fact),
        Told::Words(words) => words.clone(),
    }
}

fn fact(fact: &Fact) -> String {
    match fact {
        Fact::RetriesSpent { operation, category, retries } => format!(
            "{operation} failed for good after {retries} retries ({category}). See `cr-einvoice retry list --state failed`; \
             when the cause is mended, `cr-einvoice retry now` with its clave, or `cr-einvoice retry now --state failed` for all."
        ),
        Fact::Rejected => {
            "It has no legal validity. `cr-einvoice show` with its clave says why; issue a new document that refers to this one."
                .to_owned()
        }
        Fact::NoVerdict { hours, .. } => format!(
            "Hacienda gave no verdict in {hours} hours. `cr-einvoice poll` with its clave asks again, and sends the same bytes \
             again when Hacienda does not know it."
        ),
        Fact::AnswerDiffers { elements } => format!(
            "The verdict stands, and the answer is kept; it differs in {}. Compare both by `cr-einvoice show` with its clave, and ask \
             Hacienda when the document is right.",
            elements.join(", ")
        ),
        Fact::OtherSeal { holder } => format!(
            "They are whole, and signed by {}. If Hacienda has a new seal, say so as hacienda_seal; if not, somebody else \
             answers in its name: check api_url and ca_file. `cr-einvoice responses export` shows the check of each.",
            holder.as_deref().unwrap_or("somebody whom the certificate does not identify")
        ),
        Fact::CertificateEnds { at, days: 0, .. } => {
            format!("It ended on {}. Nothing can be signed until a new one is in place.", costa_rica_text(*at))
        }
        Fact::CertificateEnds { at, days, .. } => format!(
            "It ends on {}, in {days} days or less. Make a new llave criptográfica and put it in place with its PIN.",
            costa_rica_text(*at)
        ),
        Fact::LoginRefused { since } => format!(
            "Refused since {}. The company's documents wait. Correct user name and password, then `cr-einvoice retry now --category auth`.",
            costa_rica_text(*since)
        ),
        Fact::Term { rule, due_at, passed } => {
            let tense = if *passed { "was" } else { "is" };
            format!("The term {tense} {} (Costa Rica): {}.", costa_rica_text(*due_at), duty(rule))
        }
    }
}

/// The subject of the mail.
pub(crate) fn headline(kind: &NoticeKind) -> String {
    match kind {
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
    .to_owned()
}

/// What a rule with a term asks for.
pub(crate) fn duty(rule: &LegalRule) -> String {
    match rule {
        LegalRule::Validation => "Hacienda answers within 3 hours of reception; go on polling",
        LegalRule::Sending => "sign and send on the day of issue",
        LegalRule::Offline => "situación 3: send within 2 business days of issue",
        LegalRule::Contingency => "situación 2: send within 2 business days after the contingency",
        LegalRule::Confirmation => "confirm within the first 8 business days of the month after the operation",
    }
    .to_owned()
}

/// The words before company, consecutivo, clave, receiver and time in a mail.
pub(crate) const LABELS: [&str; 5] = ["Company", "Consecutivo", "Clave", "Receiver", "Time"];

/// Why a notice did not go out.
pub(crate) fn notice_fault(fault: &NoticeFault) -> String {
    let mail = |cause: String| format!("the mail could not be sent: {cause}");
    match fault {
        NoticeFault::Command(cause) => format!("the notify command failed: {}", command_fault(cause)),
        NoticeFault::Unwritable { detail } => format!("the notify command failed: {detail}"),
        NoticeFault::Address { address } => mail(format!("`{address}` is not a mail address")),
        NoticeFault::Mail { detail } | NoticeFault::Server { detail } => mail(detail.clone()),
        NoticeFault::Password(cause) => mail(format!("there is no password: {}", secret_fault(cause))),
        NoticeFault::PasswordNotText => mail("the password is not UTF-8 text, which SMTP needs".to_owned()),
        NoticeFault::ExtraRoot { path, detail } => mail(format!("ca_file {path} cannot be read: {detail}")),
        NoticeFault::NotConfigured { way } => format!("[notify] no longer has the way `{way}`"),
        NoticeFault::Words(words) => words.clone(),
    }
}
