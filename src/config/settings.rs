//! The settings of one company: what `[[company]]` says, else `[defaults]`, else the contract.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use rust_decimal::Decimal;

use super::error::ConfigError;
use super::fault::ConfigFault;
use super::keys;
use super::secret_source::{SecretError, read_file};
use super::section::{Section, Setting};
use crate::hacienda::{Endpoints, Environment};
use crate::named::{Named, names};
use crate::retry::{Backoff, Category, Policy};
use crate::signature::{SignOptions, SignaturePolicy};

/// Longer than any list of roots.
const MAX_ROOT_BYTES: u64 = 4 * 1024 * 1024;

/// What a company may set, with every default filled in. Units are the contract's.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Hacienda's trial service or the real one.
    pub environment: Environment,
    /// Where that service is.
    pub endpoints: Endpoints,
    /// An extra trusted root, PEM.
    pub ca_file: Option<PathBuf>,
    /// Seconds for one request and its answer.
    pub request_timeout: u32,
    /// Whether `run` signs drafts too.
    pub auto_sign: bool,
    /// Whether `poll` without a selector does anything.
    pub auto_polling_enabled: bool,
    /// Minutes between two looks at one document.
    pub polling_interval: u32,
    /// Hours after submission when a document without a verdict goes to `error`.
    pub polling_max_hours: u32,
    /// Hours after a company's last POST when Hacienda's list is asked, before the next, for numbers that are not known here;
    /// 0: never.
    pub numbering_guard_hours: u32,
    /// Documents that one `poll` looks at in one batch.
    pub polling_batch_size: u32,
    /// Minutes after submission before the first look.
    pub polling_min_age: u32,
    /// Whether `retry run` does anything.
    pub auto_retry_enabled: bool,
    /// When failures are tried again.
    pub retry: Policy,
    /// Whether every answer is kept, or only the final one.
    pub store_responses: bool,
    /// Days that answers are kept.
    pub response_retention_days: u32,
    /// Days that finished retry entries are kept.
    pub queue_retention_days: u32,
    /// Documents in one batch of a worker.
    pub batch_size: u32,
    /// Seconds between two batches of one worker.
    pub batch_delay: u32,
    /// Workers that send at once.
    pub max_concurrent_batches: u32,
    /// How documents are signed.
    pub sign: SignOptions,
    /// The identification in the certificate that seals Hacienda's answers, without dashes.
    pub hacienda_seal: String,
    /// Whether a document may be signed with a certificate whose identification is not the signer's.
    pub allow_other_certificate_holder: bool,
    /// Whether documents are signed although this machine's clock is minutes away from the server's.
    pub allow_wrong_clock: bool,
}

impl Settings {
    /// The bytes of `ca_file`, where there is one.
    pub(crate) fn read_ca_file(&self) -> Result<Option<Vec<u8>>, SecretError> {
        let read = |path| read_file(path, MAX_ROOT_BYTES).map(|(_, bytes)| bytes);
        self.ca_file.as_deref().map(read).transpose()
    }

    /// The retry policy, for [`crate::retry::decide`].
    pub fn retry_policy(&self) -> &Policy {
        &self.retry
    }

    /// How documents are signed.
    pub fn sign_options(&self) -> &SignOptions {
        &self.sign
    }

    /// The limit of one exchange with the service.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.request_timeout))
    }
}

/// The places where a key may stand, the nearest first, and the `[retry]` tables beside them.
#[derive(Debug, Clone)]
pub(super) struct Layers<'a> {
    keys: Vec<Section<'a>>,
    retry: Vec<Section<'a>>,
}

impl<'a> Layers<'a> {
    /// Checks the names of all keys of the shared tables.
    pub(super) fn new(defaults: Option<&Section<'a>>, retry: Option<&Section<'a>>) -> Result<Self, ConfigError> {
        if let Some(defaults) = defaults {
            defaults.only(&keys::SETTINGS, |word| keys::explain_defaults(defaults, word))?;
        }
        retry.into_iter().try_for_each(check_retry)?;
        Ok(Layers { keys: defaults.into_iter().cloned().collect(), retry: retry.into_iter().cloned().collect() })
    }

    /// The layers of a company over these.
    pub(super) fn under(&self, company: &Section<'a>) -> Result<Self, ConfigError> {
        let own = company.section("retry")?;
        own.iter().try_for_each(check_retry)?;
        Ok(Layers {
            keys: std::iter::once(company.clone()).chain(self.keys.iter().cloned()).collect(),
            retry: own.into_iter().chain(self.retry.iter().cloned()).collect(),
        })
    }

    /// Checks every value and fills in the contract's defaults.
    pub(super) fn resolve(&self) -> Result<Settings, ConfigError> {
        let environment = self.value("environment", Setting::word)?.unwrap_or(Environment::Sandbox);
        Ok(Settings {
            environment,
            endpoints: self.endpoints(environment)?,
            ca_file: self.value("ca_file", Setting::path)?,
            request_timeout: self.number("request_timeout", 1..=600, 30)?,
            auto_sign: self.switch("auto_sign", false)?,
            auto_polling_enabled: self.switch("auto_polling_enabled", true)?,
            polling_interval: self.number("polling_interval", 0..=WEEK_IN_MINUTES, 15)?,
            polling_max_hours: self.number("polling_max_hours", 1..=YEAR_IN_HOURS, 24)?,
            numbering_guard_hours: self.number("numbering_guard_hours", 0..=YEAR_IN_HOURS, 6)?,
            polling_batch_size: self.number("polling_batch_size", 1..=10_000, 50)?,
            polling_min_age: self.number("polling_min_age", 0..=WEEK_IN_MINUTES, 2)?,
            auto_retry_enabled: self.switch("auto_retry_enabled", true)?,
            retry: self.retry_policy()?,
            store_responses: self.switch("store_responses", true)?,
            response_retention_days: self.number("response_retention_days", 1..=CENTURY_IN_DAYS, 90)?,
            queue_retention_days: self.number("queue_retention_days", 1..=CENTURY_IN_DAYS, 30)?,
            batch_size: self.number("batch_size", 1..=10_000, 50)?,
            batch_delay: self.number("batch_delay", 0..=3600, 5)?,
            max_concurrent_batches: self.number("max_concurrent_batches", 1..=64, 3)?,
            sign: self.sign_options()?,
            hacienda_seal: self.value("hacienda_seal", seal)?.unwrap_or_else(|| HACIENDA_SEAL.to_owned()),
            allow_other_certificate_holder: self.switch("allow_other_certificate_holder", false)?,
            allow_wrong_clock: self.switch("allow_wrong_clock", false)?,
        })
    }

    fn setting(&self, key: &str) -> Option<Setting<'a>> {
        self.keys.iter().find_map(|section| section.setting(key))
    }

    fn value<T>(
        &self,
        key: &str,
        read: impl Fn(&Setting<'a>) -> Result<T, ConfigError>,
    ) -> Result<Option<T>, ConfigError> {
        self.setting(key).map(|setting| read(&setting)).transpose()
    }

    fn number(&self, key: &str, range: RangeInclusive<u32>, default: u32) -> Result<u32, ConfigError> {
        Ok(self.value(key, |setting| setting.number(range.clone()))?.unwrap_or(default))
    }

    fn switch(&self, key: &str, default: bool) -> Result<bool, ConfigError> {
        Ok(self.value(key, Setting::boolean)?.unwrap_or(default))
    }

    fn endpoints(&self, environment: Environment) -> Result<Endpoints, ConfigError> {
        let mut endpoints = Endpoints::of(environment);
        if let Some(api_url) = self.value("api_url", super::address)? {
            endpoints.api_url = format!("{}/", api_url.trim_end_matches('/'));
        }
        if let Some(token_url) = self.value("token_url", super::address)? {
            endpoints.logout_url = Endpoints::logout_beside(&token_url);
            endpoints.token_url = token_url;
        }
        if let Some(client_id) = self.value("client_id", Setting::text)? {
            endpoints.client_id = client_id.to_owned();
        }
        Ok(endpoints)
    }

    fn sign_options(&self) -> Result<SignOptions, ConfigError> {
        let mut options = SignOptions::default();
        if let Some(profile) = self.value("signature_profile", Setting::word)? {
            options.profile = profile;
        }
        if let Some(digest) = self.value("signature_digest", Setting::word)? {
            options.digest = digest;
        }
        if let Some(policy) = self.signature_policy()? {
            options.policy = policy;
        }
        Ok(options)
    }

    /// Identifier and digest of another policy belong together: the digest is that of the identified text.
    fn signature_policy(&self) -> Result<Option<SignaturePolicy>, ConfigError> {
        let (identifier, digest) =
            (self.setting("signature_policy_identifier"), self.setting("signature_policy_digest"));
        match (identifier, digest) {
            (None, None) => Ok(None),
            (Some(identifier), Some(digest)) => Ok(Some(SignaturePolicy {
                identifier: identifier.text()?.to_owned(),
                digest: sha256_in_base64(&digest)?,
            })),
            (Some(alone), None) => Err(alone.refuse(ConfigFault::Alone { needs: "signature_policy_digest" })),
            (None, Some(alone)) => Err(alone.refuse(ConfigFault::Alone { needs: "signature_policy_identifier" })),
        }
    }

    fn retry_policy(&self) -> Result<Policy, ConfigError> {
        let mut policy = Policy::default();
        if let Some(delays) = self.value("retry_delays", delays)? {
            policy.delays = delays;
        }
        policy.max_attempts = self.number("max_retry_attempts", 1..=1000, policy.max_attempts)?;
        policy.outage_retry_hours = self.number("outage_retry_hours", 0..=YEAR_IN_HOURS, policy.outage_retry_hours)?;
        for &category in Category::ALL {
            policy.backoffs[category as usize] = self.backoff(category)?;
        }
        Ok(policy)
    }

    fn backoff(&self, category: Category) -> Result<Backoff, ConfigError> {
        let mut backoff = category.default_backoff();
        // From the farthest layer to the nearest, so that the nearest has the last word on each key.
        for section in self.retry.iter().rev() {
            let Some(table) = section.section(category.name())? else { continue };
            if let Some(setting) = table.setting("multiplier") {
                backoff.multiplier = multiplier(&setting)?;
            }
            if let Some(setting) = table.setting("max_retries") {
                backoff.max_retries = setting.number(0..=1000)?;
            }
        }
        Ok(backoff)
    }
}

/// Whose seal Hacienda's answers carry, in production and in the sandbox: `CPJ-2-100-042005` (observed, 2018 and 2026).
const HACIENDA_SEAL: &str = "2100042005";

/// An identification, with or without dashes.
fn seal(setting: &Setting<'_>) -> Result<String, ConfigError> {
    let bare: String = setting.text()?.chars().filter(|character| *character != '-').collect();
    let is_number = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_number.then_some(bare).ok_or_else(|| setting.refuse(ConfigFault::NotASeal))
}

const WEEK_IN_MINUTES: u32 = 7 * 24 * 60;
const YEAR_IN_HOURS: u32 = 366 * 24;
const CENTURY_IN_DAYS: u32 = 36_500;

fn sha256_in_base64(setting: &Setting<'_>) -> Result<String, ConfigError> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = setting.text()?;
    match STANDARD.decode(text) {
        Ok(bytes) if bytes.len() == 32 => Ok(text.to_owned()),
        _ => Err(setting.refuse(ConfigFault::NotADigest)),
    }
}

fn delays(setting: &Setting<'_>) -> Result<Vec<u32>, ConfigError> {
    let members = setting.array()?;
    if members.is_empty() || members.len() > 100 {
        return Err(setting.refuse(ConfigFault::Delays));
    }
    members.iter().map(|member| member.number(1..=YEAR_IN_HOURS * 60)).collect()
}

fn multiplier(setting: &Setting<'_>) -> Result<Decimal, ConfigError> {
    let value = setting.decimal()?;
    if value <= Decimal::ZERO || value > Decimal::ONE_HUNDRED {
        return Err(setting.refuse(ConfigFault::Multiplier { found: value }));
    }
    Ok(value)
}

fn check_retry(retry: &Section<'_>) -> Result<(), ConfigError> {
    retry.only(&names::<Category>(), |_| None)?;
    for &category in Category::ALL {
        if let Some(table) = retry.section(category.name())? {
            table.only(&["multiplier", "max_retries"], |_| None)?;
        }
    }
    Ok(())
}
