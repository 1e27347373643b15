//! `cleanup responses`, `cleanup queue`: retention. Documents and their final answers always stay.

use chrono::{DateTime, TimeDelta};

use super::{Context, Outcome};
use crate::cli::Cleanup;
use crate::error::{Error, ExitCode};
use crate::output::{Finished, Sweep, sweep_view};
use crate::store::{Retention, RunResult};

/// Plans what goes and removes it, company by company, for each may keep its own time.
pub(super) fn run(context: &Context, cleanup: &Cleanup) -> Outcome {
    let (what, days, dry_run) = match cleanup {
        Cleanup::Responses { days, dry_run } => (Retention::Responses, *days, *dry_run),
        Cleanup::Queue { days, include_failed, dry_run } => {
            (Retention::Queue { include_failed: *include_failed }, *days, *dry_run)
        }
    };
    let now = context.clock.now();
    let mut store = if dry_run { context.store_to_read()? } else { context.store()? };
    let mut sweeps = Vec::new();
    for company in context.companies() {
        let kept = days.unwrap_or(match what {
            Retention::Responses => company.settings.response_retention_days,
            Retention::Queue { .. } => company.settings.queue_retention_days,
        });
        let cutoff = now.checked_sub_signed(TimeDelta::days(i64::from(kept))).unwrap_or(DateTime::UNIX_EPOCH);
        let planned = store.count_expired(what, &company.id, cutoff)?;
        sweeps.push(Sweep { company: company.id.clone(), days: kept, cutoff, planned, deleted: 0 });
    }
    if !dry_run {
        let name = if what == Retention::Responses { "cleanup responses" } else { "cleanup queue" };
        let run = store.write(now, |write| write.begin_run(name))?;
        for sweep in &mut sweeps {
            sweep.deleted = store.remove_expired(what, &sweep.company, sweep.cutoff, now)?;
        }
        store.give_pages_back().map_err(Error::from)?;
        let processed = sweeps.iter().map(|sweep| sweep.deleted).sum();
        store.write(now, |write| {
            write.end_run(&run, RunResult { processed, succeeded: processed, ..RunResult::default() })
        })?;
    }
    Ok(Finished::Shown(sweep_view(what, &sweeps, dry_run), ExitCode::Done))
}
