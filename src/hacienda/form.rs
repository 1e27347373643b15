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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_characters_that_others_lose_are_escaped() {
        let body = encode(&[("password", b"a+b&c=d %\"\xff\xc3\xb1")]);
        assert_eq!(body.as_str(), "password=a%2Bb%26c%3Dd%20%25%22%FF%C3%B1");
    }
}
