//! `stats`

use std::path::Path;

use super::{Context, Outcome, days};
use crate::cli::Stats;
use crate::clock::costa_rica_day;
use crate::error::{Error, ExitCode};
use crate::output::{Finished, Past, exposition, statistics_view, write_atomically};
use crate::pipeline::Keys;
use crate::store::{Period, Statistics, Store};

/// Counts what is there.
pub(super) fn run(context: &Context, options: &Stats) -> Outcome {
    if let Some(path) = &options.output {
        write_metrics(context, path)?;
        return Ok(Finished::Silent(ExitCode::Done));
    }
    let store = context.store_to_read()?;
    if options.prometheus {
        return Ok(Finished::Bytes(metrics(context, &store)?.into_bytes()));
    }
    let statistics = count(context, &store, options)?;
    let doubts = store.doubts()?;
    Ok(Finished::Shown(statistics_view(&statistics, options.from, options.to, &doubts), ExitCode::Done))
}

fn count(context: &Context, store: &Store, options: &Stats) -> Result<Statistics, Error> {
    let now = context.clock.now();
    let (from, before) = days(options.from, options.to);
    let today = days(Some(costa_rica_day(now)), None).0.unwrap_or(now);
    let ids: Vec<_> = context.companies().iter().map(|company| company.id.clone()).collect();
    Ok(store.statistics(context.global.company.as_deref(), &ids, &Period { from, before, today }, now)?)
}

fn metrics(context: &Context, store: &Store) -> Result<String, Error> {
    let options = Stats { from: None, to: None, prometheus: true, output: None };
    let statistics = count(context, store, &options)?;
    let certificates = Keys::of(context.companies()).ends(context.clock.now());
    let (unsent_notices, notice_error) = store.unsent_notices()?;
    let past = Past {
        last_successes: store.last_successes()?,
        breakers: store.breakers()?,
        doubts: store.doubts()?.len(),
        unsent_notices,
        notices_fail: notice_error.is_some(),
    };
    Ok(exposition(&statistics, &past, &certificates))
}

/// Writes the metrics to a file that appears whole or not at all.
pub(super) fn write_metrics(context: &Context, path: &Path) -> Result<(), Error> {
    let text = metrics(context, &context.store_to_read()?)?;
    write_atomically(path, &text).map_err(|source| Error::file(path, "write", source))
}
