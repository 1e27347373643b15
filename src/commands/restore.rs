//! `restore`: a backup in the place of the database, and the numbers that were used since it was made.

use std::path::Path;

use super::{Context, Outcome};
use crate::actor;
use crate::cause::Cause;
use crate::cli::Bounds;
use crate::config::Company;
use crate::error::Error;
use crate::output::{NotAsked, Restored, restored_view};
use crate::pipeline::{Census, census};
use crate::store::{Prepared, Store, StoreError, Terms, prepare_restore};

/// Puts a checked backup in place; then Hacienda's list tells what was sent since.
pub(super) fn run(context: &Context, file: &Path, offline: bool, dry_run: bool) -> Outcome {
    let database = &context.config.database;
    if Store::owns(database, file) && !Store::is_same_file(database, file) {
        return Err(Error::usage(
            format!("{} is a part of the database, not a copy of it", file.display()),
            "name the file that `backup` wrote",
        ));
    }
    let prepared = prepare_restore(file, database)?;
    let mut restored = Restored {
        file: file.to_owned(),
        database: database.clone(),
        documents: prepared.documents,
        knows_until: prepared.knows_until,
        offline,
        dry_run,
        ..Restored::default()
    };
    if dry_run {
        return Ok(restored_view(&restored));
    }
    let since = prepared.unknown_since;
    put(context, prepared, offline, &mut restored)?;
    let mut store = context.store()?;
    if !offline {
        restored.not_asked = ask(context, &mut store, since)?;
        let ours: Vec<&str> = context.companies().iter().map(|company| company.id.as_str()).collect();
        restored.taken = store.taken()?;
        restored.taken.retain(|taken| ours.contains(&taken.company.as_str()));
    }
    Ok(restored_view(&restored))
}

fn put(context: &Context, prepared: Prepared, offline: bool, restored: &mut Restored) -> Result<(), StoreError> {
    let companies: Vec<_> =
        context.config.companies.iter().map(|company| (company.id.clone(), company.settings.environment)).collect();
    let actor = actor::present();
    let terms = Terms { companies: &companies, offline, actor: &actor, now: context.clock.now() };
    let placed = prepared.put(&terms)?;
    restored.kept = placed.kept;
    restored.skipped = placed.skipped;
    Ok(())
}

/// Asks the list for every company; gives those for whom it could not be had.
fn ask(
    context: &Context,
    store: &mut Store,
    since: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<Vec<NotAsked>, Error> {
    // A day earlier: the list is sorted by the date of issue.
    let since = since.map(|since| since - chrono::TimeDelta::days(1));
    let budget = context.budget(&Bounds { dry_run: false, limit: None, max_duration: None })?;
    let desk = context.desk();
    let mut not_asked = Vec::new();
    for company in context.companies() {
        match census(&desk, company, since, &budget) {
            Ok(found) => {
                let complete = found.complete;
                take(context, store, company, &found)?;
                if !complete {
                    not_asked.push(NotAsked { company: company.id.clone(), cause: None });
                }
            }
            Err(cause) => not_asked.push(not_had(company, cause)),
        }
    }
    Ok(not_asked)
}

fn not_had(company: &Company, cause: Cause) -> NotAsked {
    NotAsked { company: company.id.clone(), cause: Some(cause) }
}

/// What is not here counts as given; the company's numbers are sure where the list was read to its end.
fn take(context: &Context, store: &mut Store, company: &Company, found: &Census) -> Result<(), StoreError> {
    let (now, environment) = (context.clock.now(), company.settings.environment);
    store.write(now, |write| {
        write.note_taken(&company.id, environment, &found.documents)?;
        write.count_taken_as_given(&company.id, environment)?;
        if found.complete {
            write.numbers_are_sure(&company.id, environment, &found.documents)?;
        }
        Ok(())
    })?;
    store.hold_to_marks(now).map(|_| ())
}
