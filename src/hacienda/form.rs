//! `application/x-www-form-urlencoded` bodies in which every byte of a password survives.
//!
//! An unencoded special character is answered as wrong credentials, so everything but the unreserved characters of
//! RFC 3986 is percent-encoded, byte by byte: also a space (never `+`) and bytes that are not UTF-8.

use zeroize::Zeroizing;

/// Writes the fields in their order. The result holds secrets and is wiped when dropped.
pub(crate) fn encode(fields: &[(&str, &[u8])]) -> Zeroizing<String> {
    // Room for the worst case at once, so that no half-written copy of a secret is left behind by a reallocation.
    let room = fields.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
    let mut body = Zeroizing::new(String::with_capacity(room));
    for (name, value) in fields {
        if !body.is_empty() {
            body.push('&');
        }
        percent_encode(name.as_bytes(), &mut body);
        body.push('=');
        percent_encode(value, &mut body);
    }
    body
}

/// Appends the bytes, all but the unreserved ones as `%XX`.
pub(crate) fn percent_encode(bytes: &[u8], text: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            _ => {
                text.push('%');
                text.push(char::from(HEX[usize::from(byte >> 4)]));
                text.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

/// Reads a body back into its fields: what the simulator does with it. `None` when an escape is broken.
pub(crate) fn decode(body: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    body.split(|byte| *byte == b'&')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let mut halves = field.splitn(2, |byte| *byte == b'=');
            let name = percent_decode(halves.next().unwrap_or_default())?;
            let value = percent_decode(halves.next().unwrap_or_default())?;
            Some((String::from_utf8(name).ok()?, value))
        })
        .collect()
}

fn percent_decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => 16 * hex_digit(rest.next()?)? + hex_digit(rest.next()?)?,
            _ => byte,
        });
    }
    Some(bytes)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_characters_that_others_lose_are_escaped() {
        let body = encode(&[("password", b"a+b&c=d %\"\xff\xc3\xb1")]);
        assert_eq!(body.as_str(), "password=a%2Bb%26c%3Dd%20%25%22%FF%C3%B1");
    }

    #[test]
    fn a_broken_escape_is_no_form() {
        assert_eq!(decode(b"a=%4"), None);
        assert_eq!(decode(b"a=%zz"), None);
        assert_eq!(decode(b""), Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(password in proptest::collection::vec(any::<u8>(), 0..80), user in ".{0,40}") {
            let body = encode(&[("username", user.as_bytes()), ("password", &password)]);
            prop_assert!(body.is_ascii());
            let expected = vec![
                ("username".to_owned(), user.clone().into_bytes()),
                ("password".to_owned(), password.clone()),
            ];
            prop_assert_eq!(decode(body.as_bytes()), Some(expected));
        }
    }
}
