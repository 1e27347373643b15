//! `generate mensaje`: a document is confirmed once, as it was signed, as long as it has effect, with amounts and an activity that
//! bear each other out.

use serde_json::Value;

use crate::common::{Installation, Sample, Setup, invoice, numbered};
use crate::support::{ISSUER, NOW};

/// What the second company, the receiver of the samples, says of itself.
const RECEIVER: &str = "\n[company.issuer]\nactivity = \"5510.0\"\n";

/// Two companies: what the first issues the second receives. The signed bytes of one invoice lie in `received.xml`.
fn received() -> (Installation, Sample) {
    received_of(invoice(1))
}

fn received_of(document: Sample) -> (Installation, Sample) {
    let here = Setup::default().clock(NOW).company_lines(ISSUER).two_companies().build();
    let path = here.path("cr-einvoice.toml");
    let config = std::fs::read_to_string(&path).unwrap() + RECEIVER;
    std::fs::write(path, config).unwrap();
    here.import(std::slice::from_ref(&document));
    here.run(&["sign", "--no-validate"]).exits(0);
    let signed = here.run(&["show", &document.clave, "--xml"]).exits(0).stdout;
    here.write("received.xml", signed.as_bytes());
    (here, document)
}

fn confirm(here: &Installation, arguments: &[&str], code: i32) -> Value {
    let arguments: Vec<&str> = ["generate", "mensaje"].into_iter().chain(arguments.iter().copied()).collect();
    here.json(&arguments, code)
}

fn error(result: &Value) -> &str {
    result["documents"][0]["error"].as_str().unwrap_or_else(|| panic!("{result:#}"))
}

fn made(here: &Installation, result: &Value) -> String {
    let clave = result["documents"][0]["clave"].as_str().unwrap_or_else(|| panic!("{result:#}"));
    here.run(&["show", clave, "--xml"]).exits(0).stdout
}

fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let start = xml.find(&format!("<{name}>"))? + name.len() + 2;
    Some(&xml[start..start + xml[start..].find('<').unwrap()])
}

#[test]
fn a_received_document_is_accepted_in_part_or_rejected() {
    for (flag, code, decision) in
        [("--accept", "05", "accepted"), ("--partial", "06", "partial"), ("--reject", "07", "rejected")]
    {
        let (here, document) = received();
        let refused = confirm(&here, &[flag, "received.xml", "--reason", "No"], if flag == "--accept" { 0 } else { 3 });
        if flag != "--accept" {
            assert!(error(&refused).contains("message-detail"), "{refused}");
        }
        let again = ["--again", flag, "received.xml", "--reason", "Faltan dos unidades"];
        let result = confirm(&here, &again, 0);
        let message = made(&here, &result);
        assert_eq!(
            element(&message, "Mensaje"),
            Some(&code[1..]).map(|it| match it {
                "5" => "1",
                "6" => "2",
                _ => "3",
            })
        );
        assert_eq!(element(&message, "NumeroConsecutivoReceptor").unwrap().get(8..10), Some(code));
        assert_eq!(element(&message, "TotalFactura"), element(&document.xml, "TotalComprobante"));
        assert_eq!(element(&message, "NumeroCedulaReceptor"), Some("3102999666"));
        // Who looks sees what was said, and of whose document.
        let clave = result["documents"][0]["clave"].as_str().unwrap();
        let shown = here.json(&["show", clave], 0);
        let confirms = &shown["document"]["confirms"];
        assert_eq!(
            (confirms["clave"].as_str(), confirms["decision"].as_str()),
            (Some(&*document.clave), Some(decision))
        );
        assert_eq!(confirms["emisor"]["number"], "3101999888");
        let words = match decision {
            "partial" => "accepted in part",
            other => other,
        };
        let text = here.run(&["show", clave]).exits(0).stdout;
        let line = format!("{}: {words}, of 3101999888", document.clave);
        assert!(text.lines().any(|it| it.starts_with("Confirms") && it.ends_with(&line)), "{text}");
        let list = here.run(&["list", "--kind", "MR"]).exits(0).stdout;
        assert!(list.contains(&format!("{words}, of 3101999888")), "{list}");
        let listed = here.json(&["list", "--kind", "MR"], 0);
        assert_eq!(listed["documents"][0]["confirms"]["decision"], decision);
        assert!(here.json(&["list", "--kind", "FE"], 0)["documents"][0].get("confirms").is_none());
    }
}

#[test]
fn a_second_or_contrary_confirmation_is_refused_unless_asked_for() {
    let (here, document) = received();
    let first = confirm(&here, &["--accept", "received.xml"], 0);
    let key = first["documents"][0]["clave"].as_str().unwrap();
    let contrary = ["--reject", "received.xml", "--reason", "No es nuestra"];
    for arguments in [&["--accept", "received.xml"][..], &contrary, &["--accept", document.clave.as_str()]] {
        let refused = confirm(&here, arguments, 3);
        let words = format!(
            "clave: it was accepted here on 2026-11-24 09:00, by {key} (`draft`); if that was wrong, `discard {key}"
        );
        assert!(error(&refused).starts_with(&words), "{refused:#}");
    }
    // A file of inputs is held to the same.
    let input = serde_json::json!({"kind": "MR", "company": "hotel", "clave": document.clave, "message": "3",
        "emisor": "3101999888", "reason": "No es nuestra", "total": "1.00"});
    let both = serde_json::json!([input, input]);
    here.write("mr.json", both.to_string().as_bytes());
    assert!(error(&here.json(&["generate", "mr.json"], 3)).contains("it was accepted here"));
    // One that was discarded, or that Hacienda rejected, says nothing any more.
    here.run(&["discard", key, "--reason", "fue un error"]).exits(0);
    for dry_run in [true, false] {
        let arguments = if dry_run { &["generate", "mr.json", "--dry-run"][..] } else { &["generate", "mr.json"] };
        let result = here.json(arguments, 3);
        assert_eq!((result["generated"].as_u64(), result["failed"].as_u64()), (Some(1), Some(1)), "{result:#}");
    }
    let refused = confirm(&here, &["--accept", "received.xml"], 3);
    assert!(error(&refused).contains("it was rejected here"), "{refused:#}");
    assert_eq!(confirm(&here, &["--accept", "received.xml", "--again"], 0)["generated"], 1);
}

#[test]
fn of_two_processes_one_confirms() {
    let (here, _) = received();
    let arguments = ["generate", "mensaje", "--accept", "received.xml", "--json"];
    let running: Vec<_> = (0..6).map(|_| here.start(&arguments)).collect();
    let mut codes: Vec<_> = running.into_iter().map(|it| crate::common::finish(it, &arguments).code).collect();
    codes.sort();
    assert_eq!(codes, [Some(0), Some(3), Some(3), Some(3), Some(3), Some(3)]);
    assert_eq!(here.value("SELECT count(*) FROM documents WHERE kind = 'MR'"), "1");
}

#[test]
fn what_was_changed_after_it_was_signed_is_not_accepted() {
    let (here, document) = received();
    let signed = std::fs::read_to_string(here.path("received.xml")).unwrap();
    here.write("changed.xml", signed.replace("El Puerto", "El Huerto").as_bytes());
    here.write("unsigned.xml", document.xml.as_bytes());
    // Where the database does not know the document, its signature alone tells.
    let stranger = Setup::default().clock(NOW).two_companies().build();
    for name in ["changed.xml", "unsigned.xml", "received.xml"] {
        stranger.write(name, &std::fs::read(here.path(name)).unwrap());
    }
    for name in ["changed.xml", "unsigned.xml"] {
        for flag in ["--accept", "--partial"] {
            let refused = confirm(&stranger, &[flag, name, "--reason", "Conforme"], 3);
            assert!(error(&refused).starts_with("its signature does not hold"), "{refused:#}");
        }
        let known = confirm(&here, &["--accept", name], 3);
        assert!(error(&known).contains("in the database are others than these"), "{known:#}");
    }
    assert_eq!(stranger.value("SELECT count(*) FROM documents"), "0");
    // It may be rejected, and accepted by whoever insists.
    confirm(&stranger, &["--reject", "changed.xml", "--reason", "La firma no vale"], 0);
    confirm(&stranger, &["--accept", "unsigned.xml", "--despite", "--again"], 0);
    confirm(&stranger, &["--accept", "received.xml", "--again"], 0);
}

#[test]
fn what_somebody_else_signed_is_not_accepted() {
    let (here, _) = received();
    // The holder of the other key signs a document of the first company's.
    here.reconfigure(
        "certificate = \"imaginaria.p12\"",
        "certificate = \"hotel.p12\"\nallow_other_certificate_holder = true",
    );
    let document = invoice(2);
    here.import(std::slice::from_ref(&document));
    here.run(&["sign", "--no-validate"]).exits(0);
    let signed = here.run(&["show", &document.clave, "--xml"]).exits(0).stdout;
    here.write("forged.xml", signed.as_bytes());
    let refused = confirm(&here, &["--accept", "forged.xml"], 3);
    assert!(error(&refused).contains("it is signed by 3102999666, not by 3101999888"), "{refused:#}");
    confirm(&here, &["--accept", "forged.xml", "--despite"], 0);
}

#[test]
fn what_hacienda_rejected_is_not_confirmed() {
    use cr_einvoice::simulator::{Action, Rule, Script};
    let script = Script::default().with(Rule::new(Action::Reject(vec![-37])).times(1));
    let here = Setup::default().script(script).clock(NOW).two_companies().build();
    let clave = here.one_submitted();
    here.run(&["poll"]).exits(3);
    let signed = here.run(&["show", &clave, "--xml"]).exits(0).stdout;
    here.write("received.xml", signed.as_bytes());
    for target in ["received.xml", clave.as_str()] {
        for decision in [&["--accept"][..], &["--reject", "--reason", "No vale"]] {
            let arguments: Vec<&str> = [target].into_iter().chain(decision.iter().copied()).collect();
            let refused = confirm(&here, &arguments, 3);
            assert!(error(&refused).contains("was rejected by Hacienda"), "{refused:#}");
        }
    }
    confirm(&here, &["--accept", &clave, "--despite"], 0);
}

#[test]
fn the_amounts_follow_what_becomes_of_the_iva() {
    let (here, document) = received();
    let tax = element(&document.xml, "TotalImpuesto").unwrap();
    let total = element(&document.xml, "TotalComprobante").unwrap();
    let wrong: [(&[&str], &str); 9] = [
        (&["--condition", "01", "--creditable", "1"], "01 credits all of the tax"),
        (&["--condition", "01", "--expense", total], "is no expense"),
        (&["--condition", "02"], "more than 0 and less than"),
        (&["--condition", "02", "--creditable", tax], "more than 0 and less than"),
        (&["--condition", "02", "--creditable", "1", "--expense", total], "add up to"),
        (&["--condition", "03", "--expense", "1"], "capital goods"),
        (&["--condition", "04", "--creditable", "1"], "gives no credit"),
        (&["--condition", "05", "--creditable", "1"], "does not go with CondicionImpuesto 05"),
        (&["--condition", "05", "--activity", "5510.0"], "does not go with CondicionImpuesto 05"),
    ];
    for (arguments, words) in wrong {
        let all: Vec<&str> = ["--accept", "received.xml"].into_iter().chain(arguments.iter().copied()).collect();
        let refused = confirm(&here, &all, 3);
        assert!(error(&refused).contains(words), "{arguments:?}: {refused:#}");
    }
    let refused = confirm(&here, &["--reject", "received.xml", "--reason", "No es nuestra", "--creditable", "1"], 3);
    assert!(error(&refused).contains("does not go with Mensaje 3"), "{refused:#}");
    assert_eq!(here.value("SELECT count(*) FROM documents WHERE kind = 'MR'"), "0");
    // What follows from the rest need not be said.
    let credited = ["--accept", "received.xml", "--condition", "02", "--creditable", "100"];
    let part = made(&here, &confirm(&here, &credited, 0));
    let expense: f64 = element(&part, "MontoTotalDeGastoAplicable").unwrap().parse().unwrap();
    assert!((expense - (total.parse::<f64>().unwrap() - 100.0)).abs() < 0.000_01, "{part}");
    let spent = made(&here, &confirm(&here, &["--again", "--accept", "received.xml", "--condition", "04"], 0));
    assert_eq!(element(&spent, "MontoTotalDeGastoAplicable"), Some(total));
    let whole = made(&here, &confirm(&here, &["--again", "--accept", "received.xml", "--condition", "01"], 0));
    assert_eq!(
        (element(&whole, "MontoTotalImpuesto"), element(&whole, "MontoTotalDeGastoAplicable")),
        (Some(tax), None)
    );
}

#[test]
fn of_a_document_without_tax_there_is_none_to_credit() {
    let (here, _) = received_of(numbered("fe.xml", 1));
    let signed = std::fs::read_to_string(here.path("received.xml")).unwrap();
    let tax = element(&signed, "TotalImpuesto").unwrap();
    here.write("free.xml", signed.replace(&format!("<TotalImpuesto>{tax}<"), "<TotalImpuesto>0.00000<").as_bytes());
    let refused = confirm(&here, &["--accept", "free.xml", "--despite", "--condition", "01", "--dry-run"], 0);
    assert_eq!(refused["generated"], 1, "who insists gets it");
    let free = made(&here, &confirm(&here, &["--accept", "free.xml", "--despite", "--condition", "04"], 0));
    assert_eq!(element(&free, "MontoTotalImpuesto"), None);
}

#[test]
fn the_activity_is_one_of_the_receivers() {
    let (here, _) = received();
    for (activity, words) in [
        ("620", "is not a code of an activity"),
        ("6201.O", "is not a code of an activity"),
        ("6201.0", "`6201.0` is not known as an activity of hotel: [company.issuer] and the document have 5510.0"),
    ] {
        let refused = confirm(&here, &["--accept", "received.xml", "--activity", activity], 3);
        assert!(error(&refused).contains(words), "{refused:#}");
    }
    confirm(&here, &["--accept", "received.xml", "--activity", "6201.0", "--despite", "--dry-run"], 0);
    let message = made(&here, &confirm(&here, &["--accept", "received.xml", "--activity", "5510.0"], 0));
    assert_eq!(element(&message, "CodigoActividad"), Some("5510.0"));
}
