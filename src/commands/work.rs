//! `sign`, `submit`, `poll`: the same run over what is due or what was named.

use super::{Context, Outcome, errands, selection, validate};
use crate::cli::Work;
use crate::error::Error;
use crate::lifecycle::Operation;
use crate::pipeline::{Errand, Validation};
use crate::store::Store;

/// `sign`: what Hacienda would reject is not signed, unless validation is off.
pub(super) fn sign(context: &Context, work: &Work, validates: bool) -> Outcome {
    let cabys = || validate::catalogue(&context.config);
    let validation = if validates { Some(Validation { cabys: cabys()? }) } else { None };
    run_with(context, Operation::Sign, work, validation)
}

/// Works what is due, or what the selectors name.
pub(super) fn run(context: &Context, operation: Operation, work: &Work) -> Outcome {
    run_with(context, operation, work, None)
}

fn run_with(context: &Context, operation: Operation, work: &Work, validation: Option<Validation>) -> Outcome {
    if work.bounds.dry_run {
        let store = context.store_to_read()?;
        let errand = errand(context, &store, operation, &work.selectors)?;
        return errands::plan(context, &store, errand, &work.bounds);
    }
    let budget = context.budget(&work.bounds)?;
    let mut store = context.store()?;
    let selectors = selection::import_named_files(context, &mut store, &work.selectors, &budget.ending)?;
    let untaken = work.selectors.len() - selectors.len();
    // Without a selector everything would be meant.
    let errand = match selectors.is_empty() && untaken > 0 {
        true => Errand::named(operation, [], context.companies()),
        false => errand(context, &store, operation, &selectors)?,
    };
    errands::run(context, &mut store, errand.validating(validation), &budget, untaken as u64)
}

fn errand<'a>(
    context: &'a Context,
    store: &Store,
    operation: Operation,
    selectors: &[String],
) -> Result<Errand<'a>, Error> {
    if !selectors.is_empty() {
        let named = selection::documents(context, store, selectors)?;
        return Ok(Errand::named(operation, named, context.companies()));
    }
    let errand = Errand::due(operation, context.companies());
    errands::warn_of_absent(context, errand.name());
    Ok(errand)
}
