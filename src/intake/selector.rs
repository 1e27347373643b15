//! What names one document: a clave, a consecutivo, or the path of an XML file.

use std::path::Path;

use super::import::accept_file;
use crate::config::Company;
use crate::document::DocumentKey;
use crate::error::Error;
use crate::store::{Document, Store};

/// The one document that a selector means, of these companies.
pub(crate) fn document(companies: &[&Company], store: &Store, selector: &str) -> Result<Document, Error> {
    if !is_key(selector) {
        refuse_mistyped_key(selector)?;
        return already_imported(companies, store, Path::new(selector));
    }
    let named = store.documents_named(&selector.to_uppercase())?;
    let mut matching: Vec<_> = named.iter().filter(|document| is_ours(companies, document)).cloned().collect();
    if matching.len() > 1 {
        let claves: Vec<_> = matching.iter().map(|document| document.clave.as_str()).collect();
        let help = format!("name the clave, or the company with --company: {}", claves.join(", "));
        return Err(Error::usage(format!("`{selector}` names {} documents", matching.len()), help));
    }
    matching.pop().ok_or_else(|| match named.first() {
        Some(other) => Error::usage(
            format!("`{selector}` belongs to company `{}` in {}", other.company, other.environment),
            "the configuration (or --company) does not have that company in that environment",
        ),
        None => no_such_document(selector),
    })
}

/// Nothing here has that name.
pub(crate) fn no_such_document(selector: &str) -> Error {
    Error::usage(
        format!("there is no such document: `{selector}`"),
        "a selector is a clave, a consecutivo or the path of an XML file; `cr-einvoice list` shows what is there",
    )
}

/// The stored document of a file.
fn already_imported(companies: &[&Company], store: &Store, path: &Path) -> Result<Document, Error> {
    let accepted = accept_file(companies, path)?;
    let found = store.document(accepted.company.settings.environment, &accepted.header.key())?;
    found.ok_or_else(|| {
        Error::usage(format!("{} has not been imported yet", path.display()), "import it, or run without --dry-run")
    })
}

/// Whether a document is of one of these companies, and of the environment that the company sends to now.
pub(crate) fn is_ours(companies: &[&Company], document: &Document) -> bool {
    let is_its =
        |company: &&&Company| company.id == document.company && company.settings.environment == document.environment;
    companies.iter().any(|company| is_its(&company))
}

/// Whether a word that is no key has the form of a path; anything else that is no file is a misspelt document.
fn is_path(selector: &str) -> bool {
    let digits = selector.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    digits || selector.contains('/') || selector.to_ascii_lowercase().ends_with(".xml")
}

/// A key with a digit too few would be looked for as a file, and the complaint would be about a file.
pub(crate) fn refuse_mistyped_key(selector: &str) -> Result<(), Error> {
    if !Path::new(selector).exists() && !is_path(selector) {
        return Err(no_such_document(selector));
    }
    let only_digits = !selector.is_empty() && selector.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if !only_digits || Path::new(selector).exists() {
        return Ok(());
    }
    Err(Error::usage(
        format!("`{selector}` is {} characters long: neither a clave, nor a consecutivo, nor a file", selector.len()),
        "a clave has 50 characters (71 with the consecutivo of a MensajeReceptor), a consecutivo 20 digits",
    ))
}

/// Whether a selector has the form of a key; anything else is a path.
pub(crate) fn is_key(selector: &str) -> bool {
    let looks_like_clave = selector.len() == 50 && selector.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let looks_like_consecutivo = selector.len() == 20 && selector.bytes().all(|byte| byte.is_ascii_digit());
    looks_like_clave || looks_like_consecutivo || selector.parse::<DocumentKey>().is_ok()
}
