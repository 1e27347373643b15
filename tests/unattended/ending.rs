//! A run that is ended before its work was says so: what it did, what it left, and by its exit code who ended it.

use std::fs;
use std::io::Write;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use rustix::process::{Pid, Signal, kill_process};

use serde_json::{Value, json};

use crate::common::{Installation, finish, invoices};

/// The signals by which a run is ended, and the exit code of each.
const SIGNALS: [(Signal, i32); 2] = [(Signal::INT, 130), (Signal::TERM, 143)];

#[track_caller]
fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < patience, "{what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Whether a signal is in a set that the system tells of a process.
fn is_in(set: &str, child: &Child, signal: Signal) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let bits = status.lines().find_map(|line| line.strip_prefix(set)).unwrap_or_default();
    u64::from_str_radix(bits.trim(), 16).unwrap_or_default() & (1 << (signal.as_raw() - 1)) != 0
}

/// Waits until the process would not be killed by these signals.
#[track_caller]
fn wait_until_it_listens(child: &Child) {
    wait_until("it never listened", || SIGNALS.iter().all(|(signal, _)| is_in("SigCgt:", child, *signal)));
}

/// Waits until the signal waits for the process no longer, and its handler has surely run.
#[track_caller]
fn wait_until_it_has_heard(child: &Child, signal: Signal) {
    wait_until("it never heard", || !is_in("ShdPnd:", child, signal));
    thread::sleep(Duration::from_millis(100));
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn signing_that_is_stopped_tells_what_is_left() {
    const DRAFTS: u64 = 300;
    let installation = Installation::new();
    installation.import(&invoices(DRAFTS));
    for (signal, code) in SIGNALS {
        let before: u64 = installation.value("SELECT count(*) FROM documents WHERE state = 'signed'").parse().unwrap();
        let child = installation.start(&["sign", "--json"]);
        wait_until("nothing was signed", || {
            installation.value("SELECT count(*) FROM documents WHERE state = 'signed'") != before.to_string()
        });
        send(&child, signal);
        let json = finish(child, &["sign"]).exits(code).json();
        let [done, deferred, remaining] =
            ["succeeded", "deferred", "remaining"].map(|name| json[name].as_u64().unwrap());
        assert_eq!(json!([json["interrupted"], json["failed"]]), json!([true, 0]));
        assert_eq!(before + done + deferred + remaining, DRAFTS, "{done} + {deferred} + {remaining}");
        assert!(done > 0 && deferred + remaining > 0);
        let recorded = installation.value("SELECT exit_code FROM runs ORDER BY id DESC LIMIT 1");
        assert_eq!(recorded, code.to_string(), "no success in the record");
    }
    let rest = installation.json(&["sign"], 0);
    assert_eq!(json!([rest["remaining"], rest["interrupted"]]), json!([0, false]));
    assert_eq!(installation.value("SELECT count(*) FROM documents WHERE state = 'signed'"), DRAFTS.to_string());
}

/// What a run says of its documents, those that it left and whether it was ended.
fn told(json: &Value) -> Value {
    json!([json["processed"], json["remaining"], json["interrupted"]])
}

/// A time that is over before anything began leaves everything, and says so; that is no failure.
#[test]
fn what_time_or_limit_left_is_counted_at_every_step() {
    let mut installation = Installation::new();
    installation.import(&invoices(5));
    for (command, limited) in [("sign", 2), ("submit", 2), ("poll", 2)] {
        let json = installation.json(&[command, "--max-duration", "0"], 0);
        assert_eq!(told(&json), json!([0, 5, true]), "{command}: {json:#}");
        let text = installation.run(&[command, "--max-duration", "0"]).exits(0).stdout;
        assert!(text.contains("5 more are due") && !text.contains("nothing was due"), "{text}");
        let json = installation.json(&[command, "--limit", &limited.to_string()], 0);
        assert_eq!(told(&json), json!([2, 3, false]), "{command}: {json:#}");
        let json = installation.json(&[command], 0);
        assert_eq!(told(&json), json!([3, 0, false]), "{command}: {json:#}");
    }
    let failing = Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Submit).times(2);
    let other = Installation::with(Script::default().with(failing));
    other.signed(&invoices(2));
    other.run(&["submit"]).exits(4);
    installation = other;
    installation.set_clock("2026-11-20T19:00:00Z");
    let json = installation.json(&["retry", "run", "--max-duration", "0"], 0);
    assert_eq!(told(&json), json!([0, 2, true]));
    let json = installation.json(&["retry", "run", "--limit", "1"], 0);
    assert_eq!(told(&json), json!([1, 1, false]));
}

#[test]
fn named_files_are_not_imported_after_the_end() {
    let installation = Installation::new();
    for (number, document) in invoices(3).iter().enumerate() {
        installation.write(&format!("{number}.xml"), document.xml.as_bytes());
    }
    let json = installation.json(&["sign", "0.xml", "1.xml", "2.xml", "--max-duration", "0"], 0);
    assert_eq!(told(&json), json!([0, 3, true]));
    assert_eq!(installation.value("SELECT count(*) FROM documents"), "0");
}

/// Starts a command that reads standard input between two folders, and ends it while it waits there.
fn ended_at_standard_input(installation: &Installation, command: &str, signal: Signal) -> Child {
    let documents = invoices(3);
    installation.write("before/1.xml", documents[0].xml.as_bytes());
    installation.write("after/3.xml", documents[2].xml.as_bytes());
    let arguments = [command, "before", "-", "after", "--json"];
    let mut child = installation.command(&arguments).stdin(Stdio::piped()).spawn().unwrap();
    wait_until_it_listens(&child);
    send(&child, signal);
    wait_until_it_has_heard(&child, signal);
    let mut input = child.stdin.take().unwrap();
    // It may have ended before it came to read this.
    let _ = input.write_all(documents[1].xml.as_bytes());
    drop(input);
    child
}

#[test]
fn an_import_that_is_ended_keeps_what_it_has_read() {
    for (signal, code) in SIGNALS {
        let installation = Installation::new();
        let child = ended_at_standard_input(&installation, "import", signal);
        let json = finish(child, &["import"]).exits(code).json();
        assert_eq!(json["interrupted"], true, "{json:#}");
        let kept = json["imported"].as_u64().unwrap();
        assert!(kept <= 1, "nothing after the end: {json:#}");
        assert_eq!(installation.value("SELECT count(*) FROM documents"), kept.to_string());
        let json = installation.json(&["import", "before", "after"], 0);
        assert_eq!(json!([json["interrupted"], json["imported"].as_u64().unwrap() + kept]), json!([false, 2]));
    }
}

#[test]
fn a_validation_that_is_ended_tells_what_it_has_read() {
    for (signal, code) in SIGNALS {
        let installation = Installation::new();
        let child = ended_at_standard_input(&installation, "validate", signal);
        let json = finish(child, &["validate"]).exits(code).json();
        assert_eq!(json["interrupted"], true, "{json:#}");
        assert!(json["documents"].as_array().unwrap().len() <= 1, "{json:#}");
    }
}

/// `run` that is ended during its first step begins no other, sends no notice, and says by whom it was ended.
#[test]
fn a_round_that_is_ended_begins_nothing_more() {
    let latency = Rule::new(Action::Latency { milliseconds: 400 }).at(Endpoint::Submit);
    let installation = crate::common::Setup::default()
        .script(Script::default().with(latency))
        .setting("max_concurrent_batches", 1)
        .setting("request_timeout", 10)
        .build();
    installation.signed(&invoices(6));
    let child = installation.start(&["-q", "run", "--json"]);
    wait_until("nobody asked", || installation.simulator.record().iter().any(|it| it.endpoint == Endpoint::Submit));
    send(&child, Signal::TERM);
    let json = finish(child, &["run"]).exits(143).json();
    assert_eq!(json["submit"]["interrupted"], true, "{json:#}");
    assert!(installation.simulator.record().iter().all(|it| it.endpoint != Endpoint::Status));
}
