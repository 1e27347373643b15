//! Telling a person: once for each fact, whatever happens in between.

use std::fs;
use std::time::{Duration, Instant};

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use serde_json::Value;

use crate::common::{Installation, PASSWORD, PIN, Setup, invoices, key};

/// Adds `[notify]` to the configuration.
fn notify(installation: &Installation, lines: &str) {
    let path = installation.path("cr-einvoice.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, format!("{text}\n[notify]\n{lines}\n")).unwrap();
}

/// What the command got, notice by notice.
fn told(installation: &Installation) -> Vec<Value> {
    let text = fs::read_to_string(installation.path("told")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn kinds(installation: &Installation) -> Vec<String> {
    told(installation).iter().map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect()
}

const KEEP: &str = r#"command = ["sh", "-c", "cat >> told"]"#;

fn rejecting() -> Installation {
    Installation::with(Script::default().with(Rule::new(Action::Reject(vec![-37, -99]))))
}

#[test]
fn a_rejection_is_told_once_with_its_reason_and_tells_no_secret() {
    let mut installation = rejecting();
    notify(&installation, KEEP);
    let clave = installation.one_submitted();
    installation.run(&["poll"]).exits(3);
    installation.run(&["poll", &clave]);
    for hour in 19..22 {
        installation.set_clock(&format!("2026-11-20T{hour}:00:00Z"));
        installation.run(&["run"]);
    }
    let told = told(&installation);
    assert_eq!(told.len(), 1, "{told:?}");
    let notice = &told[0];
    assert_eq!(
        (&notice["kind"], &notice["clave"], &notice["company"]),
        (&"rejected".into(), &clave.as_str().into(), &"imaginaria".into())
    );
    let mut fields: Vec<_> = notice.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["at", "clave", "company", "consecutivo", "id", "kind", "message", "reason", "receptor_name"]);
    let reason = notice["reason"].as_str().unwrap();
    assert!(reason.contains("-37") && reason.contains("-99"), "Hacienda's own words: {reason}");
    let text = notice.to_string();
    let xml = crate::common::invoice(1).xml;
    for forbidden in
        [PIN, PASSWORD, crate::common::content(&xml, "CorreoElectronico"), crate::common::content(&xml, "OtrasSenas")]
    {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
}

/// The outbox keeps the fact; its words are made when it goes out. What another version wrote goes out to the letter.
#[test]
fn a_notice_is_kept_as_a_fact_and_an_older_one_as_its_sentence() {
    const SENTENCE: &str = "It has no legal validity. `cr-einvoice show` with its clave says why; issue a new document that \
                            refers to this one.";
    for (kept, said) in [
        (None, SENTENCE),
        (Some(r#""rejected""#), SENTENCE),
        (Some("Written by an older version."), "Written by an older version."),
        (Some(r#"{"comet":{"tail":3}}"#), r#"{"comet":{"tail":3}}"#),
    ] {
        let mut installation = rejecting();
        notify(&installation, r#"command = ["sh", "-c", "test -e well && cat >> told"]"#);
        installation.one_submitted();
        installation.run(&["poll"]).exits(3);
        let fact: Value = serde_json::from_str(&installation.value("SELECT message FROM notices")).unwrap();
        assert_eq!(fact["rejected_for"]["reason"]["rows"][0]["code"], "-37", "{fact}");
        let fault: Value = serde_json::from_str(&installation.value("SELECT last_error FROM notices")).unwrap();
        assert!(fault["command"]["failed"]["status"].is_string(), "{fault}");
        let outbox = installation.run(&["doctor", "--offline"]).stdout;
        assert!(outbox.contains("the notify command failed"), "{outbox}");
        if let Some(text) = kept {
            let connection = rusqlite::Connection::open(installation.database()).unwrap();
            connection.execute("UPDATE notices SET message = ?1, last_error = ?1", [text]).unwrap();
            connection.close().unwrap();
            assert!(installation.run(&["doctor", "--offline", "--json"]).stdout.contains("have not gone out"));
        }
        installation.write("well", b"");
        installation.set_clock("2026-11-20T19:00:00Z");
        installation.run(&["run"]).exits(0);
        let told = told(&installation);
        assert_eq!((told.len(), told[0]["message"].as_str().unwrap()), (1, said));
        assert_eq!(told[0]["kind"], "rejected");
    }
}

#[test]
fn a_command_that_fails_is_tried_again_later_and_later() {
    let mut installation = rejecting();
    notify(&installation, r#"command = ["sh", "-c", "test -e well && cat >> told"]"#);
    installation.one_submitted();
    let ran = installation.run(&["poll"]).exits(3);
    assert!(ran.stderr.contains("the notify command failed"), "{ran:?}");
    let row = "SELECT attempts, next_attempt, sent_at FROM notices";
    assert_eq!(installation.value(row), "1 2026-11-20T18:05:00Z -");
    installation.set_clock("2026-11-20T18:05:00Z");
    // Nobody would hear of it otherwise.
    let ran = installation.run(&["run", "-q"]).exits(2);
    assert!(ran.stderr.contains("the notify command failed"), "{ran:?}");
    assert_eq!(installation.value(row), "2 2026-11-20T18:15:00Z -");
    let metrics = installation.run(&["stats", "--prometheus"]).exits(0).stdout;
    assert!(
        metrics.contains("cr_einvoice_notices_unsent 1\n") && metrics.contains("cr_einvoice_notices_failing 1\n"),
        "{metrics}"
    );
    installation.json(&["doctor", "--offline"], 2);
    installation.write("well", b"");
    installation.set_clock("2026-11-20T18:14:59Z");
    installation.run(&["run"]).exits(0);
    assert!(told(&installation).is_empty());
    installation.set_clock("2026-11-20T18:15:00Z");
    installation.run(&["run"]).exits(0);
    installation.run(&["run"]).exits(0);
    assert_eq!(kinds(&installation), ["rejected"]);
    assert!(installation.run(&["stats", "--prometheus"]).stdout.contains("cr_einvoice_notices_failing 0\n"));
}

#[test]
fn a_command_that_hangs_holds_up_a_run_once() {
    let installation = rejecting();
    notify(&installation, "command = [\"sleep\", \"60\"]\ntimeout = 1");
    installation.signed(&invoices(8));
    installation.run(&["submit"]).exits(0);
    let started = Instant::now();
    let ran = installation.run(&["poll"]).exits(3);
    assert!(started.elapsed() < Duration::from_secs(4), "{:?} for eight notices", started.elapsed());
    assert!(ran.stderr.contains("still running after 1 s"), "{ran:?}");
    assert_eq!(installation.value("SELECT count(*) FROM notices WHERE sent_at IS NULL"), "8");
    installation.reconfigure("\"sleep\", \"60\"", "\"sh\", \"-c\", \"cat >> told\"");
    installation.run(&["run"]);
    assert_eq!(told(&installation).len(), 7, "the one that hung waits its five minutes");
}

/// The command kills the program that runs it: between the taking and the record of the sending.
#[test]
fn a_notice_survives_a_crash() {
    let mut installation = rejecting();
    notify(&installation, r#"command = ["sh", "-c", "test -e well || { kill -9 $PPID; exit; }; cat >> told"]"#);
    let clave = installation.one_submitted();
    let killed = installation.run(&["poll"]);
    assert_eq!(killed.code, None, "{killed:?}");
    assert_eq!(installation.state(&clave), "rejected");
    assert_eq!(installation.value("SELECT kind, sent_at FROM notices"), "rejected -");
    installation.write("well", b"");
    installation.set_clock("2026-11-20T18:10:00Z");
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(kinds(&installation), ["rejected"]);
}

/// Killed anywhere, a rejected document has its notice and no other has one.
#[test]
fn a_notice_is_written_with_what_it_reports() {
    let mut script = Script::default().with(Rule::new(Action::Reject(vec![-37])));
    script.latency_ms = 3;
    let installation = Installation::with(script);
    notify(&installation, KEEP);
    installation.signed(&invoices(40));
    installation.run(&["submit"]).exits(0);
    for step in 1..8 {
        let mut child = installation.start(&["poll"]);
        std::thread::sleep(Duration::from_millis(25 * step));
        child.kill().unwrap();
        child.wait().unwrap();
        let unequal =
            "SELECT (SELECT count(*) FROM documents WHERE state = 'rejected') - (SELECT count(*) FROM notices)";
        assert_eq!(installation.value(unequal), "0");
    }
}

#[test]
fn a_certificate_is_told_at_30_15_7_and_1_days_once_each() {
    let mut installation = Installation::new();
    notify(&installation, KEEP);
    installation.write_private("imaginaria.p12", &key("CPJ-3-101-999888", (2026, 1, 1), (2026, 12, 31)));
    let mut expected = 0;
    for (day, news) in [
        ("2026-11-29", 0),
        ("2026-12-01", 1),
        ("2026-12-02", 0),
        ("2026-12-16", 1),
        ("2026-12-17", 0),
        ("2026-12-24", 1),
        ("2026-12-25", 0),
        ("2026-12-30", 1),
    ] {
        installation.set_clock(&format!("{day}T12:00:00Z"));
        for _ in 0..2 {
            installation.run(&["run"]).exits(0);
        }
        expected += news;
        assert_eq!(kinds(&installation).len(), expected, "on {day}: {:?}", told(&installation));
    }
    assert!(kinds(&installation).iter().all(|kind| kind == "certificate_ends"));
    // A machine that slept through all of it says at last that it has ended.
    installation.set_clock("2027-02-01T12:00:00Z");
    installation.run(&["run"]);
    let last = told(&installation).pop().unwrap();
    assert!(last["message"].as_str().unwrap().contains("ended on"), "{last}");
    // A new one is another fact.
    installation.write_private("imaginaria.p12", &key("CPJ-3-101-999888", (2026, 12, 1), (2027, 2, 10)));
    installation.run(&["run"]).exits(0);
    assert_eq!(kinds(&installation).len(), expected + 2);
}

#[test]
fn spent_retries_are_told_once_though_the_network_is_tried_for_ever() {
    let rule = Rule::new(Action::Status { code: 500, cause: None }).at(Endpoint::Submit);
    let mut installation =
        Setup::default().script(Script::default().with(rule)).setting("max_retry_attempts", 1).build();
    notify(&installation, KEEP);
    installation.one_signed();
    installation.run(&["submit"]).exits(4);
    for day in 21..26 {
        installation.set_clock(&format!("2026-11-{day}T20:00:00Z"));
        installation.run(&["retry", "run"]).exits(3);
    }
    assert_eq!(kinds(&installation), ["retries_spent"]);
}

#[test]
fn a_refused_login_is_told_once() {
    let mut installation = Installation::with(Script::default().with(Rule::new(Action::InvalidGrant)));
    notify(&installation, KEEP);
    installation.signed(&invoices(4));
    installation.run(&["submit"]).exits(6);
    for hour in 19..23 {
        installation.set_clock(&format!("2026-11-20T{hour}:00:00Z"));
        installation.run(&["run"]).exits(6);
        installation.run(&["retry", "now", "1"]).exits(6);
    }
    let refused = kinds(&installation).iter().filter(|kind| *kind == "login_refused").count();
    assert_eq!(refused, 1, "{:?}", told(&installation));
}

#[test]
fn a_term_near_its_end_is_told_once_and_once_when_it_has_passed() {
    let mut installation = Installation::new();
    notify(&installation, KEEP);
    // Issued on 18 November, Costa Rica; sent the same day.
    installation.set_clock("2026-11-18T20:00:00Z");
    installation.import(&invoices(1));
    installation.run(&["run"]).exits(0);
    assert_eq!(kinds(&installation), [""; 0]);
    for instant in ["2026-11-19T04:00:00Z", "2026-11-19T05:00:00Z", "2026-11-19T06:00:01Z", "2026-11-20T00:00:00Z"] {
        installation.set_clock(instant);
        installation.run(&["run"]).exits(0);
    }
    assert_eq!(kinds(&installation), ["term_near", "term_passed"]);
    installation.run(&["deadlines"]).exits(3);
}

#[test]
fn no_verdict_is_told_once() {
    let script = Script { verdict_polls: 1_000, ..Script::default() };
    let mut installation = Setup::default().script(script).setting("polling_max_hours", 1).build();
    notify(&installation, KEEP);
    let clave = installation.one_submitted();
    installation.set_clock("2026-11-20T19:00:00Z");
    installation.run(&["poll"]).exits(3);
    assert_eq!(installation.state(&clave), "error");
    installation.run(&["poll", &clave]);
    installation.run(&["run"]);
    assert_eq!(kinds(&installation).iter().filter(|kind| *kind == "no_verdict").count(), 1);
}
