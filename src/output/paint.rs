//! Colours. Text carries them as noncharacters of Unicode, which no text from outside keeps (`signs`), until it is printed: what
//! is written to a file, or by `--color never`, then has none.

use std::io::{self, IsTerminal};

use crate::cli::ColorChoice;

/// What a word means, to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// It is as it should be.
    Good,
    /// It waits, or someone should look.
    Open,
    /// It needs a person.
    Bad,
    /// The name of a column.
    Heading,
}

const PAINTS: [(Paint, char, &str); 4] = [
    (Paint::Good, '\u{fdd0}', "\u{1b}[32m"),
    (Paint::Open, '\u{fdd1}', "\u{1b}[33m"),
    (Paint::Bad, '\u{fdd2}', "\u{1b}[1;31m"),
    (Paint::Heading, '\u{fdd3}', "\u{1b}[1m"),
];
const END: char = '\u{fdd4}';
const PLAIN: &str = "\u{1b}[0m";

/// Whether a character is one of those that carry colours.
pub(super) fn is_mark(character: char) -> bool {
    ('\u{fdd0}'..=END).contains(&character)
}

/// The text with its colour.
pub(super) fn painted(paint: Paint, text: &str) -> String {
    let mark = PAINTS.iter().find(|(of, _, _)| *of == paint).map_or(END, |(_, mark, _)| *mark);
    format!("{mark}{text}{END}")
}

/// The colour of a state, a result or a check.
pub(super) fn paint_of(word: &str) -> Option<Paint> {
    match word {
        "accepted" | "done" | "ok" | "completed" | "acceptance" | "aceptado" => Some(Paint::Good),
        "draft" | "signed" | "submitted" | "pending" | "processing" | "waiting" | "deferred" | "warn" | "WARNING"
        | "near" => Some(Paint::Open),
        "rejected" | "error" | "failed" | "rejection" | "rechazado" | "FAILURE" | "FAILS" | "PASSED" | "REJECT" => {
            Some(Paint::Bad)
        }
        _ => None,
    }
}

/// The colours of a text as a terminal takes them, or none.
pub(super) fn coloured(text: &str, colours: bool) -> String {
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        let code = match character {
            END => PLAIN,
            '\u{fdd0}'..='\u{fdd3}' => {
                PAINTS.iter().find(|(_, mark, _)| *mark == character).map_or("", |(_, _, code)| *code)
            }
            other => {
                result.push(other);
                continue;
            }
        };
        if colours {
            result.push_str(code);
        }
    }
    result
}

/// Whether standard output gets colours. `auto`: a terminal that can, whose user has not said NO_COLOR.
pub(super) fn wants_colours(choice: ColorChoice) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
            io::stdout().is_terminal() && set("NO_COLOR").is_none() && set("TERM").is_some_and(|term| term != "dumb")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_there_or_leave_nothing_behind() {
        let text = format!("a {} b", painted(Paint::Bad, "rejected"));
        assert_eq!(coloured(&text, true), "a \u{1b}[1;31mrejected\u{1b}[0m b");
        assert_eq!(coloured(&text, false), "a rejected b");
    }
}
