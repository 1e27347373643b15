//! The configuration file: found, read, and checked value by value before anything else happens.
//!
//! It knows no secret, only where each one comes from; it opens no certificate and no database. What it hands out is
//! complete: every default is filled in, every company carries its own settings, every path is absolute.

mod company;
mod error;
mod fault;
mod issuer;
mod keys;
mod notify;
mod secret_source;
mod section;
mod settings;
mod suggest;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use toml::de::DeTable;

use crate::clock::{CLOCK_VARIABLE, Clock};
use crate::hacienda::{Environment, check_address};
use crate::language::Language;
use section::{Section, Source};

pub(crate) use company::Company;
pub(crate) use error::ConfigError;
#[cfg(test)]
pub(crate) use fault::examples as config_fault_examples;
pub(crate) use fault::{ConfigFault, Expected, FixedClockFault, Home, ValueKind};
pub(crate) use issuer::Issuer;
pub(crate) use notify::{Email, Notify, Tls};
pub(crate) use secret_source::{SecretError, SecretSource, is_open_to_others};
pub(crate) use settings::Settings;
pub(crate) use suggest::nearest;

/// The commented configuration that `init` writes, in English; a test loads it, and `examples/` shows it.
pub const TEMPLATE: &str = include_str!("../../examples/cr-einvoice.toml");

/// The same in Spanish: other comments, and a `language` of its own.
const TEMPLATE_IN_SPANISH: &str = include_str!("../../examples/cr-einvoice.es.toml");

/// The commented configuration that `init` writes for a reader of this language.
pub(crate) fn template(language: Language) -> &'static str {
    match language {
        Language::English => TEMPLATE,
        Language::Spanish => TEMPLATE_IN_SPANISH,
    }
}

/// The variable that names the configuration.
pub const CONFIG_VARIABLE: &str = "CR_EINVOICE_CONFIG";

/// The environment of the process as a function, so that tests need not change the real one.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it was read from.
    pub path: PathBuf,
    /// The database.
    pub database: PathBuf,
    /// The language of its people, in notices too; none: that of the locale.
    pub language: Option<Language>,
    /// Who is told when a person is needed.
    pub notify: Option<Notify>,
    /// The dead-man check that hears of the start and end of each `run`.
    pub ping_url: Option<String>,
    /// Days off that the law does not know.
    pub holidays_add: Vec<NaiveDate>,
    /// Holidays of the law that are worked.
    pub holidays_remove: Vec<NaiveDate>,
    /// The CAByS catalogue that codes are checked against, a CSV of the official spreadsheet.
    pub cabys_file: Option<PathBuf>,
    /// `[defaults]`, as a company without a key of its own would have them.
    pub defaults: Settings,
    /// The companies, in the order of the file.
    pub companies: Vec<Company>,
}

impl Config {
    /// Finds the configuration and reads it.
    pub fn load(explicit: Option<&Path>, variables: Variables<'_>) -> Result<Self, ConfigError> {
        let path = find(explicit, variables)?;
        if is_absent(&path) {
            // Only what was named is read without being there.
            let by = if explicit.is_some() { "--config" } else { CONFIG_VARIABLE };
            return Err(ConfigError::Missing { path, by });
        }
        Config::read(&path)
    }

    /// Reads the configuration of one file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |cause| ConfigError::Unreadable { path: path.to_owned(), cause };
        let path = std::path::absolute(path).map_err(unreadable)?;
        let text = fs::read_to_string(&path).map_err(unreadable)?;
        Config::parse(&path, &text)
    }

    /// Reads a configuration from its text, as if it stood at `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let source = Source { path, text };
        // The parser's own rendering shows the line, which may hold a secret someone wrote there: only its words are used.
        let tree = DeTable::parse(text).map_err(|error| {
            source.refuse(&error.span().unwrap_or(0..0), "", ConfigFault::Syntax { detail: error.message().to_owned() })
        })?;
        let root = Section::root(&source, tree.get_ref());
        root.only(&keys::TOP, keys::explain_top)?;

        let defaults = root.section("defaults")?;
        let retry = root.section("retry")?;
        let fallback = settings::Layers::new(defaults.as_ref(), retry.as_ref())?;
        let companies = company::read_all(&root.sections("company")?, &fallback)?;
        Ok(Config {
            path: path.to_owned(),
            database: match root.setting("database") {
                Some(setting) => setting.path()?,
                None => source.resolve("cr-einvoice.db"),
            },
            language: root.setting("language").map(|setting| spoken(&setting)).transpose()?.flatten(),
            notify: root.section("notify")?.map(|section| notify::read(&section)).transpose()?,
            ping_url: root.setting("ping_url").map(|setting| address(&setting)).transpose()?,
            holidays_add: days(&root, "holidays_add")?,
            holidays_remove: days(&root, "holidays_remove")?,
            cabys_file: root.setting("cabys_file").map(|setting| setting.path()).transpose()?,
            defaults: fallback.resolve()?,
            companies,
        })
    }

    /// The company of this id.
    pub fn company(&self, id: &str) -> Result<&Company, ConfigError> {
        self.companies.iter().find(|company| company.id == id).ok_or_else(|| ConfigError::UnknownCompany {
            id: id.to_owned(),
            known: self.companies.iter().map(|company| company.id.clone()).collect(),
        })
    }

    /// The clock of this process: the system's, or the one that `CR_EINVOICE_CLOCK` fixes for a rehearsal.
    ///
    /// A company in production never signs with a date that is not today's (annex: no back- or post-dating).
    pub fn clock(&self, variables: Variables<'_>) -> Result<Clock, ConfigError> {
        let Some(value) = variables(CLOCK_VARIABLE).filter(|value| !value.is_empty()) else {
            return Ok(Clock::System);
        };
        let refuse = |fault| ConfigError::FixedClock { fault };
        if let Some(company) = self.companies.iter().find(|it| it.settings.environment == Environment::Production) {
            return Err(refuse(FixedClockFault::Production { company: company.id.clone() }));
        }
        let text = value.to_string_lossy();
        text.parse().map(Clock::Fixed).map_err(|_| refuse(FixedClockFault::NotAnInstant { text: text.into_owned() }))
    }
}

/// The language that the configuration names, before it is read as a whole: a file that is refused is refused in it.
///
/// Only lines above the first table are looked at; what else is wrong with the file is said when it is loaded.
pub(crate) fn language(explicit: Option<&Path>, variables: Variables<'_>) -> Option<Language> {
    let text = fs::read_to_string(find(explicit, variables).ok()?).ok()?;
    let mut lines = text.lines().map(str::trim).take_while(|line| !line.starts_with('['));
    let value = lines.find_map(|line| line.strip_prefix("language")?.trim_start().strip_prefix('='))?;
    value.split('#').next()?.trim().trim_matches(['"', '\'']).parse().ok()
}

/// `language`: `auto` leaves it to the locale.
fn spoken(setting: &section::Setting<'_>) -> Result<Option<Language>, ConfigError> {
    match setting.text()? {
        "auto" => Ok(None),
        _ => setting.word().map(Some),
    }
}

/// The first file there is, in the contract's order. A file that was named must be the one.
fn find(explicit: Option<&Path>, variables: Variables<'_>) -> Result<PathBuf, ConfigError> {
    let named = variables(CONFIG_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = explicit.map(Path::to_owned).or(named) {
        return Ok(path);
    }
    let searched = searched(variables);
    match searched.iter().find(|path| !is_absent(path)) {
        Some(path) => Ok(path.clone()),
        None => Err(ConfigError::NotFound { searched }),
    }
}

/// Whether there is nothing; what this user may not look at is something, and is said to be unreadable.
fn is_absent(path: &Path) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    path.metadata().is_err_and(|cause| matches!(cause.kind(), NotFound | NotADirectory))
}

fn searched(variables: Variables<'_>) -> Vec<PathBuf> {
    let set = |name| variables(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let user = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")));
    let mut places = vec![PathBuf::from("cr-einvoice.toml")];
    places.extend(user.map(|folder| folder.join("cr-einvoice/config.toml")));
    places.push(PathBuf::from("/etc/cr-einvoice/config.toml"));
    places
}

fn address(setting: &section::Setting<'_>) -> Result<String, ConfigError> {
    let address = setting.text()?;
    // The address is not repeated: it may hold a password, which is one of the reasons to refuse it.
    check_address(address).map_err(|fault| setting.refuse(ConfigFault::Address(fault)))?;
    Ok(address.to_owned())
}

fn days(root: &Section<'_>, key: &str) -> Result<Vec<NaiveDate>, ConfigError> {
    let Some(setting) = root.setting(key) else { return Ok(Vec::new()) };
    setting.array()?.iter().map(section::Setting::day).collect()
}

#[cfg(test)]
mod tests;
