//! How a run ended, and what the queue has beside it.

use crate::clock::costa_rica_text;
use crate::store::Held;

/// What the queue has of a step, and until when.
pub(crate) fn held(held: &Held) -> String {
    match (held.count, held.next_attempt) {
        (1, Some(at)) => format!("1 waits until {}", costa_rica_text(at)),
        (count, Some(at)) => format!("{count} wait, the first until {}", costa_rica_text(at)),
        (1, None) => "1 has failed for good".to_owned(),
        (count, None) => format!("{count} have failed for good"),
    }
}

/// The command that has it tried at once.
pub(crate) fn try_now(count: u64, command: &str) -> String {
    let them = if count == 1 { "it" } else { "them" };
    format!("`cr-einvoice {command}` tries {them} at once")
}

/// What a run did not come to.
pub(crate) fn remaining(count: u64, interrupted: bool) -> String {
    let more = match count {
        0 => "nothing else is due".to_owned(),
        1 => "1 more is due".to_owned(),
        count => format!("{count} more are due"),
    };
    if interrupted { format!("it was ended before its work was, {more}") } else { more }
}
