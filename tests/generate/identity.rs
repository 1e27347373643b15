//! Whether an input is new: by the word that it carries, else by its bytes. Nothing is silently not made, nothing twice.

use cr_einvoice::document::Kind;
use cr_einvoice::generate::template;
use cr_einvoice::simulator::{Action, Rule, Script};
use serde_json::Value;

use crate::common::{Installation, Setup};
use crate::support::{ISSUER, NOW, installation};

const HEAD: &str = "documento;tipo;medio de pago;cabys;descripción;precio;iva\n";

fn row(document: &str, price: &str) -> String {
    format!("{document};TE;efectivo;8314100000000;Soporte;{price};13\n")
}

fn counts(result: &Value) -> (u64, u64, u64) {
    let count = |name: &str| result[name].as_u64().unwrap();
    (count("generated"), count("unchanged"), count("failed"))
}

fn error(result: &Value) -> &str {
    result["documents"][0]["error"].as_str().unwrap_or_else(|| panic!("{result}"))
}

fn documents(here: &Installation) -> String {
    here.value("SELECT count(*) FROM documents")
}

#[test]
fn the_numbers_of_the_rows_are_no_ids() {
    let here = installation();
    here.write("october.csv", format!("{HEAD}{}{}", row("1", "10"), row("2", "20")).as_bytes());
    here.write("november.csv", format!("{HEAD}{}{}", row("1", "30"), row("2", "40")).as_bytes());
    assert_eq!(counts(&here.json(&["generate", "october.csv"], 0)), (2, 0, 0));
    assert_eq!(counts(&here.json(&["generate", "november.csv"], 0)), (2, 0, 0));
    assert_eq!(documents(&here), "4");
}

#[test]
fn the_same_bytes_again_are_refused_with_what_they_made() {
    let here = installation();
    here.write("october.csv", format!("{HEAD}{}{}", row("1", "10"), row("2", "20")).as_bytes());
    let first = here.json(&["generate", "october.csv"], 0);
    here.write("copy.csv", std::fs::read(here.path("october.csv")).unwrap().as_slice());
    for name in ["october.csv", "copy.csv"] {
        let again = here.json(&["generate", name], 3);
        assert_eq!(counts(&again), (0, 0, 2), "{again}");
        let clave = first["documents"][0]["clave"].as_str().unwrap();
        assert_eq!(
            error(&again),
            format!(
                "this input was generated on 2026-11-24 09:00 and made {clave} of it; `--again` makes it once more"
            )
        );
    }
    assert_eq!(counts(&here.json(&["generate", "october.csv", "--dry-run"], 3)), (0, 0, 2));
    assert_eq!(documents(&here), "2");
    assert_eq!(counts(&here.json(&["generate", "october.csv", "--again"], 0)), (2, 0, 0));
}

#[test]
fn a_mended_file_makes_only_what_it_had_not_made() {
    let here = installation();
    here.write("october.csv", format!("{HEAD}{}{}", row("1", "10"), row("2", "x")).as_bytes());
    assert_eq!(counts(&here.json(&["generate", "october.csv"], 3)), (1, 0, 1));
    here.write("october.csv", format!("{HEAD}{}{}", row("1", "10"), row("2", "20")).as_bytes());
    let mended = here.json(&["generate", "october.csv"], 3);
    assert_eq!(counts(&mended), (1, 0, 1));
    assert!(mended.to_string().contains("from `october.csv`, of which other documents were refused"), "{mended}");
    assert_eq!(here.rows("SELECT total FROM documents"), ["11.30000", "22.60000"]);
    // Whole now: the same sale in the next month is a sale.
    here.write("november.csv", format!("{HEAD}{}{}", row("1", "10"), row("2", "30")).as_bytes());
    assert_eq!(counts(&here.json(&["generate", "november.csv"], 0)), (2, 0, 0));
}

#[test]
fn an_id_is_a_document_for_good() {
    let here = installation();
    let input = template(Kind::Tiquete);
    here.write("te.json", input.as_bytes());
    let made = here.json(&["generate", "te.json"], 0);
    let (clave, total) =
        (made["documents"][0]["clave"].as_str().unwrap(), made["documents"][0]["total"].as_str().unwrap());
    // The same said otherwise is the same, and told with what it was.
    here.write("te.json", input.replace("\"quantity\": 2", "\"quantity\": 2.0").replace("\n", "\n  ").as_bytes());
    let again = here.json(&["generate", "te.json"], 0);
    assert_eq!(counts(&again), (0, 1, 0), "{again}");
    let line = &again["documents"][0];
    assert_eq!(
        (line["clave"].as_str(), line["total"].as_str(), line["kind"].as_str()),
        (Some(clave), Some(total), Some("TE"))
    );
    assert_eq!(line["consecutivo"], made["documents"][0]["consecutivo"]);
    here.write("te.json", input.replace("\"quantity\": 2", "\"quantity\": 3").as_bytes());
    let refused = here.json(&["generate", "te.json"], 3);
    assert!(error(&refused).contains(clave) && error(&refused).contains(total), "{refused}");
    assert!(error(&refused).contains("a TE of 16327.43363 CRC"), "{refused}");
    assert_eq!(documents(&here), "1");
    let twice = format!("[{0}, {0}]", input.replace("TICKET-42", "A"));
    here.write("twice.json", twice.as_bytes());
    assert_eq!(counts(&here.json(&["generate", "twice.json"], 0)), (1, 1, 0));
}

fn rejecting() -> Installation {
    let script = Script::default().with(Rule::new(Action::Reject(vec![-37])).times(1));
    Setup::default().clock(NOW).company_lines(ISSUER).script(script).build()
}

fn sent(here: &Installation) {
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(0);
    here.run(&["poll"]);
}

#[test]
fn the_id_of_a_rejected_document_makes_its_replacement_once() {
    let here = rejecting();
    let input = template(Kind::Factura);
    here.write("fe.json", input.as_bytes());
    let first = here.json(&["generate", "fe.json"], 0)["documents"][0]["clave"].as_str().unwrap().to_owned();
    sent(&here);
    assert_eq!(here.state(&first), "rejected");
    let made = here.json(&["generate", "fe.json"], 0);
    assert_eq!(counts(&made), (1, 0, 0), "{made}");
    let second = made["documents"][0]["clave"].as_str().unwrap();
    let xml = here.run(&["show", "--xml", second]).exits(0).stdout;
    for part in ["<TipoDocIR>10<", &format!("<Numero>{first}<"), "<Codigo>16<"] {
        assert!(xml.contains(part), "{part}\n{xml}");
    }
    assert_eq!(here.json(&["validate", second], 0)["valid"], true);
    let again = here.json(&["generate", "fe.json"], 0);
    assert_eq!((counts(&again), again["documents"][0]["clave"].as_str()), ((0, 1, 0), Some(second)));
    let another = here.json(&["generate", "--of", &first, "--kind", "FE"], 3);
    assert!(
        error(&another).contains(&format!("{first} has a replacement already, {second}, which is `draft`")),
        "{another}"
    );
    sent(&here);
    assert_eq!(here.state(second), "accepted");
    let another = here.json(&["generate", "--of", &first, "--kind", "FE"], 3);
    assert!(error(&another).contains("which is `accepted`"), "{another}");
}

#[test]
fn of_two_processes_with_one_file_one_makes_it() {
    let here = installation();
    let rows: String = (0..40).map(|number| row(&number.to_string(), "10")).collect();
    here.write("october.csv", format!("{HEAD}{rows}").as_bytes());
    let mut running: Vec<_> = (0..4).map(|_| here.start(&["generate", "october.csv", "-q"])).collect();
    let codes: Vec<_> = running.iter_mut().map(|process| process.wait().unwrap().code()).collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(documents(&here), "40");
}

fn discard(here: &Installation) -> String {
    let clave = here.value("SELECT clave FROM documents WHERE state IN ('draft', 'signed') ORDER BY id DESC LIMIT 1");
    here.run(&["discard", &clave, "--reason", "otra vez"]).exits(0);
    clave
}

/// A list that is given again every night must not bring back the sale that a person has ended; who means it says so.
#[test]
fn what_was_discarded_is_made_anew_when_it_says_something_else_or_when_asked() {
    let here = installation();
    let input = template(Kind::Tiquete);
    here.write("order.json", input.as_bytes());
    here.json(&["generate", "order.json"], 0);
    let clave = discard(&here);
    let refused = here.json(&["generate", "order.json"], 3);
    let words =
        format!("id: {clave} was made of this on 2026-11-24 09:00 and was discarded on 2026-11-24 09:00; `--again`");
    assert!(error(&refused).starts_with(&words), "{refused:#}");
    assert_eq!(counts(&here.json(&["generate", "order.json", "--again"], 0)), (1, 0, 0));
    // What stands is still the id's document, also for `--again`.
    assert_eq!(counts(&here.json(&["generate", "order.json", "--again"], 0)), (0, 1, 0));
    discard(&here);
    let mut mended: Value = serde_json::from_str(input).unwrap();
    mended["lines"][0]["quantity"] = "77".into();
    here.write("order.json", mended.to_string().as_bytes());
    assert_eq!(counts(&here.json(&["generate", "order.json"], 0)), (1, 0, 0));
    assert_eq!(
        here.rows("SELECT substr(consecutivo, 20), state FROM documents ORDER BY id"),
        ["1 discarded", "2 discarded", "3 draft"],
        "a number is never used again"
    );
}

#[test]
fn a_discarded_replacement_leaves_its_place_to_another() {
    let script = Script::default().with(Rule::new(Action::Reject(vec![-37])).times(1));
    let here = Setup::default().script(script).clock(NOW).company_lines(ISSUER).build();
    let input = template(Kind::Tiquete);
    here.write("order.json", input.as_bytes());
    here.json(&["generate", "order.json"], 0);
    for command in ["sign", "submit", "poll"] {
        here.run(&[command]);
    }
    let rejected = here.value("SELECT clave FROM documents WHERE state = 'rejected'");
    here.json(&["generate", "order.json"], 0);
    discard(&here);
    here.json(&["generate", "order.json"], 3);
    assert_eq!(counts(&here.json(&["generate", "order.json", "--again"], 0)), (1, 0, 0));
    let links =
        "SELECT target, relation, state FROM links JOIN documents ON documents.id = document_id ORDER BY document_id";
    assert_eq!(here.rows(links), [format!("{rejected} replaces discarded"), format!("{rejected} replaces draft")]);
}

#[test]
fn rows_without_ids_that_were_discarded_come_back_only_when_asked() {
    let here = installation();
    here.write("october.csv", format!("{HEAD}{}", row("1", "10")).as_bytes());
    here.json(&["generate", "october.csv"], 0);
    discard(&here);
    let refused = here.json(&["generate", "october.csv"], 3);
    assert!(error(&refused).contains("was discarded on 2026-11-24 09:00; `--again` makes it anew"), "{refused:#}");
    assert_eq!(counts(&here.json(&["generate", "october.csv", "--again"], 0)), (1, 0, 0));
}

#[test]
fn nothing_refers_to_a_discarded_document() {
    let here = installation();
    here.write("order.json", template(Kind::Tiquete).as_bytes());
    here.json(&["generate", "order.json"], 0);
    here.run(&["sign"]).exits(0);
    let clave = discard(&here);
    for kind in ["NC", "TE"] {
        let refused = here.json(&["generate", "--of", &clave, "--kind", kind], 3);
        assert!(error(&refused).contains("was discarded and never sent"), "{refused:#}");
    }
}
