//! `list`

use super::{Context, Outcome, days};
use crate::cli::List;
use crate::error::{Error, ExitCode};
use crate::output::{DocumentStream, Finished, ListedDocuments, document_list};
use crate::store::DocumentFilter;

/// Lists documents, newest first.
pub(super) fn run(context: &Context, list: &List) -> Outcome {
    let filter = filter(context, list)?;
    let store = context.store_to_read()?;
    if context.global.json {
        let mut stream = DocumentStream::begin();
        let listed = store.each_document(&filter, |document| stream.document(&document))?;
        return Ok(stream.end(listed));
    }
    let (documents, listed) = store.documents(&filter)?;
    let several_companies = context.companies().len() > 1;
    let shown = ListedDocuments { documents, listed, offset: list.offset, several_companies };
    Ok(Finished::Shown(document_list(&shown), ExitCode::Done))
}

fn filter(context: &Context, list: &List) -> Result<DocumentFilter, Error> {
    let (first, last) = match list.month {
        Some(month) => (Some(month.first_day()), Some(month.last_day())),
        None => (list.from, list.to),
    };
    let (from, before) = days(first, last);
    if let (Some(least), Some(most)) = (list.min_total, list.max_total)
        && least > most
    {
        return Err(Error::usage(format!("no total is at least {least} and at most {most}"), "exchange the two"));
    }
    Ok(DocumentFilter {
        company: context.global.company.clone(),
        states: list.state.clone(),
        kinds: list.kind.clone(),
        from,
        before,
        receptor: list.receptor.clone(),
        search: list.search.clone(),
        min_total: list.min_total,
        max_total: list.max_total,
        offset: list.offset,
        limit: (list.limit > 0).then_some(list.limit),
    })
}
