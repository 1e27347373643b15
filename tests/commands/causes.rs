//! What the database keeps for people is data; the sentences are made when somebody reads, and rows of other versions are
//! shown to the letter.

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use rusqlite::Connection;
use serde_json::Value;

use crate::common::{Installation, PASSWORD, PIN};

const SENTENCE: &str = "the document was not confirmed as received: HTTP 503: the service failed: mantenimiento";

fn refused(code: u16, cause: &str) -> Installation {
    let action = Action::Status { code, cause: Some(cause.to_owned()) };
    Installation::with(Script::default().with(Rule::new(action).at(Endpoint::Submit)))
}

/// Every text that a person is shown of a document.
fn told(installation: &Installation, clave: &str) -> Value {
    installation.json(&["show", clave], 0)
}

#[test]
fn a_failure_is_kept_as_data_and_said_as_ever() {
    let installation = refused(503, "mantenimiento");
    let clave = installation.one_signed();
    let report = installation.json(&["submit"], 4)["documents"][0].take();
    assert_eq!(report["error"]["category"], "server");
    assert_eq!(report["error"]["message"], SENTENCE);
    assert_eq!(report["error"]["cause"], "answer");

    let kept: Value = serde_json::from_str(&installation.value("SELECT last_error FROM retry_queue")).unwrap();
    assert_eq!(kept["answer"]["http_status"], 503);
    assert_eq!(kept["answer"]["words"], "mantenimiento");
    for query in ["SELECT last_error FROM retry_queue", "SELECT detail FROM events WHERE operation = 'submit'"] {
        for row in installation.rows(query) {
            assert!(!row.contains("confirmed"), "a sentence is stored: {row}");
        }
    }

    let shown = told(&installation, &clave);
    assert_eq!(shown["retries"][0]["last_error"], SENTENCE);
    let details: Vec<_> = shown["events"].as_array().unwrap().iter().map(|it| it["detail"].as_str().unwrap()).collect();
    assert_eq!(details.last().unwrap(), &format!("server: {SENTENCE}"));
    assert!(details[0].starts_with("sha256 ") && details[1].starts_with("sha256 "), "{details:?}");
    assert!(details[2].starts_with("POST of sha256 "), "{details:?}");
    assert_eq!(installation.json(&["retry", "list"], 0)["entries"][0]["last_error"], SENTENCE);
    assert!(installation.run(&["show", &clave]).exits(0).stdout.contains("HTTP 503: the service failed"));
    installation.run(&["verify", "--events"]).exits(0);
}

/// What another version wrote: a sentence, or a kind that this version does not know.
#[test]
fn rows_of_other_versions_are_shown_to_the_letter() {
    for text in ["the link was down; try later", r#"{"comet":{"tail":3}}"#, r#"{"answer":{"stage":"a later one"}}"#] {
        let installation = refused(503, "mantenimiento");
        let clave = installation.one_signed();
        installation.run(&["submit"]).exits(4);
        let connection = Connection::open(installation.database()).unwrap();
        connection
            .execute_batch(&format!(
                "DROP TRIGGER events_are_never_changed;
                 UPDATE retry_queue SET last_error = '{text}';
                 UPDATE documents SET reason = '{text}', response_signature = '{text}';
                 UPDATE events SET detail = '{text}' WHERE to_state IS NULL"
            ))
            .unwrap();
        connection.close().unwrap();
        let shown = told(&installation, &clave);
        assert_eq!(shown["retries"][0]["last_error"], text);
        assert_eq!(shown["document"]["reason"], text);
        assert_eq!(shown["document"]["response_signature"], text);
        assert_eq!(shown["events"][2]["detail"], text);
        assert_eq!(installation.json(&["retry", "list"], 0)["entries"][0]["last_error"], text);
        installation.run(&["show", &clave]).exits(0);
        installation.run(&["retry", "now", &clave]).exits(4);
    }
}

/// A company's trouble is told with its remedy, and holds no secret.
#[test]
fn a_wrong_pin_is_kept_as_such() {
    let installation = Installation::new();
    let sample = crate::common::invoice(1);
    installation.import(std::slice::from_ref(&sample));
    installation.write_private("pin", b"9999-otra");
    let message = installation.json(&["sign"], 6)["documents"][0]["error"]["message"].take();
    assert!(
        message
            .as_str()
            .unwrap()
            .ends_with("the PIN does not open the .p12 file; check it against the one that ATV showed")
    );
    let kept = installation.value("SELECT last_error FROM retry_queue");
    let cause: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(cause["company"]["fault"]["certificate"]["fault"], "wrong_pin");
    for secret in ["9999-otra", PIN, PASSWORD] {
        assert!(!kept.contains(secret));
    }
    assert_eq!(told(&installation, &sample.clave)["retries"][0]["last_error"], message);
}

/// Hacienda's words stay Hacienda's, in the column and on the screen.
#[test]
fn the_words_of_a_rejection_stay_as_they_came() {
    let installation = Installation::with(Script::default().with(Rule::new(Action::Reject(vec![-37, -99]))));
    let clave = installation.one_submitted();
    installation.run(&["poll", &clave]).exits(3);
    let shown = told(&installation, &clave);
    let description = shown["responses"][0]["error_description"].as_str().unwrap();
    assert_eq!(shown["document"]["reason"], description);
    let row = &shown["responses"][0]["details"][0];
    let (code, words) = (row["code"].as_str().unwrap(), row["message"].as_str().unwrap());
    assert!(description.starts_with(&format!("{code} {words}")), "{description}");
    let column = installation.value("SELECT error_description FROM responses WHERE is_final");
    assert!(column.starts_with(&format!("{code} {words}")), "{column}");
}
