//! Several runs at once, for some seconds (`CR_EINVOICE_SOAK_SECONDS`): nothing is lost and nothing is doubled.

use std::thread;
use std::time::{Duration, Instant};

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};

use crate::common::{Installation, invoices};

fn length() -> Duration {
    let seconds = std::env::var("CR_EINVOICE_SOAK_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(4))
}

/// Every kind of run there is, some of which go wrong, over documents that keep coming.
fn at_once(runs: usize, killing: bool) {
    let script = Script { latency_ms: 1, verdict_polls: 1, ..Script::default() }
        .with(Rule::new(Action::ResetAfter).at(Endpoint::Submit).each().times(1).for_kind("TE"))
        .with(Rule::new(Action::Status { code: 500, cause: None }).at(Endpoint::Submit).nth(7).times(2))
        .with(Rule::new(Action::ResetAfter).at(Endpoint::Submit).nth(15).times(1))
        .with(Rule::new(Action::GarbageBody).at(Endpoint::Status).nth(11).times(3));
    let mut installation = Installation::with(script);
    let samples = invoices(120);
    installation.import(&samples);
    let ends = Instant::now() + length();
    let commands: [&[&str]; 8] = [
        &["submit"],
        &["run"],
        &["poll"],
        &["sign", "--limit", "20"],
        &["retry", "run"],
        &["submit", "--limit", "5"],
        &["sign"],
        &["poll", "--limit", "7"],
    ];
    thread::scope(|scope| {
        for number in 0..runs {
            let installation = &installation;
            scope.spawn(move || {
                let mut turn = number;
                while Instant::now() < ends {
                    let arguments = commands[turn % commands.len()];
                    turn += if runs < commands.len() { 1 } else { commands.len() };
                    if killing && turn % 3 == 0 {
                        let mut child = installation.start(arguments);
                        thread::sleep(Duration::from_millis(5 + (turn as u64 * 37) % 90));
                        child.kill().unwrap();
                        child.wait().unwrap();
                    } else {
                        let ran = installation.run(arguments);
                        assert!(matches!(ran.code, Some(0 | 3 | 4)), "{ran:?}");
                    }
                }
            });
        }
    });
    installation.nothing_doubled_or_changed();
    installation.simulator.clear_rules();
    for hours in 19..24 {
        installation.set_clock(&format!("2026-11-20T{hours}:59:00Z"));
        for arguments in [&["sign"][..], &["submit"], &["poll"], &["retry", "run"], &["poll"]] {
            installation.run(arguments);
        }
    }
    installation.nothing_doubled_or_changed();
    assert_eq!(installation.rows("SELECT state, count(*) FROM documents GROUP BY 1"), ["accepted 120"]);
    assert_eq!(installation.simulator.documents(), 120);
    assert_eq!(installation.rows("SELECT state FROM retry_queue WHERE state <> 'completed'"), [""; 0]);
    assert_eq!(installation.value("SELECT count(*) FROM leases"), "0");
    installation.run(&["verify", "--events"]).exits(0);
    kept_counts_are_right(&installation);
}

/// What the triggers kept is what counting finds.
fn kept_counts_are_right(installation: &Installation) {
    let day = "date(issued_at, '-6 hours')";
    let of_documents = "JOIN documents ON documents.id = document_id";
    for (kept, counted) in [
        (
            "company, day, state, count FROM document_counts",
            format!("company, {day}, state, count(*) FROM documents GROUP BY 1, 2, 3"),
        ),
        (
            "company, day, message_type, count FROM response_counts",
            format!("company, {day}, message_type, count(*) FROM responses {of_documents} GROUP BY 1, 2, 3"),
        ),
        (
            "company, day, operation, error_category, state, count FROM entry_counts",
            format!(
                "retry_queue.company, {day}, operation, error_category, retry_queue.state, count(*) FROM retry_queue {of_documents}
                 GROUP BY 1, 2, 3, 4, 5"
            ),
        ),
        (
            "company, day, sum(count), sum(total) FROM acceptance_counts GROUP BY 1, 2",
            format!(
                "company, {day}, count(*), sum(unixepoch(resolved_at) - unixepoch(submitted_at)) FROM documents
                 WHERE state = 'accepted' GROUP BY 1, 2"
            ),
        ),
    ] {
        let not_zero = if kept.contains("GROUP") { "" } else { "WHERE count <> 0" };
        let mut kept = installation.rows(&format!("SELECT {kept} {not_zero}"));
        let mut counted = installation.rows(&format!("SELECT {counted}"));
        kept.sort();
        counted.sort();
        assert_eq!(kept, counted);
    }
}

#[test]
fn two_runs_at_once() {
    at_once(2, false);
}

#[test]
fn eight_runs_at_once() {
    at_once(8, false);
}

#[test]
fn runs_that_are_killed_again_and_again() {
    at_once(4, true);
}
