//! Final answers stay within reach of every command, whatever a cleanup has removed; lists say how much there is.

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use serde_json::{Value, json};

use crate::common::{Installation, Setup, invoices};

/// One accepted and one rejected document, and no response any more.
fn cleaned_up() -> (Installation, String, String) {
    let documents = invoices(2);
    let script = Script::default().with(Rule::new(Action::Reject(vec![-37, -99])).for_clave(&documents[1].clave));
    let mut installation = Installation::with(script);
    installation.signed(&documents);
    installation.run(&["submit"]).exits(0);
    installation.run(&["poll"]).exits(3);
    installation.set_clock("2027-03-01T18:00:00Z");
    assert_eq!(installation.json(&["cleanup", "responses"], 0)["deleted"], 2);
    assert_eq!(installation.value("SELECT count(*) FROM responses"), "0");
    let [accepted, rejected] = [0, 1].map(|at| documents[at].clave.clone());
    (installation, accepted, rejected)
}

/// What scripts read of a list of responses.
fn told(json: &Value) -> Vec<Value> {
    let line = |response: &Value| json!([response["clave"], response["message_type"], response["error_code"]]);
    json["responses"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn final_answers_are_there_after_a_cleanup() {
    let (installation, accepted, rejected) = cleaned_up();
    let all = [json!([accepted, "acceptance", null]), json!([rejected, "rejection", "-37"])];
    let listed = installation.json(&["responses", "list"], 0);
    assert_eq!(told(&listed), all);
    assert_eq!(json!([listed["total"], listed["more"]]), json!([2, false]));
    let one = &listed["responses"][1];
    assert_eq!(
        json!([one["id"], one["status"], one["is_final"], one["signature"]]),
        json!([null, "rechazado", true, "valid"])
    );
    assert_eq!((&one["response_date"], one["details"].as_array().unwrap().len()), (&"2026-11-20T18:00:00Z".into(), 2));
    for (filter, expected) in [
        (&["--type", "acceptance"][..], &all[..1]),
        (&["--error-code", "-99"], &all[1..]),
        (&["--from", "2026-11-21"], &[]),
        (&["--to", "2026-11-20"], &all[..]),
        (&["--company", "imaginaria"], &all[..]),
        (&[rejected.as_str()], &all[1..]),
    ] {
        let arguments: Vec<&str> = ["responses", "list"].iter().chain(filter).copied().collect();
        assert_eq!(told(&installation.json(&arguments, 0)), expected, "{filter:?}");
    }
    let shown = installation.json(&["show", &rejected], 0);
    assert_eq!(told(&shown), all[1..]);
}

#[test]
fn their_papers_are_exported_and_shown() {
    let (installation, accepted, rejected) = cleaned_up();
    let json = installation.json(&["responses", "export", "--format", "xml", "-o", "out"], 0);
    assert_eq!(json["exported"], 2);
    for (row, clave) in [(1, &accepted), (2, &rejected)] {
        let exported = std::fs::read(installation.path(&format!("out/{clave}_respuesta.xml"))).unwrap();
        let paper = installation.paper(row, cr_einvoice::store::Paper::Answer).unwrap();
        assert_eq!(exported, paper);
        let shown = installation.run(&["responses", "show", clave, "--xml"]).exits(0).stdout;
        assert_eq!(shown.as_bytes(), paper);
    }
    assert_eq!(told(&installation.json(&["responses", "show", &accepted], 0))[0][1], "acceptance");
    let refused = installation.json(&["responses", "list", &accepted, "--limit", "1"], 0);
    assert_eq!(refused["total"], 1);
    let raw = installation.run(&["responses", "show", &accepted, "--raw"]).exits(2);
    assert!(raw.stderr.contains("--xml prints it"), "{raw:?}");
    let csv = installation.run(&["responses", "export"]).exits(0).stdout;
    assert_eq!(csv.lines().count(), 3, "{csv}");
}

#[test]
fn answers_that_were_never_kept_are_exported_too() {
    let installation = Setup::default().setting("store_responses", false).build();
    let clave = installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    assert_eq!(told(&installation.json(&["responses", "list"], 0)), [json!([clave, "acceptance", null])]);
    assert_eq!(installation.json(&["responses", "export", "--format", "xml", "-o", "out"], 0)["exported"], 1);
}

#[test]
fn a_response_is_shown_by_its_document_while_it_is_kept() {
    let rule = Rule::new(Action::Word("procesando".into())).at(Endpoint::Status).times(1);
    let installation = Installation::with(Script::default().with(rule));
    let clave = installation.one_signed();
    let json = installation.json(&["responses", "show", &clave], 2);
    assert!(json["error"]["message"].as_str().unwrap().contains("nothing has been answered"), "{json:#}");
    installation.run(&["submit"]).exits(0);
    for status in ["procesando", "aceptado"] {
        installation.run(&["poll"]).exits(0);
        assert_eq!(installation.json(&["responses", "show", &clave], 0)["responses"][0]["status"], status);
    }
    assert_eq!(installation.json(&["responses", "list"], 0)["total"], 2, "none is told twice");
}

#[test]
fn what_is_not_there_is_said_by_its_name() {
    let installation = Installation::new();
    installation.one_submitted();
    for arguments in [
        &["responses", "list", "NONSENSE"][..],
        &["responses", "export", "NONSENSE"],
        &["responses", "show", "NONSENSE"],
        &["show", "abc"],
        &["show", "00100001010000099999"],
        &["submit", "abc"],
        &["retry", "now", "abc"],
    ] {
        let ran = installation.run(arguments).exits(2);
        assert!(ran.stderr.contains("no such document"), "{arguments:?}: {ran:?}");
    }
    installation.run(&["sign", "missing.xml"]).exits(5);
}

#[test]
fn every_list_has_its_limit() {
    let refused = Rule::new(Action::Status { code: 400, cause: Some("no".into()) }).at(Endpoint::Submit);
    let installation = Installation::with(Script::default().with(refused));
    installation.signed(&invoices(5));
    installation.run(&["submit"]).exits(3);
    let page = |arguments: &[&str], key: &str, code| {
        let json = installation.json(arguments, code);
        json!([json[key].as_array().unwrap().len(), json["total"], json["more"]])
    };
    for (command, key, code) in
        [(&["retry", "list"][..], "entries", 0), (&["deadlines"], "deadlines", 3), (&["list"], "documents", 0)]
    {
        let with = |more: &[&'static str]| [command, more].concat();
        assert_eq!(page(&with(&[]), key, code), json!([5, 5, false]), "{command:?}");
        assert_eq!(page(&with(&["--limit", "0"]), key, code), json!([5, 5, false]), "{command:?}");
        assert_eq!(page(&with(&["--limit", "2"]), key, code), json!([2, 5, true]), "{command:?}");
        assert_eq!(page(&with(&["--limit", "2", "--offset", "3"]), key, code), json!([2, 5, false]), "{command:?}");
        assert_eq!(page(&with(&["--offset", "9"]), key, code), json!([0, 5, false]), "{command:?}");
        let text = installation.run(&with(&["--limit", "2", "--offset", "1"])).exits(code).stdout;
        assert!(text.contains("2 to 3 of 5") && text.contains("--offset 3 goes on"), "{text}");
    }
    let whole = installation.json(&["retry", "list"], 0);
    let part = installation.json(&["retry", "list", "--limit", "2", "--offset", "1"], 0);
    assert_eq!(whole["entries"].as_array().unwrap()[1..3], part["entries"].as_array().unwrap()[..]);
    installation.simulator.clear_rules();
    installation.run(&["retry", "now", "--all"]).exits(0);
    installation.run(&["poll"]).exits(0);
    let json = installation.json(&["responses", "list", "--limit", "2", "--offset", "1"], 0);
    assert_eq!(json!([json["responses"].as_array().unwrap().len(), json["total"], json["more"]]), json!([2, 5, true]));
}
