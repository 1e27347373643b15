//! The input of a MensajeReceptor, from what the receiver says and the document that it confirms.

use std::path::Path;

use rust_decimal::Decimal;

use super::confirmed;
use super::problem::Problem;
use super::read::read_document;
use super::selector::is_key;
use crate::config::Company;
use crate::document::{Decision, parse_amount};
use crate::error::Error;
use crate::generate::{InputError, Received, Value};
use crate::lifecycle::State;
use crate::sha256::sha256;
use crate::signature;
use crate::store::Store;

/// What a receiver says of a document.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    /// The document: a file, or its key in the database.
    pub target: &'a str,
    /// What the receiver decided.
    pub decision: Decision,
    /// The rest, by the words of the input.
    pub said: Vec<(&'static str, &'a str)>,
    /// Accept also what speaks against it.
    pub despite: bool,
}

/// The input of the message, made for the one of these companies that received the document.
pub(crate) fn confirmation(companies: &[&Company], store: &Store, message: &Message<'_>) -> Result<Value, Problem> {
    let xml = received(store, message)?;
    let received = Received::read(&xml).map_err(|why| refused(format!("it cannot be confirmed: {why}")))?;
    let company = receiver(companies, &received)?;
    if !message.despite {
        refuse_void_or_other(store, company, &received, &xml)?;
        if message.decision != Decision::Rejected {
            refuse_bad_signature(company, &received, &xml)?;
        }
    }
    check_activity(company, &received, message)?;
    let mut entries = received.confirm(message.decision);
    entries.push(("company".to_owned(), Value::Text(company.id.clone())));
    entries.extend(message.said.iter().map(|(key, text)| ((*key).to_owned(), Value::Text((*text).to_owned()))));
    entries.extend(expense(&received, message).map(|rest| ("expense".to_owned(), Value::Number(rest.to_string()))));
    Ok(Value::Table(entries))
}

/// The document, or what the command line says about it, makes no message.
fn refused(message: String) -> Problem {
    InputError::new("", message).into()
}

/// The received bytes: a file, or a document in the database, of another company of this configuration.
fn received(store: &Store, message: &Message<'_>) -> Result<Vec<u8>, Problem> {
    let (target, path) = (message.target, Path::new(message.target));
    if !is_key(target) || path.exists() {
        return Ok(read_document(path).map_err(|unread| unread.ends_run(path))?);
    }
    let named = store.documents_named(&target.to_uppercase())?;
    let Some(document) = named.first() else {
        let help = "give the XML file that the supplier sent";
        return Err(Error::usage(format!("there is no document `{target}` in the database"), help).into());
    };
    if document.state == State::Discarded || !message.despite {
        confirmed::refuse_void(&document.clave, document.state)?;
    }
    let signed = store.signed_xml(document.id)?;
    signed.ok_or_else(|| refused(format!("{target} is `{}`; only what was issued is confirmed", document.state)))
}

/// What the database knows of the document: that it has no effect, or that the file is not what was signed (two files with one
/// clave: one of them is forged).
fn refuse_void_or_other(store: &Store, company: &Company, received: &Received<'_>, xml: &[u8]) -> Result<(), Problem> {
    let clave = received.clave().to_uppercase();
    let Some(document) = store.document(company.settings.environment, &clave)? else { return Ok(()) };
    confirmed::refuse_void(&document.clave, document.state)?;
    match &document.signed_sha256 {
        Some(signed) if *signed != sha256(xml) => Err(refused(format!(
            "the signed bytes of {clave} in the database are others than these: one of the two is not what was issued              (`--despite` takes this one)"
        ))),
        _ => Ok(()),
    }
}

/// What was changed after it was signed, or was signed by somebody else, is not the supplier's word.
fn refuse_bad_signature(company: &Company, received: &Received<'_>, xml: &[u8]) -> Result<(), Problem> {
    let despite = "; ask the supplier for the file that was sent to Hacienda (`--despite` accepts it all the same)";
    let verification = signature::verify(xml);
    if let Some(part) = verification.failure() {
        return Err(refused(format!("its signature does not hold: {}: {}{despite}", part.name, part.message())));
    }
    let holder = verification.certificate.as_ref().and_then(|certificate| certificate.holder());
    let signer = received.signer();
    if holder.as_deref() != signer && !company.settings.allow_other_certificate_holder {
        let holder = holder.unwrap_or_else(|| "nobody that its certificate names".to_owned());
        let signer = signer.unwrap_or("its issuer");
        return Err(refused(format!("it is signed by {holder}, not by {signer}{despite}")));
    }
    Ok(())
}

/// The activity is one of the receiver's: the one of the configuration, or the one by which the issuer knew it.
fn check_activity(company: &Company, received: &Received<'_>, message: &Message<'_>) -> Result<(), Problem> {
    let said = message.said.iter().find(|(key, _)| *key == "activity");
    let Some((_, activity)) = said else { return Ok(()) };
    let place = |message: String| Problem::from(InputError::new("activity", message));
    let is_formed = match activity.as_bytes() {
        [a, b, c, d, b'.', e] => [a, b, c, d, e].iter().all(|digit| digit.is_ascii_digit()),
        digits => digits.len() == 6 && digits.iter().all(u8::is_ascii_digit),
    };
    if !is_formed {
        return Err(place(format!("`{activity}` is not a code of an activity, like `6201.0` or `620100`")));
    }
    let known: Vec<&str> = company.issuer.activity.as_deref().into_iter().chain(received.activity()).collect();
    if known.is_empty() || known.contains(activity) || message.despite {
        return Ok(());
    }
    Err(place(format!(
        "`{activity}` is not known as an activity of {}: [company.issuer] and the document have {} (`--despite` takes it all the \
         same)",
        company.id,
        known.join(", ")
    )))
}

/// The expense that follows from what becomes of the IVA, where the receiver does not say it: with condition 02 what is not
/// credited, with 04 everything (annex, notes 47 and 49). Of a part that is contested nobody can tell.
fn expense(received: &Received<'_>, message: &Message<'_>) -> Option<Decimal> {
    let said = |key: &str| message.said.iter().find(|(known, _)| *known == key).map(|(_, text)| *text);
    if message.decision != Decision::Accepted || said("expense").is_some() {
        return None;
    }
    match said("condition")? {
        "02" => Some(received.total() - parse_amount(said("creditable")?)?),
        "04" if said("creditable").is_none() => Some(received.total()),
        _ => None,
    }
}

/// The company that received it.
fn receiver<'c>(companies: &[&'c Company], received: &Received<'_>) -> Result<&'c Company, Problem> {
    let Some(receptor) = received.receptor() else {
        return Err(refused("it names no receiver with an identification".to_owned()));
    };
    let mut matching = companies.iter().copied().filter(|company| company.identification.number == receptor.number);
    match (matching.next(), matching.next()) {
        (Some(company), None) => Ok(company),
        (Some(_), Some(_)) => {
            Err(refused(format!("{} is configured more than once; say which with --company", receptor.number)))
        }
        (None, _) => Err(refused(format!("it was issued to {}, which is not a configured company", receptor.number))),
    }
}
