//! `retry run`, `retry now`, `retry list`, `retry cancel`

use super::{Context, Outcome, errands, selection};
use crate::cli::{Bounds, Page, Retry, RetryNow};
use crate::error::{Error, ExitCode};
use crate::output::{Finished, cancelled_view, retry_table};
use crate::pipeline::Errand;
use crate::store::{Entry, EntryId, EntryState, Store};

/// Runs a command on the queue.
pub(super) fn run(context: &Context, retry: &Retry) -> Outcome {
    match retry {
        Retry::Run(bounds) => due(context, bounds),
        Retry::Now(named) => now(context, named),
        Retry::List { state, page } => list(context, *state, *page),
        Retry::Cancel { entries, dry_run } => cancel(context, entries, *dry_run),
    }
}

fn due(context: &Context, bounds: &Bounds) -> Outcome {
    let errand = Errand::queue(context.companies());
    errands::warn_of_absent(context, errand.name());
    work(context, errand, bounds)
}

fn now(context: &Context, named: &RetryNow) -> Outcome {
    let store = context.store_to_read()?;
    let mut entries = Vec::new();
    if named.entries.is_empty() {
        entries = chosen_entries(context, &store, named)?;
    }
    for name in &named.entries {
        entries.extend(live_entries(context, &store, name)?);
    }
    drop(store);
    let bounds = Bounds { dry_run: named.dry_run, limit: None, max_duration: None };
    work(context, Errand::entries(entries, context.companies()), &bounds)
}

/// The entries that no number names but `--all`, `--company`, `--category`, `--state`.
fn chosen_entries(context: &Context, store: &Store, named: &RetryNow) -> Result<Vec<EntryId>, Error> {
    let is_chosen = named.all || named.category.is_some() || named.state.is_some() || context.global.company.is_some();
    if !is_chosen {
        let help = "name numbers or claves of entries, or --all, --category, --state or --company; `cr-einvoice retry list` \
                    shows them";
        return Err(Error::usage("`retry now` does not know which entries", help));
    }
    if let Some(state) = named.state.filter(|state| !matches!(state, EntryState::Pending | EntryState::Failed)) {
        let help = "`--state pending` or `--state failed`; both without it";
        return Err(Error::usage(format!("an entry that is {state} cannot be tried now"), help));
    }
    let mut entries = Vec::new();
    for company in context.companies() {
        let environment = company.settings.environment;
        entries.extend(store.triable_entries(&company.id, environment, named.state, named.category)?);
    }
    Ok(entries)
}

fn work(context: &Context, errand: Errand<'_>, bounds: &Bounds) -> Outcome {
    if bounds.dry_run {
        return errands::plan(context, &context.store_to_read()?, errand, bounds);
    }
    errands::run(context, &mut context.store()?, errand, &context.budget(bounds)?, 0)
}

/// The live entries that a number or a clave means.
fn live_entries(context: &Context, store: &Store, name: &str) -> Result<Vec<EntryId>, Error> {
    let found = match name.parse::<i64>() {
        Ok(id) if name.len() < 20 => vec![entry_of_ours(context, store, id)?],
        _ => store.entries_of(selection::document(context, store, name)?.id)?,
    };
    let live: Vec<_> = found.iter().filter(|entry| entry.is_live()).map(|entry| entry.id).collect();
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

fn list(context: &Context, state: Option<EntryState>, page: Page) -> Outcome {
    let company = context.global.company.as_deref();
    let (entries, listed) = context.store_to_read()?.entries(state, company, page.at_most(), page.offset)?;
    Ok(Finished::Shown(retry_table(&entries, listed, page.offset), ExitCode::Done))
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
