//! `show`: what a document is to others, and what comes next.

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use serde_json::Value;

use crate::common::{Installation, Setup, content, example, invoice, invoices, numbered};

const ISSUER: &str = r#"
[company.issuer]
name = "Cooperativa Imaginaria del Sur R.L."
branch = 2
activity = "6201.0"
location = "1-01-08"
address = "Frente al parque, edificio blanco, oficina 4"
phone = "2222-0000"
email = "facturas@ejemplo.test"
"#;

fn document(installation: &Installation, clave: &str) -> Value {
    installation.json(&["show", clave], 0)["document"].clone()
}

/// Runs the command that `show` names, and says with which code it ended.
#[track_caller]
fn follow(installation: &Installation, document: &Value) -> Option<i32> {
    let command = document["next"]["command"].as_str().unwrap();
    let arguments: Vec<&str> = command.strip_prefix("cr-einvoice ").unwrap().split(' ').collect();
    installation.run(&arguments).code
}

#[test]
fn each_state_names_its_next_step_and_the_command_works() {
    let clave = invoice(1).clave;
    let installation = Installation::with(
        Script::default().with(Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Submit).times(1)),
    );
    installation.import(&[invoice(1)]);
    let mut steps = Vec::new();
    for expected in [0, 4, 0, 0] {
        let now = document(&installation, &clave);
        steps.push(now["next"]["step"].as_str().unwrap().to_owned());
        assert_eq!(follow(&installation, &now), Some(expected), "{now:#}");
    }
    assert_eq!(steps, ["sign", "submit", "retry", "poll"]);
    let now = document(&installation, &clave);
    assert_eq!(
        (&now["state"], &now["next"]["step"], &now["next"]["command"]),
        (&"accepted".into(), &"nothing".into(), &Value::Null)
    );
}

#[test]
fn a_rejected_document_names_its_remedy_and_both_name_each_other() {
    let documents = invoices(2);
    let claves: Vec<&str> = documents.iter().map(|document| document.clave.as_str()).collect();
    let script = Script::default()
        .with(Rule::new(Action::Reject(vec![-37])).for_clave(claves[0]))
        .with(Rule::new(Action::Reject(vec![-99])).for_clave(claves[1]));
    let installation = Setup::default().script(script).company_lines(ISSUER).build();
    installation.signed(&documents);
    installation.run(&["run"]).exits(3);
    let rejected = document(&installation, claves[0]);
    assert_eq!(rejected["next"]["command"], format!("cr-einvoice generate --of {} --kind FE", claves[0]));
    let text = installation.run(&["show", claves[0]]).exits(0).stdout;
    assert!(text.lines().any(|line| line.starts_with("Next ") && line.contains("generate --of")), "{text}");
    assert_eq!(document(&installation, claves[1])["next"]["step"], "find_number");

    assert_eq!(follow(&installation, &rejected), Some(0));
    let after = document(&installation, claves[0]);
    let links = after["links"].as_array().unwrap();
    assert_eq!((links.len(), &links[0]["relation"], &links[0]["state"]), (1, &"replaced_by".into(), &"draft".into()));
    let replacement = links[0]["clave"].as_str().unwrap();
    assert_eq!(after["next"]["command"], format!("cr-einvoice show {replacement}"));
    let other = document(&installation, replacement);
    assert_eq!((&other["links"][0]["relation"], &other["links"][0]["clave"]), (&"replaces".into(), &claves[0].into()));
    let text = installation.run(&["show", claves[0]]).exits(0).stdout;
    assert!(text.contains("Links") && text.contains("replaced by") && text.contains(replacement), "{text}");
}

#[test]
fn notes_payments_and_confirmations_are_named_and_what_is_left_to_credit() {
    let installation = Setup::default().company_lines(ISSUER).build();
    let clave = installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    let total = content(&example("fe.xml"), "TotalComprobante").to_owned();
    let before = document(&installation, &clave);
    assert_eq!(before["left_to_credit"], total.trim_end_matches('0'));
    installation.run(&["generate", "--of", &clave, "--kind", "NC"]).exits(0);
    let after = document(&installation, &clave);
    assert_eq!((&after["links"][0]["relation"], &after["links"][0]["kind"]), (&"note".into(), &"NC".into()));
    assert_eq!(after["left_to_credit"], "0");
    let note = after["links"][0]["clave"].as_str().unwrap();
    let of_note = document(&installation, note);
    assert_eq!(
        (&of_note["links"][0]["relation"], &of_note["links"][0]["clave"]),
        (&"note_on".into(), &clave.as_str().into())
    );
    let text = installation.run(&["show", &clave]).exits(0).stdout;
    assert!(text.contains("Left to credit") && text.contains("0.00 CRC"), "{text}");

    let message = numbered("mensaje-aceptacion.xml", 7);
    installation.import(std::slice::from_ref(&message));
    let confirms = document(&installation, &message.clave);
    assert_eq!(confirms["links"][0]["relation"], "accepts");
    assert_eq!(confirms["links"][0]["clave"], message.clave[..50]);
    let text = installation.run(&["show", &message.clave]).exits(0).stdout;
    assert!(text.contains("not here"), "{text}");
}
