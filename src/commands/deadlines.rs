//! `deadlines`: the terms of the law that open documents are under.

use super::{Context, Outcome};
use crate::error::ExitCode;
use crate::output::{Finished, deadlines_view};

/// Shows the terms, the nearest first; exit code 3 when one has passed.
pub(super) fn run(context: &Context) -> Outcome {
    let terms = context.open_terms(&context.store_to_read()?)?;
    let code = if terms.iter().any(|term| term.deadline.passed) { ExitCode::NeedsPerson } else { ExitCode::Done };
    Ok(Finished::Shown(deadlines_view(&terms), code))
}
