//! The process is killed at each step of each operation and run again: the stand-in's record proves that nothing was lost,
//! doubled or changed.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{Installation, Sample, Setup, finish, invoice, invoices};
use cr_einvoice::simulator::{Action, Endpoint, RecordedRequest, Rule, Script};
use rustix::process::{Pid, Signal, kill_process};

/// Waits until the stand-in has been asked what is wanted.
#[track_caller]
fn wait_until(installation: &Installation, wanted: impl Fn(&RecordedRequest) -> bool) {
    let patience = Instant::now() + Duration::from_secs(20);
    while !installation.simulator.record().iter().any(&wanted) {
        assert!(Instant::now() < patience, "nobody asked: {:?}", installation.simulator.record());
        thread::sleep(Duration::from_millis(2));
    }
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

fn is_at(endpoint: Endpoint) -> impl Fn(&RecordedRequest) -> bool {
    move |request| request.endpoint == endpoint
}

/// A stand-in that withholds its first answer at this endpoint, having acted on the request or not.
fn holding(endpoint: Endpoint, acted: bool) -> Installation {
    let action = if acted { Action::TimeoutAfter } else { Action::TimeoutBefore };
    let script = Script::default().with(Rule::new(action).at(endpoint).times(1));
    // The program would wait for long; it does not live that long.
    Setup::default().script(script).setting("request_timeout", 30).build()
}

/// Runs every step to its end and holds the result against the record.
#[track_caller]
fn all_ends_well(installation: &Installation, documents: &[Sample]) {
    for command in ["sign", "submit", "poll"] {
        installation.run(&[command]).exits(0);
    }
    for document in documents {
        assert_eq!(installation.state(&document.clave), "accepted", "{:?}", installation.requests(&document.clave));
        let taken = installation
            .simulator
            .record()
            .iter()
            .filter(|it| it.taken_in && it.clave.as_ref() == Some(&document.clave))
            .count();
        assert_eq!(taken, 1, "{}", document.clave);
    }
    installation.nothing_doubled_or_changed();
    for table in ["leases", "retry_queue WHERE state IN ('pending', 'processing', 'failed')"] {
        assert_eq!(installation.value(&format!("SELECT count(*) FROM {table}")), "0", "{table}");
    }
    assert_eq!(installation.value("PRAGMA integrity_check"), "ok");
    installation.run(&["verify", "--events"]).exits(0);
}

#[test]
fn killed_during_the_login() {
    for acted in [false, true] {
        let installation = holding(Endpoint::Token, acted);
        let documents = invoices(3);
        installation.signed(&documents);
        let child = installation.start(&["submit"]);
        wait_until(&installation, is_at(Endpoint::Token));
        kill(child);
        assert_eq!(installation.value("SELECT count(*) FROM documents WHERE delivery_unknown = 1"), "0");
        all_ends_well(&installation, &documents);
    }
}

#[test]
fn killed_between_the_post_and_its_answer() {
    for acted in [false, true] {
        let installation = holding(Endpoint::Submit, acted);
        let documents = invoices(1);
        installation.signed(&documents);
        let child = installation.start(&["submit"]);
        wait_until(&installation, is_at(Endpoint::Submit));
        kill(child);
        let row = "SELECT state, delivery_unknown, submit_attempted_at IS NOT NULL FROM documents";
        assert_eq!(installation.value(row), "signed 1 1");
        assert_eq!(installation.value("SELECT count(*) FROM leases"), "1");
        all_ends_well(&installation, &documents);
        let expected: &[&str] = if acted {
            &["POST -", "GET 200 aceptado"]
        } else {
            &["POST -", "GET 404", "POST 202", "GET 200 aceptado"]
        };
        assert_eq!(installation.requests(&documents[0].clave), expected);
    }
}

#[test]
fn killed_between_the_question_and_its_answer() {
    let installation = holding(Endpoint::Status, true);
    let documents = invoices(1);
    installation.signed(&documents);
    installation.run(&["submit"]).exits(0);
    let child = installation.start(&["poll"]);
    wait_until(&installation, is_at(Endpoint::Status));
    kill(child);
    assert_eq!(installation.value("SELECT count(*) FROM responses"), "0");
    all_ends_well(&installation, &documents);
}

#[test]
fn killed_during_the_logout() {
    let installation = holding(Endpoint::Logout, true);
    let documents = invoices(2);
    installation.signed(&documents);
    let child = installation.start(&["submit"]);
    wait_until(&installation, is_at(Endpoint::Logout));
    kill(child);
    assert_eq!(installation.rows("SELECT DISTINCT state FROM documents"), ["submitted"], "settled before the logout");
    all_ends_well(&installation, &documents);
}

#[test]
fn killed_while_the_queue_is_worked() {
    let document = invoice(1);
    let script = Script::default()
        .with(Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Submit).times(1))
        .with(Rule::new(Action::TimeoutAfter).at(Endpoint::Status).times(1));
    let mut installation = Setup::default().script(script).setting("request_timeout", 30).build();
    installation.signed(std::slice::from_ref(&document));
    installation.run(&["submit"]).exits(4);
    installation.set_clock("2026-11-20T19:00:00Z");
    let child = installation.start(&["retry", "run"]);
    wait_until(&installation, is_at(Endpoint::Status));
    assert_eq!(installation.value("SELECT state FROM retry_queue"), "processing");
    kill(child);
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(installation.requests(&document.clave), ["POST 503", "GET -", "GET 404", "POST 202"]);
    assert_eq!(installation.value("SELECT state, retry_count FROM retry_queue"), "completed 0");
    all_ends_well(&installation, &[document]);
}

#[test]
fn a_failed_entry_that_a_person_wanted_tried_is_not_lost_by_a_kill() {
    let document = invoice(1);
    let refused = Action::Status { code: 400, cause: Some("no".to_owned()) };
    let script = Script::default()
        .with(Rule::new(refused).at(Endpoint::Submit).times(2))
        .with(Rule::new(Action::TimeoutBefore).at(Endpoint::Submit).nth(3).times(1));
    let installation =
        Setup::default().script(script).setting("request_timeout", 30).setting("max_retry_attempts", 1).build();
    installation.signed(std::slice::from_ref(&document));
    installation.run(&["submit"]).exits(3);
    installation.run(&["retry", "now", &document.clave]).exits(3);
    assert_eq!(installation.value("SELECT state, next_attempt FROM retry_queue"), "failed -");
    let child = installation.start(&["retry", "now", &document.clave]);
    wait_until(&installation, |request| request.action.as_deref() == Some("TimeoutBefore"));
    kill(child);
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(installation.value("SELECT state FROM retry_queue"), "completed");
    all_ends_well(&installation, &[document]);
}

/// Another run while the first one hangs: what it holds is left alone, whatever the clock says meanwhile.
#[test]
fn a_living_runs_documents_are_left_alone() {
    let mut installation = holding(Endpoint::Submit, true);
    let documents = invoices(1);
    installation.signed(&documents);
    let child = installation.start(&["submit"]);
    wait_until(&installation, is_at(Endpoint::Submit));
    for clock in ["2026-11-20T18:00:00Z", "2027-11-20T18:00:00Z", "2020-01-01T00:00:00Z"] {
        installation.set_clock(clock);
        assert_eq!(installation.json(&["submit"], 0)["processed"], 0);
        let named = installation.json(&["submit", &documents[0].clave], 0);
        assert_eq!(named["documents"][0]["result"], "skipped", "{named:#}");
    }
    installation.set_clock("2026-11-20T18:00:00Z");
    kill(child);
    all_ends_well(&installation, &documents);
}

/// The program as a hardened service runs it: alone in its process-number space, with a `/proc` that shows nothing of the
/// system. None where this system does not let us.
fn confined(installation: &Installation, arguments: &[&str]) -> Option<Command> {
    const CONFINED: [&str; 5] = ["--pid", "--fork", "--kill-child", "--mount", "--propagation=private"];
    const SCRIPT: &str = "mount -t proc -o subset=pid proc /proc && exec \"$@\"";
    let unshare = |program: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(CONFINED).args(["sh", "-c", SCRIPT, "sh"]).args(program);
        command
    };
    if !unshare(&["true"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no process-number space of our own here (unshare as root, Linux 5.8)");
        return None;
    }
    let plain = installation.command(arguments);
    let mut command = unshare(&[&[plain.get_program().to_str().unwrap()], arguments].concat());
    command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").current_dir(plain.get_current_dir().unwrap());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Some(command)
}

/// A run of a service and one from a shell see neither each other's processes nor the same `/proc`: each leaves a living run's
/// documents alone and takes a killed one's at once.
#[test]
fn what_a_run_holds_is_seen_across_process_number_spaces() {
    let installation = holding(Endpoint::Submit, true);
    let documents = invoices(2);
    installation.signed(&documents[..1]);
    let Some(mut service) = confined(&installation, &["submit"]) else { return };
    let service = service.spawn().unwrap();
    wait_until(&installation, is_at(Endpoint::Submit));
    assert_eq!(installation.json(&["submit"], 0)["processed"], 0, "the service works on it");
    kill_with_children(service);
    assert_eq!(installation.json(&["submit"], 0)["processed"], 1, "no waiting: the service is gone");

    installation
        .simulator
        .add_rule(Rule::new(Action::TimeoutAfter).at(Endpoint::Submit).for_clave(&documents[1].clave));
    installation.signed(&documents[1..]);
    let shell = installation.start(&["submit"]);
    wait_until(&installation, |request| request.clave.as_ref() == Some(&documents[1].clave));
    let processed = |command: &mut Command| {
        let ran = finish(command.arg("--json").spawn().unwrap(), &["submit"]).exits(0);
        ran.json()["processed"].clone()
    };
    assert_eq!(processed(&mut confined(&installation, &["submit"]).unwrap()), 0, "the shell's run works on it");
    kill(shell);
    installation.simulator.clear_rules();
    assert_eq!(processed(&mut confined(&installation, &["submit"]).unwrap()), 1, "no waiting: the shell's run is gone");
    all_ends_well(&installation, &documents);
}

/// Kills a program that has another one run, and waits until both are gone: the pipe of their output ends with the last.
fn kill_with_children(mut child: Child) {
    child.kill().unwrap();
    child.wait_with_output().unwrap();
}

#[test]
fn killed_at_any_instant_of_import_and_sign() {
    let installation = Installation::new();
    let documents = invoices(150);
    for (number, document) in documents.iter().enumerate() {
        installation.write(&format!("in/{number:05}.xml"), document.xml.as_bytes());
    }
    for milliseconds in [5, 15, 25, 40] {
        let child = installation.start(&["import", "in"]);
        thread::sleep(Duration::from_millis(milliseconds));
        kill(child);
    }
    installation.run(&["import", "in"]).exits(0);
    assert_eq!(installation.value("SELECT count(*) FROM documents"), "150");
    for milliseconds in [10, 20, 40, 60, 80, 120] {
        let child = installation.start(&["sign"]);
        thread::sleep(Duration::from_millis(milliseconds));
        kill(child);
    }
    installation.run(&["sign"]).exits(0);
    let signed = "SELECT count(*), count(DISTINCT document_id) FROM events WHERE to_state = 'signed'";
    assert_eq!(installation.value(signed), "150 150", "each was signed once");
    assert_eq!(installation.value("SELECT count(*) FROM events WHERE to_state = 'draft'"), "150");
    all_ends_well(&installation, &documents);
}

#[test]
fn killed_at_any_instant_of_submit_and_poll() {
    let script = Script { latency_ms: 3, verdict_polls: 1, ..Script::default() };
    let installation = Setup::default().script(script).setting("request_timeout", 30).build();
    let documents = invoices(60);
    installation.signed(&documents);
    // Prime numbers: the kills fall on other steps in each round.
    for (round, milliseconds) in [31, 43, 59, 71, 83, 97, 109, 127, 139, 151].into_iter().enumerate() {
        let command = if round % 3 == 2 { "poll" } else { "submit" };
        let child = installation.start(&[command]);
        thread::sleep(Duration::from_millis(milliseconds));
        kill(child);
        installation.nothing_doubled_or_changed();
    }
    installation.run(&["submit"]).exits(0);
    installation.run(&["poll"]).exits(0);
    all_ends_well(&installation, &documents);
}

/// SIGTERM finishes the request under way, closes the session and exits; what was not begun is for the next run.
#[test]
fn asked_to_end_it_finishes_the_request_under_way() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let latency = Rule::new(Action::Latency { milliseconds: 400 }).at(Endpoint::Submit);
        let installation = Setup::default()
            .script(Script::default().with(latency))
            .setting("max_concurrent_batches", 1)
            .setting("request_timeout", 10)
            .build();
        let documents = invoices(6);
        installation.signed(&documents);
        let child = installation.start(&["submit", "--json"]);
        wait_until(&installation, is_at(Endpoint::Submit));
        let asked = Instant::now();
        kill_process(Pid::from_child(&child), signal).unwrap();
        let ran = finish(child, &["submit"]).exits(code);
        assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
        let sent = installation.simulator.record().iter().filter(|it| it.endpoint == Endpoint::Submit).count();
        assert!((1..=3).contains(&sent), "{sent}");
        assert_eq!(ran.json()["succeeded"].as_u64(), Some(sent as u64));
        assert_eq!(installation.value("SELECT count(*) FROM documents WHERE state = 'submitted'"), sent.to_string());
        assert_eq!(installation.value("SELECT count(*) FROM documents WHERE delivery_unknown = 1"), "0");
        assert_eq!(installation.value("SELECT count(*) FROM leases"), "0");
        assert_eq!(installation.logins(), ["password 200", "logout 204"]);
        all_ends_well(&installation, &documents);
    }
}

#[test]
fn asked_to_end_while_it_waits_for_the_service_it_does_not_wait_on() {
    let pause = Rule::new(Action::TooMany { seconds: 50, form: Default::default() }).at(Endpoint::Submit).times(1);
    let installation =
        Setup::default().script(Script::default().with(pause)).setting("max_concurrent_batches", 1).build();
    installation.signed(&invoices(3));
    let child = installation.start(&["submit"]);
    wait_until(&installation, is_at(Endpoint::Submit));
    thread::sleep(Duration::from_millis(100));
    let asked = Instant::now();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    finish(child, &["submit"]).exits(143);
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert_eq!(installation.simulator.record().iter().filter(|it| it.endpoint == Endpoint::Submit).count(), 1);
}

/// A process that sleeps for hours lives: its documents wait for it, and nobody else's do.
#[test]
fn a_run_that_sleeps_keeps_its_documents() {
    let script = Script::default().with(Rule::new(Action::TimeoutAfter).at(Endpoint::Submit).times(1));
    let mut installation =
        Setup::default().script(script).setting("request_timeout", 2).setting("max_concurrent_batches", 1).build();
    let documents = invoices(3);
    installation.signed(&documents[..1]);
    let sleeper = installation.start(&["submit"]);
    wait_until(&installation, is_at(Endpoint::Submit));
    kill_process(Pid::from_child(&sleeper), Signal::STOP).unwrap();
    installation.set_clock("2026-11-20T23:00:00Z");
    installation.signed(&documents[1..]);
    assert_eq!(installation.json(&["submit"], 0)["succeeded"], 2);
    assert_eq!(installation.requests(&documents[0].clave), ["POST -"]);
    kill_process(Pid::from_child(&sleeper), Signal::CONT).unwrap();
    finish(sleeper, &["submit"]).exits(4);
    assert_eq!(
        installation.value("SELECT state, operation FROM retry_queue"),
        "pending submit",
        "it says how it ended"
    );
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(installation.requests(&documents[0].clave), ["POST -", "GET 200 aceptado"]);
    all_ends_well(&installation, &documents);
}

/// Someone removes the file of the locks while a run works: another run takes its documents, asks before it sends anything
/// that may have arrived, and what the first one says afterwards changes nothing.
#[test]
fn a_run_that_has_lost_its_documents_changes_nothing_afterwards() {
    let script = Script::default().with(Rule::new(Action::TimeoutAfter).at(Endpoint::Submit).times(1));
    let installation =
        Setup::default().script(script).setting("request_timeout", 2).setting("max_concurrent_batches", 1).build();
    let documents = invoices(3);
    installation.signed(&documents);
    let sleeper = installation.start(&["submit"]);
    wait_until(&installation, is_at(Endpoint::Submit));
    kill_process(Pid::from_child(&sleeper), Signal::STOP).unwrap();
    std::fs::remove_file(installation.path("cr-einvoice.db-runs")).unwrap();
    installation.run(&["submit"]).exits(0);
    assert_eq!(installation.value("SELECT count(*) FROM documents WHERE state IN ('submitted', 'accepted')"), "3");
    let rows = installation.rows("SELECT clave, state, delivery_unknown FROM documents");
    kill_process(Pid::from_child(&sleeper), Signal::CONT).unwrap();
    finish(sleeper, &["submit"]);
    assert_eq!(installation.rows("SELECT clave, state, delivery_unknown FROM documents"), rows);
    for document in &documents {
        let posts = installation.requests(&document.clave).iter().filter(|it| it.starts_with("POST")).count();
        assert_eq!(posts, 1, "{:?}", installation.requests(&document.clave));
    }
    all_ends_well(&installation, &documents);
}

/// Where runs cannot see each other, none begins.
#[test]
fn without_the_file_of_the_locks_nothing_is_begun() {
    let installation = Installation::new();
    let documents = invoices(1);
    installation.signed(&documents);
    let locks = installation.path("cr-einvoice.db-runs");
    std::fs::remove_file(&locks).unwrap();
    std::fs::create_dir(&locks).unwrap();
    let ran = installation.run(&["submit"]).exits(5);
    assert!(ran.stderr.contains("cr-einvoice.db-runs"), "{ran:?}");
    assert_eq!(installation.json(&["submit"], 5)["error"]["code"], 5);
    assert!(installation.simulator.record().is_empty());
    std::fs::remove_dir(&locks).unwrap();
    all_ends_well(&installation, &documents);
}

/// A database that refuses what is written to it: the run ends as a storage error and sends nothing more.
fn with_a_database_that_refuses(installation: &Installation, trigger: &str) {
    let connection = rusqlite::Connection::open(installation.database()).unwrap();
    connection
        .execute_batch(&format!("CREATE TRIGGER refuse {trigger} BEGIN SELECT raise(ABORT, 'no space left'); END"))
        .unwrap();
}

fn let_it_write_again(installation: &Installation) {
    rusqlite::Connection::open(installation.database()).unwrap().execute_batch("DROP TRIGGER refuse").unwrap();
}

#[test]
fn a_database_that_cannot_be_written_ends_the_run_before_anything_more_is_sent() {
    let installation = Setup::default().setting("max_concurrent_batches", 2).build();
    let documents = invoices(20);
    installation.signed(&documents);
    with_a_database_that_refuses(
        &installation,
        "BEFORE UPDATE OF delivery_unknown ON documents WHEN new.delivery_unknown = 1",
    );
    let ran = installation.run(&["submit"]).exits(5);
    assert!(ran.stderr.contains("no space left"), "{}", ran.stderr);
    assert!(!installation.simulator.record().iter().any(is_at(Endpoint::Submit)), "no intent, no POST");
    let_it_write_again(&installation);

    with_a_database_that_refuses(&installation, "BEFORE UPDATE OF state ON documents WHEN new.state = 'submitted'");
    installation.run(&["submit"]).exits(5);
    let posts = installation.simulator.record().iter().filter(|it| it.endpoint == Endpoint::Submit).count();
    assert!((1..=4).contains(&posts), "{posts}");
    let logouts = installation.logins().iter().filter(|it| it.starts_with("logout")).count();
    assert_eq!(logouts, 2, "each session was closed: {:?}", installation.logins());
    let_it_write_again(&installation);
    all_ends_well(&installation, &documents);
}

#[test]
fn an_answer_is_on_disk_before_anyone_reads_it() {
    let installation = Installation::new();
    let documents = invoices(1);
    installation.signed(&documents);
    installation.run(&["submit"]).exits(0);
    with_a_database_that_refuses(&installation, "BEFORE UPDATE ON responses");
    installation.run(&["poll"]).exits(5);
    assert_eq!(installation.value("SELECT message_type, status FROM responses"), "other ");
    let kept = installation.run(&["responses", "show", "1", "--raw"]).exits(0).stdout;
    assert!(kept.contains("aceptado"), "{kept}");
    assert_eq!(installation.state(&documents[0].clave), "submitted");
    let_it_write_again(&installation);
    all_ends_well(&installation, &documents);
}

/// Everything at once, round after round with three hours between: disturbances at every address, and a kill in each round.
#[test]
fn whatever_happens_each_document_gets_its_one_verdict() {
    let at = |endpoint, nth, times, action| Rule::new(action).at(endpoint).nth(nth).times(times);
    let status = |code| Action::Status { code, cause: None };
    let (post, get, token) = (Endpoint::Submit, Endpoint::Status, Endpoint::Token);
    let script = [
        at(post, 2, 1, Action::TimeoutAfter),
        at(post, 5, 2, Action::ResetAfter),
        at(post, 9, 2, Action::ResetBefore),
        at(post, 13, 1, Action::StatusAfter { code: 502 }),
        at(post, 16, 2, status(503)),
        at(post, 21, 1, Action::Garbage),
        at(post, 25, 1, status(401)),
        at(post, 28, 1, Action::StatusAfter { code: 408 }),
        at(get, 1, 2, Action::WithoutXml),
        at(get, 4, 2, Action::Word("error".into())),
        at(get, 7, 1, Action::Truncated),
        at(get, 9, 2, status(500)),
        at(get, 12, 1, Action::WrongClave),
        at(get, 15, 1, Action::GarbageBody),
        at(get, 18, 2, Action::NotFound { code: 404 }),
        at(get, 22, 1, Action::TimeoutBefore),
        at(token, 2, 1, status(500)),
        at(token, 4, 1, Action::ResetBefore),
    ]
    .into_iter()
    .fold(Script { verdict_polls: 1, latency_ms: 2, ..Script::default() }, Script::with);
    let mut installation = Setup::default().script(script).build();
    let documents = invoices(25);
    installation.signed(&documents);
    for hour in 0..9 {
        let (day, hour) = (20 + (18 + 3 * hour) / 24, (18 + 3 * hour) % 24);
        installation.set_clock(&format!("2026-11-{day}T{hour:02}:00:00Z"));
        let child = installation.start(&["run"]);
        thread::sleep(Duration::from_millis(90));
        kill(child);
        for command in [["submit"].as_slice(), &["poll"], &["retry", "run"]] {
            installation.run(command);
            installation.nothing_doubled_or_changed();
        }
    }
    all_ends_well(&installation, &documents);
    assert_eq!(installation.value("SELECT count(*) FROM documents WHERE answered = 0"), "0");
    let disturbed = installation.simulator.record().iter().filter(|request| request.action.is_some()).count();
    assert!(disturbed >= 20, "only {disturbed} requests were disturbed");
}
