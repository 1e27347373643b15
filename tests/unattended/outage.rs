//! A service that is not there: no document ends, no attempt is spent, and all go out, oldest first, when it is back.

use std::net::TcpListener;

use chrono::{DateTime, TimeDelta, Utc};
use cr_einvoice::clock::utc_text;
use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};

use crate::common::{Installation, Setup, invoices};

/// Several documents at once are under way when the first failures come, and those are the only ones that count.
const FIRST_FEW: usize = 6;

fn later(instant: &str, span: TimeDelta) -> String {
    let at: DateTime<Utc> = instant.parse().unwrap();
    utc_text(at + span)
}

fn unavailable() -> Script {
    let down = |endpoint| Rule::new(Action::Status { code: 503, cause: None }).at(endpoint);
    Script::default().with(down(Endpoint::Submit)).with(down(Endpoint::Status))
}

/// POSTs that reached the stand-in.
fn posts(installation: &Installation) -> usize {
    installation.simulator.record().iter().filter(|request| request.endpoint == Endpoint::Submit).count()
}

fn requests(installation: &Installation) -> usize {
    let asks = |endpoint| matches!(endpoint, Endpoint::Submit | Endpoint::Status);
    installation.simulator.record().iter().filter(|request| asks(request.endpoint)).count()
}

#[test]
fn a_week_without_the_service_ends_no_document_and_spends_no_attempt() {
    const DOCUMENTS: u64 = 1_000;
    let mut installation = Setup::default().script(unavailable()).build();
    let start = "2026-11-20T18:00:00Z";
    installation.signed(&invoices(DOCUMENTS));

    let first = installation.run(&["submit"]).exits(4);
    assert!(first.stdout.contains("has not answered since 2026-11-20 12:00:00; 1000 entries wait"), "{first:?}");
    assert!(posts(&installation) <= FIRST_FEW, "{} POSTs in an outage", posts(&installation));

    for day in 0..7 {
        for hour in [6, 18] {
            installation.set_clock(&later(start, TimeDelta::days(day) + TimeDelta::hours(hour)));
            let before = requests(&installation);
            let report = installation.json(&["retry", "run"], 4);
            assert!(requests(&installation) - before <= 1, "day {day}: a known outage is probed with one request");
            assert_eq!(report["outages"][0]["since"], start);
            assert_eq!(report["outages"][0]["waiting"], DOCUMENTS);
        }
    }
    assert_eq!(installation.value("SELECT count(*) FROM documents WHERE state = 'signed'"), "1000");
    assert_eq!(installation.value("SELECT count(*) FROM retry_queue WHERE state = 'pending'"), "1000");
    assert_eq!(installation.value("SELECT max(retry_count) FROM retry_queue"), "0", "no attempt was spent");
    assert_eq!(installation.value("SELECT count(*) FROM notices"), "0");

    installation.simulator.clear_rules();
    installation.set_clock(&later(start, TimeDelta::days(8)));
    let due_first = installation.rows(
        "SELECT clave FROM retry_queue JOIN documents ON documents.id = document_id
         ORDER BY priority DESC, next_attempt, retry_queue.id LIMIT 3",
    );
    let before = installation.simulator.record().len();
    installation.run(&["retry", "run"]).exits(0);
    let asked: Vec<String> = installation.simulator.record()[before..]
        .iter()
        .filter(|request| matches!(request.endpoint, Endpoint::Submit | Endpoint::Status))
        .filter_map(|request| request.clave.clone())
        .collect();
    assert!(due_first.contains(&asked[0]), "three work at once, and one of those that waited longest is the probe");
    assert_eq!(installation.value("SELECT count(*) FROM documents WHERE state = 'submitted'"), "1000");
    assert_eq!(installation.value("SELECT count(*) FROM breakers"), "0");
    assert_eq!(installation.simulator.documents(), 1_000);
    installation.nothing_doubled_or_changed();
}

/// The same when nothing listens at all, and when a new document arrives meanwhile.
#[test]
fn a_refused_port_is_an_outage_and_new_documents_wait_with_the_others() {
    // A port that was free a moment ago.
    let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let mut installation = Setup::default().build();
    let (api, token) = (installation.simulator.url(), installation.simulator.token_url());
    let live = installation.simulator.address().to_string();
    installation.signed(&invoices(20));
    installation.reconfigure(&live, &closed.to_string());
    installation.run(&["submit"]).exits(4);
    assert_eq!(
        installation.value("SELECT count(*), max(retry_count) FROM retry_queue WHERE state = 'pending'"),
        "20 0"
    );
    assert_eq!(
        installation.value("SELECT count(*) FROM documents WHERE delivery_unknown = 1"),
        "0",
        "nothing was sent"
    );

    installation.set_clock("2026-11-20T20:00:00Z");
    let late = crate::common::invoice(21);
    installation.signed(std::slice::from_ref(&late));
    let report = installation.json(&["run"], 4);
    assert_eq!(report["submit"]["deferred"].as_u64().unwrap() + report["submit"]["failed"].as_u64().unwrap(), 1);
    assert_eq!(report["retry_run"]["outages"][0]["since"], "2026-11-20T18:00:00Z");
    assert_eq!(report["retry_run"]["outages"][0]["waiting"], 21);

    installation.reconfigure(&closed.to_string(), &live);
    assert_eq!((installation.simulator.url(), installation.simulator.token_url()), (api, token));
    installation.set_clock("2026-11-22T00:00:00Z");
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(installation.simulator.documents(), 21);
    installation.nothing_doubled_or_changed();
}

/// A run in an outage costs one request and touches a few entries, however many are due: the others stay as they are.
#[test]
fn in_an_outage_the_queue_is_left_as_it_is() {
    const DOCUMENTS: u64 = 200;
    let mut installation = Setup::default().script(unavailable()).build();
    installation.signed(&invoices(DOCUMENTS));
    let first = installation.json(&["submit"], 4);
    assert_eq!(first["deferred"].as_u64().unwrap() + first["failed"].as_u64().unwrap(), DOCUMENTS);
    let untried = "SELECT count(*) FROM retry_queue WHERE last_error LIKE '%utage%' AND retry_count = 0";
    let untried: u64 = installation.value(untried).parse().unwrap();
    assert!(untried >= DOCUMENTS - FIRST_FEW as u64, "{untried} entries say that nothing was tried");

    installation.set_clock("2026-11-21T18:00:00Z");
    let (posts, entries) = (requests(&installation), "SELECT id, state, next_attempt, last_attempt FROM retry_queue");
    let before = installation.rows(entries);
    let report = installation.json(&["run"], 4);
    assert_eq!(requests(&installation) - posts, 1, "one probe");
    let retried = &report["retry_run"];
    assert_eq!((&retried["failed"], &retried["deferred"]), (&1.into(), &(DOCUMENTS - 1).into()), "{report:#}");
    assert_eq!(retried["outages"][0]["waiting"], DOCUMENTS);
    let changed = installation.rows(entries).iter().zip(&before).filter(|(now, then)| now != then).count();
    assert_eq!(changed, 1, "the probe alone was written down");
    assert_eq!(installation.value("SELECT count(*) FROM leases"), "0");
    assert_eq!(installation.value("SELECT deferred FROM runs ORDER BY id DESC LIMIT 1"), (DOCUMENTS - 1).to_string());
}

/// The metrics show the breaker, and the table of runs what each did.
#[test]
fn an_outage_is_seen_from_outside() {
    let installation = Setup::default().script(unavailable()).build();
    installation.signed(&invoices(5));
    installation.run(&["submit"]).exits(4);
    let metrics = installation.run(&["stats", "--prometheus"]).exits(0).stdout;
    assert!(metrics.contains("cr_einvoice_breaker_open{environment=\"sandbox\"} 1\n"), "{metrics}");
    assert_eq!(installation.rows("SELECT exit_code, ended_at IS NOT NULL FROM runs WHERE command = 'submit'"), ["4 1"],);
    installation.simulator.clear_rules();
    installation.run(&["retry", "now", "1"]).exits(0);
    let metrics = installation.run(&["stats", "--prometheus"]).exits(0).stdout;
    assert!(metrics.contains("cr_einvoice_breaker_open{environment=\"sandbox\"} 0\n"), "{metrics}");
}

/// An entry that a person had to look at, tried again in an outage, must not be forgotten.
#[test]
fn a_failed_entry_that_a_person_tries_during_an_outage_goes_out_afterwards() {
    let mut installation = Setup::default().setting("max_concurrent_batches", 1).build();
    let clave = installation.one_signed();
    let refusal = Action::Status { code: 403, cause: None };
    installation.simulator.add_rule(Rule::new(refusal).at(Endpoint::Submit));
    installation.run(&["submit"]).exits(6);
    for day in 21..26 {
        installation.set_clock(&format!("2026-11-{day}T18:00:00Z"));
        installation.run(&["retry", "run"]);
    }
    assert_eq!(installation.value("SELECT state, next_attempt FROM retry_queue"), "failed -");

    installation.simulator.clear_rules();
    for endpoint in [Endpoint::Submit, Endpoint::Status] {
        installation.simulator.add_rule(Rule::new(Action::Status { code: 503, cause: None }).at(endpoint));
    }
    let others = (2..=6).map(crate::common::invoice).collect::<Vec<_>>();
    installation.signed(&others);
    installation.run(&["submit"]).exits(4);
    assert_eq!(installation.value("SELECT count(*) FROM breakers"), "1");
    // One named entry is the probe; the other, which a person wants too, is not tried.
    installation.run(&["retry", "now", "2", "1"]).exits(4);
    installation.simulator.clear_rules();
    installation.set_clock("2026-11-28T18:00:00Z");
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(installation.state(&clave), "submitted");
    installation.nothing_doubled_or_changed();
}

/// An outage that lasts longer than the polling window: Hacienda's own arrears get one more look before a person is called.
#[test]
fn the_first_answer_after_an_outage_closes_no_window() {
    let undecided = Rule::new(Action::Late { polls: 2, seconds: 0 });
    let mut installation = Setup::default().script(Script::default().with(undecided)).build();
    let clave = installation.one_submitted();
    let status = Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Status);
    installation.simulator.add_rule(status);
    installation.run(&["poll"]).exits(4);
    installation.simulator.clear_rules();

    installation.set_clock("2026-11-23T18:00:00Z");
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(installation.state(&clave), "submitted", "it was not Hacienda's answer that was late");
    installation.set_clock("2026-11-23T18:30:00Z");
    installation.run(&["poll"]).exits(3);
    assert_eq!(installation.state(&clave), "error");
}
