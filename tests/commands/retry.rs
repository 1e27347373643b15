//! `retry`: the queue keeps the contract's table of waits, a person's word goes before it, and a success ends it.

use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use cr_einvoice::clock::utc_text;
use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use serde_json::json;

use crate::common::{Installation, NOW, Setup, invoice, invoices, numbered, of_hotel};

fn status(code: u16) -> Action {
    Action::Status { code, cause: Some("no".to_owned()) }
}

fn failing_post(action: Action) -> Installation {
    Installation::with(Script::default().with(Rule::new(action).at(Endpoint::Submit)))
}

/// Plays the waits of a category, each retry one second early and then on time.
fn plays_its_table(action: Action, category: &str, waits: &[i64], again_after_hours: Option<i64>) {
    let mut installation = failing_post(action);
    let clave = installation.one_signed();
    installation.run(&["submit"]);
    let mut now: DateTime<Utc> = NOW.parse().unwrap();
    for (retries, seconds) in waits.iter().enumerate() {
        let due = now + TimeDelta::seconds(*seconds);
        let entry =
            installation.value("SELECT state, retry_count, max_retries, error_category, next_attempt FROM retry_queue");
        assert_eq!(entry, format!("pending {retries} {} {category} {}", waits.len(), utc_text(due)));
        installation.set_clock(&utc_text(due - TimeDelta::seconds(1)));
        assert_eq!(installation.json(&["retry", "run"], 0)["processed"], 0, "{category}: too early");
        installation.set_clock(&utc_text(due));
        assert_eq!(installation.run(&["retry", "run", "--json"]).json()["failed"], 1, "{category}");
        now = due;
    }
    let again = again_after_hours.map_or("-".to_owned(), |hours| utc_text(now + TimeDelta::hours(hours)));
    let entry = installation.value("SELECT state, retry_count, next_attempt FROM retry_queue");
    assert_eq!(entry, format!("failed {} {again}", waits.len()), "{category}");
    installation.set_clock(&utc_text(now + TimeDelta::days(2)));
    installation.simulator.clear_rules();
    installation.run(&["submit"]).exits(0);
    let expected = if again_after_hours.is_some() { "submitted" } else { "signed" };
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(installation.state(&clave), expected, "{category}: only an outage is tried again by itself");
    installation.nothing_doubled_or_changed();
}

#[test]
fn every_category_keeps_its_table() {
    thread::scope(|scope| {
        scope.spawn(|| plays_its_table(status(500), "server", &[450, 1_350, 5_400, 21_600, 64_800], Some(24)));
        scope.spawn(|| plays_its_table(Action::ResetBefore, "network", &[450, 1_350, 5_400, 21_600, 64_800], Some(24)));
        scope.spawn(|| plays_its_table(status(408), "transient", &[300, 900, 3_600, 14_400, 43_200], Some(24)));
        scope.spawn(|| {
            let action = Action::TooMany { seconds: 1, form: Default::default() };
            plays_its_table(action, "rate_limit", &[600, 1_800, 7_200, 28_800], Some(24));
        });
        scope.spawn(|| plays_its_table(status(400), "validation", &[1_800, 5_400], None));
        scope.spawn(|| plays_its_table(status(403), "auth", &[900, 2_700, 10_800], None));
        scope.spawn(|| plays_its_table(status(418), "unknown", &[600, 1_800, 7_200], None));
    });
}

#[test]
fn a_success_by_any_way_completes_the_entry() {
    let installation = failing_post(status(500));
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(4);
    installation.simulator.clear_rules();
    installation.run(&["submit", &clave]).exits(0);
    assert_eq!(installation.value("SELECT state, next_attempt FROM retry_queue"), "completed -");
    // The next failure of the same step opens another entry.
    assert_eq!(installation.json(&["retry", "run"], 0)["processed"], 0);
}

#[test]
fn a_person_tries_again_at_once_and_a_failed_entry_begins_anew() {
    let installation = Setup::default()
        .script(Script::default().with(Rule::new(status(400)).at(Endpoint::Submit)))
        .setting("max_retry_attempts", 1)
        .build();
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(3);
    let json = installation.json(&["retry", "now", "1"], 3);
    assert_eq!((&json["operation"], &json["failed"]), (&json!("retry now"), &json!(1)));
    assert_eq!(installation.value("SELECT state, retry_count FROM retry_queue"), "failed 1");
    installation.run(&["retry", "now", &clave]).exits(3);
    assert_eq!(installation.value("SELECT state, retry_count FROM retry_queue"), "pending 0", "it begins anew");
    installation.simulator.clear_rules();
    installation.run(&["retry", "now", &clave]).exits(0);
    assert_eq!(installation.value("SELECT state FROM retry_queue"), "completed");
    assert_eq!(installation.state(&clave), "submitted");
    let json = installation.json(&["retry", "now", &clave], 2);
    assert!(json["error"]["message"].as_str().unwrap().contains("no entry"), "{json}");
}

#[test]
fn a_cancelled_entry_is_not_tried_and_sets_the_document_free() {
    let installation = failing_post(status(500));
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(4);
    let planned = installation.json(&["retry", "cancel", "1", "--dry-run"], 0);
    assert_eq!(planned["dry_run"], true);
    assert_eq!(installation.value("SELECT state FROM retry_queue"), "pending");
    installation.run(&["retry", "cancel", "1"]).exits(0);
    assert_eq!(installation.value("SELECT state, next_attempt FROM retry_queue"), "cancelled -");
    installation.simulator.clear_rules();
    installation.run(&["submit"]).exits(0);
    assert_eq!(installation.requests(&clave), ["POST 500", "GET 404", "POST 202"]);
}

#[test]
fn the_most_pressing_entries_come_first() {
    let mut installation = Setup::default()
        .script(Script::default().with(Rule::new(status(400)).at(Endpoint::Submit)))
        .setting("max_concurrent_batches", 1)
        .build();
    let documents = [numbered("te.xml", 1), numbered("fe.xml", 2), numbered("rep.xml", 3), numbered("nc.xml", 4)];
    installation.signed(&documents);
    installation.run(&["submit"]).exits(3);
    let priorities = installation
        .rows("SELECT kind, priority FROM retry_queue JOIN documents ON documents.id = document_id ORDER BY 1");
    assert_eq!(priorities, ["FE 2", "NC 2", "REP 1", "TE 1"]);
    installation.simulator.clear_rules();
    installation.set_clock("2026-11-20T19:00:00Z");
    installation.run(&["retry", "run", "--limit", "2"]).exits(0);
    let done = installation.rows("SELECT kind FROM documents WHERE state = 'submitted' ORDER BY 1");
    assert_eq!(done, ["FE", "NC"]);
}

#[test]
fn a_queue_that_is_switched_off_waits_for_a_person() {
    let mut installation = Setup::default()
        .script(Script::default().with(Rule::new(status(500)).at(Endpoint::Submit).times(1)))
        .setting("auto_retry_enabled", false)
        .build();
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(4);
    installation.set_clock("2026-11-21T18:00:00Z");
    assert_eq!(installation.json(&["retry", "run"], 0)["processed"], 0);
    installation.run(&["retry", "now", "1"]).exits(0);
    assert_eq!(installation.state(&clave), "submitted");
}

#[test]
fn a_dry_run_of_the_queue_changes_nothing() {
    let mut installation = failing_post(status(500));
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(4);
    installation.set_clock("2026-11-20T19:00:00Z");
    let (rows, requests) = (installation.rows("SELECT * FROM retry_queue"), installation.simulator.record().len());
    let json = installation.json(&["retry", "run", "--dry-run"], 0);
    assert_eq!(json["documents"][0]["clave"], clave.as_str());
    assert_eq!(installation.rows("SELECT * FROM retry_queue"), rows);
    assert_eq!(installation.simulator.record().len(), requests);
}

#[test]
fn four_at_once_work_every_entry_once() {
    const DOCUMENTS: u64 = 80;
    let mut installation = Setup::default()
        .script(Script::default().with(Rule::new(status(400)).at(Endpoint::Submit)))
        .setting("request_timeout", 20)
        .two_companies()
        .build();
    let mut documents = invoices(DOCUMENTS / 2);
    documents.extend(invoices(DOCUMENTS / 2).iter().map(of_hotel));
    installation.signed(&documents);
    installation.run(&["submit"]).exits(3);
    installation.simulator.clear_rules();
    installation.set_clock("2026-11-20T19:00:00Z");
    let processed: u64 = thread::scope(|scope| {
        let runs: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| installation.json(&["retry", "run"], 0)["processed"].as_u64().unwrap()))
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    assert_eq!(processed, DOCUMENTS);
    for document in &documents {
        assert_eq!(installation.requests(&document.clave), ["POST 400", "POST 202"]);
    }
    assert_eq!(installation.value("SELECT count(*) FROM retry_queue WHERE state = 'completed'"), DOCUMENTS.to_string());
}

#[test]
fn a_run_with_a_budget_ends_in_time_and_leaves_the_rest() {
    let latency = Rule::new(Action::Latency { milliseconds: 300 }).at(Endpoint::Submit);
    let installation = Setup::default()
        .script(Script::default().with(latency))
        .setting("max_concurrent_batches", 1)
        .setting("request_timeout", 20)
        .build();
    installation.signed(&invoices(12));
    let began = Instant::now();
    let json = installation.json(&["submit", "--max-duration", "1"], 0);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let done = json["succeeded"].as_u64().unwrap();
    assert!((1..=4).contains(&done), "{json:#}");
    assert_eq!(installation.value("SELECT count(*) FROM documents WHERE state = 'submitted'"), done.to_string());
    assert_eq!(installation.value("SELECT count(*) FROM leases"), "0");
    assert_eq!(installation.logins(), ["password 200", "logout 204"]);
}

#[test]
fn a_worker_rests_between_its_batches() {
    let installation = Setup::default()
        .setting("max_concurrent_batches", 1)
        .setting("batch_size", 1)
        .setting("batch_delay", 1)
        .build();
    installation.signed(&invoices(2));
    let began = Instant::now();
    installation.run(&["submit"]).exits(0);
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
}

#[test]
fn a_number_of_two_companies_must_be_said_more_exactly() {
    let installation = Setup::default().two_companies().build();
    let (ours, theirs) = (invoice(1), of_hotel(&invoice(1)));
    installation.signed(&[ours.clone(), theirs.clone()]);
    let consecutivo = &ours.clave[21..41];
    let json = installation.json(&["submit", consecutivo], 2);
    let help = json["error"]["help"].as_str().unwrap();
    assert!(help.contains(&ours.clave) && help.contains(&theirs.clave), "{json}");
    assert!(installation.simulator.record().is_empty());
    installation.run(&["submit", consecutivo, "--company", "hotel"]).exits(0);
    assert_eq!(
        (installation.state(&ours.clave), installation.state(&theirs.clave)),
        ("signed".into(), "submitted".into())
    );
}
