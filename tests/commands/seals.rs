//! The seal of Hacienda's answers: one that is broken or missing is kept as what it is, the verdict stands, and a person is told.

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};

use crate::common::Installation;

/// Lets a document be judged with an answer like this; what a person is told about it, as JSON.
fn told(action: Action) -> (Installation, Vec<serde_json::Value>) {
    let installation = Installation::with(Script::default().with(Rule::new(action).at(Endpoint::Status)));
    let path = installation.path("cr-einvoice.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let notify = "[notify]\ncommand = [\"sh\", \"-c\", \"cat >> told; echo >> told\"]\n";
    std::fs::write(&path, format!("{text}\n{notify}")).unwrap();
    let clave = installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.state(&clave), "accepted", "the verdict is the service's word");
    // The same answer again is no news.
    installation.run(&["poll", &clave]).exits(0);
    let told = std::fs::read_to_string(installation.path("told")).unwrap_or_default();
    let told = told.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect();
    (installation, told)
}

#[test]
fn a_seal_that_is_broken_is_told() {
    let (installation, told) = told(Action::BrokenSeal);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["kind"], "seal_fails");
    assert_eq!(told[0]["clave"], installation.value("SELECT clave FROM documents").as_str());
    let message = told[0]["message"].as_str().unwrap();
    assert!(message.contains("does not hold") && message.contains("verify"), "{message}");
    let kept = installation.value("SELECT response_signature FROM documents");
    assert!(kept.contains("\"fails\""), "{kept}");
}

#[test]
fn a_seal_that_is_missing_is_told() {
    let (installation, told) = told(Action::Unsealed);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["kind"], "seal_fails");
    let message = told[0]["message"].as_str().unwrap();
    assert!(message.contains("carries no signature"), "{message}");
    assert_eq!(installation.value("SELECT response_signature FROM documents"), "none");
}

#[test]
fn a_seal_that_holds_is_no_news() {
    let (installation, told) = told(Action::AnnexSpelling);
    assert_eq!(told, [serde_json::Value::Null; 0]);
    assert_eq!(installation.value("SELECT response_signature FROM documents"), "valid");
}
