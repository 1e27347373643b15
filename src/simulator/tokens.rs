//! Sessions of the stand-in's identity provider: opaque tokens, renewed in rotation.

use crate::sha256::hexadecimal;
use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

/// A pair of tokens and their lifetimes in seconds.
#[derive(Debug)]
pub(super) struct Pair {
    pub access: String,
    pub refresh: String,
    pub access_seconds: u64,
    pub refresh_seconds: u64,
}

/// The tokens in force, each with its end.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    access: HashMap<String, DateTime<Utc>>,
    refresh: HashMap<String, DateTime<Utc>>,
}

impl Tokens {
    /// Issues a pair.
    pub(super) fn issue(&mut self, access_seconds: u64, refresh_seconds: u64, now: DateTime<Utc>) -> Option<Pair> {
        let pair = Pair { access: random_text()?, refresh: random_text()?, access_seconds, refresh_seconds };
        self.access.insert(pair.access.clone(), now + seconds(access_seconds));
        self.refresh.insert(pair.refresh.clone(), now + seconds(refresh_seconds));
        Some(pair)
    }

    /// Takes a refresh token back; false when it is not in force. It serves once.
    pub(super) fn redeem(&mut self, refresh: &str, now: DateTime<Utc>) -> bool {
        self.refresh.remove(refresh).is_some_and(|end| now < end)
    }

    /// Whether an API request may go on with this `Authorization`.
    pub(super) fn admits(&self, authorization: &str, now: DateTime<Utc>) -> bool {
        let Some((scheme, token)) = authorization.split_once(' ') else { return false };
        scheme.eq_ignore_ascii_case("bearer") && self.access.get(token).is_some_and(|end| now < *end)
    }

    /// Ends every access token, as a restart of the identity provider would.
    pub(super) fn expire_access(&mut self) {
        self.access.clear();
    }

    /// Ends every session.
    pub(super) fn expire_all(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }
}

fn seconds(count: u64) -> TimeDelta {
    TimeDelta::seconds(i64::try_from(count.min(10 * 365 * 86_400)).unwrap_or_default())
}

fn random_text() -> Option<String> {
    let mut bytes = [0; 24];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(hexadecimal(&bytes))
}
