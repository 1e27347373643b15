//! `numbering`: the series of consecutivos, and where they begin.

use super::{Context, Outcome};
use crate::cli;
use crate::config::Company;
use crate::document::{Consecutivo, Kind};
use crate::error::{Error, ExitCode};
use crate::named::Named;
use crate::output::{Finished, Numbers, numbering_view, series_started_view};
use crate::store::SeriesKey;

/// Shows the series, or starts one.
pub(super) fn run(context: &Context, command: Option<&cli::Numbering>) -> Outcome {
    match command {
        None => show(context),
        Some(cli::Numbering::Start { kind, number, branch, terminal, dry_run }) => {
            let company = only_company(context)?;
            let key = SeriesKey {
                company: &company.id,
                environment: company.settings.environment,
                branch: branch.unwrap_or(company.issuer.branch),
                terminal: terminal.unwrap_or(company.issuer.terminal),
                kind_code: kind_code(kind)?,
            };
            start(context, &key, *number, *dry_run)
        }
    }
}

fn show(context: &Context) -> Outcome {
    let store = context.store_to_read()?;
    let ours: Vec<&str> = context.companies().iter().map(|company| company.id.as_str()).collect();
    let is_ours = |company: &str| ours.contains(&company);
    let mut numbers = Numbers {
        series: store.series()?,
        gaps: store.number_gaps()?,
        duplicates: store.duplicate_numbers()?,
        taken: store.taken_numbers()?,
        lacking: store.taken()?,
        doubts: store.doubts()?,
    };
    numbers.lacking.retain(|taken| is_ours(&taken.company));
    numbers.series.retain(|series| is_ours(&series.company));
    numbers.gaps.retain(|gap| is_ours(&gap.company));
    numbers.duplicates.retain(|number| is_ours(&number.company));
    numbers.taken.retain(|number| is_ours(&number.company));
    Ok(numbering_view(&numbers))
}

/// Lets the next document of a series have a number.
fn start(context: &Context, key: &SeriesKey<'_>, number: u64, dry_run: bool) -> Outcome {
    let consecutivo = Consecutivo::new(key.branch, key.terminal, key.kind_code, number)
        .map_err(|error| Error::usage(error.to_string(), "a number is 1 to 9999999999"))?;
    let refuse = |next: u64| {
        Err(Error::usage(
            format!("the series has come to {next}; a number that was given is never given again"),
            format!("start at {next} or later; `cr-einvoice numbering` shows the series"),
        ))
    };
    if dry_run {
        let next = context.store_to_read()?.next_number(key)?;
        if number < next {
            return refuse(next);
        }
    } else {
        let now = context.clock.now();
        if let Err(next) = context.store()?.write(now, |write| write.continue_series(key, number - 1))? {
            return refuse(next);
        }
    }
    Ok(Finished::Shown(series_started_view(key.company, consecutivo.as_str(), dry_run), ExitCode::Done))
}

fn only_company(context: &Context) -> Result<&Company, Error> {
    match context.companies()[..] {
        [company] => Ok(company),
        _ => Err(Error::usage("there are several companies", "say whose series it is with --company ID")),
    }
}

/// The document type of a kind; a MensajeReceptor has three.
fn kind_code(text: &str) -> Result<&'static str, Error> {
    let all = || Kind::ALL.iter().flat_map(|kind| kind.codes());
    if let Some(code) = all().find(|code| **code == text) {
        return Ok(code);
    }
    match text.parse::<Kind>().map(Kind::codes) {
        Ok([code]) => Ok(code),
        Ok(_) => {
            Err(Error::usage(format!("`{text}` has three series"), "say 05 (accepted), 06 (in part) or 07 (rejected)"))
        }
        Err(unknown) => Err(Error::usage(unknown.to_string(), "or a document type of nota 3, 01 to 10")),
    }
}
