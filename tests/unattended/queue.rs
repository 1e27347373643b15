//! The retry queue: who goes first, what ends an entry, what a person may do.

use chrono::TimeDelta;
use cr_einvoice::clock::utc_text;
use cr_einvoice::simulator::{Action, Endpoint, ResetForm, Rule, Script};

use crate::common::{Installation, NOW, Setup, invoice, numbered};

fn status(code: u16) -> Rule {
    Rule::new(Action::Status { code, cause: None }).at(Endpoint::Submit)
}

fn after(minutes: i64) -> String {
    utc_text(NOW.parse::<chrono::DateTime<chrono::Utc>>().unwrap() + TimeDelta::minutes(minutes))
}

/// Claves in the order in which the stand-in was asked about them, from a request on.
fn asked_since(installation: &Installation, from: usize) -> Vec<String> {
    installation.simulator.record()[from..]
        .iter()
        .filter(|request| request.endpoint == Endpoint::Submit)
        .filter_map(|request| request.clave.clone())
        .collect()
}

#[test]
fn the_highest_priority_goes_first_then_the_oldest_due() {
    let script = Script::default().with(status(500).times(3));
    let mut installation = Setup::default().script(script).setting("max_concurrent_batches", 1).build();
    let samples = [numbered("te.xml", 1), invoice(2), invoice(3)];
    for (minute, sample) in samples.iter().enumerate() {
        installation.set_clock(&after(minute as i64));
        installation.signed(std::slice::from_ref(sample));
        installation.run(&["submit", &sample.clave]).exits(4);
    }
    assert_eq!(
        installation.rows("SELECT priority, next_attempt FROM retry_queue ORDER BY id"),
        ["1 2026-11-20T18:07:30Z", "2 2026-11-20T18:08:30Z", "2 2026-11-20T18:09:30Z"],
    );
    let before = installation.simulator.record().len();
    installation.set_clock("2026-11-20T19:00:00Z");
    installation.run(&["retry", "run"]).exits(0);
    let expected: Vec<_> = [1, 2, 0].map(|index: usize| samples[index].clave.clone()).into();
    assert_eq!(asked_since(&installation, before), expected);
}

#[test]
fn a_success_by_another_path_completes_the_entry() {
    let installation = Installation::with(Script::default().with(status(500).times(1)));
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(4);
    installation.run(&["submit"]).exits(0);
    assert_eq!(installation.state(&clave), "signed", "without a selector the queue has it");
    installation.run(&["submit", &clave]).exits(0);
    assert_eq!(
        installation.value("SELECT state, next_attempt, finished_at FROM retry_queue"),
        format!("completed - {NOW}")
    );
}

#[test]
fn a_cancelled_entry_leaves_the_document_to_the_next_submit() {
    let installation = Installation::with(Script::default().with(status(500).times(1)));
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(4);
    installation.run(&["retry", "cancel", "1", "--dry-run"]).exits(0);
    assert_eq!(installation.value("SELECT state FROM retry_queue"), "pending");
    installation.run(&["retry", "cancel", "1"]).exits(0);
    assert_eq!(installation.value("SELECT state FROM retry_queue"), "cancelled");
    let refused = installation.run(&["retry", "now", "1"]).exits(2);
    assert!(refused.stderr.contains("has no entry that waits or failed"), "{refused:?}");
    installation.run(&["submit"]).exits(0);
    assert_eq!(installation.state(&clave), "submitted");
}

/// Works the queue at each entry's time until it has failed for good.
fn exhaust(installation: &mut Installation) -> Vec<String> {
    let mut due = Vec::new();
    for _ in 0..9 {
        let row = installation.value("SELECT state, next_attempt FROM retry_queue");
        let Some(next) = row.strip_prefix("pending ") else { break };
        due.push(next.to_owned());
        let next: chrono::DateTime<chrono::Utc> = next.parse().unwrap();
        installation.set_clock(&utc_text(next - TimeDelta::seconds(1)));
        installation.run(&["retry", "run"]).exits(0);
        installation.set_clock(&utc_text(next));
        installation.run(&["retry", "run"]);
    }
    due
}

#[test]
fn attempts_come_at_the_tables_times_and_retry_now_starts_them_again() {
    let mut installation = Installation::with(Script::default().with(status(400)));
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(3);
    // Validation: 6 times 5 and 15 minutes, two retries.
    assert_eq!(exhaust(&mut installation), ["2026-11-20T18:30:00Z", "2026-11-20T20:00:00Z"]);
    let row = "SELECT state, retry_count, max_retries, next_attempt FROM retry_queue";
    assert_eq!(installation.value(row), "failed 2 2 -");
    assert_eq!(installation.requests(&clave).len(), 3);
    installation.set_clock("2026-12-20T18:00:00Z");
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(installation.requests(&clave).len(), 3, "a document at fault is not tried by itself any more");

    installation.run(&["retry", "now", &clave]).exits(3);
    assert_eq!(installation.value(row), "pending 0 2 2026-12-20T18:30:00Z");
    let history = installation.json(&["show", &clave], 0);
    let errors: Vec<_> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["detail"].as_str().unwrap().starts_with("validation: "))
        .collect();
    assert_eq!(errors.len(), 4, "the whole history of errors: {history}");
}

#[test]
fn a_failed_entry_of_the_network_goes_on_once_a_day() {
    let script = Script::default().with(status(500)).with(Rule::new(Action::NotFound { code: 404 }));
    let mut installation = Setup::default().script(script).build();
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(4);
    let expected = ["18:07:30", "18:30:00", "20:00:00"].map(|time| format!("2026-11-20T{time}Z"));
    let due = exhaust(&mut installation);
    assert_eq!(due[..3], expected);
    assert_eq!(due.len(), 5);
    let failed_at = due[4].parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let row = "SELECT state, retry_count, next_attempt FROM retry_queue";
    assert_eq!(installation.value(row), format!("failed 5 {}", utc_text(failed_at + TimeDelta::hours(24))));
    for day in 1..4 {
        installation.set_clock(&utc_text(failed_at + TimeDelta::hours(24 * day)));
        installation.run(&["retry", "run"]).exits(3);
        assert_eq!(
            installation.value(row),
            format!("failed 5 {}", utc_text(failed_at + TimeDelta::hours(24 * (day + 1))))
        );
    }
    assert_eq!(installation.value("SELECT count(*) FROM retry_queue"), "1");
    installation.simulator.clear_rules();
    installation.set_clock(&utc_text(failed_at + TimeDelta::hours(24 * 4)));
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(installation.state(&clave), "submitted");
    installation.nothing_doubled_or_changed();
}

#[test]
fn outage_retry_hours_zero_means_never() {
    let script = Script::default().with(status(500));
    let mut installation =
        Setup::default().script(script).setting("outage_retry_hours", 0).setting("max_retry_attempts", 1).build();
    installation.one_signed();
    installation.run(&["submit"]).exits(4);
    exhaust(&mut installation);
    assert_eq!(
        installation.value("SELECT state, retry_count, max_retries, next_attempt FROM retry_queue"),
        "failed 1 1 -"
    );
}

#[test]
fn the_services_wish_moves_an_attempt_later_and_never_earlier() {
    // Rate limit: twice 5 minutes. An hour is later, a minute is not.
    for (form, seconds, expected) in [
        (ResetForm::RetryAfter, 3_600, 60),
        (ResetForm::RetryDate, 3_600, 60),
        (ResetForm::Epoch, 3_600, 60),
        (ResetForm::Seconds, 3_600, 60),
        (ResetForm::RetryAfter, 60, 10),
        (ResetForm::Epoch, 60, 10),
    ] {
        let rule = Rule::new(Action::TooMany { seconds, form }).at(Endpoint::Submit);
        let installation = Installation::with(Script::default().with(rule));
        installation.one_signed();
        installation.run(&["submit"]).exits(4);
        let row = installation.value("SELECT error_category, next_attempt FROM retry_queue");
        assert_eq!(row, format!("rate_limit {}", after(expected)), "{form:?} {seconds}");
    }
}

#[test]
fn auto_retry_enabled_false_stops_the_queue_and_says_so() {
    let script = Script::default().with(status(500).times(1));
    let mut installation = Setup::default().script(script).setting("auto_retry_enabled", false).build();
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(4);
    installation.set_clock("2026-11-21T18:00:00Z");
    let ran = installation.run(&["retry", "run"]).exits(0);
    assert!(ran.stderr.contains("auto_retry_enabled is false"), "{ran:?}");
    assert_eq!(installation.state(&clave), "signed");
    installation.run(&["retry", "now", "1"]).exits(0);
    assert_eq!(installation.state(&clave), "submitted");
}

/// An entry belongs to the environment of its document: a company that has moved to another one must not send it there.
#[test]
fn an_entry_of_another_environment_is_left_alone() {
    let mut installation = Installation::with(Script::default().with(status(500).times(1)));
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(4);
    // A company in production; its addresses still lead to the stand-in.
    let database = rusqlite::Connection::open(installation.database()).unwrap();
    for table in ["documents", "retry_queue"] {
        database.execute(&format!("UPDATE {table} SET environment = 'production'"), []).unwrap();
    }
    installation.set_clock("2026-11-21T18:00:00Z");
    let before = installation.requests(&clave).len();
    installation.run(&["retry", "run"]).exits(0);
    installation.run(&["retry", "now", "1"]).exits(2);
    installation.run(&["retry", "now", &clave]).exits(2);
    assert_eq!(installation.requests(&clave).len(), before);
    assert_eq!(installation.state(&clave), "signed");
}
