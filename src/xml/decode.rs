//! From the characters of a file to the characters they mean: references, line ends, attribute white space.

use std::borrow::Cow;

use super::chars;

/// The entities that need no declaration (XML 1.0, section 4.6).
const ENTITIES: [(&str, char); 5] = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];

/// The character of the reference between `&` and `;`, or what is wrong with it.
pub(super) fn reference(name: &str) -> Result<char, String> {
    let Some(number) = name.strip_prefix('#') else {
        let known = ENTITIES.iter().find(|(entity, _)| *entity == name);
        return known.map(|(_, character)| *character).ok_or_else(|| {
            format!("`&{name};` is not one of the five entities of XML; write the character itself or its number")
        });
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let well_written = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    let code = if well_written { u32::from_str_radix(digits, radix).ok() } else { None };
    code.and_then(char::from_u32)
        .filter(|character| chars::is_legal(*character))
        .ok_or_else(|| format!("`&{name};` is no character that XML allows"))
}

/// The length of the name of the reference at the start of `text` (which begins after the `&`), up to its `;`.
pub(super) fn reference_length(text: &str) -> Option<usize> {
    /// Room for `#x10FFFF` and for leading zeros; longer ones serve nobody.
    const LONGEST: usize = 16;
    text.bytes().take(LONGEST).position(|byte| byte == b';')
}

/// Character data: references replaced, CRLF and CR made LF (XML 1.0, section 2.11).
pub(super) fn text(raw: &str) -> Cow<'_, str> {
    decode(raw, [b'&', b'\r'])
}

/// The text of a CDATA section: only its line ends change.
pub(super) fn cdata(raw: &str) -> Cow<'_, str> {
    match raw.contains('\r') {
        false => Cow::Borrowed(raw),
        true => Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n")),
    }
}

/// An attribute's value: as text, and literal white space becomes a space (XML 1.0, section 3.3.3).
pub(super) fn value(raw: &str) -> Cow<'_, str> {
    decode(raw, [b'&', b'\r', b'\t', b'\n'])
}

/// Replaces references, line ends, and what else of `special` is found, which becomes a space.
fn decode<const N: usize>(raw: &str, special: [u8; N]) -> Cow<'_, str> {
    let mut at = chars::find(raw.as_bytes(), 0, special);
    if at == raw.len() {
        return Cow::Borrowed(raw);
    }
    let mut decoded = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(&byte) = rest.as_bytes().get(at) {
        decoded.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match byte {
            b'&' => {
                let length = reference_length(rest).unwrap_or(0);
                // The scanner has checked every reference: what it let through has a character.
                decoded.extend(reference(&rest[..length]));
                rest = rest.get(length + 1..).unwrap_or_default();
            }
            b'\r' => {
                rest = rest.strip_prefix('\n').unwrap_or(rest);
                decoded.push(if special.contains(&b'\n') { ' ' } else { '\n' });
            }
            _ => decoded.push(' '),
        }
        at = chars::find(rest.as_bytes(), 0, special);
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_line_ends_are_decoded() {
        assert_eq!(text("a &amp; b &#xD;&#241;\r\nc\rd\te"), "a & b \rñ\nc\nd\te");
        assert_eq!(value("a\r\n\tb&#10;&quot;&#9;c"), "a  b\n\"\tc");
        assert_eq!(cdata("a&amp;\r\nb\r"), "a&amp;\nb\n");
        assert!(matches!(text("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn only_legal_characters_can_be_referred_to() {
        for good in ["#10", "#xA", "#x10FFFF", "#0000000000065", "lt"] {
            assert!(reference(good).is_ok(), "{good}");
        }
        for bad in ["#0", "#x0", "#xB", "#xD800", "#xFFFE", "#x110000", "#", "#x", "#+1", "#X41", "nbsp", "", "AMP"] {
            assert!(reference(bad).is_err(), "{bad}");
        }
    }
}
