//! Text from outside, made fit to be shown: the one place where what a supplier, a customer, Hacienda or a file's name says
//! becomes something that a person may look at.
//!
//! Names may hold line ends that forge a line of ours, codes that a terminal obeys, and marks that turn the direction of what
//! follows. Each is shown as a sign. JSON, CSV and the documents themselves keep every byte.

use std::borrow::Cow;

use super::paint;

/// One line: everything that is not seen, or that would end the line, as a sign.
pub(crate) fn signs(text: &str) -> Cow<'_, str> {
    shown(text, |_| false)
}

/// A whole text of ours with its lines and colours: as [`signs`], but these stay.
pub(super) fn of_lines(text: &str) -> Cow<'_, str> {
    shown(text, |character| character == '\n' || paint::is_mark(character))
}

fn shown(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let needs_sign = |character: char| !stays(character) && is_unseen(character);
    if !text.contains(needs_sign) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            seen if !needs_sign(seen) => shown.push(seen),
            // Unicode has a picture for each code of ASCII.
            '\0'..='\x1f' => shown.extend(char::from_u32(0x2400 + u32::from(character))),
            '\x7f' => shown.push('␡'),
            other => shown.push_str(&format!("<U+{:04X}>", u32::from(other))),
        }
    }
    shown.into()
}

/// Control characters, line and paragraph separators, marks of direction, what has no width, and the noncharacters that
/// [`super::paint`] uses. The joiners of scripts and emoji (U+200C, U+200D) stay: they change how letters look, not where.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_a_sign() {
        assert_eq!(signs("A\nState  accepted"), "A␊State  accepted");
        assert_eq!(signs("\u{1b}[31mred\r\n\t\0\u{7f}"), "␛[31mred␍␊␉␀␡");
        assert_eq!(signs("a\u{202e}b\u{2066}c\u{9b}d\u{feff}\u{2028}"), "a<U+202E>b<U+2066>c<U+009B>d<U+FEFF><U+2028>");
        assert_eq!(of_lines("a\nb\r\u{85}"), "a\nb␍<U+0085>");
    }

    #[test]
    fn letters_of_every_script_stay() {
        for text in ["Peña & Compañía S.A.", "株式会社", "שלום", "مرحبا", "₡1 250,50", "👩\u{200d}🌾", "e\u{301}"]
        {
            assert!(matches!(signs(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }
}
