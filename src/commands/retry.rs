//! `retry run`, `retry now`, `retry list`, `retry cancel`

use super::{Context, Outcome, notices, selection};
use crate::cli::{Bounds, Retry};
use crate::error::{Error, ExitCode};
use crate::lifecycle::Operation;
use crate::output::{self, Finished, Progress, cancelled_view, retry_table, summary_view};
use crate::pipeline::{self, Companies, Selected, Source, Summary};
use crate::store::{Entry, EntryId, EntryState, Store};

/// Runs a command on the queue.
pub(super) fn run(context: &Context, retry: &Retry) -> Outcome {
    match retry {
        Retry::Run(bounds) => due(context, bounds),
        Retry::Now { entries, dry_run } => now(context, entries, *dry_run),
        Retry::List { state } => list(context, *state),
        Retry::Cancel { entries, dry_run } => cancel(context, entries, *dry_run),
    }
}

fn due(context: &Context, bounds: &Bounds) -> Outcome {
    for company in context.companies().iter().filter(|company| !company.settings.auto_retry_enabled) {
        log::warn!("{}: auto_retry_enabled is false: its entries wait for `retry now`", company.id);
    }
    let companies = context.companies().into_iter().filter(|company| company.settings.auto_retry_enabled);
    let companies = context.opened(companies);
    let summary = Summary::new("retry run", context.global.json);
    work(context, Source::Queue, &companies, bounds, summary)
}

fn now(context: &Context, named: &[String], dry_run: bool) -> Outcome {
    let store = context.store_to_read()?;
    let mut selected = std::collections::VecDeque::new();
    for name in named {
        selected.extend(live_entries(context, &store, name)?.into_iter().map(|it| Selected::Entry(Box::new(it))));
    }
    drop(store);
    let companies = context.opened(context.companies()).trying_refused_logins();
    let bounds = Bounds { dry_run, limit: None, max_duration: None };
    // The entries carry their own operations.
    let source = Source::Named(Operation::Submit, selected);
    work(context, source, &companies, &bounds, Summary::new("retry now", true))
}

fn work(
    context: &Context,
    source: Source,
    companies: &Companies<'_>,
    bounds: &Bounds,
    mut summary: Summary,
) -> Outcome {
    if bounds.dry_run {
        let store = context.store_to_read()?;
        pipeline::plan(&store, &source, companies, context.clock.now(), bounds.limit, &mut summary)?;
        return Ok(summary_view(&summary));
    }
    let mut store = context.store()?;
    let budget = context.budget(bounds)?;
    let progress = Progress::new(output::watches(&context.global), "retry");
    let summary =
        pipeline::run(&mut store, source, companies, context.clock, &budget, summary, &|done| progress.at(done))?;
    drop(progress);
    notices::deliver(context, &mut store)?;
    Ok(summary_view(&summary))
}

/// The live entries that a number or a clave means.
fn live_entries(context: &Context, store: &Store, name: &str) -> Result<Vec<Entry>, Error> {
    let found = match name.parse::<i64>() {
        Ok(id) if name.len() < 20 => vec![entry_of_ours(context, store, id)?],
        _ => store.entries_of(selection::document(context, store, name)?.id)?,
    };
    let live: Vec<_> = found
        .into_iter()
        .filter(|entry| matches!(entry.state, EntryState::Pending | EntryState::Processing | EntryState::Failed))
        .collect();
    if live.is_empty() {
        let help = "`cr-einvoice retry list` shows the entries; a document without one is sent by `submit CLAVE`";
        return Err(Error::usage(format!("`{name}` has no entry that waits or failed"), help));
    }
    Ok(live)
}

fn entry_of_ours(context: &Context, store: &Store, id: i64) -> Result<Entry, Error> {
    let entry = entry(store, id)?;
    if selection::is_ours(context, &store.document_by_id(entry.document)?) {
        return Ok(entry);
    }
    let help = "the configuration (or --company) does not have that company in that environment";
    Err(Error::usage(format!("the document of retry entry {id} is not one of this run's"), help))
}

fn entry(store: &Store, id: i64) -> Result<Entry, Error> {
    store
        .entry(EntryId(id))?
        .ok_or_else(|| Error::usage(format!("there is no retry entry {id}"), "`cr-einvoice retry list` shows them"))
}

fn list(context: &Context, state: Option<EntryState>) -> Outcome {
    let entries = context.store_to_read()?.entries(state, context.global.company.as_deref())?;
    Ok(Finished::Shown(retry_table(&entries), ExitCode::Done))
}

fn cancel(context: &Context, ids: &[i64], dry_run: bool) -> Outcome {
    let mut store = if dry_run { context.store_to_read()? } else { context.store()? };
    let entries = ids.iter().map(|id| entry(&store, *id)).collect::<Result<Vec<_>, _>>()?;
    let mut cancelled = Vec::new();
    for entry in entries {
        let may = matches!(entry.state, EntryState::Pending | EntryState::Failed);
        let done = if dry_run { may } else { store.write(context.clock.now(), |write| write.cancel_entry(&entry))? };
        cancelled.push((entry, done));
    }
    Ok(Finished::Shown(cancelled_view(&cancelled, dry_run), ExitCode::Done))
}
