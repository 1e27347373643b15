//! `deadlines`: the terms of the law that open documents are under.

use super::{Context, Outcome};
use crate::cli::Page;
use crate::error::ExitCode;
use crate::output::{Finished, deadlines_view};
use crate::store::Listed;

/// Shows the terms, the nearest first; exit code 3 when one has passed.
pub(super) fn run(context: &Context, page: Page) -> Outcome {
    let mut terms = context.open_terms(&context.store_to_read()?)?;
    let code = if terms.iter().any(|term| term.deadline.passed) { ExitCode::NeedsPerson } else { ExitCode::Done };
    let listed = Listed::of(terms.len() as u64, page.at_most(), page.offset);
    terms.drain(..terms.len().min(usize::try_from(page.offset).unwrap_or(usize::MAX)));
    terms.truncate(page.at_most().map_or(usize::MAX, |limit| limit as usize));
    Ok(Finished::Shown(deadlines_view(&terms, listed, page.offset), code))
}
