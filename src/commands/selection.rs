//! What a selector means: a clave, a consecutivo, or the path of an XML file, which is imported first.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::Context;
use crate::ending::Ending;
use crate::error::Error;
use crate::intake;
pub(crate) use crate::intake::is_key;
use crate::store::{Document, Store};

/// The documents that the selectors name, each once.
pub(super) fn documents(context: &Context, store: &Store, selectors: &[String]) -> Result<Vec<Document>, Error> {
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

/// Imports the selectors that are files: gives the selectors with the key of the document in the place of each file, up to the
/// first file that the end of the run did not let it take.
pub(super) fn import_named_files(
    context: &Context,
    store: &mut Store,
    selectors: &[String],
    ending: &Ending,
) -> Result<Vec<String>, Error> {
    let mut imported: HashMap<&str, String> = HashMap::new();
    let mut named = Vec::with_capacity(selectors.len());
    for selector in selectors {
        if !is_key(selector) && !imported.contains_key(selector.as_str()) {
            intake::refuse_mistyped_key(selector)?;
            if ending.is_over() {
                break;
            }
            let key = intake::import_file(store, &context.companies(), context.clock, Path::new(selector))?;
            imported.insert(selector, key.to_string());
        }
        named.push(imported.get(selector.as_str()).unwrap_or(selector).clone());
    }
    Ok(named)
}

/// The one document that a selector means.
pub(super) fn document(context: &Context, store: &Store, selector: &str) -> Result<Document, Error> {
    intake::document(&context.companies(), store, selector)
}

/// Whether a document is of a company of this run, and of the environment that the company sends to now.
pub(super) fn is_ours(context: &Context, document: &Document) -> bool {
    intake::is_ours(&context.companies(), document)
}
