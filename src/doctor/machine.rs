//! This machine: its clock as far as one can judge it alone, and the program that carries notices.

use std::path::Path;

use chrono::{DateTime, Datelike, Utc};
use rustix::fs::{Access, access};

use super::Check;
use crate::clock::{CLOCK_VARIABLE, Clock, costa_rica_text};
use crate::config::Notify;

/// Before this year v4.4 did not exist; after the other one no certificate of today is valid.
const SANE_YEARS: std::ops::Range<i32> = 2025..2060;

/// Without the network only gross errors show: a machine whose battery is dead lives in 1970.
pub(super) fn clock(clock: Clock, now: DateTime<Utc>) -> Check {
    const NAME: &str = "clock";
    let shown = format!("{} in Costa Rica", costa_rica_text(now));
    match clock {
        Clock::Fixed(_) => Check::warning(
            NAME,
            format!("{shown}, fixed by {CLOCK_VARIABLE}"),
            format!("unset {CLOCK_VARIABLE}, unless this is a rehearsal"),
        ),
        Clock::System if SANE_YEARS.contains(&now.year()) => Check::ok(NAME, shown),
        Clock::System => Check::failure(NAME, shown, "set the clock and keep it by NTP: `timedatectl set-ntp true`"),
    }
}

/// Whether someone would be told.
pub(super) fn notices(notify: &Notify, reads_only: bool) -> Check {
    const NAME: &str = "notices";
    if reads_only {
        return Check::skipped(NAME, "they are sent by the user of the service");
    }
    if let Some(program) = notify.command.as_ref().and_then(|argv| argv.first())
        && !can_run(program)
    {
        return Check::failure(
            NAME,
            format!("this user cannot run {program}"),
            "put the program there, or correct `command` of [notify]",
        );
    }
    if let Some((_, password)) = notify.email.as_ref().and_then(|email| email.login.as_ref())
        && let Err(error) = password.read()
    {
        return Check::failure(NAME, error.to_string(), "correct `password` of [notify.email]");
    }
    let ways = [notify.command.as_ref().map(|_| "command"), notify.email.as_ref().map(|_| "e-mail")];
    Check::ok(NAME, format!("by {}", ways.into_iter().flatten().collect::<Vec<_>>().join(" and ")))
}

fn can_run(program: &str) -> bool {
    let runnable = |path: &Path| path.is_file() && access(path, Access::EXEC_OK).is_ok();
    if program.contains('/') {
        return runnable(Path::new(program));
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| runnable(&folder.join(program)))
}
