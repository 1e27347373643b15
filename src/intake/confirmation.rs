//! The input of a MensajeReceptor, from what the receiver says and the document that it confirms.

use std::path::Path;

use super::problem::Problem;
use super::read::read_document;
use super::selector::is_key;
use crate::config::Company;
use crate::error::Error;
use crate::generate::{Confirmation, InputError, Received, Value};
use crate::lifecycle::State;
use crate::signature;
use crate::store::Store;

/// What a receiver says of a document.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    /// The document: a file, or its key in the database.
    pub target: &'a str,
    /// Whether it is accepted.
    pub confirmation: Confirmation,
    /// The rest, by the words of the input.
    pub said: Vec<(&'static str, &'a str)>,
}

/// The input of the message, made for the one of these companies that received the document.
pub(crate) fn confirmation(companies: &[&Company], store: &Store, message: &Message<'_>) -> Result<Value, Problem> {
    let xml = received(store, message.target)?;
    let received = Received::read(&xml).map_err(|why| refused(format!("it cannot be confirmed: {why}")))?;
    let mut entries = received.confirm(message.confirmation);
    entries.push(("company".to_owned(), Value::Text(receiver(companies, &received)?)));
    entries.extend(message.said.iter().map(|(key, text)| ((*key).to_owned(), Value::Text((*text).to_owned()))));
    Ok(Value::Table(entries))
}

/// The document, or what the command line says about it, makes no message.
fn refused(message: String) -> Problem {
    InputError::new("", message).into()
}

/// The received bytes: a file, or a document in the database, of another company of this configuration.
fn received(store: &Store, target: &str) -> Result<Vec<u8>, Problem> {
    let path = Path::new(target);
    if !is_key(target) || path.exists() {
        let xml = read_document(path).map_err(|unread| unread.ends_run(path))?;
        if let Some(part) = signature::verify(&xml).failure() {
            log::warn!("{target}: its signature does not hold: {}: {}", part.name, part.message());
        }
        return Ok(xml);
    }
    let named = store.documents_named(&target.to_uppercase())?;
    let Some(document) = named.first() else {
        let help = "give the XML file that the supplier sent";
        return Err(Error::usage(format!("there is no document `{target}` in the database"), help).into());
    };
    if document.state == State::Rejected {
        return Err(refused(format!("{target} was rejected by Hacienda; there is nothing to confirm")));
    }
    if document.state == State::Discarded {
        return Err(refused(format!("{target} was discarded and never sent; there is nothing to confirm")));
    }
    let signed = store.signed_xml(document.id)?;
    signed.ok_or_else(|| refused(format!("{target} is `{}`; only what was issued is confirmed", document.state)))
}

/// The company that received it.
fn receiver(companies: &[&Company], received: &Received<'_>) -> Result<String, Problem> {
    let Some(receptor) = received.receptor() else {
        return Err(refused("it names no receiver with an identification".to_owned()));
    };
    let mut matching = companies.iter().filter(|company| company.identification.number == receptor.number);
    match (matching.next(), matching.next()) {
        (Some(company), None) => Ok(company.id.clone()),
        (Some(_), Some(_)) => {
            Err(refused(format!("{} is configured more than once; say which with --company", receptor.number)))
        }
        (None, _) => Err(refused(format!("it was issued to {}, which is not a configured company", receptor.number))),
    }
}
