//! `doctor`

use std::path::Path;

use super::{Outcome, quoted};
use crate::cause::Cause;
use crate::cli::Global;
use crate::clock::Clock;
use crate::config::Config;
use crate::doctor::{self, Check, Examination, History, Inside, Status, Unopened};
use crate::error::ExitCode;
use crate::hacienda::Environment;
use crate::language::Language;
use crate::output::{Finished, InWords, checks_view};
use crate::store::{Breaker, Store, StoreError};

/// Examines the installation.
pub(super) fn run(global: &Global, offline: bool, full: bool) -> Outcome {
    let variables = |name: &str| std::env::var_os(name);
    let config = Config::load(global.config.as_deref(), &variables);
    let clock = config.as_ref().ok().and_then(|config| config.clock(&variables).ok()).unwrap_or(Clock::System);
    let shown = config.as_ref().map(|config| quoted(&config.path.to_string_lossy())).unwrap_or_default();
    let examination = Examination {
        clock,
        now: clock.now(),
        offline,
        company: global.company.as_deref(),
        integrity: &|path| inside(path, &shown, full),
        past: &past,
        said: &said,
    };
    let checks = doctor::examine(&config, &examination);
    let code = exit_code(&checks);
    Ok(Finished::Shown(checks_view(&checks), code))
}

/// The code of the most pressing failure: what it is about tells whom it concerns.
fn exit_code(checks: &[Check]) -> ExitCode {
    let codes: Vec<_> = checks
        .iter()
        .filter(|check| check.status == Status::Failure)
        .map(|check| match check.name {
            "database" | "numbers" | "database permission" | "disk space" | "files" => ExitCode::Storage,
            "pin" | "password" | "certificate" | "login" | "username" => ExitCode::Credentials,
            "configuration" | "clock" | "notices" | "outbox" | "issuer" => ExitCode::Usage,
            _ => ExitCode::Unavailable,
        })
        .collect();
    ExitCode::most_pressing(&codes)
}

fn said(cause: &Cause) -> String {
    cause.in_words(Language::English)
}

/// What is wrong inside the database.
fn inside(path: &Path, config: &str, full: bool) -> Result<Inside, Unopened> {
    let look = || Store::open_to_read(path)?.soundness(full);
    let found = look().map_err(|error: StoreError| {
        let help = error.remedy(config).unwrap_or_else(|| "put the latest backup in its place".to_owned());
        Unopened { message: error.to_string(), help }
    })?;
    Ok(Inside { faults: found.faults, everything: found.everything })
}

/// What earlier runs left behind.
fn past(path: &Path) -> Result<History, String> {
    let read = || -> Result<History, StoreError> {
        let store = Store::open_to_read(path)?;
        let (unsent_notices, notice_error) = store.unsent_notices()?;
        let outage =
            |(environment, breaker): (Environment, Breaker)| (environment, breaker.opened_at, said(&breaker.last));
        Ok(History {
            last_successes: store.last_successes()?,
            outages: store.breakers()?.into_iter().map(outage).collect(),
            refused_logins: store
                .refused_logins()?
                .into_iter()
                .map(|((company, environment), it)| (company, environment, it.refused_at))
                .collect(),
            taken_numbers: store.taken_and_not_replaced()?,
            foreign_numbers: store.foreign_numbers()?,
            unsent_notices,
            doubts: store.doubts()?,
            notice_error: notice_error.map(|fault| fault.in_words(Language::English)),
        })
    };
    read().map_err(|error| error.to_string())
}
