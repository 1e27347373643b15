//! Which characters may stand where (XML 1.0, fifth edition, productions 2 to 5), and the fast searches for the bytes
//! that end a run of text. The searches look at eight bytes at a time: the texts of a comprobante are too short for a
//! library call each.

/// A byte of an ASCII name after its first character; the colon is left to the namespace rules.
const NAME: u8 = 1;
/// A byte that may begin an ASCII name.
const NAME_START: u8 = 2;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        let character = byte as u8;
        if character.is_ascii_alphabetic() || character == b'_' {
            table[byte] = NAME | NAME_START;
        } else if character.is_ascii_digit() || character == b'-' || character == b'.' {
            table[byte] = NAME;
        }
        byte += 1;
    }
    table
}

/// White space of XML, production 3.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// A character that a document may hold at all, production 2.
pub(super) fn is_legal(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        _ => character >= ' ',
    }
}

/// Production 4 without the colon: an NCName begins with it.
fn is_name_start(character: char) -> bool {
    matches!(character,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// Production 4a without the colon.
fn is_name(character: char) -> bool {
    is_name_start(character)
        || matches!(character, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Where the NCName that begins at `from` ends; `from` itself when none begins there.
#[inline]
pub(super) fn name_end(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let Some(&first) = bytes.get(from) else { return from };
    if CLASS[first as usize] & NAME_START == 0 && first < 0x80 {
        return from;
    }
    let mut at = letters_end(bytes, from);
    while let Some(&byte) = bytes.get(at) {
        if CLASS[byte as usize] == 0 {
            if byte >= 0x80 {
                return wide_name_end(text, from);
            }
            break;
        }
        at += 1;
    }
    at
}

/// Where the ASCII letters that begin at `from` end, or some bytes before: nearly every name is letters alone.
#[inline]
fn letters_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        // With capitals made small, adding 0x1F lifts `a` and all above it to 0x80, and adding 0x05 what is above `z`.
        // A sum may spill into the byte after it, so that only the lowest mark is certain, which is the one that is used.
        let small = word | (ONES * 0x20);
        let others = (!small.wrapping_add(ONES * 0x1F) | small.wrapping_add(ONES * 0x05) | word) & HIGH_BITS;
        if others != 0 {
            return at + others.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at
}

/// Whether two names are the same. They are so short that a call to `memcmp` would take longer than to compare them.
#[inline]
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let ((words, rest), (other_words, other_rest)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    let word = |chunk: &[u8; 8]| u64::from_le_bytes(*chunk);
    if !words.iter().zip(other_words).all(|(one, other)| word(one) == word(other)) {
        return false;
    }
    match (one.last_chunk::<8>(), other.last_chunk::<8>()) {
        // The last eight bytes, some of which have been compared before, are still quicker than byte by byte.
        (Some(one), Some(other)) => word(one) == word(other),
        _ => rest.iter().zip(other_rest).all(|(one, other)| one == other),
    }
}

/// [`name_end`] for names outside ASCII.
#[cold]
fn wide_name_end(text: &str, from: usize) -> usize {
    let mut characters = text[from..].char_indices();
    match characters.next() {
        Some((_, first)) if is_name_start(first) => {}
        _ => return from,
    }
    characters.find(|(_, character)| !is_name(*character)).map_or(text.len(), |(at, _)| from + at)
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// Marks the bytes of `word` that equal `byte`. Only the lowest mark is certain, which is the one that is used.
#[inline]
fn marks(word: u64, byte: u8) -> u64 {
    let difference = word ^ (ONES * u64::from(byte));
    difference.wrapping_sub(ONES) & !difference & HIGH_BITS
}

/// The first of `wanted` at or after `from`; the end when there is none.
#[inline]
pub(crate) fn find<const N: usize>(bytes: &[u8], from: usize, wanted: [u8; N]) -> usize {
    let mut at = from;
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let found = wanted.iter().fold(0, |found, byte| found | marks(word, *byte));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while at < bytes.len() && !wanted.contains(&bytes[at]) {
        at += 1;
    }
    at
}

/// The first byte of text that is not plain: markup, a reference, `>` or a carriage return.
#[inline]
pub(super) fn plain_text_end(bytes: &[u8], from: usize) -> usize {
    find(bytes, from, [b'<', b'&', b'>', b'\r'])
}

/// Where the white space that begins at `from` ends, or its first carriage return, which canonical XML rewrites.
#[inline]
pub(super) fn plain_space_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(b' ' | b'\n' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The first byte of an attribute value that needs a look: its quote, `<`, `&`, or white space other than a space.
#[inline]
pub(super) fn plain_value_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    find(bytes, from, [quote, b'<', b'&', b'\t', b'\n', b'\r', b'"'])
}

/// Where the first character is that no document may hold. One pass over the whole document, eight bytes and more at a
/// time, so that no later step has to think of it.
pub(super) fn first_illegal(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    let has_control = |chunk: &[u8]| chunk.iter().fold(false, |found, byte| found | is_control(*byte));
    let control = bytes
        .chunks(256)
        .position(has_control)
        .and_then(|chunk| bytes[chunk * 256..].iter().position(|byte| is_control(*byte)).map(|at| chunk * 256 + at));
    let noncharacter =
        memchr::memchr_iter(0xEF, bytes).find(|at| matches!(bytes.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])));
    match (control, noncharacter) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_where_the_standard_says() {
        for (text, end) in
            [("Clave>", 5), ("a-1.b_ ", 6), ("-a", 0), ("1a", 0), ("ñu>", 3), ("a·>", 3), ("×", 0), ("", 0)]
        {
            assert_eq!(name_end(text, 0), end, "{text}");
        }
    }

    #[test]
    fn letters_end_at_the_first_other_byte_of_any_value() {
        for length in 1..20 {
            for place in 1..length {
                for other in (0..=u8::MAX).filter(|byte| !byte.is_ascii_alphabetic()) {
                    let mut bytes = vec![b'Z'; length];
                    bytes[place] = other;
                    let end = letters_end(&bytes, 0);
                    assert!(
                        end <= place && (end == place || length - end < 8),
                        "{other:#x} at {place} of {length}: {end}"
                    );
                }
            }
            assert!(letters_end(b"azAZazAZ!zAZazAZ", 0) == 8 && letters_end(b"`[@{azAZ", 0) == 0);
        }
    }

    #[test]
    fn names_are_the_same_byte_by_byte() {
        for length in 0..40 {
            let name = "n".repeat(length);
            assert!(same(name.as_bytes(), name.clone().as_bytes()));
            assert!(!same(name.as_bytes(), format!("{name}n").as_bytes()));
            for place in 0..length {
                let mut other = name.clone().into_bytes();
                other[place] = b'm';
                assert!(!same(name.as_bytes(), &other), "{length} {place}");
            }
        }
    }

    #[test]
    fn the_search_finds_the_first_of_its_bytes_at_every_place() {
        for length in 0..40 {
            let mut bytes = vec![b'a'; length];
            assert_eq!(plain_text_end(&bytes, 0), length);
            for place in 0..length {
                for byte in *b"<&>\r" {
                    bytes[place] = byte;
                    assert_eq!(plain_text_end(&bytes, 0), place);
                }
                bytes[place] = b'a';
            }
        }
    }

    #[test]
    fn illegal_characters_are_found_anywhere() {
        assert_eq!(first_illegal("tab\t, line\r\n, ñ, \u{FFFD}, \u{FEFF}"), None);
        for illegal in ['\0', '\u{1}', '\u{B}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            for before in [0, 7, 255, 256, 700] {
                let text = format!("{}{illegal}", "x".repeat(before));
                assert_eq!(first_illegal(&text), Some(before), "{illegal:?} after {before}");
            }
        }
    }
}
