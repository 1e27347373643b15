//! What stands in the way of a whole environment or company, remembered from run to run: an outage, a refused login.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::{Result, Store, Write, parsed};
use crate::cause::{Cause, Stored};
use crate::clock::utc_text;
use crate::hacienda::Environment;
use crate::named::Named;

/// An environment whose service does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// The latest disturbance.
    pub last: Cause,
}

/// A login that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedLogin {
    /// What the fingerprint was salted with.
    pub salt: String,
    /// Which credentials were refused, without telling them.
    pub fingerprint: String,
    /// Since when.
    pub refused_at: DateTime<Utc>,
    /// The latest refusal.
    pub cause: Cause,
}

/// How far our clock was from the service's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockCheck {
    /// Ours minus theirs, in seconds.
    pub skew_seconds: i64,
    /// When that was seen.
    pub checked_at: DateTime<Utc>,
}

impl Write<'_> {
    /// Remembers how far our clock is from the service's.
    pub fn note_clock_skew(&self, environment: Environment, skew_seconds: i64) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO clock_checks (environment, skew_seconds, checked_at) VALUES (?, ?, ?)
                 ON CONFLICT (environment) DO UPDATE SET
                     skew_seconds = excluded.skew_seconds, checked_at = excluded.checked_at",
            )?
            .execute(params![environment.name(), skew_seconds, utc_text(self.now)])?;
        Ok(())
    }

    /// The service of an environment does not answer. The instant of the first time stays.
    pub fn open_breaker(&self, environment: Environment, cause: &Cause) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO breakers (environment, opened_at, probed_at, message) VALUES (?1, ?2, ?2, ?3)
                 ON CONFLICT (environment) DO UPDATE SET probed_at = excluded.probed_at, message = excluded.message",
            )?
            .execute(params![environment.name(), utc_text(self.now), cause.to_text()])?;
        Ok(())
    }

    /// The service answers again.
    pub fn close_breaker(&self, environment: Environment) -> Result<()> {
        self.transaction.prepare_cached("DELETE FROM breakers WHERE environment = ?")?.execute([environment.name()])?;
        Ok(())
    }

    /// The identity provider refused a login. The instant of the first refusal of the same credentials stays.
    pub fn refuse_login(&self, company: &str, environment: Environment, refused: &RefusedLogin) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO refused_logins (company, environment, salt, fingerprint, refused_at, message)
                 VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (company, environment) DO UPDATE SET
                     refused_at = iif(fingerprint = excluded.fingerprint, refused_at, excluded.refused_at),
                     salt = excluded.salt, fingerprint = excluded.fingerprint, message = excluded.message",
            )?
            .execute(params![
                company,
                environment.name(),
                refused.salt,
                refused.fingerprint,
                utc_text(refused.refused_at),
                refused.cause.to_text()
            ])?;
        Ok(())
    }

    /// A login succeeded.
    pub fn forget_refused_login(&self, company: &str, environment: Environment) -> Result<()> {
        self.transaction
            .prepare_cached("DELETE FROM refused_logins WHERE company = ? AND environment = ?")?
            .execute(params![company, environment.name()])?;
        Ok(())
    }
}

impl Store {
    /// The environments whose service did not answer when it was last asked.
    pub fn breakers(&self) -> Result<HashMap<Environment, Breaker>> {
        self.ask(|connection| {
            connection
                .prepare("SELECT * FROM breakers")?
                .query_map([], |row| {
                    let breaker =
                        Breaker { opened_at: parsed(row, "opened_at")?, last: super::stored(row, "message")? };
                    Ok((parsed(row, "environment")?, breaker))
                })?
                .collect()
        })
    }

    /// How far our clock was from each environment's.
    pub fn clock_checks(&self) -> Result<HashMap<Environment, ClockCheck>> {
        self.ask(|connection| {
            connection
                .prepare("SELECT * FROM clock_checks")?
                .query_map([], |row| {
                    let check =
                        ClockCheck { skew_seconds: row.get("skew_seconds")?, checked_at: parsed(row, "checked_at")? };
                    Ok((parsed(row, "environment")?, check))
                })?
                .collect()
        })
    }

    /// The refused logins, by company and environment.
    pub fn refused_logins(&self) -> Result<HashMap<(String, Environment), RefusedLogin>> {
        self.ask(|connection| {
            connection
                .prepare("SELECT * FROM refused_logins")?
                .query_map([], |row| {
                    let refused = RefusedLogin {
                        salt: row.get("salt")?,
                        fingerprint: row.get("fingerprint")?,
                        refused_at: parsed(row, "refused_at")?,
                        cause: super::stored(row, "message")?,
                    };
                    Ok(((row.get("company")?, parsed(row, "environment")?), refused))
                })?
                .collect()
        })
    }
}
