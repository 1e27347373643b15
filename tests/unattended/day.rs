//! A day of cron against the stand-in with scripted faults, by a simulated clock: nothing is lost or doubled, and every
//! attempt comes exactly at the table's time.

use chrono::{DateTime, TimeDelta, Utc};
use cr_einvoice::clock::utc_text;
use cr_einvoice::simulator::{Action, Endpoint, ResetForm, Rule, Script};

use crate::common::{Installation, Sample, Setup, invoices, numbered};

const DAWN: &str = "2026-11-20T12:00:00Z";
const FIVE_MINUTES: i64 = 300;

/// Seconds until each attempt, from the contract: 5, 15, 60, 240, 720 minutes times the category's multiplier.
fn waits(category: &str) -> Vec<i64> {
    let (tenths, retries) = match category {
        "transient" => (10, 5),
        "rate_limit" => (20, 4),
        "network" | "server" => (15, 5),
        "auth" => (30, 3),
        "validation" => (60, 2),
        "unknown" => (20, 3),
        other => panic!("{other} is no category"),
    };
    [5, 15, 60, 240, 720].iter().take(retries).map(|minutes| minutes * 6 * tenths).collect()
}

/// The run of `retry run` that first finds an instant due.
fn tick_at_or_after(instant: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = instant.timestamp();
    DateTime::from_timestamp((seconds + FIVE_MINUTES - 1) / FIVE_MINUTES * FIVE_MINUTES, 0).unwrap()
}

/// Each document has its fault: so many requests of its own go wrong, then all is well.
fn faults(samples: &[Sample]) -> Script {
    let status = |code| Action::Status { code, cause: None };
    let of = |index: usize, action, times| {
        Rule::new(action).at(Endpoint::Submit).for_clave(&samples[index].clave).times(times)
    };
    Script { verdict_seconds: 1_200, ..Script::default() }
        .with(of(0, status(503), 3))
        .with(of(1, Action::TooMany { seconds: 0, form: ResetForm::Silent }, 3))
        .with(of(2, status(400), 2))
        .with(of(3, status(403), 3))
        .with(of(4, Action::ResetAfter, 1))
        .with(of(5, Action::StatusAfter { code: 500 }, 1))
        .with(of(6, Action::Garbage, 2))
        .with(of(7, status(408), 4))
        .with(of(8, status(418), 2))
        .with(of(9, Action::Reject(vec![-37]), 1))
        .with(Rule::new(Action::NotFound { code: 404 }).for_clave(&samples[10].clave).times(3))
        .with(Rule::new(Action::GarbageBody).at(Endpoint::Status).for_clave(&samples[11].clave).times(2))
        .with(Rule::new(status(500)).at(Endpoint::Status).for_clave(&samples[12].clave).times(2))
}

fn work(installation: &Installation, arguments: &[&str]) {
    let ran = installation.run(arguments);
    assert!(matches!(ran.code, Some(0 | 3 | 4 | 6)), "{ran:?}");
}

/// When a document's step was worked, and why it failed each time.
fn failures(installation: &Installation, clave: &str, operation: &str) -> Vec<(DateTime<Utc>, String)> {
    let shown = installation.json(&["show", clave], 0);
    let events = shown["events"].as_array().unwrap().iter();
    let parsed =
        events.filter(|event| event["operation"] == operation && event["to_state"].is_null()).filter_map(|event| {
            let (category, _) = event["detail"].as_str().unwrap().split_once(": ")?;
            let known = ["transient", "rate_limit", "network", "server", "auth", "validation", "unknown"];
            known.contains(&category).then(|| (event["at"].as_str().unwrap().parse().unwrap(), category.to_owned()))
        });
    parsed.collect()
}

/// The instants at which the stand-in was asked about a document.
fn asked_at(installation: &Installation, clave: &str, endpoint: Endpoint) -> Vec<DateTime<Utc>> {
    let mut instants: Vec<DateTime<Utc>> = installation
        .simulator
        .record()
        .iter()
        .filter(|request| request.clave.as_deref() == Some(clave) && request.endpoint == endpoint)
        .map(|request| request.at.parse().unwrap())
        .collect();
    instants.dedup();
    instants
}

#[test]
fn a_day_of_cron_loses_and_doubles_nothing_and_keeps_to_the_table() {
    let mut samples = invoices(13);
    samples.extend((20..26).map(|number| numbered("te.xml", number)));
    let script = faults(&samples);
    let mut installation = Setup::default()
        .script(script)
        .setting("polling_interval", 15)
        .setting("polling_min_age", 2)
        .setting("max_concurrent_batches", 1)
        .build();
    let dawn: DateTime<Utc> = DAWN.parse().unwrap();
    installation.set_clock(DAWN);
    for minutes in (0..24 * 60).step_by(5) {
        installation.set_clock(&utc_text(dawn + TimeDelta::minutes(minutes)));
        // The shop sells: all in the first hour, for the faults take hours to heal.
        if minutes % 15 == 0 && minutes < 60 {
            let quarter = (minutes / 15) as usize;
            let sold: Vec<_> = samples.iter().skip(quarter).step_by(4).cloned().collect();
            installation.signed(&sold);
        }
        if minutes % 15 == 0 {
            work(&installation, &["submit"]);
            work(&installation, &["poll"]);
        }
        work(&installation, &["retry", "run"]);
    }

    installation.nothing_doubled_or_changed();
    assert_eq!(installation.simulator.documents(), samples.len());
    assert_eq!(
        installation.rows("SELECT state, count(*) FROM documents GROUP BY 1 ORDER BY 1"),
        ["accepted 18".to_owned(), "rejected 1".to_owned()],
    );
    assert_eq!(installation.rows("SELECT DISTINCT state FROM retry_queue"), ["completed"]);
    assert_eq!(installation.value("SELECT count(*) FROM leases"), "0");

    let mut attempts = 0;
    for (operation, endpoint) in [("submit", Endpoint::Submit), ("check_status", Endpoint::Status)] {
        for sample in &samples {
            let failed = failures(&installation, &sample.clave, operation);
            for (retries, (at, category)) in failed.iter().enumerate() {
                let expected = tick_at_or_after(*at + TimeDelta::seconds(waits(category)[retries]));
                let after: Vec<_> = asked_at(&installation, &sample.clave, endpoint)
                    .into_iter()
                    .chain(asked_at(&installation, &sample.clave, Endpoint::Status))
                    .filter(|when| when > at)
                    .collect();
                assert_eq!(
                    after.iter().min(),
                    Some(&expected),
                    "{operation} of {}, {category} {retries}: {failed:?}",
                    sample.clave
                );
                attempts += 1;
            }
        }
    }
    assert!(attempts >= 20, "the script has played: {attempts}");
    installation.run(&["verify", "--events"]).exits(0);
}
