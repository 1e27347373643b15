//! Is this installation fit to work tonight? A list of small checks, each with what to do about its failure.
//!
//! Nothing is changed. Secrets are fetched and used, because only that shows that they are right, and never shown.

mod certificates;
mod companies;
mod database;
mod files;
mod history;
mod machine;
mod service;

use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub(crate) use history::History;

use crate::cause::Cause;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// All is well.
    Ok,
    /// It works, and someone should look.
    Warning,
    /// It does not work, or is not safe.
    Failure,
    /// It was not looked at.
    Skipped,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    /// What was looked at: always the same word for the same check.
    pub name: &'static str,
    /// The company, when it is about one.
    pub company: Option<String>,
    /// How it came out.
    pub status: Status,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Check {
    fn new(name: &'static str, status: Status, message: impl Into<String>) -> Self {
        Check { name, company: None, status, message: message.into(), help: None }
    }

    fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Check::new(name, Status::Ok, message)
    }

    fn warning(name: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Check { help: Some(help.into()), ..Check::new(name, Status::Warning, message) }
    }

    fn failure(name: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Check { help: Some(help.into()), ..Check::new(name, Status::Failure, message) }
    }

    fn skipped(name: &'static str, message: impl Into<String>) -> Self {
        Check::new(name, Status::Skipped, message)
    }

    fn of(self, company: &str) -> Self {
        Check { company: Some(company.to_owned()), ..self }
    }
}

/// What the store says of the inside of a database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Inside {
    /// What is wrong.
    pub faults: Vec<String>,
    /// All of it was read, not only the newest and samples of the rest.
    pub everything: bool,
}

/// Why a database cannot be looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unopened {
    /// What is wrong.
    pub message: String,
    /// What helps.
    pub help: String,
}

/// Asks the store about a database: what it finds inside, or why it cannot be opened for reading. A function, so that nothing
/// here knows how it is stored.
pub(crate) type Integrity<'a> = &'a dyn Fn(&Path) -> Result<Inside, Unopened>;

/// Asks the store what earlier runs left behind.
pub(crate) type Past<'a> = &'a dyn Fn(&Path) -> Result<History, String>;

/// Says a cause in a person's language. A function, for the words are output's.
pub(crate) type Said<'a> = &'a dyn Fn(&Cause) -> String;

/// What to look at.
#[derive(Clone, Copy)]
pub(crate) struct Examination<'a> {
    /// The clock, for the instants of answers.
    pub clock: Clock,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Stay off the network.
    pub offline: bool,
    /// Only this company.
    pub company: Option<&'a str>,
    /// The inside of the database.
    pub integrity: Integrity<'a>,
    /// What earlier runs left behind.
    pub past: Past<'a>,
    /// The words for a cause.
    pub said: Said<'a>,
}

/// Runs every check, in the order in which faults explain each other.
pub(crate) fn examine(config: &Result<Config, ConfigError>, examination: &Examination<'_>) -> Vec<Check> {
    let mut checks = vec![configuration(config)];
    let Ok(config) = config else {
        let message = "needs a valid configuration";
        checks.extend(["files", "database", "certificate", "service"].map(|name| Check::skipped(name, message)));
        checks.push(machine::clock(examination.clock, examination.now));
        return checks;
    };
    let chosen = |id: &str| examination.company.is_none_or(|wanted| wanted == id);
    let companies: Vec<_> = config.companies.iter().filter(|company| chosen(&company.id)).collect();

    // Who may only read has no business with the secrets.
    let reads_only = database::is_read_only(&config.database);
    checks.extend(files::examine(config));
    checks.extend(database::examine(&config.database, examination.integrity));
    let service = match examination.offline {
        true => vec![Check::skipped("service", "not looked at with --offline")],
        false => service::examine(&companies, examination.clock, examination.said),
    };
    if let Ok(mut history) = (examination.past)(&config.database) {
        history.forget_stale(&companies, &service);
        checks.extend(history::examine(&history, examination.now));
    }
    checks.extend(companies.iter().flat_map(|company| companies::examine(company)));
    checks.extend(companies.iter().flat_map(|company| certificates::examine(company, examination.now, reads_only)));
    checks.push(machine::clock(examination.clock, examination.now));
    checks.extend(config.notify.iter().map(|notify| machine::notices(notify, reads_only)));
    checks.extend(service);
    checks
}

fn configuration(config: &Result<Config, ConfigError>) -> Check {
    const NAME: &str = "configuration";
    match config {
        Err(error) => Check { help: error.help(), ..Check::new(NAME, Status::Failure, error.to_string()) },
        Ok(config) if config.companies.is_empty() => Check::warning(
            NAME,
            format!("{} has no company", config.path.display()),
            "add a [[company]]: without one nothing can be imported, signed or sent",
        ),
        Ok(config) => {
            let ids: Vec<String> =
                config.companies.iter().map(|it| format!("{} ({})", it.id, it.settings.environment)).collect();
            Check::ok(NAME, format!("{}: {}", config.path.display(), ids.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests;
