//! `poll`: every answer is kept, what is not a verdict waits, and nothing is asked too early, too often or too long.

use cr_einvoice::simulator::{Action, Endpoint, ResetForm, Rule, Script};
use cr_einvoice::store::Paper;
use serde_json::Value;

use crate::common::{Installation, Setup, invoice, invoices, sha256};

fn status_rule(action: Action) -> Rule {
    Rule::new(action).at(Endpoint::Status)
}

#[test]
fn a_verdict_is_kept_with_its_paper() {
    let installation = Installation::new();
    let clave = installation.one_submitted();
    let json = installation.json(&["poll"], 0);
    assert_eq!(json["operation"], "poll");
    assert_eq!(json["documents"][0]["state"], "accepted");
    assert_eq!(json["documents"][0]["result"], "done");
    assert_eq!(json["documents"][0]["error"], Value::Null);
    let response = installation
        .value("SELECT message_type, status, http_status, is_final, signature, response_date FROM responses");
    assert_eq!(response, "acceptance aceptado 200 1 valid 2026-11-20T18:00:00Z");
    let once = "SELECT content IS NULL AND answer_id = papers.id FROM responses, papers WHERE paper = 'answer'";
    assert_eq!(installation.value(once), "1", "the answer is stored once");
    let paper = installation.paper_text(1, Paper::Answer);
    assert!(paper.contains("MensajeHacienda") && paper.contains(&clave), "{paper}");
    let raw = installation.run(&["responses", "show", "1", "--raw"]).exits(0).stdout;
    assert!(raw.contains("respuesta-xml") && raw.contains("ind-estado"), "{raw}");
    let row = installation.value("SELECT resolved_at, last_polled_at, response_signature FROM documents");
    assert_eq!(row, "2026-11-20T18:00:00Z 2026-11-20T18:00:00Z valid");
}

#[test]
fn a_rejection_needs_a_person_and_says_why_row_by_row() {
    let installation = Installation::with(Script::default().with(Rule::new(Action::Reject(vec![-37, -99]))));
    let clave = installation.one_submitted();
    let json = installation.json(&["poll"], 3);
    assert_eq!(json["documents"][0]["state"], "rejected");
    assert_eq!(installation.value("SELECT error_code FROM responses"), "-37");
    let details: Value = serde_json::from_str(&installation.value("SELECT details FROM responses")).unwrap();
    let codes: Vec<_> = details.as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["-37", "-99"]);
    assert!(installation.value("SELECT reason FROM documents").contains("numeración consecutiva"));
    let ran = installation.run(&["show", &clave]).exits(0);
    assert!(ran.stdout.contains("-99"), "{}", ran.stdout);
    // -q says what a person must see.
    let again = Installation::with(Script::default().with(Rule::new(Action::Reject(vec![-1]))));
    let clave = again.one_submitted();
    let ran = again.run(&["poll", "-q"]).exits(3);
    assert!(ran.stdout.contains(&clave), "{}", ran.stdout);
}

#[test]
fn a_warning_is_read_and_the_document_stays_accepted() {
    let installation = Installation::with(Script::default().with(Rule::new(Action::Warn(vec![-37]))));
    let clave = installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");
    assert_eq!(installation.value("SELECT message_type, error_code FROM responses"), "acceptance -37");
}

#[test]
fn both_spellings_in_any_case_are_a_verdict() {
    let installation = Installation::with(Script::default().with(status_rule(Action::AnnexSpelling)));
    let clave = installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");
    assert_eq!(installation.value("SELECT status FROM responses"), "aceptado");
}

/// What is no verdict: kept, counted as waiting, no attempt spent, asked again.
#[test]
fn what_is_no_verdict_waits() {
    let cases = [
        (Action::Word("recibido".into()), "confirmation recibido 0"),
        (Action::Word("PROCESANDO".into()), "confirmation procesando 0"),
        (Action::Word("error".into()), "other error 0"),
        (Action::Word("Extraño".into()), "other extraño 0"),
        (Action::NotFound { code: 404 }, "other  0"),
        (Action::NotFound { code: 400 }, "other  0"),
    ];
    for (action, kept) in cases {
        let installation = Installation::with(Script::default().with(status_rule(action.clone()).times(1)));
        let clave = installation.one_submitted();
        let json = installation.json(&["poll"], 0);
        assert_eq!(json["documents"][0]["result"], "waiting", "{action:?}: {json:#}");
        assert_eq!((json["processed"].as_u64(), json["succeeded"].as_u64()), (Some(1), Some(0)), "{action:?}");
        let rows = installation.rows("SELECT message_type, status, is_final FROM responses");
        assert_eq!(rows, [kept], "{action:?}");
        assert_eq!(installation.value("SELECT count(*) FROM retry_queue"), "0", "{action:?}");
        assert_eq!(installation.requests(&clave).len(), 2, "once in a run: {action:?}");
        installation.run(&["poll"]).exits(0);
        assert_eq!(installation.state(&clave), "accepted", "{action:?}");
    }
}

/// What is no answer: a retry entry of the right category, and the document where it was.
#[test]
fn every_disturbance_of_a_question_is_classified_and_queued() {
    let status = |code| Action::Status { code, cause: None };
    let other = "50601011600310112345600100001010000000001199999999";
    let unknown_other =
        Action::Status { code: 400, cause: Some(format!("No existe el recurso con Clave = [{other}]")) };
    let cases = [
        (Action::TimeoutBefore, "network", 4, 0),
        (Action::ResetBefore, "network", 4, 0),
        (Action::Truncated, "transient", 4, 0),
        (status(500), "server", 4, 1),
        (status(503), "server", 4, 1),
        (status(403), "auth", 6, 1),
        (Action::TooMany { seconds: 600, form: ResetForm::Epoch }, "rate_limit", 4, 1),
        (Action::Html { code: 502 }, "server", 4, 1),
        (Action::GarbageBody, "transient", 4, 1),
        (Action::Oversized { bytes: 64 << 20 }, "server", 4, 0),
        (Action::WrongClave, "server", 4, 1),
        (Action::KeyTwice, "transient", 4, 1),
        (unknown_other.clone(), "server", 4, 1),
    ];
    std::thread::scope(|scope| {
        for (action, category, code, kept) in cases {
            scope.spawn(move || {
                let rule = status_rule(action.clone()).times(1);
                let mut installation = Installation::with(Script::default().with(rule));
                let clave = installation.one_submitted();
                let json = installation.json(&["poll"], code);
                assert_eq!(json["documents"][0]["error"]["category"], category, "{action:?}: {json:#}");
                assert_eq!(installation.state(&clave), "submitted", "{action:?}");
                let entry = "SELECT operation, state, retry_count, error_category FROM retry_queue";
                assert_eq!(installation.rows(entry), [format!("check_status pending 0 {category}")], "{action:?}");
                let responses = installation.rows("SELECT message_type, is_final FROM responses");
                assert_eq!(responses, vec!["other 0"; kept], "{action:?}");
                assert_eq!(installation.json(&["poll"], 0)["processed"], 0, "{action:?}: the queue has it");
                installation.set_clock("2026-11-21T00:00:00Z");
                installation.json(&["retry", "run"], 0);
                assert_eq!(installation.state(&clave), "accepted", "{action:?}");
                installation.nothing_doubled_or_changed();
            });
        }
    });
}

/// What the answer to one document says, with `[notify]` writing down what a person is told: the reason, the check of the
/// signature, and the kinds of notices.
fn judged(action: Action) -> (String, String, Vec<String>) {
    let installation = Installation::with(Script::default().with(status_rule(action)));
    let path = installation.path("cr-einvoice.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let notify = "[notify]\ncommand = [\"sh\", \"-c\", \"cat >> told; echo >> told\"]\n";
    std::fs::write(&path, format!("{text}\n{notify}")).unwrap();
    let clave = installation.one_submitted();
    installation.run(&["run"]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");
    let shown = installation.json(&["responses", "list"], 0)["responses"][0]["error_description"].to_string();
    let csv = installation.run(&["responses", "export"]).exits(0).stdout;
    let told = std::fs::read_to_string(installation.path("told")).unwrap_or_default();
    let kind =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["kind"].as_str().unwrap().to_owned();
    (shown, csv, told.lines().filter(|line| !line.is_empty()).map(kind).collect())
}

/// Anybody can make a signature that is whole: the check says whose it is, and a person is told once.
#[test]
fn a_seal_of_somebody_else_is_told() {
    let (_, csv, told) = judged(Action::OtherSeal);
    assert!(
        csv.contains("\"valid, but the seal is that of OTRA PERSONA INVENTADA (3999999999), not Hacienda's\""),
        "{csv}"
    );
    assert_eq!(told, ["other_seal"]);
    let (_, csv, told) = judged(Action::AnnexSpelling);
    assert!(csv.contains(",valid\n"), "{csv}");
    assert_eq!(told, [""; 0]);
}

/// Whoever rehearses with another seal says so.
#[test]
fn the_seal_is_the_configured_one() {
    let script = Script::default().with(status_rule(Action::OtherSeal));
    let installation = Setup::default().script(script).company_lines("hacienda_seal = \"3-999-999999\"").build();
    installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    let csv = installation.run(&["responses", "export"]).exits(0).stdout;
    assert!(csv.contains(",valid\n"), "{csv}");
}

/// The answer is held against the document; a difference keeps the verdict and is told.
#[test]
fn an_answer_that_differs_from_the_document_is_told_and_obeyed() {
    for (element, text) in [
        ("TotalFactura", "1.00000"),
        ("MontoTotalImpuesto", "1.00000"),
        ("NumeroCedulaEmisor", "3102999777"),
        ("NumeroCedulaReceptor", "109990777"),
        ("Mensaje", "3"),
        ("EstadoMensaje", "Rechazado"),
    ] {
        let (shown, _, told) = judged(Action::Paper([(element.to_owned(), text.to_owned())].into()));
        assert!(shown.contains(&format!("the MensajeHacienda has {element}")), "{element}: {shown}");
        assert_eq!(told, ["answer_differs"], "{element}");
    }
}

#[test]
fn a_verdict_without_its_paper_is_final_and_asked_again_for_it() {
    let installation = Installation::with(Script::default().with(status_rule(Action::WithoutXml).times(2)));
    let clave = installation.one_submitted();
    for paper in ["-", "-"] {
        installation.run(&["poll"]).exits(0);
        assert_eq!(installation.value("SELECT state, answered FROM documents"), "accepted 0");
        assert_eq!(installation.paper_text(1, Paper::Answer), paper);
    }
    assert_eq!(installation.requests(&clave).len(), 3, "one question in a run");
    installation.run(&["poll"]).exits(0);
    assert!(installation.paper_text(1, Paper::Answer).contains("MensajeHacienda"));
    assert_eq!(installation.json(&["poll"], 0)["processed"], 0, "nothing is left to ask");
    let moves = installation.rows("SELECT from_state, to_state FROM events WHERE to_state = 'accepted'");
    assert_eq!(moves, ["submitted accepted"]);
}

#[test]
fn a_paper_that_never_comes_is_not_asked_for_after_the_window() {
    let mut installation = Installation::with(Script::default().with(status_rule(Action::WithoutXml)));
    installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    installation.set_clock("2026-11-22T18:00:00Z");
    assert_eq!(installation.json(&["poll"], 0)["processed"], 0);
}

#[test]
fn neither_too_early_nor_too_often() {
    let mut installation = Setup::default()
        .setting("polling_min_age", 2)
        .setting("polling_interval", 15)
        .script(Script { verdict_polls: 2, ..Script::default() })
        .build();
    let clave = installation.one_submitted();
    for (instant, asked) in [
        ("2026-11-20T18:01:59Z", 0),
        ("2026-11-20T18:02:00Z", 1),
        ("2026-11-20T18:16:59Z", 1),
        ("2026-11-20T18:17:00Z", 2),
        ("2026-11-20T18:32:00Z", 3),
    ] {
        installation.set_clock(instant);
        installation.run(&["poll"]).exits(0);
        assert_eq!(installation.requests(&clave).len(), 1 + asked, "{instant}");
    }
    assert_eq!(installation.state(&clave), "accepted");
    // A selector asks at once.
    let early = Setup::default().setting("polling_min_age", 2).build();
    let clave = early.one_submitted();
    early.run(&["poll", &clave]).exits(0);
    assert_eq!(early.state(&clave), "accepted");
}

#[test]
fn the_window_closes_with_a_reason_and_a_selector_may_still_find_the_verdict() {
    let mut installation =
        Installation::with(Script::default().with(status_rule(Action::Word("procesando".into())).times(3)));
    let clave = installation.one_submitted();
    installation.set_clock("2026-11-21T17:59:59Z");
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.state(&clave), "submitted");
    installation.set_clock("2026-11-21T18:00:00Z");
    let json = installation.json(&["poll"], 3);
    assert_eq!(json["documents"][0]["state"], "error");
    let shown = installation.json(&["show", &clave], 0);
    let reason = shown["document"]["reason"].as_str().unwrap();
    assert_eq!(json["documents"][0]["error"]["message"], reason);
    assert!(reason.contains("24 hours") && reason.contains("procesando") && reason.contains(&clave), "{reason}");
    assert_eq!(installation.json(&["poll"], 0)["processed"], 0, "a person's turn");
    assert_eq!(installation.json(&["poll", &clave], 0)["documents"][0]["result"], "waiting");
    assert_eq!(installation.state(&clave), "error");
    installation.run(&["poll", &clave]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");
    let moves = installation.rows("SELECT from_state, to_state FROM events WHERE from_state IS NOT NULL ORDER BY id");
    assert_eq!(moves, ["draft signed", "signed submitted", "submitted error", "error accepted"]);
    installation.nothing_doubled_or_changed();
}

#[test]
fn an_outage_never_closes_the_window() {
    let mut installation =
        Installation::with(Script::default().with(status_rule(Action::Status { code: 503, cause: None }).times(1)));
    let clave = installation.one_submitted();
    installation.set_clock("2026-11-25T18:00:00Z");
    installation.run(&["poll"]).exits(4);
    assert_eq!(installation.state(&clave), "submitted");
}

#[test]
fn a_document_that_the_service_has_lost_is_sent_again_with_the_same_bytes() {
    let mut installation = Installation::new();
    let clave = installation.one_submitted();
    let other = Installation::new();
    installation.reconfigure(&installation.simulator.url(), &other.simulator.url());
    installation.reconfigure(&installation.simulator.token_url(), &other.simulator.token_url());
    installation.run(&["poll"]).exits(0);
    assert_eq!(other.requests(&clave), ["GET 404"], "it may take the service some minutes");
    installation.set_clock("2026-11-20T18:15:00Z");
    installation.run(&["poll"]).exits(0);
    installation.run(&["poll"]).exits(0);
    assert_eq!(other.requests(&clave), ["GET 404", "GET 404", "POST 202", "GET 200 aceptado"]);
    let sent = other.simulator.record().iter().find_map(|request| request.sha256.clone()).unwrap();
    assert_eq!(sent, installation.value("SELECT signed_sha256 FROM documents"));
}

#[test]
fn polling_that_is_switched_off_asks_only_for_what_is_named() {
    let installation = Setup::default().setting("auto_polling_enabled", false).build();
    let clave = installation.one_submitted();
    let ran = installation.run(&["poll"]).exits(0);
    assert!(ran.stderr.contains("auto_polling_enabled"), "{}", ran.stderr);
    installation.run(&["poll", "-q"]).exits(0).is_silent();
    assert_eq!(installation.requests(&clave), ["POST 202"]);
    installation.run(&["poll", &clave]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");
}

#[test]
fn answers_that_are_not_to_be_stored_leave_the_final_one_on_the_document() {
    let installation = Setup::default()
        .setting("store_responses", false)
        .script(Script { verdict_polls: 1, ..Script::default() })
        .build();
    let clave = installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");
    assert_eq!(installation.value("SELECT count(*) FROM responses"), "0");
    assert!(installation.paper_text(1, Paper::Answer).contains("MensajeHacienda"));
}

#[test]
fn a_rejected_document_is_asked_about_again_only_by_name_and_its_verdict_stands() {
    let installation = Installation::with(Script::default().with(Rule::new(Action::Reject(vec![-99]))));
    let clave = installation.one_submitted();
    installation.run(&["poll"]).exits(3);
    assert_eq!(installation.json(&["poll"], 0)["processed"], 0);
    let json = installation.json(&["poll", &clave], 3);
    assert_eq!(json["documents"][0]["state"], "rejected");
    assert_eq!(installation.value("SELECT count(*) FROM events WHERE to_state = 'rejected'"), "1");
}

#[test]
fn a_document_that_was_never_sent_is_not_asked_about() {
    let installation = Installation::new();
    let clave = installation.one_signed();
    let json = installation.json(&["poll", &clave], 0);
    assert_eq!(json["documents"][0]["result"], "skipped");
    assert!(installation.simulator.record().is_empty());
}

#[test]
fn the_oldest_come_first_and_the_limit_is_kept() {
    let mut installation = Setup::default().setting("max_concurrent_batches", 1).build();
    installation.signed(&invoices(3));
    for (number, minute) in [(2, 1), (3, 2), (1, 3)] {
        installation.set_clock(&format!("2026-11-20T18:0{minute}:00Z"));
        installation.run(&["submit", &invoice(number).clave]).exits(0);
    }
    installation.run(&["poll", "--limit", "2"]).exits(0);
    let asked: Vec<_> = installation
        .simulator
        .record()
        .into_iter()
        .filter(|request| request.endpoint == Endpoint::Status)
        .map(|request| request.clave.unwrap())
        .collect();
    assert_eq!(asked, [invoice(2).clave, invoice(3).clave]);
}

#[test]
fn the_paper_that_is_shown_is_the_one_that_came() {
    let installation = Installation::new();
    let clave = installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    let xml = installation.run(&["responses", "show", "1", "--xml"]).exits(0).stdout;
    assert_eq!(installation.paper(1, Paper::Answer).as_deref(), Some(xml.as_bytes()));
    assert_eq!(
        installation.value("SELECT lower(hex(sha256)) FROM papers WHERE paper = 'answer'"),
        sha256(xml.as_bytes())
    );
    let raw = installation.run(&["responses", "show", "1", "--raw"]).exits(0).stdout;
    let body: Value = serde_json::from_str(&raw).unwrap();
    assert_eq!(body["clave"], clave.as_str());
    installation.write("answer.xml", xml.as_bytes());
    assert_eq!(installation.json(&["verify", "answer.xml"], 0)["valid"], true);
}
