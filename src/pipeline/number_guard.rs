//! Before a company's first POST after a pause: does Hacienda have documents in our series that are not here? One request. A
//! database that was put back together with its marks shows by nothing else.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::ledger::RunEnded;
use crate::config::Company;
use crate::document::{Clave, DocumentKey};
use crate::hacienda::{Environment, ListItem};
use crate::notice::{Fact, Way};
use crate::store::{Stopped, Store, StoreError, Write};

/// Which companies are still to be asked about in this run.
#[derive(Debug, Default)]
pub(super) struct NumberGuard {
    due: HashMap<String, Mutex<bool>>,
}

impl NumberGuard {
    /// Those whose last POST is older than `numbering_guard_hours`, or of whom none is known.
    pub(super) fn remembered(companies: &[&Company], store: &Store, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let mut due = HashMap::new();
        for company in companies {
            let settings = &company.settings;
            let hours = TimeDelta::hours(i64::from(settings.numbering_guard_hours));
            // A time that has not come yet was written while the clock was wrong.
            let is_recent =
                store.last_post(&company.id, settings.environment)?.is_some_and(|at| at <= now && now - at <= hours);
            due.insert(company.id.clone(), Mutex::new(settings.numbering_guard_hours > 0 && !is_recent));
        }
        Ok(NumberGuard { due })
    }

    /// The first worker that is about to post for the company asks; the others wait until it has.
    pub(super) fn before_post(
        &self,
        company: &str,
        ask: impl FnOnce() -> Result<(), RunEnded>,
    ) -> Result<(), RunEnded> {
        let Some(due) = self.due.get(company) else { return Ok(()) };
        let mut due = due.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut *due) { ask() } else { Ok(()) }
    }
}

/// The documents of a list whose numbers are the company's: its own claves, and the messages that it numbered as receptor.
pub(super) fn numbered_by(company: &Company, listed: &[ListItem]) -> Vec<(DocumentKey, Option<DateTime<Utc>>)> {
    let (own, padded) = (&company.identification.number, company.identification.padded());
    let is_ours = |item: &&ListItem| {
        let is_message = item.key.as_str() != item.key.clave().as_str();
        if is_message {
            item.receptor.as_ref().is_some_and(|receptor| receptor.eq_ignore_ascii_case(own))
        } else {
            let by: Clave = item.key.clave();
            padded.as_ref().is_some_and(|padded| by.identification().eq_ignore_ascii_case(padded))
        }
    };
    listed.iter().filter(is_ours).map(|item| (item.key.clone(), item.date)).collect()
}

/// Stops the series of which the list has a document that is not here, and tells a person.
pub(super) fn stop(
    write: &Write<'_>,
    ways: &[Way],
    company: &str,
    environment: Environment,
    documents: &[(DocumentKey, Option<DateTime<Utc>>)],
) -> Result<(), StoreError> {
    for Stopped { series, clave, .. } in write.note_strays(company, environment, documents)? {
        log::error!("{company}: series {series} is stopped: Hacienda has {clave}, which is not here");
        write.notify(ways, company, None, &Fact::SeriesStopped { series, clave })?;
    }
    Ok(())
}
