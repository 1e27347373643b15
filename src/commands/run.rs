//! `run`: everything that a single timer needs, each step as its own command does it.

use super::{Context, Outcome, notices, stats};
use crate::cli::{Bounds, Run, RunStep};
use crate::error::{Error, ExitCode};
use crate::lifecycle::Operation;
use crate::output::{self, Finished, InWords, Language, Progress, round_view};
use crate::pipeline::{self, Budget, Companies, Source, Summary};
use crate::store::Store;

/// Takes back what dead runs left, then submits, polls, retries, tells what a person must know and writes the metrics.
pub(super) fn run(context: &Context, options: &Run) -> Outcome {
    let wanted = |step| options.only.is_empty() || options.only.contains(&step);
    let steps: Vec<_> = [
        (RunStep::Submit, "submit", Source::due(Operation::Submit)),
        (RunStep::Poll, "poll", Source::due(Operation::CheckStatus)),
        (RunStep::Retry, "retry run", Source::Queue),
    ]
    .into_iter()
    .filter(|(step, ..)| wanted(*step))
    .collect();
    if options.dry_run {
        return plan(context, steps);
    }
    let mut store = context.store()?;
    let budget = context.budget(&Bounds { dry_run: false, limit: None, max_duration: options.max_duration })?;
    let mut summaries = Vec::new();
    for (_, name, source) in steps {
        summaries.push(one_step(context, &mut store, &budget, name, source)?);
    }
    if wanted(RunStep::Notices) {
        tell(context, &mut store)?;
    }
    if let Some(path) = options.metrics.as_ref().filter(|_| wanted(RunStep::Metrics)) {
        stats::write_metrics(context, path)?;
    }
    let codes: Vec<_> = summaries.iter().map(Summary::exit_code).collect();
    Ok(Finished::Shown(round_view(&summaries), ExitCode::most_pressing(&codes)))
}

/// The companies that take part in a step that runs by itself.
fn companies<'a>(context: &'a Context, name: &str) -> Companies<'a> {
    let takes_part = |company: &&crate::config::Company| match name {
        "poll" => company.settings.auto_polling_enabled,
        "retry run" => company.settings.auto_retry_enabled,
        _ => true,
    };
    context.opened(context.companies().into_iter().filter(takes_part))
}

fn one_step(
    context: &Context,
    store: &mut Store,
    budget: &Budget,
    name: &'static str,
    source: Source,
) -> Result<Summary, Error> {
    let companies = companies(context, name);
    let progress = Progress::new(output::watches(&context.global), name);
    let summary = Summary::new(name, context.global.json);
    Ok(pipeline::run(store, source, &companies, context.clock, budget, summary, &|done| progress.at(done))?)
}

fn plan(context: &Context, steps: Vec<(RunStep, &'static str, Source)>) -> Outcome {
    let store = context.store_to_read()?;
    let mut summaries = Vec::new();
    for (_, name, source) in steps {
        let mut summary = Summary::new(name, true);
        pipeline::plan(&store, &source, &companies(context, name), context.clock.now(), None, &mut summary)?;
        summaries.push(summary);
    }
    Ok(Finished::Shown(round_view(&summaries), ExitCode::Done))
}

/// Puts certificates and legal terms near their end into the outbox, and sends what is due.
fn tell(context: &Context, store: &mut Store) -> Result<(), Error> {
    let companies = context.opened(context.companies());
    for cause in companies.look_at_certificates() {
        log::error!("{}", cause.in_words(Language::English));
    }
    let now = context.clock.now();
    let terms = context.open_terms(store)?;
    store.write(now, |write| {
        companies.note_ending_certificates(write)?;
        pipeline::note_terms(write, &terms, &context.ways())
    })?;
    notices::deliver(context, store)
}
