//! `generate mensaje`: the input of a MensajeReceptor from the command line and the document that it confirms.

use std::fs;
use std::path::Path;

use super::{Context, selection};
use crate::cli::Mensaje;
use crate::error::Error;
use crate::generate::{Confirmation, Received, Value};
use crate::lifecycle::State;
use crate::signature;
use crate::store::Store;

/// Why there is no message.
pub enum Refusal {
    /// The document, or the command line about it.
    Document(String),
    /// Something that ends the run.
    Run(Box<Error>),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::Run(Box::new(error))
    }
}

/// The input of the message.
pub fn input(context: &Context, store: &Store, message: &Mensaje) -> Result<Value, Refusal> {
    let xml = received(store, &message.target)?;
    let received = Received::read(&xml).map_err(|why| Refusal::Document(format!("it cannot be confirmed: {why}")))?;
    let answer = match (message.accept, message.partial) {
        (true, _) => Confirmation::Accept,
        (_, true) => Confirmation::Partial,
        _ => Confirmation::Reject,
    };
    let mut entries = received.confirm(answer);
    entries.push(("company".to_owned(), Value::Text(receiver(context, &received)?)));
    let given = [
        ("reason", &message.reason),
        ("activity", &message.activity),
        ("condition", &message.condition),
        ("creditable", &message.creditable),
        ("expense", &message.expense),
    ];
    let given = given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), Value::Text(value.clone()?))));
    entries.extend(given);
    Ok(Value::Table(entries))
}

/// The received bytes: a file, or a document in the database, of another company of this configuration.
fn received(store: &Store, target: &str) -> Result<Vec<u8>, Refusal> {
    let path = Path::new(target);
    if !selection::is_key(target) || path.exists() {
        let xml = fs::read(path).map_err(|error| Error::file(path, "read", error))?;
        if let Some(part) = signature::verify(&xml).failure() {
            log::warn!("{target}: its signature does not hold: {}: {}", part.name, part.message());
        }
        return Ok(xml);
    }
    let named = store.documents_named(&target.to_uppercase()).map_err(Error::from)?;
    let Some(document) = named.first() else {
        let help = "give the XML file that the supplier sent";
        return Err(Error::usage(format!("there is no document `{target}` in the database"), help).into());
    };
    if document.state == State::Rejected {
        return Err(Refusal::Document(format!("{target} was rejected by Hacienda; there is nothing to confirm")));
    }
    let signed = store.signed_xml(document.id).map_err(Error::from)?;
    signed.ok_or_else(|| {
        Refusal::Document(format!("{target} is `{}`; only what was issued is confirmed", document.state))
    })
}

/// The company that received it.
fn receiver(context: &Context, received: &Received<'_>) -> Result<String, Refusal> {
    let Some(receptor) = received.receptor() else {
        return Err(Refusal::Document("it names no receiver with an identification".to_owned()));
    };
    let ours = context.companies();
    let mut matching = ours.iter().filter(|company| company.identification.number == receptor.number);
    match (matching.next(), matching.next()) {
        (Some(company), None) => Ok(company.id.clone()),
        (Some(_), Some(_)) => Err(Refusal::Document(format!(
            "{} is configured more than once; say which with --company",
            receptor.number
        ))),
        (None, _) => {
            Err(Refusal::Document(format!("it was issued to {}, which is not a configured company", receptor.number)))
        }
    }
}
