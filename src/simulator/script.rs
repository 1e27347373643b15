//! What the stand-in is to do: its habits, and the rules by which it misbehaves.
//!
//! A script is a TOML file (`examples/simulator.toml`) or a value built in Rust. All keys are optional:
//!
//! | key | default | meaning |
//! |---|---|---|
//! | `latency_ms` | 0 | every answer waits this long |
//! | `token_seconds`, `refresh_seconds` | 300, 1800 | lifetimes of the two tokens |
//! | `verdict_polls`, `verdict_seconds` | 0, 0 | queries and seconds for which a verdict is awaited |
//! | `not_found_code` | 404 | 404 or 400: how an unknown clave is answered (practice, reference) |
//! | `created_code` | 202 | how a POST is answered: 202 in practice, 201 in the reference |
//! | `hold_seconds` | 60 | how long a connection is held when an answer is withheld |
//! | `clock_skew_seconds` | 0 | added to the `Date` of every answer |
//! | `check_signature` | true | whether an invalid signature is a reason for rejection |
//! | `record` | none | a file that gets one JSON line for each request |
//! | `rate_limit` | none | `{ requests, seconds, form }`: a limit for API requests, then 429 |
//! | `[[user]]` | anyone | `username`, `password`: who may log in |
//! | `[[rule]]` | none | see [`Rule`] |

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

use super::action::{Action, Endpoint, ResetForm};
use crate::secret::Secret;

/// A whole script.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// Every answer waits this long.
    pub latency_ms: u64,
    /// Lifetime of an access token.
    pub token_seconds: u64,
    /// Lifetime of a refresh token.
    pub refresh_seconds: u64,
    /// Queries that are answered `recibido` or `procesando` before the verdict.
    pub verdict_polls: u32,
    /// Seconds after reception in which there is no verdict.
    pub verdict_seconds: u64,
    /// 404 (practice) or 400 (reference) for a clave that is not known.
    pub not_found_code: u16,
    /// 202 (practice) or 201 (reference) for a document that is received.
    pub created_code: u16,
    /// How long a connection is held when an answer is withheld.
    pub hold_seconds: u64,
    /// Added to the `Date` of every answer.
    pub clock_skew_seconds: i64,
    /// Whether an invalid signature is a reason for rejection.
    pub check_signature: bool,
    /// A file that gets one JSON line for each request.
    pub record: Option<PathBuf>,
    /// A limit for API requests.
    pub rate_limit: Option<RateLimit>,
    /// Who may log in; empty: anyone.
    #[serde(rename = "user")]
    pub users: Vec<User>,
    /// How it misbehaves.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

impl Default for Script {
    fn default() -> Self {
        Script {
            latency_ms: 0,
            token_seconds: 300,
            refresh_seconds: 1800,
            verdict_polls: 0,
            verdict_seconds: 0,
            not_found_code: 404,
            created_code: 202,
            hold_seconds: 60,
            clock_skew_seconds: 0,
            check_signature: true,
            record: None,
            rate_limit: None,
            users: Vec::new(),
            rules: Vec::new(),
        }
    }
}

impl Script {
    /// Reads a TOML script.
    pub fn parse(text: &str) -> Result<Self, String> {
        let script: Script = toml::from_str(text).map_err(|cause| cause.to_string())?;
        match script.rules.iter().find(|rule| rule.acts_nowhere()) {
            Some(rule) => Err(format!(
                "a rule for {:?} can never act: {:?} is about {:?}; leave `endpoint` out",
                rule.endpoint,
                rule.action,
                rule.action.endpoint()
            )),
            None => Ok(script),
        }
    }

    /// The script with one more rule.
    pub fn with(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }
}

/// Someone who may log in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// As sent in the form.
    pub username: String,
    /// As sent in the form, byte for byte.
    #[serde(deserialize_with = "secret")]
    pub password: Secret,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// A limit: so many requests in so many seconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests in a window.
    pub requests: u32,
    /// Length of the window.
    pub seconds: u64,
    /// How the end of the window is written.
    #[serde(default)]
    pub form: ResetForm,
}

/// One misbehaviour: which requests it is for, and what happens to them.
///
/// A rule looks at the requests that fit its `endpoint`, `clave`, `consecutivo` and `kind`, counts them from 1, and acts on
/// those from number `nth` (default: the first) for `times` requests (default: all that follow). With `each = true` it
/// counts for each document apart. Of several rules for one exchange the first acts; rules about the verdict add up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which requests; by default those that the action is about (see [`Action::endpoint`]).
    pub endpoint: Option<Endpoint>,
    /// Only this document (for a MensajeReceptor `CLAVE-CONSECUTIVO`).
    pub clave: Option<String>,
    /// Only documents with this consecutivo.
    pub consecutivo: Option<String>,
    /// Only documents of this kind: `FE`, `NC`, …, by the consecutivo in the clave.
    pub kind: Option<String>,
    /// The number of the first request acted on.
    #[serde(default = "first")]
    pub nth: u64,
    /// How many requests are acted on.
    pub times: Option<u64>,
    /// Count for each document apart.
    #[serde(default)]
    pub each: bool,
    /// What happens.
    pub action: Action,
}

fn first() -> u64 {
    1
}

impl Rule {
    /// A rule for every request that the action is about.
    pub fn new(action: Action) -> Self {
        Rule { endpoint: None, clave: None, consecutivo: None, kind: None, nth: 1, times: None, each: false, action }
    }

    /// Only at this endpoint.
    pub fn at(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// Only for this document.
    pub fn for_clave(mut self, clave: impl Into<String>) -> Self {
        self.clave = Some(clave.into());
        self
    }

    /// Only for documents of this kind.
    pub fn for_kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// From this request on.
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = nth;
        self
    }

    /// For so many requests.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Its action is about other requests than those it looks at.
    fn acts_nowhere(&self) -> bool {
        let wanted = self.action.endpoint();
        self.endpoint.is_some() && wanted.is_some() && self.endpoint != wanted
    }

    /// Counted for each document apart.
    pub fn each(mut self) -> Self {
        self.each = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read() {
        let script = Script::parse(
            r#"
            latency_ms = 5
            rate_limit = { requests = 10, seconds = 1, form = "seconds" }
            [[user]]
            username = "cpj"
            password = "s3cret"
            [[rule]]
            clave = "506"
            times = 2
            action = "timeout_after"
            [[rule]]
            action = { late = { polls = 3 } }
            [[rule]]
            kind = "FE"
            action = { reject = [-99, -37] }
            [[rule]]
            action = { word = "error" }
            "#,
        )
        .unwrap();
        assert_eq!(script.rules.len(), 4);
        assert_eq!(script.rules[1].action, Action::Late { polls: 3, seconds: 0 });
        assert_eq!(script.rules[0].nth, 1);
        assert!(!format!("{script:?}").contains("s3cret"));
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        assert!(Script::parse("latency = 5").is_err());
        assert!(Script::parse("[[rule]]\naction = \"reset\"").is_err());
        assert!(Script::parse("[[rule]]\nendpoint = \"status\"\naction = \"invalid_grant\"").is_err());
        assert!(Script::parse("[[rule]]\nclaves = \"1\"\naction = \"reset_before\"").is_err());
    }
}
