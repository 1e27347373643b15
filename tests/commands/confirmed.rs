//! `validate` of a MensajeReceptor holds it against the document that it confirms, where the database has it.

use crate::common::{Installation, content, example, sha256};

/// The confirmed document, stored, and a confirmation of it.
fn confirmation() -> (Installation, String, String) {
    let installation = crate::common::Setup::default().two_companies().build();
    let invoice = example("fe.xml");
    installation.write("fe.xml", invoice.as_bytes());
    installation.run(&["import", "fe.xml"]).exits(0);
    installation.run(&["sign"]).exits(0);
    let clave = content(&invoice, "Clave").to_owned();
    installation.run(&["generate", "mensaje", "--accept", &clave, "--output", "out", "--company", "hotel"]).exits(0);
    let made = std::fs::read_dir(installation.path("out")).unwrap().next().unwrap().unwrap().path();
    (installation, clave, std::fs::read_to_string(made).unwrap())
}

#[test]
fn amounts_and_parties_are_those_of_the_confirmed_document() {
    let (installation, _, message) = confirmation();
    let names = |xml: &str| -> Vec<String> {
        installation.write("mensaje.xml", xml.as_bytes());
        let json = installation.run(&["validate", "mensaje.xml", "--json"]).json();
        let findings = json["documents"][0]["findings"].as_array().unwrap();
        findings
            .iter()
            .map(|it| format!("{} {} {}", it["severity"], it["name"], it["element"]).replace('"', ""))
            .collect()
    };
    assert_eq!(names(&message), [""; 0], "{message}");
    for (element, severity_and_name) in [
        ("TotalFactura", "reject message-amount"),
        ("MontoTotalImpuesto", "reject message-amount"),
        ("NumeroCedulaReceptor", "reject message-document"),
    ] {
        let text = content(&message, element);
        let other = if element.starts_with("Numero") { "3101000000".to_owned() } else { format!("{text}1") };
        let changed = message.replace(&format!("<{element}>{text}<"), &format!("<{element}>{other}<"));
        assert_ne!(sha256(changed.as_bytes()), sha256(message.as_bytes()));
        let found = names(&changed);
        assert!(
            found.iter().any(|it| it.starts_with(severity_and_name) && it.ends_with(element)),
            "{element}: {found:?}"
        );
    }
    let without = message
        .replace(&format!("<MontoTotalImpuesto>{}</MontoTotalImpuesto>", content(&message, "MontoTotalImpuesto")), "");
    assert!(names(&without).iter().any(|it| it.starts_with("warn message-amount")), "{:?}", names(&without));
}

/// Elsewhere there is nothing to hold it against, and that is no finding.
#[test]
fn without_the_document_nothing_is_held_against_it() {
    let (_, _, message) = confirmation();
    let elsewhere = Installation::new();
    elsewhere.write("mensaje.xml", message.replace("<TotalFactura>", "<TotalFactura>9").as_bytes());
    elsewhere.run(&["validate", "mensaje.xml"]).exits(0);
}
