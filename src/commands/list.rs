//! `list`

use super::{Context, Outcome, days};
use crate::cli::List;
use crate::error::ExitCode;
use crate::output::{DocumentStream, Finished, document_list};
use crate::store::DocumentFilter;

/// Lists documents, newest first.
pub(super) fn run(context: &Context, list: &List) -> Outcome {
    let (from, before) = days(list.from, list.to);
    let filter = DocumentFilter {
        company: context.global.company.clone(),
        state: list.state,
        kind: list.kind,
        from,
        before,
        receptor: list.receptor.clone(),
        search: list.search.clone(),
        limit: (list.limit > 0).then_some(list.limit),
    };
    let store = context.store_to_read()?;
    if context.global.json {
        let mut stream = DocumentStream::begin();
        store.each_document(&filter, |document| stream.document(&document))?;
        return Ok(stream.end());
    }
    let documents = store.documents(&filter)?;
    Ok(Finished::Shown(document_list(&documents, list.limit), ExitCode::Done))
}
