//! `submit`: every disturbance of the service, and what is asked and sent in which order afterwards.

use std::thread;

use cr_einvoice::clock::Clock;
use cr_einvoice::simulator::{Action, Endpoint, RateLimit, ResetForm, Rule, Script};

use crate::common::{Installation, Setup, invoices, numbered, of_hotel};

/// A disturbance of the first POST: what it leaves behind, and how the next attempt goes about it.
struct Case {
    name: &'static str,
    action: Action,
    category: &'static str,
    code: i32,
    /// The requests about the document, of this attempt and the next.
    story: &'static [&'static str],
}

fn case(name: &'static str, action: Action, category: &'static str, story: &'static [&'static str]) -> Case {
    Case { name, action, category, code: if category == "validation" { 3 } else { 4 }, story }
}

/// What the service may do to a POST. Where it may have arrived, the next request is a GET; where it surely did not, a POST.
fn disturbances() -> Vec<Case> {
    let status = |code| Action::Status { code, cause: None };
    let too_many = |form| Action::TooMany { seconds: 300, form };
    vec![
        case("timeout before", Action::TimeoutBefore, "network", &["POST -", "GET 404", "POST 202"]),
        case("timeout after", Action::TimeoutAfter, "network", &["POST -", "GET 200 aceptado"]),
        case("reset before", Action::ResetBefore, "network", &["POST -", "GET 404", "POST 202"]),
        case("reset after", Action::ResetAfter, "network", &["POST -", "GET 200 aceptado"]),
        case("garbage", Action::Garbage, "", &["POST -", "GET 404", "POST 202"]),
        case("500", status(500), "server", &["POST 500", "GET 404", "POST 202"]),
        case("502", status(502), "server", &["POST 502", "GET 404", "POST 202"]),
        case("503", status(503), "server", &["POST 503", "GET 404", "POST 202"]),
        case("200 with nothing in it", status(200), "server", &["POST 200", "GET 404", "POST 202"]),
        case("200 after", Action::StatusAfter { code: 200 }, "server", &["POST 200", "GET 200 aceptado"]),
        case("504 after", Action::StatusAfter { code: 504 }, "server", &["POST 504", "GET 200 aceptado"]),
        case("408", status(408), "transient", &["POST 408", "GET 404", "POST 202"]),
        case("html 503", Action::Html { code: 503 }, "server", &["POST 503", "GET 404", "POST 202"]),
        case("429 epoch", too_many(ResetForm::Epoch), "rate_limit", &["POST 429", "POST 202"]),
        case("429 seconds", too_many(ResetForm::Seconds), "rate_limit", &["POST 429", "POST 202"]),
        case("429 retry-after", too_many(ResetForm::RetryAfter), "rate_limit", &["POST 429", "POST 202"]),
        case("429 silent", too_many(ResetForm::Silent), "rate_limit", &["POST 429", "POST 202"]),
        case("400", Action::Status { code: 400, cause: Some("no".into()) }, "validation", &["POST 400", "POST 202"]),
    ]
}

#[test]
fn every_disturbance_is_classified_queued_and_followed_by_the_right_request() {
    thread::scope(|scope| {
        for case in disturbances() {
            scope.spawn(move || plays_out(&case));
        }
    });
}

fn plays_out(case: &Case) {
    let name = case.name;
    let rule = Rule::new(case.action.clone()).at(Endpoint::Submit).times(1);
    let mut installation = Installation::with(Script::default().with(rule));
    let clave = installation.one_signed();
    let json = installation.json(&["submit"], case.code);
    assert_eq!((json["failed"].as_u64(), json["documents"][0]["state"].as_str()), (Some(1), Some("signed")), "{name}");
    let entry = installation.value("SELECT operation, state, retry_count, error_category, priority FROM retry_queue");
    if case.category.is_empty() {
        assert!(entry.starts_with("submit pending 0 "), "{name}: {entry}");
    } else {
        assert_eq!(entry, format!("submit pending 0 {} 2", case.category), "{name}");
    }
    let told = &json["documents"][0]["error"];
    assert!(entry.contains(told["category"].as_str().unwrap()), "{name}: {told}");
    assert!(!told["message"].as_str().unwrap().contains(&clave), "{name}: {told}");

    // The queue has it: `submit` without a selector leaves it alone.
    assert_eq!(installation.json(&["submit"], 0)["processed"], 0, "{name}");
    assert_eq!(installation.requests(&clave).len(), 1, "{name}");

    installation.set_clock("2026-11-20T20:00:00Z");
    installation.json(&["retry", "run"], 0);
    assert_eq!(installation.requests(&clave), case.story, "{name}");
    let state = if case.story.last().unwrap().contains("aceptado") { "accepted" } else { "submitted" };
    assert_eq!(installation.state(&clave), state, "{name}");
    assert_eq!(installation.value("SELECT state FROM retry_queue"), "completed", "{name}");
    installation.nothing_doubled_or_changed();
}

#[test]
fn an_answer_that_does_not_matter_is_success_all_the_same() {
    // 201 and 202 are reception, whatever the body is; nothing in it is needed.
    for action in [Action::GarbageBody, Action::StatusAfter { code: 201 }, Action::StatusAfter { code: 202 }] {
        let rule = Rule::new(action).at(Endpoint::Submit);
        let installation = Installation::with(Script::default().with(rule));
        let clave = installation.one_submitted();
        assert_eq!(installation.state(&clave), "submitted");
    }
}

#[test]
fn what_was_received_before_is_success() {
    let installation = Installation::new();
    let clave = installation.one_submitted();
    let other = Setup::default()
        .setting("api_url", format!("\"{}\"", installation.simulator.url()))
        .setting("token_url", format!("\"{}\"", installation.simulator.token_url()))
        .build();
    let signed = installation.run(&["show", &clave, "--xml"]).exits(0).stdout;
    other.run_with_input(&["import", "-"], signed.as_bytes()).exits(0);
    assert_eq!(other.json(&["submit"], 0)["succeeded"], 1);
    assert_eq!(other.state(&clave), "submitted");
    assert_eq!(installation.requests(&clave), ["POST 202", "POST 400"]);
    let events = other.json(&["show", &clave], 0)["events"].take();
    let received = events.as_array().unwrap().iter().find(|event| event["to_state"] == "submitted").unwrap();
    assert_eq!(received["detail"], "ya fue recibido");
}

#[test]
fn one_login_and_one_logout_for_a_run_and_company() {
    let installation = Setup::default().two_companies().build();
    let mut documents = invoices(6);
    documents.extend(invoices(6).iter().map(of_hotel));
    installation.signed(&documents);
    let json = installation.json(&["submit"], 0);
    assert_eq!(json["succeeded"], 12, "{json:#}");
    let mut logins = installation.logins();
    assert_eq!(logins.len(), 4, "{logins:?}");
    assert!(logins[2].starts_with("logout 2") && logins[3].starts_with("logout 2"), "{logins:?}");
    logins.truncate(2);
    assert_eq!(logins, ["password 200", "password 200"]);
    installation.nothing_doubled_or_changed();
}

#[test]
fn nothing_due_asks_nobody_anything() {
    let installation = Installation::new();
    let json = installation.json(&["submit"], 0);
    assert_eq!(json["processed"], 0);
    installation.run(&["submit", "-q"]).exits(0).is_silent();
    assert!(installation.simulator.record().is_empty());
}

#[test]
fn a_refused_login_is_tried_once_and_every_document_waits() {
    for action in [Action::InvalidGrant, Action::Blocked] {
        let installation = Installation::with(Script::default().with(Rule::new(action.clone())));
        installation.signed(&invoices(10));
        let json = installation.json(&["submit"], 6);
        assert_eq!(json["succeeded"], 0, "{action:?}: {json:#}");
        assert_eq!(installation.logins().len(), 1, "{action:?}: {:?}", installation.logins());
        assert_eq!(installation.rows("SELECT DISTINCT state FROM documents"), ["signed"]);
        let entries = installation.rows("SELECT DISTINCT state, retry_count, error_category FROM retry_queue");
        assert_eq!(entries, ["pending 0 auth"], "{action:?}");
        assert_eq!(installation.value("SELECT count(*) FROM documents WHERE delivery_unknown = 1"), "0");
        assert!(!json.to_string().contains(crate::common::PASSWORD));
    }
}

#[test]
fn a_token_that_ends_is_renewed_once_and_the_request_repeated() {
    let rule = Rule::new(Action::Status { code: 401, cause: None }).at(Endpoint::Submit).times(1);
    let installation = Installation::with(Script::default().with(rule));
    let clave = installation.one_submitted();
    assert_eq!(installation.requests(&clave), ["POST 401", "POST 202"]);
    assert_eq!(installation.logins(), ["password 200", "refresh_token 200", "logout 204"]);
    installation.nothing_doubled_or_changed();
}

#[test]
fn a_token_that_is_refused_twice_is_a_matter_of_credentials() {
    let rule = Rule::new(Action::Status { code: 401, cause: None }).at(Endpoint::Submit);
    let installation = Installation::with(Script::default().with(rule));
    let clave = installation.one_signed();
    installation.json(&["submit"], 6);
    assert_eq!(installation.requests(&clave), ["POST 401", "POST 401"]);
    assert_eq!(installation.rows("SELECT state, error_category FROM retry_queue"), ["pending auth"]);
}

#[test]
fn a_token_with_a_short_life_is_renewed_before_it_ends() {
    // A token of one second serves for half of that.
    let latency = Rule::new(Action::Latency { milliseconds: 600 }).at(Endpoint::Submit);
    let script = Script { token_seconds: 1, ..Script::default() }.with(latency);
    let installation = Setup::default().script(script).setting("max_concurrent_batches", 1).build();
    installation.signed(&invoices(3));
    installation.run(&["submit"]).exits(0);
    let logins = installation.logins();
    assert!(logins.iter().filter(|login| login.starts_with("refresh_token 200")).count() >= 2, "{logins:?}");
    assert!(installation.simulator.record().iter().all(|request| request.http_status != Some(401)));
}

#[test]
fn a_short_pause_is_kept_within_the_run_and_a_long_one_defers() {
    let pause =
        |seconds| Rule::new(Action::TooMany { seconds, form: ResetForm::Seconds }).at(Endpoint::Submit).times(1);
    let short = Setup::default().script(Script::default().with(pause(1))).setting("max_concurrent_batches", 1).build();
    short.signed(&invoices(3));
    let json = short.json(&["submit"], 4);
    assert_eq!((json["succeeded"].as_u64(), json["failed"].as_u64()), (Some(2), Some(1)), "{json:#}");

    let long =
        Setup::default().script(Script::default().with(pause(3600))).setting("max_concurrent_batches", 1).build();
    long.signed(&invoices(3));
    let json = long.json(&["submit"], 4);
    assert_eq!((json["failed"].as_u64(), json["deferred"].as_u64()), (Some(1), Some(2)), "{json:#}");
    assert_eq!(json["documents"][1]["result"], "deferred");
    let next = long.value("SELECT next_attempt FROM retry_queue");
    assert_eq!(next, "2026-11-20T19:00:00Z", "not before the service's wish");
    assert_eq!(long.json(&["submit"], 0)["succeeded"], 2, "what was deferred is due in the next run");
}

#[test]
fn nobody_there_is_a_network_failure_that_left_no_doubt() {
    let installation = Setup::default()
        .setting("api_url", "\"http://127.0.0.1:9/recepcion\"")
        .setting("token_url", "\"http://127.0.0.1:9/realms/x/token\"")
        .build();
    installation.signed(&invoices(1));
    installation.json(&["submit"], 4);
    assert_eq!(installation.rows("SELECT error_category, state FROM retry_queue"), ["network pending"]);
    assert_eq!(installation.rows("SELECT delivery_unknown FROM documents"), ["0"]);
}

#[test]
fn a_redirect_is_never_followed() {
    let elsewhere = Installation::new();
    let rule = Rule::new(Action::Redirect { location: elsewhere.simulator.url() });
    let installation = Installation::with(Script::default().with(rule.at(Endpoint::Submit)));
    installation.one_signed();
    installation.json(&["submit"], 4);
    assert!(elsewhere.simulator.record().is_empty());
    assert_eq!(installation.rows("SELECT error_category FROM retry_queue"), ["server"]);
}

#[test]
fn a_slow_answer_ends_with_the_request_timeout() {
    let rule = Rule::new(Action::Slow { milliseconds: 300 }).at(Endpoint::Submit).times(1);
    let installation = Installation::with(Script::default().with(rule));
    let clave = installation.one_signed();
    installation.json(&["submit"], 4);
    assert_eq!(installation.rows("SELECT delivery_unknown FROM documents"), ["1"]);
    installation.json(&["submit", &clave], 0);
    assert_eq!(installation.requests(&clave).last().map(String::as_str), Some("GET 200 aceptado"));
    installation.nothing_doubled_or_changed();
}

#[test]
fn after_a_verdict_nothing_is_ever_sent() {
    let rejected = Rule::new(Action::Reject(vec![-99]));
    for (script, state) in [(Script::default(), "accepted"), (Script::default().with(rejected), "rejected")] {
        let installation = Installation::with(script);
        let clave = installation.one_submitted();
        installation.run(&["poll"]);
        assert_eq!(installation.state(&clave), state);
        let asked = installation.requests(&clave).len();
        let json = installation.json(&["submit", &clave], 0);
        assert_eq!(json["documents"][0]["result"], "skipped");
        assert_eq!(installation.requests(&clave).len(), asked);
    }
}

#[test]
fn a_message_of_the_receiver_goes_out_under_both_numbers() {
    let installation = Installation::new();
    let document = numbered("mensaje-aceptacion.xml", 4);
    installation.signed(std::slice::from_ref(&document));
    installation.run(&["submit"]).exits(0);
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.requests(&document.clave), ["POST 202", "GET 200 aceptado"]);
    assert_eq!(installation.state(&document.clave), "accepted");
    assert_eq!(document.clave.len(), 71);
}

#[test]
fn a_dry_run_sends_nothing_and_says_what_would_be_asked_first() {
    let rule = Rule::new(Action::TimeoutBefore).at(Endpoint::Submit).times(1);
    let installation = Installation::with(Script::default().with(rule));
    let clave = installation.one_signed();
    let json = installation.json(&["submit", "--dry-run"], 0);
    assert_eq!(json["documents"][0]["clave"], clave.as_str());
    assert!(installation.simulator.record().is_empty());
    installation.run(&["submit"]).exits(4);
    let requests = installation.simulator.record().len();
    let json = installation.json(&["retry", "now", &clave, "--dry-run"], 0);
    assert!(json.to_string().contains("would ask whether an earlier attempt arrived"), "{json:#}");
    assert_eq!(installation.simulator.record().len(), requests);
}

#[test]
fn four_at_once_send_every_document_once() {
    const DOCUMENTS: u64 = 200;
    let installation = Setup::default().two_companies().setting("request_timeout", 20).build();
    let mut documents = invoices(DOCUMENTS / 2);
    documents.extend(invoices(DOCUMENTS / 2).iter().map(of_hotel));
    installation.signed(&documents);
    let processed: Vec<u64> = thread::scope(|scope| {
        let runs: Vec<_> =
            (0..4).map(|_| scope.spawn(|| installation.json(&["submit"], 0)["processed"].as_u64().unwrap())).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(processed.iter().sum::<u64>(), DOCUMENTS, "{processed:?}");
    for document in &documents {
        assert_eq!(installation.requests(&document.clave), ["POST 202"]);
    }
    installation.nothing_doubled_or_changed();

    let polled: u64 = thread::scope(|scope| {
        let runs: Vec<_> =
            (0..4).map(|_| scope.spawn(|| installation.json(&["poll"], 0)["processed"].as_u64().unwrap())).collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    assert_eq!(polled, DOCUMENTS);
    for document in &documents {
        assert_eq!(installation.requests(&document.clave), ["POST 202", "GET 200 aceptado"]);
    }
    assert_eq!(installation.value("SELECT count(*) FROM documents WHERE state = 'accepted'"), DOCUMENTS.to_string());
}

#[test]
fn the_company_that_moved_to_another_environment_takes_no_old_entries_along() {
    let rule = Rule::new(Action::Status { code: 500, cause: None }).at(Endpoint::Submit).times(1);
    let installation = Installation::with(Script::default().with(rule));
    let clave = installation.one_signed();
    installation.run(&["submit"]).exits(4);
    let entry = installation.value("SELECT id FROM retry_queue");
    let requests = installation.simulator.record().len();
    installation.reconfigure("environment = \"sandbox\"", "environment = \"production\"");
    for arguments in [["retry", "run", "-q"].as_slice(), &["retry", "now", &entry], &["submit"], &["submit", &clave]] {
        let mut command = installation.command(arguments);
        command.env_remove("CR_EINVOICE_CLOCK");
        assert!(command.output().unwrap().status.code().is_some());
        assert_eq!(installation.simulator.record().len(), requests, "{arguments:?}");
    }
    assert_eq!(installation.state(&clave), "signed");
}

#[test]
fn an_outage_ends_the_runs_requests_early_and_spares_the_attempts() {
    let mut installation = Setup::default()
        .script(Script::default().with(Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Submit)))
        .setting("max_concurrent_batches", 1)
        .build();
    installation.signed(&invoices(20));
    let json = installation.json(&["submit"], 4);
    let posts = installation
        .simulator
        .record()
        .iter()
        .filter(|request| request.method == "POST" && request.clave.is_some())
        .count();
    assert!(posts < 20, "{posts} requests to a service that does not answer");
    assert_eq!(json["succeeded"], 0);
    assert_eq!(installation.value("SELECT count(*) FROM retry_queue WHERE state = 'pending'"), "20");
    // The queue under an outage ends too, and asks once.
    installation.set_clock("2026-11-20T21:00:00Z");
    let before = installation.simulator.record().len();
    installation.json(&["retry", "run"], 4);
    let asked = installation.simulator.record()[before..].iter().filter(|request| request.clave.is_some()).count();
    assert!(asked <= 2, "{asked}");
    installation.simulator.clear_rules();
    assert_eq!(installation.json(&["retry", "run"], 0)["succeeded"], 19, "all but the one that was asked for");
    installation.nothing_doubled_or_changed();
}

#[test]
fn a_session_that_has_ended_is_begun_anew() {
    let script = Script::default()
        .with(Rule::new(Action::Status { code: 401, cause: None }).at(Endpoint::Submit).times(1))
        .with(Rule::new(Action::InvalidGrant).nth(2).times(1));
    let installation = Installation::with(script);
    let clave = installation.one_submitted();
    assert_eq!(installation.logins(), ["password 200", "refresh_token 401", "password 200", "logout 204"]);
    assert_eq!(installation.requests(&clave), ["POST 401", "POST 202"]);
}

#[test]
fn a_limit_that_is_announced_is_never_run_into() {
    for form in [ResetForm::Epoch, ResetForm::Seconds] {
        let script = Script { rate_limit: Some(RateLimit { requests: 2, seconds: 1, form }), ..Script::default() };
        let installation =
            Setup::default().script(script).setting("max_concurrent_batches", 1).setting("request_timeout", 10).build();
        installation.simulator.set_clock(Clock::System);
        installation.signed(&invoices(5));
        let json = installation.json(&["submit"], 0);
        assert_eq!(json["succeeded"], 5, "{form:?}: {json:#}");
        let answers: Vec<_> = installation.simulator.record().iter().filter_map(|it| it.http_status).collect();
        assert!(!answers.contains(&429), "{form:?}: {answers:?}");
    }
}

#[test]
fn an_announced_limit_longer_than_the_run_leaves_the_rest() {
    let limit = RateLimit { requests: 2, seconds: 3600, form: ResetForm::Seconds };
    let script = Script { rate_limit: Some(limit), ..Script::default() };
    let installation = Setup::default().script(script).setting("max_concurrent_batches", 1).build();
    installation.signed(&invoices(5));
    let json = installation.json(&["submit"], 4);
    assert_eq!((json["succeeded"].as_u64(), json["deferred"].as_u64()), (Some(2), Some(3)), "{json:#}");
    assert_eq!(installation.value("SELECT count(*) FROM retry_queue"), "0", "nothing failed");
    assert_eq!(installation.logins(), ["password 200", "logout 204"]);
}
