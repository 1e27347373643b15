//! Hacienda's service from here: name, encryption, clock, and each company's login.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Check, Said};
use crate::cause::{Cause, Transport};
use crate::clock::{Clock, costa_rica_day};
use crate::config::Company;
use crate::hacienda::{Client, ClientOptions, Credentials, RawAnswer, Session, Target, interpret_status};

/// Our clock may differ this much from the service's before it is worth a word. Documents dated in Hacienda's future are
/// rejected (code -53, seen in practice).
const WORTH_A_WORD: TimeDelta = TimeDelta::seconds(30);

/// Looks at each service once, and logs each company in and out.
pub(super) fn examine(companies: &[&Company], clock: Clock, said: Said<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut seen = Vec::new();
    for company in companies {
        let client = match client(company, clock) {
            Ok(client) => Arc::new(client),
            Err(message) => {
                checks.push(Check::failure("service", message, "correct the addresses or `ca_file`").of(&company.id));
                continue;
            }
        };
        if !seen.contains(&company.settings.endpoints) {
            seen.push(company.settings.endpoints.clone());
            checks.extend(hosts(&client, said));
        }
        checks.extend(session(company, client, clock.now(), said).into_iter().map(|check| check.of(&company.id)));
    }
    checks
}

fn client(company: &Company, clock: Clock) -> Result<Client, String> {
    let settings = &company.settings;
    let extra_root = settings.read_ca_file().map_err(|error| format!("ca_file: {error}"))?;
    let options = ClientOptions {
        timeout: settings.timeout(),
        extra_root,
        clock,
        ..ClientOptions::new(settings.endpoints.clone())
    };
    Client::new(options).map_err(|error| error.to_string())
}

fn hosts(client: &Client, said: Said<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    for (name, address, target) in [
        ("identity provider", &client.endpoints().token_url, Target::IdentityProvider),
        ("reception", &client.endpoints().api_url, Target::Api),
    ] {
        match client.probe(target) {
            Ok(answer) => {
                checks.push(Check::ok(name, format!("{address} answers (HTTP {})", answer.http_status)));
                checks.extend(skew(&answer));
            }
            Err(cause) => checks.push(Check::failure(name, said(&cause), remedy(&cause))),
        }
    }
    checks
}

/// The answer's `Date` has whole seconds and is as old as its way here: half a minute is beyond both.
fn skew(answer: &RawAnswer) -> Option<Check> {
    const NAME: &str = "clock against the service";
    let difference = answer.received_at - answer.server_date?;
    let message = format!(
        "this machine is {} s {}",
        difference.num_seconds().abs(),
        if difference < TimeDelta::zero() { "behind" } else { "ahead" }
    );
    Some(if difference.abs() > WORTH_A_WORD {
        Check::warning(
            NAME,
            message,
            "keep the clock by NTP: `timedatectl set-ntp true`; documents of the future are rejected",
        )
    } else {
        Check::ok(NAME, message)
    })
}

/// Logs in, asks for a document that cannot exist, and logs out.
fn session(company: &Company, client: Arc<Client>, now: DateTime<Utc>, said: Said<'_>) -> Vec<Check> {
    let Ok(password) = company.password.read() else {
        return vec![Check::skipped("login", "there is no password")];
    };
    let session = Session::new(client, Credentials { username: company.username.clone(), password });
    if let Err(cause) = session.login() {
        return vec![Check::failure("login", said(&cause), remedy(&cause))];
    }
    let mut checks = vec![Check::ok("login", format!("{} is logged in", company.username))];
    let key = impossible_clave(company, now);
    let asked = session.status(&key).and_then(|answer| interpret_status(&answer, &key));
    checks.push(match asked {
        Ok(_) => Check::ok("query", "a query is answered"),
        Err(cause) => Check::failure("query", said(&cause), remedy(&cause)),
    });
    checks.push(match session.close() {
        Ok(()) => Check::ok("logout", "the session is closed"),
        Err(cause) => Check::warning("logout", said(&cause), "sessions end by themselves; look again later"),
    });
    checks
}

/// A clave of the right form that the company has never used: document type 99 does not exist.
fn impossible_clave(company: &Company, now: DateTime<Utc>) -> String {
    let holder = company.identification.padded().unwrap_or_else(|| "0".repeat(12));
    format!("506{}{holder}00100001990000000000100000000", costa_rica_day(now).format("%d%m%y"))
}

fn remedy(cause: &Cause) -> String {
    let words = match cause.transport() {
        Some(Transport::Name) => "check the name server (/etc/resolv.conf) and the network",
        Some(Transport::Tls) => "check the clock and ca-certificates; behind a proxy that opens TLS set `ca_file`",
        Some(_) => "check the network, the firewall and Hacienda's notices; documents wait and are sent later",
        None if cause.login_refused() => {
            "user name and password are those of this environment, as generated in ATV or the Oficina Virtual"
        }
        None => "look at Hacienda's notices and try again later; documents wait and are sent later",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_minute_is_worth_a_word() {
        let received_at: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        let answer = |seconds| RawAnswer {
            http_status: 401,
            body: Vec::new(),
            content_type: None,
            error_cause: None,
            location: None,
            content_range: None,
            server_date: Some(received_at - TimeDelta::seconds(seconds)),
            received_at,
            not_before: None,
        };
        assert_eq!(skew(&answer(30)).unwrap().status, super::super::Status::Ok);
        assert_eq!(skew(&answer(-31)).unwrap().status, super::super::Status::Warning);
        assert_eq!(skew(&answer(-31)).unwrap().message, "this machine is 31 s behind");
        assert!(skew(&RawAnswer { server_date: None, ..answer(0) }).is_none());
    }
}
