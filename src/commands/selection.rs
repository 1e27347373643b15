//! What a selector means: a clave, a consecutivo, or the path of an XML file, which is imported first.

use std::collections::HashSet;
use std::path::Path;

use super::{Context, import};
use crate::document::{Clave, Consecutivo};
use crate::error::Error;
use crate::store::{Document, Store};

/// The documents that the selectors name, each once.
pub fn documents(context: &Context, store: &Store, selectors: &[String]) -> Result<Vec<Document>, Error> {
    // A document that is named twice, by clave and by consecutivo perhaps, is still one.
    let mut seen = HashSet::new();
    let mut named = Vec::new();
    for selector in selectors {
        let document = document(context, store, selector)?;
        if seen.insert(document.id) {
            named.push(document);
        }
    }
    Ok(named)
}

/// Imports the selectors that are files.
pub fn import_named_files(context: &Context, store: &mut Store, selectors: &[String]) -> Result<(), Error> {
    for selector in selectors.iter().filter(|selector| !is_key(selector)) {
        refuse_mistyped_key(selector)?;
        import::one_file(context, store, Path::new(selector))?;
    }
    Ok(())
}

/// The one document that a selector means.
pub fn document(context: &Context, store: &Store, selector: &str) -> Result<Document, Error> {
    if !is_key(selector) {
        refuse_mistyped_key(selector)?;
        return import::already_imported(context, store, Path::new(selector));
    }
    let named = store.documents_named(&selector.to_uppercase())?;
    let mut matching: Vec<_> = named.iter().filter(|document| is_ours(context, document)).cloned().collect();
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
        None => Error::usage(
            format!("there is no document `{selector}`"),
            "a selector is a clave, a consecutivo or the path of an XML file; `cr-einvoice list` shows what is there",
        ),
    })
}

/// Whether a document is of a company of this run, and of the environment that the company sends to now.
pub fn is_ours(context: &Context, document: &Document) -> bool {
    let mut ours = context.companies().into_iter();
    ours.any(|company| company.id == document.company && company.settings.environment == document.environment)
}

/// A key with a digit too few would be looked for as a file, and the complaint would be about a file.
fn refuse_mistyped_key(selector: &str) -> Result<(), Error> {
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
pub fn is_key(selector: &str) -> bool {
    let (clave, consecutivo) = match selector.split_once('-') {
        Some((clave, consecutivo)) => (clave, Some(consecutivo)),
        None => (selector, None),
    };
    let numbered = |text: &str| text.parse::<Consecutivo>().is_ok();
    let looks_like_clave = clave.len() == 50 && clave.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match consecutivo {
        Some(consecutivo) => clave.parse::<Clave>().is_ok() && numbered(consecutivo),
        None => looks_like_clave || (selector.len() == 20 && selector.bytes().all(|byte| byte.is_ascii_digit())),
    }
}
