//! What an answer to a status query means for the document it is about.

use std::sync::Arc;

use crate::cause::{Cause, Remark, SignatureCheck};
use crate::document::{Difference, Verdict, View, differences, read_mensaje_hacienda};
use crate::hacienda::{Answer, RawAnswer, ServiceStatus, StatusAnswer, interpret_status};
use crate::lifecycle::Event;
use crate::signature;
use crate::store::{Document, Interpretation, MessageType, Sealed};

/// An answer that was understood.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    /// For the table of responses.
    pub(super) interpretation: Interpretation,
    /// Hacienda's verdict, when it is one.
    pub(super) verdict: Option<Event>,
    /// Whether the service knows the document.
    pub(super) found: bool,
}

/// How a MensajeHacienda is made ready for the database.
pub(super) type Seal<'a> = &'a dyn Fn(&[u8]) -> Arc<Sealed>;

/// What an answer is held against.
pub(super) struct Held<'a> {
    pub document: &'a Document,
    /// Opens the signed bytes; where they cannot be had only the clave is compared.
    pub signed: &'a dyn Fn() -> Option<Vec<u8>>,
    /// `hacienda_seal`
    pub hacienda_seal: &'a str,
}

/// Reads an answer about a document. The clave in it must be ours; the verdict is the service's `ind-estado`, and a
/// MensajeHacienda that says otherwise is noted, not obeyed.
pub(super) fn understand(raw: &RawAnswer, held: &Held<'_>, seal: Seal<'_>) -> Result<Meaning, Cause> {
    match interpret_status(raw, &held.document.clave)? {
        Answer::NotFound => Ok(not_found()),
        Answer::Found(answer) => understand_found(&answer, held, seal),
    }
}

fn not_found() -> Meaning {
    let interpretation = unread(Remark::NotFound);
    Meaning { interpretation, verdict: None, found: false }
}

/// An answer that says nothing about the document.
pub(super) fn unread(description: Remark) -> Interpretation {
    Interpretation {
        message_type: MessageType::Other,
        status: String::new(),
        details: Vec::new(),
        description: Some(description),
        is_final: false,
        xml: None,
        signature: None,
    }
}

fn understand_found(answer: &StatusAnswer, held: &Held<'_>, seal: Seal<'_>) -> Result<Meaning, Cause> {
    if !answer.is_about(&held.document.clave) {
        return Err(Cause::OtherClave { clave: answer.clave.clone() });
    }
    let verdict = match answer.status {
        ServiceStatus::Accepted => Some(Event::Accepted),
        ServiceStatus::Rejected => Some(Event::Rejected),
        _ => None,
    };
    let mut interpretation = Interpretation {
        message_type: message_type(&answer.status),
        status: answer.status.word().to_owned(),
        details: Vec::new(),
        description: None,
        is_final: verdict.is_some(),
        xml: None,
        signature: None,
    };
    match &answer.xml {
        Some(Ok(xml)) => {
            interpretation.xml = Some(seal(xml));
            read_paper(xml, held, verdict, &mut interpretation)?;
        }
        Some(Err(detail)) => interpretation.description = Some(Remark::NotBase64 { detail: detail.clone() }),
        None => {}
    }
    Ok(Meaning { interpretation, verdict, found: true })
}

fn message_type(status: &ServiceStatus) -> MessageType {
    match status {
        ServiceStatus::Accepted => MessageType::Acceptance,
        ServiceStatus::Rejected => MessageType::Rejection,
        ServiceStatus::Received | ServiceStatus::Processing => MessageType::Confirmation,
        ServiceStatus::Error | ServiceStatus::Unknown(_) => MessageType::Other,
    }
}

/// Reads the MensajeHacienda. One that cannot be read is kept all the same: it is the service's word.
fn read_paper(
    xml: &[u8],
    held: &Held<'_>,
    verdict: Option<Event>,
    interpretation: &mut Interpretation,
) -> Result<(), Cause> {
    let message = match read_mensaje_hacienda(xml) {
        Ok(message) => message,
        Err(error) => {
            interpretation.description = Some(Remark::UnreadablePaper { detail: error.to_string() });
            return Ok(());
        }
    };
    interpretation.signature =
        Some(if message.signatures == 0 { SignatureCheck::None } else { check_signature(xml, held.hacienda_seal) });
    let theirs = message.clave.trim();
    if !theirs.is_empty() && !held.document.clave.is_meant_by(theirs) {
        return Err(Cause::OtherClaveInPaper { clave: theirs.to_owned() });
    }
    let says = match message.verdict {
        Some(Verdict::Accepted) => Some(Event::Accepted),
        Some(Verdict::Rejected) => Some(Event::Rejected),
        _ => None,
    };
    let signed = (held.signed)();
    let view = signed.as_deref().and_then(|signed| View::read(signed).ok());
    let mut found = view.map(|view| differences(&message, &view)).unwrap_or_default();
    if verdict.is_some() && says.is_some() && says != verdict {
        let (answer, document) = (message.status_word.clone(), interpretation.status.clone());
        found.push(Difference { element: "Mensaje".to_owned(), answer, document });
    }
    interpretation.description = Remark::of_paper(&message.rows, found);
    interpretation.details = message.rows;
    Ok(())
}

/// Which part of the signature of a MensajeHacienda fails, if any, and whether the seal is Hacienda's: a signature that
/// anybody can make proves nothing. The certificate's chain is not followed, for want of its roots.
fn check_signature(xml: &[u8], seal: &str) -> SignatureCheck {
    let verification = signature::verify(xml);
    if let Some(part) = verification.failure() {
        return part.clone().into();
    }
    match verification.signer_identification {
        Some(holder) if holder.eq_ignore_ascii_case(seal) => SignatureCheck::Valid,
        identification => SignatureCheck::OtherSigner { identification, name: verification.signer },
    }
}
