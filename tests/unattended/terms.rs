//! `deadlines`: the terms of the law, the holidays of Costa Rica, exit code 3.

use crate::common::{Installation, Sample, invoice, numbered};

/// The same invoice, issued without a connection: situación 3.
fn offline(sample: &Sample) -> Sample {
    let clave = format!("{}3{}", &sample.clave[..41], &sample.clave[42..]);
    Sample { xml: sample.xml.replace(&sample.clave, &clave), clave }
}

fn terms(installation: &Installation, code: i32) -> Vec<(String, String, bool, bool)> {
    let json = installation.json(&["deadlines"], code);
    let word = |term: &serde_json::Value, key: &str| term[key].as_str().unwrap().to_owned();
    let truth = |term: &serde_json::Value, key: &str| term[key].as_bool().unwrap();
    let read = |term: &serde_json::Value| {
        (word(term, "rule"), word(term, "due_at"), truth(term, "near"), truth(term, "passed"))
    };
    json["deadlines"].as_array().unwrap().iter().map(read).collect()
}

#[test]
fn nothing_open_is_under_no_term() {
    let installation = Installation::new();
    assert_eq!(terms(&installation, 0), []);
    installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    assert_eq!(terms(&installation, 0), []);
}

/// The samples are of Wednesday 18 November 2026.
#[test]
fn a_situation_3_document_has_two_business_days() {
    let mut installation = Installation::new();
    installation.set_clock("2026-11-18T20:00:00Z");
    installation.import(&[offline(&invoice(1))]);
    assert_eq!(terms(&installation, 0), [("offline".into(), "2026-11-21T05:59:59Z".into(), false, false)]);
    installation.set_clock("2026-11-20T12:00:00Z");
    assert_eq!(terms(&installation, 0), [("offline".into(), "2026-11-21T05:59:59Z".into(), true, false)]);
    // A holiday of the house moves it past the weekend.
    let path = installation.path("cr-einvoice.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen('\n', "\nholidays_add = [\"2026-11-20\"]\n", 1)).unwrap();
    assert_eq!(terms(&installation, 0), [("offline".into(), "2026-11-24T05:59:59Z".into(), false, false)]);
    installation.set_clock("2026-11-24T06:00:00Z");
    assert_eq!(terms(&installation, 3), [("offline".into(), "2026-11-24T05:59:59Z".into(), false, true)]);
    assert!(installation.run(&["deadlines"]).exits(3).stdout.contains("PASSED"));
    assert!(installation.run(&["-q", "deadlines"]).exits(3).stdout.contains("PASSED"), "quiet is for when all is well");
}

#[test]
fn a_confirmation_has_eight_business_days_of_the_next_month() {
    let mut installation = Installation::new();
    installation.set_clock("2026-11-20T12:00:00Z");
    installation.import(&[numbered("mensaje-aceptacion.xml", 1)]);
    let found = terms(&installation, 0);
    // 1 December is a holiday (moved or not, by the law of the year), so the eighth business day is the 11th at the latest.
    assert_eq!(found[0].0, "confirmation");
    assert_eq!(found[0].1, "2026-12-12T05:59:59Z");
}

#[test]
fn a_submitted_document_has_three_hours() {
    let mut installation = Installation::new();
    installation.one_submitted();
    assert_eq!(terms(&installation, 0), [("validation".into(), "2026-11-20T21:00:00Z".into(), false, false)]);
    installation.set_clock("2026-11-20T21:00:01Z");
    assert!(terms(&installation, 3)[0].3);
    assert_eq!(terms(&installation, 3).len(), 1);
    installation.run(&["--company", "imaginaria", "deadlines"]).exits(3);
}
