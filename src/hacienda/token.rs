//! The identity provider's bodies: what is asked for, and what the answers mean (IdP guide; OAuth 2.0, RFC 6749).

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

use super::fault;
use super::form;
use super::http::RawAnswer;
use crate::cause::{AnswerFault, Cause, Stage};
use crate::secret::Secret;

/// A token is renewed this long before it ends, so that it does not end on its way.
const MARGIN: Duration = Duration::from_secs(30);
/// An access token lives for so many seconds (IdP guide), where the answer does not say it in a way that can be read.
const USUAL_LIFETIME: u64 = 300;

/// The form of a new session.
pub(crate) fn password_form(client_id: &str, username: &str, password: &Secret) -> Zeroizing<String> {
    form::encode(&[
        ("grant_type", b"password"),
        ("client_id", client_id.as_bytes()),
        ("username", username.as_bytes()),
        ("password", password.expose()),
    ])
}

/// The form that renews a session.
pub(crate) fn refresh_form(client_id: &str, refresh_token: &Secret) -> Zeroizing<String> {
    form::encode(&[
        ("grant_type", b"refresh_token"),
        ("client_id", client_id.as_bytes()),
        ("refresh_token", refresh_token.expose()),
    ])
}

/// The form that ends a session.
pub(crate) fn logout_form(client_id: &str, refresh_token: &Secret) -> Zeroizing<String> {
    form::encode(&[("client_id", client_id.as_bytes()), ("refresh_token", refresh_token.expose())])
}

/// The tokens of one session and when they must be renewed.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub access: Secret,
    pub refresh: Option<Secret>,
    access_until: Instant,
    refresh_until: Instant,
}

impl Tokens {
    /// Whether the access token may still be sent.
    pub(super) fn is_fresh(&self, now: Instant) -> bool {
        now < self.access_until
    }

    /// The refresh token, while it may still be used.
    pub(super) fn usable_refresh(&self, now: Instant) -> Option<&Secret> {
        self.refresh.as_ref().filter(|_| now < self.refresh_until)
    }

    /// Reads a successful answer. Lifetimes count from `asked_at`, before the request left.
    pub(super) fn read(answer: &RawAnswer, asked_at: Instant) -> Result<Self, Cause> {
        let refuse = |fault| fault::of_answer(Stage::Login, fault, answer, None);
        if answer.is_html() {
            return Err(refuse(AnswerFault::WebPage));
        }
        // serde_json's own words could quote the token, so they are not repeated.
        let mut body: TokenBody =
            serde_json::from_slice(&answer.body).map_err(|_| refuse(AnswerFault::NotJson { detail: None }))?;
        let access = std::mem::take(&mut body.access_token);
        if access.is_empty() || !access.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refuse(AnswerFault::NoToken));
        }
        let refresh = body.refresh_token.take().filter(|token| !token.is_empty());
        Ok(Tokens {
            access: Secret::new(access),
            refresh: refresh.map(Secret::new),
            access_until: asked_at + usable_for(lifetime(body.expires_in.as_ref()).unwrap_or(USUAL_LIFETIME)),
            refresh_until: asked_at + usable_for(lifetime(body.refresh_expires_in.as_ref()).unwrap_or(0)),
        })
    }
}

/// A lifetime in whole seconds, however it is written: 300, 299.5, "300". What is no time ahead is none, and fails no login: when the
/// token does not work, the API says so and it is renewed.
fn lifetime(value: Option<&Value>) -> Option<u64> {
    let seconds = match value? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    // The conversion saturates.
    Some(seconds.floor() as u64).filter(|seconds| *seconds > 0)
}

/// The lifetime less the margin. A short lifetime gives up at most its half, or a token of 20 seconds would never be used.
fn usable_for(lifetime_seconds: u64) -> Duration {
    const LONGEST: u64 = 365 * 86_400;
    let lifetime = Duration::from_secs(lifetime_seconds.min(LONGEST));
    lifetime - MARGIN.min(lifetime / 2)
}

/// Fields of a token answer; the others are ignored.
#[derive(Deserialize)]
struct TokenBody {
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Option<Value>,
    #[serde(default)]
    refresh_expires_in: Option<Value>,
}

impl Drop for TokenBody {
    fn drop(&mut self) {
        self.access_token.zeroize();
        self.refresh_token.zeroize();
    }
}

/// The error object of RFC 6749, 5.2.
#[derive(Deserialize, Default)]
struct ErrorBody {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Says what an unsuccessful answer to a token request means.
///
/// `invalid_grant`, any other OAuth error, 401 and 403 are a refusal of these credentials: asking again unchanged would
/// only lock the user. Everything else is a disturbance.
pub(crate) fn refusal(answer: &RawAnswer, secrets: &[&Secret]) -> Cause {
    let error: ErrorBody = serde_json::from_slice(&answer.body).unwrap_or_default();
    let refused = match answer.http_status {
        401 | 403 => true,
        400 => !error.error.is_empty(),
        _ => false,
    };
    if !refused {
        return fault::of_status(Stage::Login, answer);
    }
    let fault = match (answer.http_status, error.error.as_str()) {
        (403, _) => AnswerFault::LoginBlocked,
        (_, "invalid_client" | "unauthorized_client") => AnswerFault::ClientUnknown,
        _ => AnswerFault::CredentialsRefused,
    };
    let words = redact(format!("{} {}", error.error, error.error_description), secrets);
    fault::of_answer(Stage::Login, fault, answer, Some(&words))
}

/// Takes secrets out of the provider's words, should it ever repeat them, as they are or as the form carried them.
fn redact(mut words: String, secrets: &[&Secret]) -> String {
    for secret in secrets {
        let mut sent = Zeroizing::new(String::new());
        form::percent_encode(secret.expose(), &mut sent);
        let forms = secret.expose_text().into_iter().chain([sent.as_str()]);
        for form in forms.filter(|form| !form.is_empty()) {
            words = words.replace(form, "(redacted)");
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::http::tests::answer;
    use super::*;
    use crate::cause::Stored;
    use crate::retry::Category;

    fn tokens(expires_in: u64, refresh_expires_in: u64) -> (Tokens, Instant) {
        let asked_at = Instant::now();
        let body = format!(
            r#"{{"access_token":"a.b.c","expires_in":{expires_in},"refresh_token":"r","refresh_expires_in":{refresh_expires_in},
               "token_type":"bearer","not-before-policy":0,"scope":""}}"#
        );
        (Tokens::read(&answer(200, &body), asked_at).unwrap(), asked_at)
    }

    #[test]
    fn a_token_is_used_until_thirty_seconds_before_its_end() {
        let (tokens, asked_at) = tokens(300, 1800);
        assert!(tokens.is_fresh(asked_at + Duration::from_secs(269)));
        assert!(!tokens.is_fresh(asked_at + Duration::from_secs(270)));
        assert!(tokens.usable_refresh(asked_at + Duration::from_secs(1769)).is_some());
        assert!(tokens.usable_refresh(asked_at + Duration::from_secs(1770)).is_none());
    }

    #[test]
    fn a_short_lived_token_is_used_for_half_its_life() {
        let (tokens, asked_at) = tokens(20, 40);
        assert!(tokens.is_fresh(asked_at + Duration::from_secs(9)));
        assert!(!tokens.is_fresh(asked_at + Duration::from_secs(10)));
    }

    #[test]
    fn a_lifetime_is_read_however_it_is_written() {
        let until = |expires_in: &str| {
            let body = format!(r#"{{"access_token":"a.b.c","refresh_token":"r","expires_in":{expires_in}}}"#);
            let asked_at = Instant::now();
            let tokens = Tokens::read(&answer(200, &body), asked_at).unwrap();
            (tokens.access_until - asked_at).as_secs()
        };
        for usual in [
            "-5",
            "0",
            "\"\"",
            "\"soon\"",
            "null",
            "[]",
            "true",
            "\"-1\"",
            "300",
            "\"300\"",
            "300.9",
            "3e2",
            "\" 300 \"",
        ] {
            assert_eq!(until(usual), 270, "{usual}");
        }
        assert_eq!((until("1.5"), until("\"60\""), until("1e300")), (0, 30, 365 * 86_400 - 30));
        let bare = Tokens::read(&answer(200, r#"{"access_token":"a.b.c"}"#), Instant::now()).unwrap();
        assert!(bare.is_fresh(Instant::now() + Duration::from_secs(269)));
    }

    #[test]
    fn absurd_lifetimes_do_no_harm() {
        let (tokens, asked_at) = tokens(u64::MAX, 0);
        assert!(tokens.is_fresh(asked_at + Duration::from_secs(86_400)));
        assert!(tokens.usable_refresh(asked_at).is_none());
    }

    #[test]
    fn an_answer_without_a_usable_token_is_the_services_failure() {
        for body in
            ["", "<html>", "{}", r#"{"access_token":""}"#, r#"{"access_token":"a\r\nb"}"#, r#"{"access_token":5}"#]
        {
            let fault = Tokens::read(&answer(200, body), Instant::now()).unwrap_err();
            assert_eq!((fault.category(), fault.login_refused()), (Category::Server, false), "{body}");
        }
    }

    #[test]
    fn a_refusal_stops_and_a_disturbance_does_not() {
        let invalid_grant = r#"{"error":"invalid_grant","error_description":"Invalid user credentials"}"#;
        let table = [
            (401, invalid_grant, Category::Auth, true),
            (400, invalid_grant, Category::Auth, true),
            (400, r#"{"error":"unauthorized_client"}"#, Category::Auth, true),
            (401, "", Category::Auth, true),
            (403, "<html>", Category::Auth, true),
            (400, "", Category::Unknown, false),
            (404, "", Category::Server, false),
            (429, "", Category::RateLimit, false),
            (500, invalid_grant, Category::Server, false),
            (503, "<html>", Category::Server, false),
        ];
        for (status, body, category, refused) in table {
            let fault = refusal(&answer(status, body), &[]);
            assert_eq!((fault.category(), fault.login_refused()), (category, refused), "{status} {body}");
            assert_eq!((fault.stage(), fault.http_status()), (Some(Stage::Login), Some(status)));
        }
    }

    #[test]
    fn a_secret_that_the_provider_repeats_is_not_shown() {
        let password = Secret::new("hunter2");
        let body = r#"{"error":"invalid_grant","error_description":"wrong: hunter2"}"#;
        let fault = refusal(&answer(401, body), &[&password]);
        assert!(!format!("{} {fault:?}", fault.to_text()).contains("hunter2"));
        assert!(fault.to_text().contains("invalid_grant wrong: (redacted)"));
        let (tokens, _) = tokens(300, 300);
        assert!(!format!("{tokens:?}").contains("a.b.c"));
    }
}
