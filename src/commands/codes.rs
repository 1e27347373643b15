//! `codes`

use crate::catalogue::List;
use crate::error::ExitCode;
use crate::output::{Finished, code_lists_view, codes_view};

/// Shows the codes of a list that a text finds, or which lists there are.
pub(super) fn run(list: Option<List>, text: &str) -> Finished {
    let view = match list {
        Some(list) => codes_view(list, &list.search(text)),
        None => code_lists_view(),
    };
    Finished::Shown(view, ExitCode::Done)
}
