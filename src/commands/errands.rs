//! Doing errands for a person: shown with `--dry-run`, else done, with a bar, and what must be told is sent.

use super::{Context, Outcome, notices};
use crate::cli::Bounds;
use crate::error::Error;
use crate::lifecycle::Operation;
use crate::output::{self, Progress, summary_view};
use crate::pipeline::{self, Budget, Desk, Errand, ErrandName, Summary};
use crate::store::{Held, Store, StoreError};

/// What the errand would work on.
pub(super) fn plan(context: &Context, store: &Store, errand: Errand<'_>, bounds: &Bounds) -> Outcome {
    let steps = errand.steps_over_all();
    let mut summary = pipeline::plan(store, errand, context.clock.now(), bounds.limit)?;
    summary.held = held(context, store, steps)?;
    Ok(summary_view(&summary, context.global.company.as_deref()))
}

/// Does it, and sends what the outbox holds afterwards. `untaken` documents were named and could not be taken any more.
pub(super) fn run(context: &Context, store: &mut Store, errand: Errand<'_>, budget: &Budget, untaken: u64) -> Outcome {
    let steps = errand.steps_over_all();
    let mut summary = one(context, &context.desk(), store, errand, budget)?;
    summary.leave_out(untaken, &budget.ending);
    summary.held = held(context, store, steps)?;
    // The work has its own code; a notice that did not go out is in that of `run`.
    let _ = notices::deliver(context, store, &budget.ending)?;
    Ok(summary_view(&summary, context.global.company.as_deref()))
}

/// What the queue has of these steps.
pub(super) fn held(context: &Context, store: &Store, steps: &[Operation]) -> Result<Vec<Held>, Error> {
    let mut all: Vec<Held> = Vec::new();
    for operation in steps {
        let mut of_step: Option<Held> = None;
        for company in context.companies() {
            let held = store.held(&company.id, company.settings.environment, *operation)?;
            of_step = of_step.into_iter().chain(held).reduce(Held::and);
        }
        all.extend(of_step);
    }
    Ok(all)
}

/// Several errands at a desk, none of which keeps the others waiting.
pub(super) fn in_turns<'a>(
    context: &Context,
    desk: &Desk<'a>,
    store: &mut Store,
    errands: Vec<Errand<'a>>,
    budget: &Budget,
) -> Result<(Vec<Summary>, Vec<StoreError>), Error> {
    let errands: Vec<_> = errands.into_iter().map(|errand| errand.reporting_all(context.global.json)).collect();
    let progress = Progress::new(output::watches(&context.global), "");
    Ok(pipeline::run_in_turns(desk, store, errands, budget, &|name, done| progress.of(name.into(), done))?)
}

fn one<'a>(
    context: &Context,
    desk: &Desk<'a>,
    store: &mut Store,
    errand: Errand<'a>,
    budget: &Budget,
) -> Result<Summary, Error> {
    let progress = Progress::new(output::watches(&context.global), errand.name().into());
    let errand = errand.reporting_all(context.global.json);
    Ok(pipeline::run(desk, store, errand, budget, &|done| progress.at(done))?)
}

/// Tells a person whose documents a run leaves alone because the configuration says so.
pub(super) fn warn_of_absent(context: &Context, name: ErrandName) {
    for company in context.companies().into_iter().filter(|company| !name.takes(company)) {
        match name {
            ErrandName::Poll => log::warn!(
                "{}: auto_polling_enabled is false: only documents named on the command line are polled",
                company.id
            ),
            _ => log::warn!("{}: auto_retry_enabled is false: its entries wait for `retry now`", company.id),
        }
    }
}
