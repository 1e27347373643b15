//! What comes from outside, less the secrets that went there. A service that repeats a token or a password in its answer must not
//! have it stored, logged or shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use zeroize::Zeroizing;

use super::form;
use super::http::RawAnswer;
use super::messages::paper_in;
use crate::secret::Secret;

/// Stands in the place of a secret.
const REDACTED: &str = "(redacted)";
/// A shorter secret could stand in a clave by chance; none that the identity provider gives is so short.
const SHORTEST: usize = 6;

/// The secrets of one session, in every form in which they may come back.
#[derive(Default)]
pub(crate) struct Redactor {
    forms: Vec<Zeroizing<Vec<u8>>>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({} forms)", self.forms.len())
    }
}

impl Redactor {
    /// Takes these secrets out of what it is given.
    pub(crate) fn of<'s>(secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        let mut redactor = Redactor::default();
        secrets.into_iter().for_each(|secret| redactor.add(secret));
        redactor
    }

    /// One secret more.
    pub(crate) fn add(&mut self, secret: &Secret) {
        let bytes = secret.expose();
        if bytes.len() < SHORTEST {
            return;
        }
        let mut sent = String::new();
        form::percent_encode(bytes, &mut sent);
        let quoted = secret.expose_text().and_then(|text| serde_json::to_string(text).ok()).unwrap_or_default();
        let spaced = sent.replace("%20", "+");
        for form in [
            bytes.to_vec(),
            sent.to_ascii_lowercase().into_bytes(),
            sent.into_bytes(),
            spaced.into_bytes(),
            quoted.trim_matches('"').as_bytes().to_vec(),
            STANDARD.encode(bytes).into_bytes(),
        ] {
            self.add_form(form);
        }
    }

    /// What was sent in just this form.
    pub(crate) fn add_form(&mut self, form: Vec<u8>) {
        let form = Zeroizing::new(form);
        if form.len() >= SHORTEST && !self.forms.contains(&form) {
            self.forms.push(form);
            // Of two that begin alike the longer goes first, so that nothing of it is left.
            self.forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        }
    }

    /// The bytes without any secret.
    pub(crate) fn bytes(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for form in &self.forms {
            if memmem::find(&bytes, form).is_none() {
                continue;
            }
            let mut clean = Vec::with_capacity(bytes.len());
            let mut last = 0;
            for at in memmem::find_iter(&bytes, form.as_slice()) {
                clean.extend_from_slice(&bytes[last..at]);
                clean.extend_from_slice(REDACTED.as_bytes());
                last = at + form.len();
            }
            clean.extend_from_slice(&bytes[last..]);
            bytes = clean;
        }
        bytes
    }

    /// The text without any secret.
    pub(crate) fn text(&self, text: String) -> String {
        let clean = self.bytes(text.into_bytes());
        String::from_utf8(clean).unwrap_or_else(|odd| String::from_utf8_lossy(odd.as_bytes()).into_owned())
    }

    /// An answer without any secret. Without one in it, it stays byte for byte as it came.
    pub(crate) fn answer(&self, answer: RawAnswer) -> RawAnswer {
        let text = |text: Option<String>| text.map(|text| self.text(text));
        RawAnswer {
            body: self.without_paper_that_tells(self.bytes(answer.body)),
            content_type: text(answer.content_type),
            error_cause: text(answer.error_cause),
            location: text(answer.location),
            ..answer
        }
    }

    /// A secret inside the Base64 of a paper: such a paper is nobody's word, and the whole body goes.
    fn without_paper_that_tells(&self, body: Vec<u8>) -> Vec<u8> {
        let tells = |paper: Vec<u8>| self.forms.iter().any(|form| memmem::find(&paper, form).is_some());
        if paper_in(&body).is_some_and(tells) { REDACTED.as_bytes().to_vec() } else { body }
    }
}

#[cfg(test)]
mod tests {
    use super::super::http::tests::answer;
    use super::*;

    #[test]
    fn a_secret_goes_in_every_form_in_which_it_may_come_back() {
        let redactor = Redactor::of([&Secret::new("clave \"Wx9\" & más")]);
        for form in [
            "clave \"Wx9\" & más",
            "clave%20%22Wx9%22%20%26%20m%C3%A1s",
            "clave%20%22wx9%22%20%26%20m%c3%a1s",
            "clave+%22Wx9%22+%26+m%C3%A1s",
            "clave \\\"Wx9\\\" & más",
        ] {
            assert_eq!(redactor.text(format!("a {form}, {form}")), "a (redacted), (redacted)", "{form}");
        }
        let encoded = STANDARD.encode("clave \"Wx9\" & más");
        assert_eq!(redactor.text(format!("Basic {encoded}")), "Basic (redacted)");
        assert!(!format!("{redactor:?}").contains("Wx9"));
    }

    #[test]
    fn the_longer_of_two_secrets_leaves_nothing() {
        let redactor = Redactor::of([&Secret::new("abcdef"), &Secret::new("abcdefghi")]);
        assert_eq!(redactor.text("abcdefghi abcdef".to_owned()), "(redacted) (redacted)");
    }

    #[test]
    fn what_holds_no_secret_stays_as_it_came() {
        let redactor = Redactor::of([&Secret::new("12"), &Secret::new("token-abc")]);
        let body = "{\"clave\":\"50612ñ\",\"x\":1}";
        assert_eq!(redactor.answer(answer(200, body)), answer(200, body));
    }

    #[test]
    fn headers_and_papers_are_searched_too() {
        let redactor = Redactor::of([&Secret::new("token-abc")]);
        let paper = STANDARD.encode("<MensajeHacienda>token-abc</MensajeHacienda>");
        let told = RawAnswer {
            error_cause: Some("bearer token-abc".to_owned()),
            location: Some("https://h/?t=token-abc".to_owned()),
            ..answer(400, &format!("{{\"respuesta-xml\":\"{paper}\"}}"))
        };
        let clean = redactor.answer(told);
        assert_eq!(clean.error_cause.as_deref(), Some("bearer (redacted)"));
        assert_eq!(clean.location.as_deref(), Some("https://h/?t=(redacted)"));
        assert_eq!(clean.body, b"(redacted)");
    }
}
