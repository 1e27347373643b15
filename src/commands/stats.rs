//! `stats`

use chrono::NaiveDate;

use super::{Context, Outcome, days};
use crate::error::ExitCode;
use crate::output::{Finished, statistics_view};
use crate::store::Period;

/// Counts what is there.
pub fn run(context: &Context, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Outcome {
    let now = context.clock.now();
    let (start, before) = days(from, to);
    let today = days(Some(crate::clock::costa_rica_day(now)), None).0.unwrap_or(now);
    let period = Period { from: start, before, today };
    let named = context.global.company.as_deref();
    let ids: Vec<_> = context.companies().iter().map(|company| company.id.clone()).collect();
    let statistics = context.store_to_read()?.statistics(named, &ids, &period, now)?;
    Ok(Finished::Shown(statistics_view(&statistics, from, to), ExitCode::Done))
}
