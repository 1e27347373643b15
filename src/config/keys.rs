//! Which keys may stand where in the file, and what is said of one that stands elsewhere.

use super::fault::{ConfigFault, Home};
use super::section::Section;

/// The keys outside every table.
pub(super) const TOP: [&str; 10] = [
    "database",
    "language",
    "defaults",
    "retry",
    "notify",
    "company",
    "ping_url",
    "holidays_add",
    "holidays_remove",
    "cabys_file",
];

/// The keys of `[defaults]`, all of which a company may repeat.
pub(super) const SETTINGS: [&str; 30] = [
    "environment",
    "auto_sign",
    "auto_polling_enabled",
    "polling_interval",
    "polling_max_hours",
    "numbering_guard_hours",
    "polling_batch_size",
    "polling_min_age",
    "auto_retry_enabled",
    "max_retry_attempts",
    "retry_delays",
    "outage_retry_hours",
    "store_responses",
    "response_retention_days",
    "queue_retention_days",
    "batch_size",
    "batch_delay",
    "max_concurrent_batches",
    "request_timeout",
    "signature_profile",
    "signature_digest",
    "signature_policy_identifier",
    "signature_policy_digest",
    "hacienda_seal",
    "allow_other_certificate_holder",
    "allow_wrong_clock",
    "api_url",
    "token_url",
    "client_id",
    "ca_file",
];

/// The keys that only a company has.
pub(super) const COMPANY: [&str; 11] = [
    "id",
    "name",
    "identification_type",
    "identification",
    "certificate",
    "pin",
    "username",
    "password",
    "notify_to",
    "retry",
    "issuer",
];

/// A key at the top that belongs into a table: usual, since TOML's tables end nowhere one can see.
pub(super) fn explain_top(word: &str) -> Option<ConfigFault> {
    if SETTINGS.contains(&word) {
        return Some(misplaced(word, Home::Settings));
    }
    (word == "companies").then_some(ConfigFault::Companies)
}

/// A key of a company that stands in `[defaults]`; a secret there gets the sentence that secrets get everywhere.
pub(super) fn explain_defaults(defaults: &Section<'_>, word: &str) -> Option<ConfigFault> {
    if matches!(word, "pin" | "password") {
        let plain_secret = defaults.setting(word).is_some_and(|setting| setting.is_text());
        return Some(ConfigFault::Misplaced { key: word.to_owned(), home: Home::Company, plain_secret });
    }
    if word == "retry" {
        return Some(misplaced(word, Home::Retry));
    }
    COMPANY.contains(&word).then(|| misplaced(word, Home::Company))
}

fn misplaced(key: &str, home: Home) -> ConfigFault {
    ConfigFault::Misplaced { key: key.to_owned(), home, plain_secret: false }
}
