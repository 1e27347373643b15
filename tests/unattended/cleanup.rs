//! Retention: what is planned is what goes, and nothing that the law wants kept.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use rusqlite::Connection;

use crate::common::{Installation, Setup, invoices};

/// Documents with a verdict, and a day long after it.
fn long_after(count: u64) -> Installation {
    let mut installation = Installation::new();
    installation.signed(&invoices(count));
    installation.run(&["submit"]).exits(0);
    installation.run(&["poll"]).exits(0);
    installation.set_clock("2027-03-01T18:00:00Z");
    installation
}

#[test]
fn old_responses_go_and_the_final_answer_stays() {
    let installation = long_after(3);
    let papers = "SELECT count(*), sum(size), sum(length(bytes)) FROM papers WHERE paper = 'answer'";
    let before = installation.value(papers);
    let plan = installation.json(&["cleanup", "responses", "--dry-run"], 0);
    assert_eq!((&plan["planned"], &plan["deleted"], &plan["dry_run"]), (&3.into(), &0.into(), &true.into()));
    assert_eq!(plan["cutoff"], "2026-12-01T18:00:00Z");
    assert_eq!(installation.value("SELECT count(*) FROM responses"), "3");

    let done = installation.json(&["cleanup", "responses"], 0);
    assert_eq!((&done["planned"], &done["deleted"], &done["dry_run"]), (&3.into(), &3.into(), &false.into()));
    assert_eq!(installation.value("SELECT count(*) FROM responses"), "0");
    assert_eq!(installation.value(papers), before);
    assert!(installation.run(&["cleanup", "responses"]).exits(0).stdout.contains("the law asks for five years"));
    installation.run(&["stats"]).exits(0);
    assert_eq!(
        installation.rows("SELECT command, exit_code, processed FROM runs WHERE command LIKE 'cleanup%'"),
        ["cleanup responses 0 3", "cleanup responses 0 0"],
    );
}

#[test]
fn what_is_not_old_stays() {
    let mut installation = long_after(2);
    installation.set_clock("2027-02-18T18:00:00Z");
    assert_eq!(installation.json(&["cleanup", "responses"], 0)["deleted"], 0, "exactly ninety days old");
    installation.set_clock("2027-02-18T18:00:01Z");
    assert_eq!(installation.json(&["cleanup", "responses", "--days", "91"], 0)["deleted"], 0);
    assert_eq!(installation.json(&["cleanup", "responses", "--days", "4294967295"], 0)["deleted"], 0);
    assert_eq!(installation.json(&["cleanup", "responses"], 0)["deleted"], 2);
}

#[test]
fn failed_entries_stay_for_a_person() {
    let rule = |code: u16| Rule::new(Action::Status { code, cause: None }).at(Endpoint::Submit);
    let samples = invoices(4);
    let script = Script::default()
        .with(rule(400).for_clave(&samples[0].clave))
        .with(rule(500).for_clave(&samples[1].clave).times(1))
        .with(rule(400).for_clave(&samples[2].clave));
    let mut installation =
        Setup::default().script(script).setting("max_retry_attempts", 1).setting("max_concurrent_batches", 1).build();
    installation.signed(&samples);
    installation.run(&["submit"]).exits(3);
    installation.set_clock("2026-11-20T19:00:00Z");
    installation.run(&["retry", "cancel", "3"]);
    installation.run(&["retry", "run"]);
    let states = "SELECT state, count(*) FROM retry_queue GROUP BY 1 ORDER BY 1";
    assert_eq!(installation.rows(states).len(), 3, "{:?}", installation.rows(states));

    installation.set_clock("2027-03-01T18:00:00Z");
    assert_eq!(installation.json(&["cleanup", "queue"], 0)["deleted"], 2);
    assert!(installation.rows(states).iter().all(|row| row.starts_with("failed")));
    assert_eq!(installation.json(&["cleanup", "queue", "--include-failed", "--dry-run"], 0)["planned"], 1);
    assert_eq!(installation.json(&["cleanup", "queue", "--include-failed"], 0)["deleted"], 1);
    assert_eq!(installation.value("SELECT count(*) FROM documents"), "4");
}

/// Thousands of large responses, as a year leaves them.
fn fill(installation: &Installation, rows: u32) {
    let connection = Connection::open(installation.database()).unwrap();
    connection
        .execute(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
             INSERT INTO responses (document_id, http_status, response_date, body_sha256, content_sha256, content_size, content)
             SELECT 1, 200, '2026-11-20T18:00:00Z', zeroblob(32), zeroblob(32), 3000, randomblob(3000) FROM numbers",
            [rows],
        )
        .unwrap();
    connection.pragma_update(None, "wal_checkpoint", "TRUNCATE").unwrap();
}

#[test]
fn the_file_shrinks_and_a_submit_is_not_held_up() {
    let mut installation = long_after(1);
    fill(&installation, 8_000);
    installation.signed(&invoices(40)[1..]);
    let before = fs::metadata(installation.database()).unwrap().len();
    installation.set_clock("2027-03-02T18:00:00Z");
    let (cleanup_time, submit_time) = thread::scope(|scope| {
        let timed = |arguments: &'static [&'static str]| {
            let installation = &installation;
            scope.spawn(move || {
                let started = Instant::now();
                installation.run(arguments).exits(0);
                started.elapsed()
            })
        };
        let cleanup = timed(&["cleanup", "responses"]);
        let submit = timed(&["submit"]);
        (cleanup.join().unwrap(), submit.join().unwrap())
    });
    assert!(submit_time < Duration::from_secs(10), "submit {submit_time:?}, cleanup {cleanup_time:?}");
    assert_eq!(installation.simulator.documents(), 40);
    installation.run(&["list"]).exits(0);
    let after = fs::metadata(installation.database()).unwrap().len();
    assert!(after < before / 4, "{before} bytes before, {after} after");
    assert!(installation.run(&["doctor", "--offline"]).stdout.contains("whole"));
}

#[test]
fn killed_at_any_instant_a_cleanup_leaves_a_whole_database() {
    let installation = long_after(1);
    fill(&installation, 6_000);
    for step in 1..8 {
        let mut child = installation.start(&["cleanup", "responses"]);
        thread::sleep(Duration::from_millis(12 * step));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(installation.value("PRAGMA quick_check"), "ok");
        assert_eq!(installation.value("SELECT count(*) FROM papers WHERE paper = 'answer'"), "1");
    }
    installation.run(&["cleanup", "responses"]).exits(0);
    assert_eq!(installation.value("SELECT count(*) FROM responses"), "0");
}

#[test]
fn the_database_itself_refuses_to_lose_a_document() {
    let installation = long_after(1);
    let connection = Connection::open(installation.database()).unwrap();
    let refused = connection.execute("DELETE FROM documents", []).unwrap_err();
    assert!(refused.to_string().contains("a document is never deleted"), "{refused}");
    let refused = connection.execute("REPLACE INTO documents SELECT * FROM documents", []);
    assert!(refused.is_err() || installation.value("SELECT count(*) FROM documents") == "1");
    for (change, words) in [
        ("UPDATE documents SET signed_hash = randomblob(32)", "never change"),
        ("UPDATE papers SET bytes = x'00'", "never change"),
        ("DELETE FROM papers WHERE paper = 'signed'", "never deleted"),
        ("DELETE FROM papers WHERE paper = 'answer'", "never deleted"),
        ("REPLACE INTO papers SELECT * FROM papers WHERE paper = 'signed'", "written once"),
        ("REPLACE INTO papers SELECT * FROM papers WHERE paper = 'answer'", "written once"),
        (
            "INSERT INTO papers SELECT NULL, document_id, paper, sha256, size, dictionary_id, bytes FROM papers WHERE paper = 'signed'",
            "written once",
        ),
        ("UPDATE documents SET submitted_at = NULL", "CHECK"),
        ("UPDATE documents SET resolved_at = NULL", "CHECK"),
        ("UPDATE documents SET state = 'submitted'", "CHECK"),
        ("UPDATE documents SET receptor_type = NULL", "CHECK"),
    ] {
        let refused = connection.execute(change, []).unwrap_err();
        assert!(refused.to_string().contains(words), "{change}: {refused}");
    }
}
