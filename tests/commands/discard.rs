//! `discard`: what was never sent is ended and kept; what may have been sent stands; whatever runs or dies meanwhile, a
//! discarded document is never sent.

use std::thread;
use std::time::{Duration, Instant};

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use cr_einvoice::store::Paper;
use serde_json::Value;

use crate::common::{Installation, Sample, Setup, finish, invoice, invoices, numbered};

const REASON: &str = "el cliente canceló el pedido";

fn discard(here: &Installation, claves: &[&str], code: i32) -> Value {
    let arguments: Vec<&str> = ["discard", "--reason", REASON].into_iter().chain(claves.iter().copied()).collect();
    here.json(&arguments, code)
}

fn message(result: &Value) -> &str {
    result["documents"][0]["error"]["message"].as_str().unwrap_or_else(|| panic!("{result:#}"))
}

#[test]
fn a_draft_and_a_signed_document_are_ended_and_kept() {
    let here = Installation::new();
    let documents = invoices(3);
    here.import(&documents);
    here.run(&["sign", &documents[1].clave]).exits(0);
    let consecutivo = &documents[1].clave[21..41];
    let result = discard(&here, &[&documents[0].clave, consecutivo], 0);
    for (line, document) in result["documents"].as_array().unwrap().iter().zip(&documents) {
        assert_eq!(line["clave"], document.clave.as_str());
        assert_eq!((line["state"].as_str(), line["result"].as_str()), (Some("discarded"), Some("done")), "{line:#}");
        assert!(line["error"].is_null());
    }
    // Its papers, its number and the reason stay.
    assert_eq!(here.paper_text(1, Paper::Draft), documents[0].xml);
    assert!(here.paper_text(2, Paper::Signed).contains("ds:Signature"));
    let events = here.rows("SELECT document_id, from_state, to_state, detail FROM events WHERE operation = 'discard'");
    assert_eq!(
        events,
        ["1 draft", "2 signed"]
            .map(|it| format!("{it} discarded {{\"resolved\":{{\"discarded\":{{\"reason\":\"{REASON}\"}}}}}}"))
    );
    assert_ne!(here.value("SELECT DISTINCT actor FROM events WHERE operation = 'discard'"), "");
    let shown = here.run(&["show", &documents[0].clave]).exits(0);
    assert!(shown.stdout.contains("discarded") && shown.stdout.contains(REASON), "{}", shown.stdout);
    here.run(&["verify", "--events"]).exits(0);
    // Nothing touches them again, and everything that counts knows them.
    for command in ["sign", "submit", "poll"] {
        here.run(&[command]).exits(0);
    }
    assert_eq!(here.rows("SELECT state FROM documents ORDER BY id"), ["discarded", "discarded", "accepted"]);
    assert_eq!(here.requests(&documents[0].clave), [""; 0]);
    assert_eq!(here.requests(&documents[1].clave), [""; 0]);
    let stats = here.json(&["stats"], 0);
    assert_eq!((stats["documents"]["discarded"].as_u64(), stats["documents"]["total"].as_u64()), (Some(2), Some(3)));
    assert_eq!(stats["acceptance_rate"].as_f64(), Some(100.0));
    let listed = here.json(&["list", "--state", "discarded"], 0);
    assert_eq!(listed["documents"].as_array().unwrap().len(), 2);
    let numbers = here.json(&["numbering"], 0);
    assert_eq!((numbers["series"][0]["discarded"].as_u64(), numbers["gaps"].as_array().unwrap().len()), (Some(2), 0));
    assert_eq!(here.json(&["deadlines"], 0)["deadlines"].as_array().unwrap().len(), 0);
    here.run(&["doctor", "--offline", "--full"]).exits(0);
    // Again is no news, and a step that names one says why it does nothing.
    let again = discard(&here, &[&documents[0].clave], 0);
    assert_eq!(again["documents"][0]["result"], "skipped");
    for command in ["sign", "submit", "poll"] {
        let json = here.json(&[command, &documents[0].clave], 0);
        assert_eq!(json["documents"][0]["note"], "it was discarded; nothing is ever done with it", "{command}");
    }
}

#[test]
fn a_dry_run_ends_nothing() {
    let here = Installation::new();
    here.import(&[invoice(1)]);
    let result = here.json(&["discard", &invoice(1).clave, "--reason", REASON, "--dry-run"], 0);
    assert_eq!((result["dry_run"].as_bool(), result["documents"][0]["state"].as_str()), (Some(true), Some("draft")));
    assert_eq!(here.state(&invoice(1).clave), "draft");
}

#[test]
fn a_reason_must_be_given_and_say_something() {
    let here = Installation::new();
    here.import(&[invoice(1)]);
    here.run(&["discard", &invoice(1).clave]).exits(2);
    for reason in ["", "  ", "a\u{7}b", &"x".repeat(501)] {
        here.run(&["discard", &invoice(1).clave, "--reason", reason]).exits(2);
    }
    // A key that nobody has stops the run before anything is ended.
    here.run(&["discard", &invoice(1).clave, &invoice(2).clave, "--reason", REASON]).exits(2);
    assert_eq!(here.state(&invoice(1).clave), "draft");
}

#[test]
fn what_was_sent_stands_and_says_what_undoes_it() {
    let rejected = invoice(4).clave;
    let script = Script::default()
        .with(Rule::new(Action::Reject(vec![-37])).for_clave(&rejected))
        .with(Rule::new(Action::Late { polls: 5, seconds: 0 }).for_clave(&invoice(3).clave))
        .with(Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Submit).for_clave(&invoice(5).clave));
    let here = Setup::default().script(script).build();
    here.signed(&invoices(5));
    here.signed(&[numbered("nc.xml", 6)]);
    here.run(&["submit"]);
    here.run(&["poll"]);
    let cases = [
        (
            invoice(1).clave,
            "accepted",
            "Hacienda accepted it, so it stands: a nota de crédito annuls it: `generate --of 5",
        ),
        (numbered("nc.xml", 6).clave, "accepted", "a nota de débito reverses it"),
        (invoice(3).clave, "submitted", "its verdict is awaited: `poll 5"),
        (rejected, "rejected", "makes what stands in its place"),
        (invoice(5).clave, "signed", "a request with it was begun, so Hacienda may have it: `submit 5"),
    ];
    for (clave, state, words) in cases {
        assert_eq!(here.state(&clave), state);
        let result = discard(&here, &[&clave], 3);
        assert!(message(&result).contains(words), "{state}: {}", message(&result));
        assert_eq!((result["documents"][0]["result"].as_str(), here.state(&clave)), (Some("failed"), state.to_owned()));
    }
    assert_eq!(here.value("SELECT count(*) FROM events WHERE operation = 'discard'"), "0");
}

#[test]
fn one_that_stands_keeps_no_other_from_its_end() {
    let here = Installation::new();
    let sent = here.one_submitted();
    here.import(&[invoice(2)]);
    let result = discard(&here, &[&sent, &invoice(2).clave], 3);
    assert_eq!(result["documents"][1]["result"], "done");
    let text = here.run(&["discard", &sent, "--reason", REASON]).exits(3).stdout;
    assert!(text.contains("discard: 0 documents ended, 1 stand"), "{text}");
}

#[test]
fn its_retry_entries_end_with_it() {
    let here = Installation::new();
    here.write_private("pin", b"wrong");
    here.import(&[invoice(1)]);
    here.run(&["sign"]).exits(6);
    assert_eq!(here.value("SELECT state FROM retry_queue"), "pending");
    discard(&here, &[&invoice(1).clave], 0);
    assert_eq!(here.value("SELECT state, next_attempt FROM retry_queue"), "cancelled -");
    here.run(&["retry", "now", &invoice(1).clave]).exits(2);
}

#[test]
fn a_discarded_clave_that_is_imported_again_stays_discarded_and_is_told() {
    let here = Installation::new();
    here.import(&[invoice(1)]);
    discard(&here, &[&invoice(1).clave], 0);
    let again = here.json(&["import", "in"], 0);
    assert_eq!((again["imported"].as_u64(), again["unchanged"].as_u64()), (Some(0), Some(1)));
    let line = &again["documents"][0];
    assert_eq!((line["result"].as_str(), line["state"].as_str()), (Some("unchanged"), Some("discarded")));
    assert!(line["warnings"][0].as_str().unwrap().starts_with("it was discarded"), "{line:#}");
    assert!(here.run(&["import", "in"]).exits(0).stdout.contains("it was discarded"));
    here.run(&["import", "in", "-q"]).exits(0).is_silent();
    assert_eq!(here.state(&invoice(1).clave), "discarded");
}

#[test]
fn one_of_two_with_one_number_is_discarded_and_the_number_is_no_duplicate_any_more() {
    let here = Installation::new();
    let first = invoice(1);
    let other = Sample {
        clave: format!("{}{}", &first.clave[..49], if first.clave.ends_with('7') { '8' } else { '7' }),
        ..first.clone()
    };
    let other = Sample { xml: other.xml.replace(&first.clave, &other.clave), ..other };
    here.write("one.xml", first.xml.as_bytes());
    here.write("two.xml", other.xml.as_bytes());
    here.run(&["import", "one.xml"]).exits(0);
    let second = here.json(&["import", "two.xml"], 0);
    let warning = second["documents"][0]["warnings"][0].as_str().unwrap();
    assert!(warning.contains(&first.clave) && warning.contains("-99"), "{warning}");
    assert_eq!(here.json(&["numbering"], 0)["duplicates"].as_array().unwrap().len(), 1);
    discard(&here, &[&other.clave], 0);
    assert_eq!(here.json(&["numbering"], 0)["duplicates"].as_array().unwrap().len(), 0);
}

#[test]
fn what_came_signed_may_have_been_sent_by_another_system() {
    let signer = Installation::new();
    let clave = signer.one_signed();
    let here = Installation::new();
    here.write("signed.xml", &signer.paper(1, Paper::Signed).unwrap());
    here.run(&["import", "signed.xml"]).exits(0);
    let result = discard(&here, &[&clave], 0);
    assert!(result["documents"][0]["note"].as_str().unwrap().contains("if another system sent it"), "{result:#}");
    assert!(discard(&signer, &[&clave], 0)["documents"][0].get("note").is_none());
}

/// The first POST is under way and its worker holds both documents: what is being sent stands, what waits for its turn is
/// ended and never sent.
#[test]
fn of_the_documents_of_a_running_submit_those_not_begun_are_ended_and_never_sent() {
    let rule = Rule::new(Action::TimeoutBefore).at(Endpoint::Submit).times(1);
    let here = Setup::default()
        .script(Script::default().with(rule))
        .setting("max_concurrent_batches", 1)
        .setting("request_timeout", 3)
        .build();
    let documents = invoices(4);
    here.signed(&documents);
    let arguments = ["submit", "--json"];
    let child = here.start(&arguments);
    let begun = Instant::now();
    while here.value("SELECT count(*) FROM documents WHERE delivery_unknown = 1") == "0" {
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing is sent");
        thread::sleep(Duration::from_millis(2));
    }
    let sending = here.value("SELECT clave FROM documents WHERE delivery_unknown = 1");
    let others: Vec<&str> = documents.iter().map(|it| it.clave.as_str()).filter(|clave| *clave != sending).collect();
    assert!(message(&discard(&here, &[&sending], 3)).contains("a request with it was begun"));
    discard(&here, &others, 0);
    finish(child, &arguments);
    for clave in &others {
        assert_eq!((here.state(clave), here.requests(clave)), ("discarded".to_owned(), vec![]), "{clave}");
    }
    here.run(&["submit"]).exits(0);
    assert_eq!(here.value("SELECT count(*) FROM leases"), "0");
    here.nothing_doubled_or_changed();
    here.run(&["verify", "--events"]).exits(0);
}

#[test]
fn a_running_sign_and_a_discard_agree_on_every_document() {
    let here = Installation::new();
    let documents = invoices(600);
    here.import(&documents);
    let arguments = ["sign", "--json"];
    let child = here.start(&arguments);
    for part in documents.chunks(60).rev() {
        let claves: Vec<&str> = part.iter().step_by(2).map(|it| it.clave.as_str()).collect();
        discard(&here, &claves, 0);
    }
    finish(child, &arguments).exits(0);
    here.run(&["sign"]).exits(0);
    let states = here.rows("SELECT state, count(*) FROM documents GROUP BY state ORDER BY state");
    assert_eq!(states, ["discarded 300", "signed 300"]);
    here.run(&["submit"]).exits(0);
    for (number, document) in documents.iter().enumerate() {
        let sent = here.requests(&document.clave).len();
        assert_eq!(sent, number % 2, "{}", document.clave);
    }
    here.run(&["verify", "--events"]).exits(0);
}

#[test]
fn killed_at_any_instant_it_has_ended_all_that_it_was_given_or_nothing() {
    let here = Installation::new();
    let documents = invoices(120);
    here.import(&documents);
    for (round, part) in documents.chunks(10).enumerate() {
        let claves: Vec<&str> = part.iter().map(|it| it.clave.as_str()).collect();
        let arguments: Vec<&str> = ["discard", "--reason", REASON].into_iter().chain(claves.iter().copied()).collect();
        let mut child = here.start(&arguments);
        thread::sleep(Duration::from_micros(1_500 * round as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        let ended = part.iter().filter(|it| here.state(&it.clave) == "discarded").count();
        assert!(ended == 0 || ended == part.len(), "{ended} of {}", part.len());
        let told = here.value("SELECT count(*) FROM documents WHERE state = 'discarded' AND reason IS NOT NULL");
        assert_eq!(told, here.value("SELECT count(*) FROM events WHERE operation = 'discard'"));
        discard(&here, &claves, 0);
    }
    assert_eq!(here.value("SELECT count(*) FROM events WHERE operation = 'discard'"), "120");
    here.run(&["verify", "--events"]).exits(0);
    here.run(&["sign"]).exits(0);
    assert_eq!(here.value("SELECT count(*) FROM documents WHERE state <> 'discarded'"), "0");
}
