//! The text of an input file: UTF-8, UTF-16 as spreadsheets call "Unicode text", and for sheets Windows-1252, which
//! spreadsheets still write where they say "CSV".

use std::borrow::Cow;

/// What 0x80 to 0x9F are in Windows-1252; the five that it leaves open are none.
const HIGH: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

/// The text of a file that must be Unicode. The error is a sentence about the file.
pub(super) fn unicode(content: &[u8]) -> Result<Cow<'_, str>, String> {
    if let Some(text) = utf16(content) {
        return text.map(Cow::Owned);
    }
    let text = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    std::str::from_utf8(text).map(Cow::Borrowed).map_err(|error| {
        format!("is not UTF-8 from byte {} on; save it as UTF-8 (in a spreadsheet: CSV UTF-8)", error.valid_up_to() + 1)
    })
}

/// The text of a sheet, which may be of Windows too.
pub(super) fn of_sheet(content: &[u8]) -> Result<Cow<'_, str>, String> {
    match unicode(content) {
        Err(why) if utf16(content).is_none() => windows_1252(content).map(Cow::Owned).ok_or(why),
        result => result,
    }
}

/// UTF-16 by its mark, or by the zeros that the first letters have; none where it is something else.
fn utf16(content: &[u8]) -> Option<Result<String, String>> {
    let big = match content {
        [0xff, 0xfe, ..] => false,
        [0xfe, 0xff, ..] => true,
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => false,
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => true,
        _ => return None,
    };
    let (pairs, rest) = content.as_chunks::<2>();
    let units = pairs.iter().map(|pair| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) });
    let text: Result<String, _> = char::decode_utf16(units).collect();
    Some(match text {
        Ok(text) if rest.is_empty() => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        _ => Err("begins as UTF-16 and is not; save it as UTF-8 (in a spreadsheet: CSV UTF-8)".to_owned()),
    })
}

/// Windows-1252; none where it cannot be, or where it would be the text of MS-DOS with its letters changed: `é` is the
/// byte of `‚` there, and a customer would be called `P‚rez`.
fn windows_1252(content: &[u8]) -> Option<String> {
    let of_dos = |three: &[u8]| match three {
        [before, byte, after] => {
            matches!(byte, 0x82 | 0xa1..=0xa5) && before.is_ascii_alphabetic() && after.is_ascii_alphabetic()
        }
        _ => false,
    };
    if content.windows(3).any(of_dos) {
        return None;
    }
    content
        .iter()
        .map(|byte| match byte {
            0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
            _ => Some(char::from(*byte)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encodings_of_spreadsheets_are_read() {
        let text = "descripción;precio\nCaña – 5 €;5\n";
        assert_eq!(of_sheet(text.as_bytes()).unwrap(), text);
        assert_eq!(of_sheet(format!("\u{feff}{text}").as_bytes()).unwrap(), text);
        let windows: Vec<u8> = text
            .chars()
            .map(|letter| match letter {
                '–' => 0x96,
                '€' => 0x80,
                letter => u8::try_from(u32::from(letter)).unwrap(),
            })
            .collect();
        assert_eq!(of_sheet(&windows).unwrap(), text);
        for (mark, bytes) in [
            ("\u{feff}", u16::to_le_bytes as fn(u16) -> [u8; 2]),
            ("", u16::to_le_bytes),
            ("\u{feff}", u16::to_be_bytes),
        ] {
            let wide: Vec<u8> = format!("{mark}{text}").encode_utf16().flat_map(bytes).collect();
            assert_eq!(of_sheet(&wide).unwrap(), text);
        }
    }

    #[test]
    fn what_would_change_its_letters_is_refused() {
        for broken in [&b"Garc\xa1a;5\n"[..], b"P\x82rez;5\n", b"\x81;5\n"] {
            assert!(of_sheet(broken).unwrap_err().contains("save it as UTF-8"), "{broken:?}");
        }
        assert!(unicode(b"\xf3;5\n").is_err(), "JSON is never of Windows");
        assert!(of_sheet(b"\xff\xfea\0\xd8\xd8").is_err());
    }
}
