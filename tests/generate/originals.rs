//! A note is held against its original wherever the database has it: when it is made, validated, imported and signed. So is a number
//! that another document has.

use cr_einvoice::simulator::{Action, Rule, Script};
use serde_json::Value;

use crate::common::{Installation, Sample, Setup, content, invoice};
use crate::support::{ISSUER, NOW};

/// An installation with a signed invoice, and a note of credit on all of it that is not in the database, numbered 77.
fn with_note(kind: &str) -> (Installation, String, String) {
    let here = Setup::default().clock(NOW).company_lines(ISSUER).build();
    let clave = {
        here.import(&[invoice(1)]);
        here.run(&["sign"]).exits(0);
        invoice(1).clave
    };
    let result = here.json(&["generate", "--of", &clave, "--kind", kind], 0);
    let made = result["documents"][0]["clave"].as_str().unwrap().to_owned();
    let xml = here.run(&["show", &made, "--xml"]).exits(0).stdout;
    here.run(&["discard", &made, "--reason", "solo para mirar"]).exits(0);
    (here, clave, renumbered(&xml, 77))
}

fn renumbered(xml: &str, number: u64) -> String {
    let (clave, consecutivo) = (content(xml, "Clave").to_owned(), content(xml, "NumeroConsecutivo").to_owned());
    let other = format!("{}{number:010}", &consecutivo[..10]);
    let key = format!("{}{other}{}", &clave[..21], &clave[41..]);
    xml.replace(&clave, &key).replace(&consecutivo, &other)
}

/// The names of what `validate` finds that Hacienda would reject, or warn about.
fn found(result: &Value, severity: &str) -> Vec<String> {
    let findings = result["documents"][0]["findings"].as_array().unwrap().iter();
    let wanted = findings.filter(|finding| finding["severity"] == severity);
    let mut names: Vec<_> = wanted.map(|finding| finding["name"].as_str().unwrap().to_owned()).collect();
    names.dedup();
    names
}

#[test]
fn an_imported_note_is_held_against_its_original_everywhere() {
    let (here, _, note) = with_note("NC");
    let receptor = content(&invoice(1).xml[invoice(1).xml.find("<Receptor>").unwrap()..], "Numero").to_owned();
    let cabys = content(&note, "CodigoCABYS").to_owned();
    let cases = [
        ("note-receptor", note.replace(&format!("<Numero>{receptor}<"), "<Numero>3101123456<")),
        (
            "note-currency",
            note.replace("<CodigoMoneda>CRC<", "<CodigoMoneda>USD<").replace("<TipoCambio>1", "<TipoCambio>512"),
        ),
        ("note-cabys", note.replacen(&cabys, "2399999009900", 1)),
    ];
    here.write("note.xml", note.as_bytes());
    assert_eq!(found(&here.json(&["validate", "note.xml"], 0), "reject"), [""; 0]);
    for (number, (name, xml)) in cases.into_iter().enumerate() {
        assert_ne!(xml, note, "{name}");
        let xml = renumbered(&xml, 100 + number as u64);
        let file = format!("{name}.xml");
        here.write(&file, xml.as_bytes());
        assert_eq!(found(&here.json(&["validate", &file], 3), "reject"), [name]);
        let imported = here.json(&["import", &file], 0);
        let warning = imported["documents"][0]["warnings"][0].as_str().unwrap();
        assert!(warning.ends_with(&format!("({name})")), "{warning}");
        let clave = imported["documents"][0]["clave"].as_str().unwrap();
        assert_eq!(found(&here.json(&["validate", clave], 3), "reject"), [name]);
        let signed = here.json(&["sign", clave], 3);
        assert!(signed["documents"][0]["error"]["message"].as_str().unwrap().contains(name), "{signed:#}");
        assert_eq!(here.state(clave), "draft");
        here.run(&["discard", clave, "--reason", "no calza"]).exits(0);
    }
    // Where the original is not known there is nothing to hold it against.
    let stranger = Setup::default().clock(NOW).company_lines(ISSUER).build();
    stranger.write("note.xml", note.replace(&receptor, "3101123456").as_bytes());
    assert_eq!(found(&stranger.json(&["validate", "note.xml"], 0), "reject"), [""; 0]);
}

#[test]
fn imported_notes_together_stay_within_their_original() {
    let (here, clave, note) = with_note("NC");
    here.write("one.xml", note.as_bytes());
    here.write("two.xml", renumbered(&note, 78).as_bytes());
    here.run(&["import", "one.xml"]).exits(0);
    let second = here.json(&["import", "two.xml"], 0);
    let warning = second["documents"][0]["warnings"][0].as_str().unwrap();
    assert!(warning.contains(&format!("only 0 of {clave}")) && warning.ends_with("(note-amount)"), "{warning}");
    for file in ["one.xml", "two.xml"] {
        assert_eq!(found(&here.json(&["validate", file], 3), "reject"), ["note-amount"]);
    }
    assert_eq!(here.json(&["sign"], 3)["failed"], 2);
    // Whoever ends one may sign the other.
    let other = second["documents"][0]["clave"].as_str().unwrap();
    here.run(&["discard", other, "--reason", "doble"]).exits(0);
    here.run(&["retry", "now", content(&note, "Clave")]).exits(0);
    assert_eq!(here.state(content(&note, "Clave")), "signed");
    // The generator counts it too.
    let refused = here.json(&["generate", "--of", &clave, "--kind", "NC"], 3);
    let error = refused["documents"][0]["error"].as_str().unwrap();
    assert!(error.starts_with("references: ") && error.contains("only 0 of"), "{error}");
}

#[test]
fn a_note_of_debit_may_charge_for_something_else() {
    let (here, _, note) = with_note("ND");
    let cabys = content(&note, "CodigoCABYS").to_owned();
    here.write("note.xml", note.replacen(&cabys, "2399999009900", 1).as_bytes());
    let result = here.json(&["validate", "note.xml"], 0);
    assert!(found(&result, "warn").contains(&"note-cabys".to_owned()), "{result:#}");
}

#[test]
fn a_note_on_what_hacienda_rejected_is_not_signed() {
    let script = Script::default().with(Rule::new(Action::Reject(vec![-37])).times(1));
    let (_, _, note) = with_note("NC");
    let here = Setup::default().script(script).clock(NOW).company_lines(ISSUER).build();
    let rejected = here.one_submitted();
    here.run(&["poll"]).exits(3);
    here.write("note.xml", note.as_bytes());
    assert_eq!(found(&here.json(&["validate", "note.xml"], 3), "reject"), ["note-original"]);
    let signed = here.json(&["sign", "note.xml"], 3);
    let message = signed["documents"][0]["error"]["message"].as_str().unwrap();
    assert!(message.contains(&rejected) && message.contains("there is nothing to credit"), "{message}");
}

#[test]
fn a_generated_note_is_held_against_its_original() {
    let (here, clave, _) = with_note("NC");
    let input = |receptor: &str, currency: &str, cabys: &str| {
        serde_json::json!({
            "kind": "NC", "receptor": {"name": "Ana Prueba", "identification": receptor}, "payment": "efectivo",
            "currency": currency, "exchange_rate": if currency == "CRC" { "1" } else { "512" },
            "references": [{"document": "01", "number": clave, "date": "2026-11-18T10:05:00-06:00", "code": "02", "reason": "Rebaja"}],
            "lines": [{"cabys": cabys, "description": "Rebaja", "quantity": 1, "price": 10, "tax": 13}],
        })
    };
    let xml = invoice(1).xml;
    let receptor = content(&xml[xml.find("<Receptor>").unwrap()..], "Numero").to_owned();
    let cabys = content(&xml, "CodigoCABYS").to_owned();
    for (name, value) in [
        ("note-receptor", input("3101123456", "CRC", &cabys)),
        ("note-currency", input(&receptor, "USD", &cabys)),
        ("note-cabys", input(&receptor, "CRC", "2399999009900")),
    ] {
        here.write("note.json", value.to_string().as_bytes());
        let refused = here.json(&["generate", "note.json"], 3);
        let error = refused["documents"][0]["error"].as_str().unwrap();
        assert!(error.starts_with("references: ") && error.contains(name), "{error}");
    }
    here.write("note.json", input(&receptor, "CRC", &cabys).to_string().as_bytes());
    assert_eq!(here.json(&["generate", "note.json"], 0)["generated"], 1);
}

/// Hacienda takes the first of two documents with one number and rejects the other, whatever their claves.
#[test]
fn a_number_that_another_document_has_is_told_before_it_is_sent() {
    let here = Setup::default().clock(NOW).company_lines(ISSUER).build();
    let sent = here.one_submitted();
    let other = Sample { clave: format!("{}99999999", &sent[..42]), xml: invoice(1).xml };
    let other = Sample { xml: other.xml.replace(&sent, &other.clave), ..other };
    here.write("other.xml", other.xml.as_bytes());
    assert_eq!(found(&here.json(&["validate", "other.xml"], 3), "reject"), ["number-used"]);
    let imported = here.json(&["import", "other.xml"], 0);
    assert!(imported["documents"][0]["warnings"][0].as_str().unwrap().contains(&sent));
    assert_eq!(found(&here.json(&["validate", &other.clave], 3), "reject"), ["number-used"]);
    assert_eq!(found(&here.json(&["validate", &sent], 0), "reject"), [""; 0], "it was there first");
    let refused = here.json(&["sign"], 3);
    let message = refused["documents"][0]["error"]["message"].as_str().unwrap();
    assert!(message.contains(&sent) && message.contains("-99"), "{message}");
    // A person may insist, or end it.
    here.run(&["discard", &other.clave, "--reason", "número repetido"]).exits(0);
    assert_eq!(here.json(&["numbering"], 0)["duplicates"].as_array().unwrap().len(), 0);
}
