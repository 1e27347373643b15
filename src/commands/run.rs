//! `run`: everything that a single timer needs, each step as its own command does it; the steps take turns.

use super::{Context, Outcome, errands, notices, stats, validate};
use crate::cli::{Bounds, Run, RunStep};
use crate::ending::Ending;
use crate::error::{Error, ExitCode};
use crate::language::Language;
use crate::lifecycle::Operation;
use crate::named::Named;
use crate::output::{Finished, InWords, round_view};
use crate::pipeline::{self, Errand, Keys, Summary, Validation};
use crate::store::Store;

/// Takes back what dead runs left, then signs where the configuration says so, submits, polls, retries, tells what a person
/// must know and writes the metrics.
pub(super) fn run(context: &Context, options: &Run) -> Outcome {
    let wanted = |step| options.only.is_empty() || options.only.contains(&step);
    let errands = errands(context, &wanted)?;
    if options.dry_run {
        return plan(context, errands);
    }
    let mut store = context.store()?;
    let budget = context.budget(&Bounds { dry_run: false, limit: None, max_duration: options.max_duration })?;
    let desk = context.desk();
    let (mut summaries, refused) = errands::in_turns(context, &desk, &mut store, errands, &budget)?;
    let mut codes = Vec::new();
    for error in refused.into_iter().map(Error::from) {
        // What is signed goes out all the same, and is asked about.
        log::error!("{error}");
        codes.push(error.exit_code());
    }
    drop(desk);
    if wanted(RunStep::Notices) {
        codes.push(tell(context, &mut store, &budget.ending)?);
    }
    codes.extend(summaries.iter().map(Summary::exit_code));
    if let Some(path) = options.metrics.as_ref().filter(|_| wanted(RunStep::Metrics)) {
        // What the run did is said all the same.
        if let Err(error) = stats::write_metrics(context, path) {
            log::error!("{error}");
            codes.push(error.exit_code());
        }
    }
    if let Some(last) = summaries.last_mut() {
        last.held = errands::held(context, &store, Operation::ALL)?;
    }
    Ok(Finished::Shown(round_view(&summaries, context.global.company.as_deref()), exit_code(&summaries, codes)))
}

/// The signal that cut a step short, or the most pressing of what the run met.
fn exit_code(summaries: &[Summary], mut codes: Vec<ExitCode>) -> ExitCode {
    if let Some(code) = summaries.iter().find_map(|summary| summary.ended_by).and_then(ExitCode::of_signal) {
        return code;
    }
    codes.extend(summaries.iter().any(Summary::waits_for_keys).then_some(ExitCode::Credentials));
    ExitCode::most_pressing(&codes)
}

/// What takes documents onward, in order. Nobody's drafts are looked at where no company wants them signed.
fn errands<'a>(context: &'a Context, wanted: &dyn Fn(RunStep) -> bool) -> Result<Vec<Errand<'a>>, Error> {
    let companies = context.companies();
    let signing: Vec<_> = companies.iter().copied().filter(|company| company.settings.auto_sign).collect();
    let mut errands = Vec::new();
    if wanted(RunStep::Sign) && !signing.is_empty() {
        let cabys = validate::catalogue(&context.config)?;
        errands.push(Errand::due(Operation::Sign, signing).validating(Some(Validation { cabys })));
    }
    for (step, operation) in [(RunStep::Submit, Operation::Submit), (RunStep::Poll, Operation::CheckStatus)] {
        if wanted(step) {
            errands.push(Errand::due(operation, companies.iter().copied()));
        }
    }
    if wanted(RunStep::Retry) {
        errands.push(Errand::queue(companies));
    }
    Ok(errands)
}

fn plan(context: &Context, errands: Vec<Errand<'_>>) -> Outcome {
    let store = context.store_to_read()?;
    let plan = |errand| pipeline::plan(&store, errand, context.clock.now(), None);
    let summaries = errands.into_iter().map(plan).collect::<Result<Vec<_>, _>>()?;
    Ok(Finished::Shown(round_view(&summaries, None), ExitCode::Done))
}

/// Puts certificates and legal terms near their end into the outbox, and sends what is due. The code says whether it went out.
fn tell(context: &Context, store: &mut Store, ending: &Ending) -> Result<ExitCode, Error> {
    let keys = Keys::of(context.companies());
    let now = context.clock.now();
    for cause in keys.look_at_all(now) {
        log::error!("{}", cause.in_words(Language::English));
    }
    // Where nobody is told anything, very many open documents need not be looked at.
    let terms = if context.ways().is_empty() { Vec::new() } else { context.open_terms(store)? };
    store.write(now, |write| {
        keys.note_ending(write, &context.ways())?;
        pipeline::note_terms(write, &terms, &context.ways())
    })?;
    notices::deliver(context, store, ending)
}
