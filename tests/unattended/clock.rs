//! A clock that jumps: nothing is lost, doubled, or made to wait for an instant that was never true.

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};

use crate::common::{Installation, Ran, invoices};

/// A run on a machine whose clock shows this, whatever the service's shows.
fn run_at(installation: &Installation, instant: &str, arguments: &[&str]) -> Ran {
    let output = installation.command(arguments).env("CR_EINVOICE_CLOCK", instant).output().unwrap();
    (format!("{instant}: {}", arguments.join(" ")), output).into()
}

#[test]
fn what_was_done_while_the_clock_was_a_year_ahead_goes_on_when_it_is_right_again() {
    let samples = invoices(4);
    let fails = Rule::new(Action::Status { code: 500, cause: None }).at(Endpoint::Submit);
    let script = Script { verdict_polls: 1, ..Script::default() }.with(fails.for_clave(&samples[3].clave).times(1));
    let mut installation = Installation::with(script);
    installation.reconfigure("polling_interval = 0", "polling_interval = 15");
    installation.reconfigure("polling_min_age = 0", "polling_min_age = 2");
    installation.signed(&samples);
    run_at(&installation, "2027-11-20T18:00:00Z", &["submit"]).exits(4);
    run_at(&installation, "2027-11-20T18:03:00Z", &["poll"]).exits(0);
    assert_eq!(installation.value("SELECT count(*) FROM documents WHERE state = 'submitted'"), "3");

    installation.set_clock("2026-11-20T18:10:00Z");
    installation.run(&["retry", "run"]).exits(0);
    for minute in ["30", "50"] {
        installation.set_clock(&format!("2026-11-20T18:{minute}:00Z"));
        installation.run(&["poll"]).exits(0);
    }
    assert_eq!(installation.rows("SELECT state, count(*) FROM documents GROUP BY 1"), ["accepted 4"]);
    installation.nothing_doubled_or_changed();
    installation.run(&["verify", "--events"]).exits(0);
    installation.run(&["stats"]).exits(0);
}

#[test]
fn a_clock_that_goes_back_and_forth_doubles_nothing() {
    let script = Script { verdict_polls: 2, ..Script::default() }
        .with(Rule::new(Action::ResetAfter).at(Endpoint::Submit).nth(2).times(1))
        .with(Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Submit).nth(5).times(2));
    let installation = Installation::with(script);
    installation.signed(&invoices(12));
    for instant in [
        "2026-11-20T18:00:00Z",
        "2026-11-20T17:00:00Z",
        "2026-11-21T17:00:00Z",
        "2020-01-01T00:00:00Z",
        "2026-11-20T18:20:00Z",
        "2026-11-20T19:20:00Z",
        "2026-11-20T21:20:00Z",
    ] {
        run_at(&installation, instant, &["run"]);
        installation.nothing_doubled_or_changed();
    }
    // Years ahead a verdict is overdue: the window closes, and a person's question opens it again.
    run_at(&installation, "2030-01-01T00:00:00Z", &["run"]);
    let overdue = installation.rows("SELECT clave FROM documents WHERE state <> 'accepted'");
    let claves: Vec<_> = overdue.iter().map(String::as_str).collect();
    for _ in 0..3 {
        installation.run(&[&["poll"], claves.as_slice()].concat());
    }
    assert_eq!(installation.rows("SELECT state, count(*) FROM documents GROUP BY 1"), ["accepted 12"]);
    installation.nothing_doubled_or_changed();
}
