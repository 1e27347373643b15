//! Why a step failed.

use super::company::company_fault;
use super::signature_check;
use crate::cause::{AnswerFault, Cause, LastWord, Rejection, SigningFault, Stage, Transport};
use crate::clock::costa_rica_text;

/// Why a step failed, for the queue, the report of a run and the record.
pub(crate) fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Disturbance { stage, host, kind, detail } => {
            format!("{}: {host}: {} ({detail})", failed_stage(*stage), transport(kind))
        }
        Cause::Answer { stage, http_status, fault, words, .. } => {
            format!("{}: HTTP {http_status}: {}", failed_stage(*stage), answer(*stage, fault, words.as_deref()))
        }
        Cause::Unwritable { detail } => format!("the document could not be written as JSON: {detail}"),
        Cause::OtherClave { clave } => {
            let other = clave.as_deref().unwrap_or("none");
            format!("the service answered about another clave ({other}); its answer is kept and not used")
        }
        Cause::OtherClaveInPaper { clave } => {
            format!("the MensajeHacienda is about another clave ({clave}); it is kept and not used")
        }
        Cause::Outage { since, last } => {
            format!("not tried: the service has not answered since {} ({})", costa_rica_text(*since), self::cause(last))
        }
        Cause::OutageLasts { last } => self::cause(last),
        Cause::Company { company, fault } => company_fault(company, fault),
        Cause::Clock { seconds } => {
            let direction = if *seconds > 0 { "ahead of" } else { "behind" };
            format!(
                "this machine's clock is {} s {direction} Hacienda's; correct it (timedatectl) and sign again. \
                 allow_wrong_clock = true signs all the same",
                seconds.unsigned_abs()
            )
        }
        Cause::Damaged { detail } => {
            format!(
                "its stored bytes are damaged ({detail}) and were not used; restore the latest backup that has them"
            )
        }
        Cause::WouldBeRejected(rejection) => would_be_rejected(rejection),
        Cause::Signing(fault) => format!("it cannot be signed: {}", signing(fault)),
        Cause::WindowClosed { clave, hours, last } => {
            let (word, next) = match last {
                LastWord::Status(status) => (status.as_str(), format!("Ask again with `cr-einvoice poll {clave}`")),
                LastWord::NotFound => (
                    "that it does not know the clave, also after the same bytes were sent again",
                    format!("`cr-einvoice submit {clave}` asks and sends them once more"),
                ),
            };
            format!("no verdict {hours} hours after submission; the service last said: {word}. {next}")
        }
        Cause::Words(words) => words.clone(),
    }
}

fn failed_stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Login => "the login failed",
        Stage::Submit => "the document was not confirmed as received",
        Stage::Status => "the status could not be asked",
        Stage::Logout => "the session could not be closed",
        Stage::Probe => "the service could not be looked at",
    }
}

/// What disturbed an exchange.
pub(crate) fn transport(kind: &Transport) -> String {
    match kind {
        Transport::Name => "its name could not be resolved",
        Transport::Connect => "the connection could not be made",
        Transport::Tls => "no trusted encrypted connection could be made",
        Transport::ConnectTimeout => "the connection was not made in time",
        Transport::Timeout => "no whole answer came in time",
        Transport::Reset => "the connection broke before an answer came",
        Transport::Cut => "the answer broke off or is not HTTP",
        Transport::TooLarge => "the answer is larger than any that the service gives",
    }
    .to_owned()
}

fn answer(stage: Stage, fault: &AnswerFault, words: Option<&str>) -> String {
    let reason = match fault {
        AnswerFault::WebPage if stage == Stage::Login => "a web page instead of a token",
        AnswerFault::WebPage => "a web page instead of the service's answer",
        AnswerFault::Redirect => "a redirect, which is never followed; check the configured address",
        AnswerFault::Empty => "an answer with nothing in it; the service is asked before anything is sent again",
        AnswerFault::Refused => "the service refused the request",
        AnswerFault::TokenRefused => "the token was refused",
        AnswerFault::NotAllowed => "not allowed for this taxpayer or this address; check username and api_url",
        AnswerFault::NothingThere => "nothing is at this address; check the configured address",
        AnswerFault::GaveUpWaiting => "the service gave up waiting",
        AnswerFault::TooMany => "too many requests; the service asks for a pause",
        AnswerFault::Failed => "the service failed",
        AnswerFault::Undocumented => "an answer that is not documented",
        AnswerFault::NotJson { detail: Some(detail) } => &format!("the answer is not the JSON expected ({detail})"),
        AnswerFault::NotJson { detail: None } => "the answer is not the JSON expected",
        AnswerFault::NoStatus => "the answer has no ind-estado",
        AnswerFault::Ambiguous { key } => &format!("the answer says two things in `{key}`; it is kept and not used"),
        AnswerFault::OtherClave { clave } => &format!("the service answered about another clave ({clave})"),
        AnswerFault::NoToken => "the answer holds no usable access_token",
        AnswerFault::LoginBlocked => "the user is blocked or not allowed here; see to it in the Oficina Virtual",
        AnswerFault::ClientUnknown => "client_id does not belong to this realm; check the configuration",
        AnswerFault::CredentialsRefused => {
            "the credentials were refused; check username and password of this environment"
        }
    };
    match words {
        None => reason.to_owned(),
        Some(words) if fault.is_login_refusal() => format!("{reason} ({words})"),
        Some(words) => format!("{reason}: {words}"),
    }
}

fn would_be_rejected(rejection: &Rejection) -> String {
    let Rejection { clave, name, element, en, more, .. } = rejection;
    let more = match more {
        0 => String::new(),
        count => format!(" (and {count} more)"),
    };
    format!(
        "Hacienda would reject it: {element}: {en} ({name}){more}; `cr-einvoice validate {clave}` shows all, \
         `sign --no-validate` signs it anyway"
    )
}

fn signing(fault: &SigningFault) -> String {
    match fault {
        SigningFault::NotXml { line, column, detail } => {
            format!("the document is not XML that can be signed: line {line}, column {column}: {detail}")
        }
        SigningFault::AlreadySigned => {
            "the document carries a signature already; import it as it is, or sign the unsigned original".to_owned()
        }
        SigningFault::NotYetValid { from } => {
            format!("the certificate is not valid before {}", costa_rica_text(*from))
        }
        SigningFault::Expired { at } => format!(
            "the certificate expired on {}; get a new key in ATV and put its .p12 in place of this one",
            costa_rica_text(*at)
        ),
        SigningFault::Provider { action } => format!("the cryptographic provider failed to {action}"),
        SigningFault::SelfCheck(found) => format!(
            "the new signature did not verify ({}); nothing was stored; please report this document",
            signature_check(found)
        ),
    }
}
