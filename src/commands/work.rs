//! `sign`, `submit`, `poll`: the same run over what is due or what was named.

use super::{Context, Outcome, notices, selection, validate};
use crate::cli::Work;
use crate::lifecycle::Operation;
use crate::output::{self, Progress, summary_view};
use crate::pipeline::{self, Summary};

/// `sign`: what Hacienda would reject is not signed, unless validation is off.
pub(super) fn sign(context: &Context, work: &Work, validates: bool) -> Outcome {
    run_with(context, Operation::Sign, work, validates)
}

/// Works what is due, or what the selectors name.
pub(super) fn run(context: &Context, operation: Operation, work: &Work) -> Outcome {
    run_with(context, operation, work, true)
}

fn run_with(context: &Context, operation: Operation, work: &Work, validates: bool) -> Outcome {
    let verb = verb(operation);
    if operation == Operation::CheckStatus && work.selectors.is_empty() {
        warn_of_stopped_polling(context);
    }
    let companies = context.companies().into_iter().filter(|company| {
        operation != Operation::CheckStatus || !work.selectors.is_empty() || company.settings.auto_polling_enabled
    });
    let mut companies = context.opened(companies).validating(validates);
    if validates && operation == Operation::Sign {
        companies = companies.with_cabys(validate::catalogue(&context.config)?);
    }
    let keep_all = context.global.json || !work.selectors.is_empty();
    let mut summary = Summary::new(verb, keep_all);
    if work.bounds.dry_run {
        let store = context.store_to_read()?;
        let source = selection::source(context, &store, operation, &work.selectors)?;
        pipeline::plan(&store, &source, &companies, context.clock.now(), work.bounds.limit, &mut summary)?;
        return Ok(summary_view(&summary));
    }
    let mut store = context.store()?;
    let selectors = selection::import_named_files(context, &mut store, &work.selectors)?;
    let source = selection::source(context, &store, operation, &selectors)?;
    let budget = context.budget(&work.bounds)?;
    let progress = Progress::new(output::watches(&context.global), verb);
    let summary =
        pipeline::run(&mut store, source, &companies, context.clock, &budget, summary, &|done| progress.at(done))?;
    drop(progress);
    notices::deliver(context, &mut store)?;
    Ok(summary_view(&summary))
}

fn verb(operation: Operation) -> &'static str {
    match operation {
        Operation::Sign => "sign",
        Operation::Submit => "submit",
        Operation::CheckStatus => "poll",
    }
}

fn warn_of_stopped_polling(context: &Context) {
    for company in context.companies() {
        if !company.settings.auto_polling_enabled {
            log::warn!(
                "{}: auto_polling_enabled is false: only documents named on the command line are polled",
                company.id
            );
        }
    }
}
