//! A document that the service confirmed, or seemed to, and never had: it is asked about, and sent again with the same bytes.

use std::time::{Duration, Instant};

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};

use crate::common::{Installation, Setup};

/// A POST that is confirmed by something that does not hand the document on.
fn swallowed() -> Rule {
    Rule::new(Action::Status { code: 202, cause: None }).at(Endpoint::Submit)
}

fn swallowing(rule: Rule) -> (Installation, String) {
    let installation = Installation::with(Script::default().with(rule));
    let clave = installation.one_submitted();
    (installation, clave)
}

/// Everything sent about a document carried the bytes that were signed once.
#[track_caller]
fn always_the_same_bytes(installation: &Installation, clave: &str) {
    let signed = installation.value("SELECT signed_sha256 FROM documents");
    let record = installation.simulator.record();
    let sent: Vec<_> = record.iter().filter(|request| request.endpoint == Endpoint::Submit).collect();
    assert!(!sent.is_empty());
    for request in sent {
        assert_eq!((request.clave.as_deref(), request.sha256.as_deref()), (Some(clave), Some(signed.as_str())));
    }
    assert_eq!(installation.value("SELECT count(*) FROM events WHERE to_state = 'signed'"), "1");
}

/// 200 with nothing in it, and the service never had the document.
#[test]
fn a_success_with_nothing_in_it_is_asked_about_and_the_document_sent() {
    let rule = Rule::new(Action::Status { code: 200, cause: None }).at(Endpoint::Submit).times(1);
    let mut installation = Installation::with(Script::default().with(rule));
    let clave = installation.one_signed();
    let json = installation.json(&["submit"], 4);
    let message = json["documents"][0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("nothing in it"), "{message}");
    assert_eq!(installation.value("SELECT state, delivery_unknown FROM documents"), "signed 1");
    installation.set_clock("2026-11-20T19:00:00Z");
    installation.run(&["retry", "run"]).exits(0);
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.requests(&clave), ["POST 200", "GET 404", "POST 202", "GET 200 aceptado"]);
    assert_eq!(installation.state(&clave), "accepted");
    installation.nothing_doubled_or_changed();
}

#[test]
fn a_window_does_not_close_before_the_bytes_were_sent_again() {
    let (mut installation, clave) = swallowing(swallowed().times(1));
    // Nobody asked for two days.
    installation.set_clock("2026-11-22T18:00:00Z");
    let json = installation.json(&["poll"], 0);
    assert_eq!(json["documents"][0]["result"], "waiting", "{json:#}");
    assert_eq!(installation.requests(&clave), ["POST 202", "GET 404", "POST 202"]);
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");
    always_the_same_bytes(&installation, &clave);
}

#[test]
fn a_window_closes_when_they_were_and_the_clave_is_still_unknown() {
    let (mut installation, clave) = swallowing(swallowed());
    installation.set_clock("2026-11-22T18:00:00Z");
    installation.run(&["poll"]).exits(0);
    installation.set_clock("2026-11-22T18:14:59Z");
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.state(&clave), "submitted", "it may be unknown for some minutes");
    installation.set_clock("2026-11-22T18:15:00Z");
    let json = installation.json(&["poll"], 3);
    let message = json["documents"][0]["error"]["message"].as_str().unwrap();
    assert!(message.contains(&format!("`cr-einvoice submit {clave}`")), "{message}");
    assert_eq!(installation.requests(&clave), ["POST 202", "GET 404", "POST 202", "GET 404", "GET 404"]);
    assert_eq!(installation.state(&clave), "error");
}

/// What is found after it was posted again has the whole window from there.
#[test]
fn what_was_sent_again_late_is_given_the_time_that_hacienda_needs() {
    let (mut installation, clave) = swallowing(swallowed().times(1));
    installation.simulator.add_rule(Rule::new(Action::Late { polls: 1, seconds: 0 }));
    installation.set_clock("2026-11-21T17:59:00Z");
    installation.run(&["poll"]).exits(0);
    installation.set_clock("2026-11-21T18:30:00Z");
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.state(&clave), "submitted", "it was sent half an hour ago");
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");
}

/// A document in `error` that the service never had.
fn given_up(setup: Setup) -> (Installation, String) {
    let mut installation = setup.script(Script::default().with(swallowed())).build();
    let clave = installation.one_submitted();
    for (instant, code) in [("2026-11-22T18:00:00Z", 0), ("2026-11-22T19:00:00Z", 3)] {
        installation.set_clock(instant);
        installation.run(&["run"]).exits(code);
    }
    assert_eq!(installation.state(&clave), "error");
    installation.simulator.clear_rules();
    installation.set_clock("2026-11-22T20:00:00Z");
    (installation, clave)
}

#[test]
fn submit_sends_it_from_error() {
    let (installation, clave) = given_up(Setup::default());
    let before = installation.requests(&clave).len();
    let planned = installation.json(&["submit", &clave, "--dry-run"], 0);
    assert!(planned["documents"][0]["note"].as_str().unwrap().contains("would ask"), "{planned:#}");
    // `retry now` has no entry for it, and names the command that works.
    let refused = installation.json(&["retry", "now", &clave], 2);
    assert!(refused["error"]["help"].as_str().unwrap().contains("submit CLAVE"), "{refused:#}");
    let json = installation.json(&["submit", &clave], 0);
    assert_eq!(
        (&json["documents"][0]["state"], &json["documents"][0]["result"]),
        (&"submitted".into(), &"done".into())
    );
    assert_eq!(installation.requests(&clave)[before..], ["GET 404", "POST 202"]);
    let row = installation.value("SELECT submitted_at, resolved_at, reason, delivery_unknown FROM documents");
    assert_eq!(row, "2026-11-22T20:00:00Z - - 0", "its window begins anew");
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");
    let moves = installation.rows("SELECT from_state, to_state FROM events WHERE from_state IS NOT NULL ORDER BY id");
    assert_eq!(moves, ["draft signed", "signed submitted", "submitted error", "error submitted", "submitted accepted"]);
    always_the_same_bytes(&installation, &clave);
    installation.nothing_doubled_or_changed();
    installation.run(&["verify", "--events"]).exits(0);
}

#[test]
fn poll_sends_it_from_error_too() {
    let (installation, clave) = given_up(Setup::default());
    let before = installation.requests(&clave).len();
    let json = installation.json(&["poll", &clave], 0);
    assert_eq!(json["documents"][0]["state"], "submitted");
    assert_eq!(installation.requests(&clave)[before..], ["GET 404", "POST 202"]);
    installation.run(&["run"]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");
    always_the_same_bytes(&installation, &clave);
}

#[test]
fn what_the_service_has_after_all_is_not_sent_again_from_error() {
    let rule = Rule::new(Action::Word("procesando".into())).at(Endpoint::Status);
    let mut installation = Installation::with(Script::default().with(rule));
    let clave = installation.one_submitted();
    installation.set_clock("2026-11-22T18:00:00Z");
    installation.run(&["poll"]).exits(3);
    installation.run(&["submit", &clave]).exits(0);
    assert_eq!(installation.requests(&clave), ["POST 202", "GET 200 procesando", "GET 200 procesando"]);
    assert_eq!(installation.state(&clave), "submitted", "its window begins anew");
    installation.simulator.clear_rules();
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");
    let answered = installation.json(&["submit", &clave], 0);
    assert_eq!(answered["documents"][0]["result"], "skipped", "a verdict is the end");
    assert_eq!(installation.requests(&clave).len(), 4);
}

/// Killed after the POST from `error` and before its answer: the intent is on disk, and a question comes first.
#[test]
fn a_kill_while_it_is_sent_from_error_leaves_a_question() {
    let (installation, clave) = given_up(Setup::default().setting("request_timeout", 30));
    let before = installation.requests(&clave).len();
    installation.simulator.add_rule(Rule::new(Action::TimeoutAfter).at(Endpoint::Submit).times(1));
    let mut child = installation.start(&["submit", &clave]);
    let patience = Instant::now() + Duration::from_secs(20);
    while installation.requests(&clave).len() < before + 2 {
        assert!(Instant::now() < patience, "{:?}", installation.requests(&clave));
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(installation.value("SELECT state, delivery_unknown FROM documents"), "error 1");
    installation.run(&["submit", &clave]).exits(0);
    assert_eq!(installation.requests(&clave)[before..], ["GET 404", "POST -", "GET 200 aceptado"]);
    assert_eq!(installation.state(&clave), "accepted");
    installation.nothing_doubled_or_changed();
}

/// A person is told of every window that closes, not only of the first.
#[test]
fn the_end_of_a_second_window_is_told_too() {
    let (mut installation, clave) = given_up(Setup::default());
    let notify = "\n[notify]\ncommand = [\"sh\", \"-c\", \"cat >> told; echo >> told\"]\n";
    let path = installation.path("cr-einvoice.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}{notify}")).unwrap();
    for days in ["24", "28"] {
        installation.simulator.add_rule(swallowed());
        installation.run(&["submit", &clave]).exits(0);
        for hour in ["18", "19"] {
            installation.set_clock(&format!("2026-11-{days}T{hour}:30:00Z"));
            installation.run(&["run"]);
        }
        assert_eq!(installation.state(&clave), "error");
    }
    let told = std::fs::read_to_string(installation.path("told")).unwrap();
    assert_eq!(told.matches("\"no_verdict\"").count(), 2, "{told}");
}
