//! Reading `application/x-www-form-urlencoded` bodies as a server does (WHATWG URL, "urlencoded parsing").

/// Reads a body into its fields; `None` when an escape is broken.
pub(super) fn decode(body: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
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
    use crate::hacienda::form::encode;

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
