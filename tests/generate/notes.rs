//! Documents made from others: notes on accepted ones, the replacement of a rejected one, receipts, confirmations.

use cr_einvoice::document::Kind;
use cr_einvoice::generate::template;
use cr_einvoice::simulator::{Action, Rule, Script};
use serde_json::Value;

use crate::checker::all;
use crate::common::{Installation, Setup};
use crate::support::{ISSUER, NOW};

/// An installation that has one FE with a verdict; its clave.
fn with_invoice(rejected: bool, change: impl Fn(String) -> String) -> (Installation, String) {
    let rejection = || Script::default().with(Rule::new(Action::Reject(vec![-37])));
    let script = if rejected { rejection() } else { Script::default() };
    let here = Setup::default().clock(NOW).company_lines(ISSUER).script(script).build();
    here.write("fe.json", change(template(Kind::Factura).to_owned()).as_bytes());
    let made = here.json(&["generate", "fe.json"], 0);
    let clave = made["documents"][0]["clave"].as_str().unwrap().to_owned();
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(0);
    here.run(&["poll"]);
    assert_eq!(here.state(&clave), if rejected { "rejected" } else { "accepted" });
    (here, clave)
}

fn made(here: &Installation, result: &Value) -> String {
    let clave = result["documents"][0]["clave"].as_str().unwrap_or_else(|| panic!("{result}"));
    here.run(&["show", "--xml", clave]).exits(0).stdout
}

fn text<'x>(xml: &'x str, name: &str) -> &'x str {
    all(xml, name).first().copied().unwrap_or_default()
}

#[test]
fn a_credit_note_on_the_whole_annuls_it() {
    let (here, clave) = with_invoice(false, |input| input);
    let result = here.json(&["generate", "--of", &clave, "--kind", "NC", "--reason", "Anulada a petición"], 0);
    let (note, invoice) = (made(&here, &result), here.run(&["show", "--xml", &clave]).stdout);
    let reference = text(&note, "InformacionReferencia");
    assert_eq!((text(reference, "TipoDocIR"), text(reference, "Codigo")), ("01", "01"));
    assert_eq!((text(reference, "Numero"), text(reference, "Razon")), (&*clave, "Anulada a petición"));
    assert_eq!(text(reference, "FechaEmisionIR"), text(&invoice, "FechaEmision"));
    assert_eq!(text(&note, "TotalComprobante"), text(&invoice, "TotalComprobante"));
    assert_eq!(text(&note, "Receptor"), text(&invoice, "Receptor"));
    assert_eq!(all(&note, "LineaDetalle").len(), 3);
}

/// Condition 12 is of the FE alone (nota 5): a note on such a sale says how it is paid, and is no draft that Hacienda
/// would reject.
#[test]
fn a_note_does_not_take_over_a_condition_that_is_the_invoices_alone() {
    let (here, clave) = with_invoice(false, |input| {
        let sale = r#""CondicionVenta": "12", "references": [{"TipoDocIR": "06", "Numero": "CONTRATO-7",
            "FechaEmisionIR": "2026-11-01T00:00:00-06:00", "Codigo": "04", "Razon": "Contrato"}],"#;
        input.replacen('{', &format!("{{{sale}"), 1)
    });
    assert_eq!(text(&here.run(&["show", "--xml", &clave]).stdout, "CondicionVenta"), "12");
    let note = made(&here, &here.json(&["generate", "--of", &clave, "--kind", "NC"], 0));
    assert_eq!(text(&note, "CondicionVenta"), "01");
}

#[test]
fn credit_notes_together_do_not_exceed_the_original() {
    let (here, clave) = with_invoice(false, |input| input);
    let part = format!(r#"{{"kind": "NC", "of": "{clave}", "lines": [{{"line": 2}}]}}"#);
    here.write("part.json", part.as_bytes());
    here.json(&["generate", "part.json"], 0);
    let refused = here.json(&["generate", "--of", &clave, "--kind", "NC"], 3);
    let error = refused["documents"][0]["error"].as_str().unwrap();
    assert!(error.contains("comes to 493592.4305 and only 455789.015 of"), "{error}");
    // Two in one list: the second finds the first.
    let rest = format!(r#"{{"kind": "NC", "of": "{clave}", "lines": [{{"line": 1}}]}}"#);
    here.write("twice.json", format!("[{rest}, {rest}]").as_bytes());
    let result = here.json(&["generate", "twice.json"], 3);
    assert_eq!((&result["generated"], &result["failed"]), (&1.into(), &1.into()), "{result}");
}

#[test]
fn some_lines_in_part_correct_the_amount() {
    let (here, clave) = with_invoice(false, |input| input);
    let input = format!(r#"{{"kind": "NC", "of": "{clave}", "code": "06", "lines": [{{"line": 2, "quantity": 1}}]}}"#);
    here.write("nc.json", input.as_bytes());
    let note = made(&here, &here.json(&["generate", "nc.json"], 0));
    assert_eq!((text(&note, "Codigo"), all(&note, "Codigo").last().copied()), ("01", Some("06")));
    assert_eq!((text(&note, "Cantidad"), text(&note, "MontoDescuento")), ("1.000", "1858.57500"));
    assert_eq!(text(&note, "TotalComprobante"), "18901.70775");
    let too_much = input.replace("\"quantity\": 1", "\"quantity\": 3");
    here.write("nc.json", too_much.as_bytes());
    let refused = here.json(&["generate", "nc.json"], 3);
    let error = refused["documents"][0]["error"].as_str().unwrap();
    assert_eq!(error, "lines[1].quantity: 3 is more than the 2 of the original");
}

#[test]
fn a_rejected_document_is_replaced_and_never_credited() {
    let (here, clave) = with_invoice(true, |input| input);
    let refused = here.json(&["generate", "--of", &clave, "--kind", "NC"], 3);
    let error = refused["documents"][0]["error"].as_str().unwrap();
    assert!(error.contains("was rejected by Hacienda: it has no effect") && error.contains("--kind FE"), "{error}");
    let by_hand = template(Kind::NotaCredito).replace("50620112600310199988800100001010000000015112345678", &clave);
    here.write("by-hand.json", by_hand.as_bytes());
    let refused = here.json(&["generate", "by-hand.json"], 3);
    let error = refused["documents"][0]["error"].as_str().unwrap();
    assert!(error.starts_with("references: ") && error.contains("was rejected by Hacienda"), "{error}");
    let result = here.json(&["generate", "--of", &clave, "--kind", "FE"], 0);
    let replacement = made(&here, &result);
    let reference = text(&replacement, "InformacionReferencia");
    assert_eq!((text(reference, "TipoDocIR"), text(reference, "Codigo")), ("10", "16"));
    assert_eq!(text(reference, "Numero"), clave);
    assert_eq!(text(&replacement, "NumeroConsecutivo"), "00100001010000000002");
    assert_eq!(text(&replacement, "TotalComprobante"), "493592.43050");
}

#[test]
fn an_accepted_document_is_not_replaced() {
    let (here, clave) = with_invoice(false, |input| input);
    let refused = here.json(&["generate", "--of", &clave, "--kind", "FE"], 3);
    assert!(refused["documents"][0]["error"].as_str().unwrap().contains("annul it with a NC first"), "{refused}");
}

#[test]
fn a_receipt_pays_a_sale_with_deferred_iva() {
    let deferred = |input: String| {
        let start = input.find("\"payment\"").unwrap();
        format!("{}\"condition\": \"10\", \"credit_days\": 60}}", &input[..start])
    };
    let (here, clave) = with_invoice(false, deferred);
    let input = format!(r#"{{"kind": "REP", "of": "{clave}", "payment": "transferencia"}}"#);
    here.write("rep.json", input.as_bytes());
    let receipt = made(&here, &here.json(&["generate", "rep.json"], 0));
    assert_eq!(text(&receipt, "CondicionVenta"), "11");
    assert_eq!(text(&receipt, "TotalComprobante"), "493592.43050");
    let reference = text(&receipt, "InformacionReferencia");
    assert_eq!((text(reference, "TipoDocIR"), text(reference, "Codigo")), ("01", "17"));
}

#[test]
fn a_note_on_the_whole_keeps_the_amounts_of_another_system() {
    let here = Setup::default().clock(NOW).company_lines(ISSUER).build();
    let sample = format!("{}/examples/documents/fe.xml", env!("CARGO_MANIFEST_DIR"));
    let xml = std::fs::read_to_string(sample).unwrap();
    // A system that counts in two decimals: its IVA is a little more than the annex's.
    let line = all(&xml, "LineaDetalle").into_iter().find(|line| text(line, "CodigoTarifaIVA") == "08").unwrap();
    let (tax, more) = (text(line, "Monto"), |amount: &str| {
        let (whole, fraction) = amount.split_once('.').unwrap();
        format!("{whole}.{:05}", fraction.parse::<u32>().unwrap() + 400)
    });
    let total = text(&xml, "TotalComprobante");
    let mut other = xml.replacen(&format!("<Monto>{tax}<"), &format!("<Monto>{}<", more(tax)), 1);
    for name in ["ImpuestoNeto", "MontoTotalLinea", "TotalMontoImpuesto", "TotalImpuesto", "TotalComprobante"] {
        let amount = if name.starts_with("Total") { text(&xml, name) } else { text(line, name) };
        other = other.replacen(&format!("<{name}>{amount}<"), &format!("<{name}>{}<", more(amount)), 1);
    }
    here.write("fe.xml", other.as_bytes());
    here.run(&["import", "fe.xml"]).exits(0);
    here.run(&["sign", "--no-validate"]).exits(0);
    let clave = here.value("SELECT clave FROM documents");
    let note = made(&here, &here.json(&["generate", "--of", &clave, "--kind", "NC"], 0));
    assert_eq!(text(&note, "TotalComprobante"), more(total));
}

#[test]
fn what_hacienda_would_reject_is_not_signed_unless_a_person_says_so() {
    let here = Setup::default().clock(NOW).company_lines(ISSUER).build();
    let sample = format!("{}/examples/documents/te.xml", env!("CARGO_MANIFEST_DIR"));
    let xml = std::fs::read_to_string(sample).unwrap();
    let total = text(&xml, "TotalComprobante").to_owned();
    here.write("te.xml", xml.replace(&format!("<TotalComprobante>{total}"), "<TotalComprobante>1.00000").as_bytes());
    here.run(&["import", "te.xml"]).exits(0);
    let clave = here.value("SELECT clave FROM documents");
    let refused = here.json(&["sign"], 3);
    let error = &refused["documents"][0]["error"];
    assert_eq!(error["category"], "validation", "{refused}");
    assert!(error["message"].as_str().unwrap().contains("total-comprobante"), "{refused}");
    assert_eq!(here.state(&clave), "draft");
    here.run(&["sign", &clave, "--no-validate"]).exits(0);
    assert_eq!(here.state(&clave), "signed");
}
