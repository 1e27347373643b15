//! How a run ended, and what the queue has beside it.

use super::say;
use super::values::moment;
use crate::language::Language;
use crate::store::Held;

/// What the queue has of a step, and until when.
pub(super) fn held(held: &Held, language: Language) -> String {
    let count = held.count;
    match held.next_attempt.map(|at| moment(at, language)) {
        Some(at) if count == 1 => say!(language, "1 waits until {at}", "1 espera hasta el {at}"),
        Some(at) => say!(language, "{count} wait, the first until {at}", "{count} esperan, el primero hasta el {at}"),
        None if count == 1 => say!(language, "1 has failed for good", "1 falló del todo"),
        None => say!(language, "{count} have failed for good", "{count} fallaron del todo"),
    }
}

/// The command that has it tried at once.
pub(in crate::output) fn try_now(count: u64, command: &str, language: Language) -> String {
    if count == 1 {
        say!(language, "`cr-einvoice {command}` tries it at once", "`cr-einvoice {command}` lo intenta ya")
    } else {
        say!(language, "`cr-einvoice {command}` tries them at once", "`cr-einvoice {command}` los intenta ya")
    }
}

/// What a run did not come to.
pub(in crate::output) fn remaining(count: u64, interrupted: bool, language: Language) -> String {
    let more = match count {
        0 => say!(language, "nothing else is due", "no queda nada más"),
        1 => say!(language, "1 more is due", "queda 1 más"),
        count => say!(language, "{count} more are due", "quedan {count} más"),
    };
    if interrupted {
        say!(language, "it was ended before its work was, {more}", "se detuvo antes de terminar su trabajo, {more}")
    } else {
        more
    }
}
