//! What earlier runs left behind: timers that stopped, an outage, refused logins, notices that did not go out.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Check, Status};
use crate::clock::costa_rica_text;
use crate::config::Company;
use crate::hacienda::Environment;

/// A command that once ran by itself and has not ended well for so long has stopped.
const LONGEST_SILENCE: TimeDelta = TimeDelta::hours(25);

/// What the database knows of earlier runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// Commands, and when each last did its work.
    pub last_successes: Vec<(String, DateTime<Utc>)>,
    /// Environments whose service did not answer when it was last asked, since when, and how.
    pub outages: Vec<(Environment, DateTime<Utc>, String)>,
    /// Companies whose login is refused, where, and since when.
    pub refused_logins: Vec<(String, Environment, DateTime<Utc>)>,
    /// Notices that have not gone out.
    pub unsent_notices: u64,
    /// The latest reason.
    pub notice_error: Option<String>,
    /// Companies and consecutivos that Hacienda says another document has, of documents without a replacement.
    pub taken_numbers: Vec<(String, String)>,
    /// Companies, the series that `generate` numbers, and documents in it that were not made here.
    pub foreign_numbers: Vec<(String, String, u64)>,
    /// Why numbers that would be given next may have been given before.
    pub doubts: Vec<String>,
}

impl History {
    /// Leaves out what is of companies and environments that are not used any more, and what this very examination has just seen
    /// otherwise.
    pub(super) fn forget_stale(&mut self, companies: &[&Company], service: &[Check]) {
        let is_used = |environment| companies.iter().any(|company| company.settings.environment == environment);
        let reached: Vec<&Check> = service.iter().filter(|check| check.name == "reception").collect();
        let answers = !reached.is_empty() && reached.iter().all(|check| check.status == Status::Ok);
        self.outages.retain(|(environment, ..)| is_used(*environment) && !answers);
        let is_fresh = |id: &str| {
            let of_it = |check: &&Check| check.name == "login" && check.company.as_deref() == Some(id);
            service.iter().find(of_it).is_some_and(|check| check.status != Status::Skipped)
        };
        self.refused_logins.retain(|(id, environment, _)| {
            let is_its = |company: &&Company| company.id == *id && company.settings.environment == *environment;
            companies.iter().any(is_its) && !is_fresh(id)
        });
        let is_chosen = |id: &str| companies.iter().any(|company| company.id == id);
        self.taken_numbers.retain(|(id, _)| is_chosen(id));
        self.foreign_numbers.retain(|(id, ..)| is_chosen(id));
    }
}

pub(super) fn examine(history: &History, now: DateTime<Utc>) -> Vec<Check> {
    let mut checks = vec![timers(history, now)];
    for (environment, since, message) in &history.outages {
        checks.push(Check::warning(
            "outage",
            format!("the {environment} service has not answered since {}: {message}", costa_rica_text(*since)),
            "nothing is lost: each run probes, and sends what waits when the service is back",
        ));
    }
    for (company, _, since) in &history.refused_logins {
        let check = Check::failure(
            "login",
            format!("refused since {} and not tried again", costa_rica_text(*since)),
            "correct user name and password: the next run tries the new ones",
        );
        checks.push(check.of(company));
    }
    for doubt in &history.doubts {
        checks.push(Check::failure("numbers", doubt, "`cr-einvoice restore` puts it right"));
    }
    checks.extend(numbers(history));
    checks.extend(outbox(history));
    checks
}

/// Numbers that somebody else has used, or will.
fn numbers(history: &History) -> Vec<Check> {
    const SHOWN: usize = 3;
    let mut checks = Vec::new();
    if !history.taken_numbers.is_empty() {
        let count = history.taken_numbers.len();
        let some: Vec<String> =
            history.taken_numbers.iter().take(SHOWN).map(|(company, number)| format!("{company} {number}")).collect();
        let more = if count > SHOWN { ", …" } else { "" };
        checks.push(Check::warning(
            "numbers",
            format!(
                "Hacienda says that another document has the number (-99): {}{more} ({count} in all)",
                some.join(", ")
            ),
            "`cr-einvoice numbering` shows them; find out who else uses the series before you issue replacements",
        ));
    }
    for (company, series, count) in &history.foreign_numbers {
        let check = Check::warning(
            "numbers",
            format!("series {series} is numbered here, and {count} documents in it came from elsewhere since"),
            "give one of the two a branch or terminal of its own: [company.issuer] `branch`, `terminal`",
        );
        checks.push(check.of(company));
    }
    checks
}

fn outbox(history: &History) -> Option<Check> {
    const NAME: &str = "outbox";
    let help = "check [notify]; `cr-einvoice run --only notices` sends them";
    let message = |why: &str| format!("{} notices have not gone out: {why}", history.unsent_notices);
    match (history.unsent_notices, &history.notice_error) {
        (0, _) => None,
        (_, Some(why)) => Some(Check::failure(NAME, message(why), help)),
        (_, None) => Some(Check::warning(NAME, message("they wait for the next run"), help)),
    }
}

fn timers(history: &History, now: DateTime<Utc>) -> Check {
    const NAME: &str = "timers";
    let shown: Vec<_> =
        history.last_successes.iter().map(|(command, at)| format!("{command} {}", costa_rica_text(*at))).collect();
    if shown.is_empty() {
        return Check::skipped(NAME, "no command has run yet");
    }
    let silent: Vec<_> = history
        .last_successes
        .iter()
        .filter(|(command, at)| is_scheduled(command) && now - *at > LONGEST_SILENCE)
        .map(|(command, _)| command.as_str())
        .collect();
    if silent.is_empty() {
        return Check::ok(NAME, format!("last successes: {}", shown.join(", ")));
    }
    Check::warning(
        NAME,
        format!("not ended well for more than a day: {}; last successes: {}", silent.join(", "), shown.join(", ")),
        "see whether the timer still runs (`systemctl list-timers 'cr-einvoice*'`, crontab -l) and what its log says",
    )
}

/// A person runs the others by hand, whenever there is a need.
fn is_scheduled(command: &str) -> bool {
    matches!(command, "submit" | "poll" | "retry run" | "run")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_timer_that_stopped_is_seen() {
        let history = History {
            last_successes: vec![
                ("poll".into(), at("2026-11-20T12:00:00Z")),
                ("backup".into(), at("2026-11-01T12:00:00Z")),
            ],
            ..History::default()
        };
        assert_eq!(examine(&history, at("2026-11-20T13:00:00Z"))[0].status, Status::Ok);
        let stopped = &examine(&history, at("2026-11-22T13:00:00Z"))[0];
        assert_eq!(stopped.status, Status::Warning);
        assert!(stopped.message.contains("more than a day: poll;"), "{}", stopped.message);
    }
}
