//! What earlier runs left behind: timers that stopped, an outage, refused logins, notices that did not go out.

use chrono::{DateTime, TimeDelta, Utc};

use super::Check;
use crate::clock::costa_rica_text;

/// A command that once ran by itself and has not ended well for so long has stopped.
const LONGEST_SILENCE: TimeDelta = TimeDelta::hours(25);

/// What the database knows of earlier runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// Commands, and when each last did its work.
    pub last_successes: Vec<(String, DateTime<Utc>)>,
    /// Environments whose service did not answer when it was last asked, since when, and how.
    pub outages: Vec<(String, DateTime<Utc>, String)>,
    /// Companies whose login is refused, and since when.
    pub refused_logins: Vec<(String, DateTime<Utc>)>,
    /// Notices that have not gone out.
    pub unsent_notices: u64,
    /// The latest reason.
    pub notice_error: Option<String>,
    /// Why numbers that would be given next may have been given before.
    pub doubts: Vec<String>,
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
    for (company, since) in &history.refused_logins {
        let check = Check::failure(
            "login",
            format!("refused since {} and not tried again", costa_rica_text(*since)),
            "correct user name and password, then `cr-einvoice retry now`",
        );
        checks.push(check.of(company));
    }
    for doubt in &history.doubts {
        checks.push(Check::failure("numbers", doubt, "`cr-einvoice restore` puts it right"));
    }
    if history.unsent_notices > 0 {
        let why = history.notice_error.as_deref().unwrap_or("they wait for the next run");
        checks.push(Check::warning(
            "outbox",
            format!("{} notices have not gone out: {why}", history.unsent_notices),
            "check [notify]; `cr-einvoice run --only notices` sends them",
        ));
    }
    checks
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
    use super::super::Status;
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
