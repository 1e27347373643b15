//! The body of an answer, kept so that its very bytes come back and the XML in it lies there once, decoded. A cut by syntax alone:
//! it is made before anyone reads what the body says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use std::sync::Arc;

use super::papers::{Damage, Hash, Sealed, Sealer, hash};

/// Shorter texts (a clave) are no paper.
const SHORTEST: usize = 256;

/// A body that is to be kept. A clone shares the sealed bytes.
#[derive(Debug, Clone)]
pub struct HeldBody {
    /// The SHA-256 of the body, as it came.
    pub(super) sha256: Hash,
    /// What stands around the Base64, and where it was cut; none when the whole body is the content.
    pub(super) around: Option<(Vec<u8>, usize)>,
    /// The decoded Base64, or the whole body.
    pub(super) content: Arc<Sealed>,
}

impl HeldBody {
    /// Takes a body apart, as it came.
    pub fn of(body: &[u8], sealer: &Sealer) -> Self {
        match longest_base64(body) {
            Some((start, end, decoded)) => {
                let around = [&body[..start], &body[end..]].concat();
                let content = Arc::new(sealer.seal(&decoded));
                HeldBody { sha256: hash(body), around: Some((around, start)), content }
            }
            None => {
                let content = Arc::new(sealer.seal(body));
                HeldBody { sha256: content.sha256, around: None, content }
            }
        }
    }

    /// The body, as it came.
    pub(super) fn body(&self) -> Result<Vec<u8>, Damage> {
        let content = self.content.open()?;
        Ok(match &self.around {
            Some((around, cut)) => whole(around, *cut, &content),
            None => content,
        })
    }

    /// These bytes, sealed: shared with the body where they are what it carries.
    pub fn sealed(&self, xml: &[u8], sealer: &Sealer) -> Arc<Sealed> {
        if self.around.is_some() && self.content.holds(xml) {
            Arc::clone(&self.content)
        } else {
            Arc::new(sealer.seal(xml))
        }
    }
}

/// Puts a body together again.
pub(super) fn whole(around: &[u8], cut: usize, content: &[u8]) -> Vec<u8> {
    let cut = cut.min(around.len());
    let mut body = around[..cut].to_vec();
    body.extend_from_slice(STANDARD.encode(content).as_bytes());
    body.extend_from_slice(&around[cut..]);
    body
}

/// The longest run of Base64 that is written as we would write what it says.
fn longest_base64(body: &[u8]) -> Option<(usize, usize, Vec<u8>)> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    let mut longest = 0..0;
    let mut at = 0;
    while at < body.len() {
        let letters = body[at..].iter().take_while(|byte| is_letter(**byte)).count();
        let padding = body[at + letters..].iter().take(2).take_while(|byte| **byte == b'=').count();
        let end = at + letters + padding;
        if letters > 0 && end - at > longest.len() {
            longest = at..end;
        }
        at = end.max(at + 1);
    }
    let text = &body[longest.clone()];
    let decoded = (text.len() >= SHORTEST).then(|| STANDARD.decode(text).ok()).flatten()?;
    (STANDARD.encode(&decoded).as_bytes() == text).then_some((longest.start, longest.end, decoded))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn back(body: &[u8]) -> Vec<u8> {
        HeldBody::of(body, &Sealer::plain()).body().expect("a body")
    }

    fn answer(xml: &str) -> String {
        format!(
            r#"{{"clave":"50620112600310199988800100001010000000015112345678","ind-estado":"aceptado","respuesta-xml":"{xml}"}}"#
        )
    }

    #[test]
    fn the_xml_of_an_answer_lies_there_decoded_and_once() {
        let xml = "<MensajeHacienda>".repeat(40);
        let body = answer(&STANDARD.encode(&xml));
        let held = HeldBody::of(body.as_bytes(), &Sealer::plain());
        assert!(held.around.is_some());
        assert_eq!(held.content.open().as_deref(), Ok(xml.as_bytes()));
        let shared = held.sealed(xml.as_bytes(), &Sealer::plain());
        assert!(Arc::ptr_eq(&shared, &held.content));
        assert!(!Arc::ptr_eq(&held.sealed(b"other", &Sealer::plain()), &held.content));
        assert_eq!(back(body.as_bytes()), body.as_bytes());
    }

    #[test]
    fn odd_bodies_come_back_as_they_were() {
        let xml = STANDARD.encode("<MensajeHacienda>".repeat(40));
        let unpadded = STANDARD.encode("x".repeat(400));
        for body in [
            String::new(),
            "<html>no</html>".to_owned(),
            answer(""),
            answer(&format!("{}\n{}", &xml[..400], &xml[400..])),
            answer(&xml.replace('P', "\\u0050")),
            answer(unpadded.trim_end_matches('=')),
            answer(&format!("{xml}===")),
            answer(&format!("{}B=", &unpadded[..unpadded.len() - 2])), // bits that a strict reader refuses
            format!("\u{feff}{}\r\n", answer(&xml)),
            xml.clone(),
            format!("{xml}={xml}"),
            "=".repeat(1_000),
            "A".repeat(1_001),
        ] {
            assert_eq!(back(body.as_bytes()), body.as_bytes(), "{body}");
        }
    }

    proptest! {
        #[test]
        fn every_body_comes_back(before in any::<Vec<u8>>(), xml in proptest::collection::vec(any::<u8>(), 0..900), after in any::<Vec<u8>>()) {
            let body = [before, STANDARD.encode(xml).into_bytes(), after].concat();
            prop_assert_eq!(back(&body), body);
        }
    }
}
