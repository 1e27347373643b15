//! What a person or a script looks at: `list`, `show`, `responses`, `verify`, `stats`, `retry list`, `cleanup`, `doctor`.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use cr_einvoice::store::Paper;
use serde_json::{Value, json};

use crate::common::{HOTEL, Installation, Setup, content, example, invoice, invoices, numbered, of_hotel};

/// The names of an object's fields, in order.
fn fields(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The first fields of an object are those of the contract; more may follow.
#[track_caller]
fn begins_with(value: &Value, contract: &[&str]) {
    let found = fields(value);
    for name in contract {
        assert!(found.contains(name), "{name} is missing: {found:?}");
    }
}

const DOCUMENT: [&str; 12] = [
    "clave",
    "consecutivo",
    "company",
    "environment",
    "kind",
    "state",
    "issued_at",
    "receptor",
    "total",
    "currency",
    "submitted_at",
    "resolved_at",
];

/// One document of each outcome: accepted, rejected, signed with an open entry, draft.
fn one_of_each() -> (Installation, Vec<String>) {
    let documents = invoices(4);
    let claves: Vec<String> = documents.iter().map(|document| document.clave.clone()).collect();
    let script = Script::default()
        .with(Rule::new(Action::Reject(vec![-37, -99])).for_clave(&claves[1]))
        .with(Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Submit).for_clave(&claves[2]));
    let installation = Installation::with(script);
    installation.signed(&documents[..3]);
    installation.run(&["submit"]).exits(4);
    installation.run(&["poll"]).exits(3);
    installation.import(&documents);
    (installation, claves)
}

#[test]
fn list_has_the_contracts_fields_and_money_as_text() {
    let (installation, claves) = one_of_each();
    let json = installation.json(&["list"], 0);
    let documents = json["documents"].as_array().unwrap();
    assert_eq!(documents.len(), 4);
    for document in documents {
        assert_eq!(fields(document), DOCUMENT);
    }
    let accepted = documents.iter().find(|document| document["clave"] == claves[0].as_str()).unwrap();
    assert_eq!(
        *accepted,
        json!({
            "clave": claves[0], "consecutivo": claves[0][21..41], "company": "imaginaria", "environment": "sandbox",
            "kind": "FE", "state": "accepted", "issued_at": "2026-11-18T16:05:00Z",
            "receptor": "Hotel Inexistente & Asociados S.A.", "total": content(&example("fe.xml"), "TotalComprobante"),
            "currency": "CRC", "submitted_at": "2026-11-20T18:00:00Z", "resolved_at": "2026-11-20T18:00:00Z",
        })
    );
    let draft = documents.iter().find(|document| document["state"] == "draft").unwrap();
    assert_eq!((&draft["submitted_at"], &draft["resolved_at"]), (&Value::Null, &Value::Null));
}

#[test]
fn list_selects() {
    let installation = Setup::default().two_companies().build();
    installation.import(&[invoice(1), invoice(2), numbered("te.xml", 3), of_hotel(&numbered("nc.xml", 4))]);
    installation.run(&["sign", &invoice(1).clave]).exits(0);
    let count = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["list"].iter().chain(arguments).copied().collect();
        installation.json(&arguments, 0)["documents"].as_array().unwrap().len()
    };
    let cases: [(&[&str], usize); 16] = [
        (&[], 4),
        (&["--state", "signed"], 1),
        (&["--state", "accepted"], 0),
        (&["--kind", "TE"], 1),
        (&["--kind", "NC"], 1),
        (&["--from", "2026-11-19"], 1),
        (&["--to", "2026-11-18"], 3),
        (&["--from", "2026-11-18", "--to", "2026-11-18"], 3),
        (&["--receptor", HOTEL], 3),
        (&["--receptor", "inexistente"], 3),
        (&["--search", "0000000002"], 1),
        (&["--search", "hotel"], 3),
        (&["--limit", "2"], 2),
        (&["--limit", "0"], 4),
        (&["--company", "hotel"], 1),
        (&["--search", "100%_"], 0),
    ];
    for (arguments, expected) in cases {
        assert_eq!(count(arguments), expected, "{arguments:?}");
    }
    let newest_first: Vec<_> = installation.json(&["list"], 0)["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|document| document["issued_at"].as_str().unwrap().to_owned())
        .collect();
    assert!(newest_first.is_sorted_by(|one, other| one >= other), "{newest_first:?}");
    installation.json(&["list", "--state", "lost"], 2);
}

#[test]
fn the_table_of_documents_is_for_people() {
    let installation = Installation::new();
    installation.import(&[invoice(1)]);
    let total = content(&example("fe.xml"), "TotalComprobante").to_owned();
    let text = installation.run(&["list"]).exits(0).stdout;
    let lines: Vec<_> = text.lines().collect();
    for heading in ["Clave", "Kind", "State", "Issued", "Receptor", "Total"] {
        assert!(lines[0].contains(heading), "{text}");
    }
    assert!(text.contains("2026-11-18 10:05:00"), "Costa Rica's time: {text}");
    assert!(text.contains("draft") && text.contains(&invoice(1).clave[21..41]), "{text}");
    assert!(!total.contains(',') && text.contains("CRC"), "{text}");
    assert_eq!(Installation::new().run(&["list"]).exits(0).stdout, "no documents\n");
}

#[test]
fn show_tells_the_whole_story() {
    let (installation, claves) = one_of_each();
    let json = installation.json(&["show", &claves[0]], 0);
    assert_eq!(fields(&json), ["document", "responses", "retries", "events"]);
    begins_with(&json["document"], &DOCUMENT);
    assert_eq!(json["document"]["state"], "accepted");
    assert_eq!(json["document"]["response_signature"], "valid");
    begins_with(&json["responses"][0], &RESPONSE);
    let moves: Vec<_> = json["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| format!("{} {} {}", event["operation"], event["from_state"], event["to_state"]).replace('"', ""))
        .collect();
    assert_eq!(
        moves,
        [
            "import null draft",
            "sign draft signed",
            "submit null null",
            "submit signed submitted",
            "check_status submitted accepted"
        ]
    );
    let failing = installation.json(&["show", &claves[2][21..41]], 0);
    begins_with(&failing["retries"][0], &ENTRY);
    assert_eq!(failing["retries"][0]["error_category"], "server");
    let text = installation.run(&["show", &claves[1]]).exits(0).stdout;
    for word in [claves[1].as_str(), "rejected", "2026-11-20 12:00:00", "Responses", "Events", "draft → signed"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    installation.json(&["show", &claves[0].replace("40506070", "99999999")], 2);
}

const RESPONSE: [&str; 8] =
    ["id", "clave", "message_type", "status", "error_code", "error_description", "is_final", "response_date"];

const ENTRY: [&str; 12] = [
    "id",
    "clave",
    "company",
    "operation",
    "state",
    "priority",
    "retry_count",
    "max_retries",
    "error_category",
    "last_error",
    "last_attempt",
    "next_attempt",
];

#[test]
fn responses_are_listed_shown_and_exported() {
    let (installation, claves) = one_of_each();
    let json = installation.json(&["responses", "list"], 0);
    let responses = json["responses"].as_array().unwrap();
    assert_eq!(responses.len(), 2);
    for response in responses {
        begins_with(response, &RESPONSE);
        assert_eq!(response["is_final"], true);
        assert_eq!(response["response_date"], "2026-11-20T18:00:00Z");
    }
    let count = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["responses", "list"].iter().chain(arguments).copied().collect();
        installation.json(&arguments, 0)["responses"].as_array().unwrap().len()
    };
    let lower = claves[0].to_lowercase();
    let cases: [(&[&str], usize); 10] = [
        (&[&claves[0]], 1),
        (&[&lower[21..41]], 1),
        (&["--error-code", "-99"], 1),
        (&["--error-code", "-1"], 0),
        (&["--type", "rejection"], 1),
        (&["--type", "confirmation"], 0),
        (&["--from", "2026-11-20"], 2),
        (&["--from", "2026-11-21"], 0),
        (&["--to", "2026-11-19"], 0),
        (&["--company", "imaginaria"], 2),
    ];
    for (arguments, expected) in cases {
        assert_eq!(count(arguments), expected, "{arguments:?}");
    }
    let csv = installation.run(&["responses", "export"]).exits(0).stdout;
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().starts_with("id,clave,"), "{csv}");
    assert_eq!(lines.filter(|line| line.contains("aceptado") || line.contains("rechazado")).count(), 2, "{csv}");

    installation.run(&["responses", "export", "--format", "xml", "-o", "out"]).exits(0);
    for clave in &claves[..2] {
        let xml = fs::read(installation.path(&format!("out/{clave}_respuesta.xml"))).unwrap();
        let row = installation.value(&format!("SELECT id FROM documents WHERE clave = '{clave}'"));
        assert_eq!(installation.paper(row.parse().unwrap(), Paper::Answer), Some(xml));
    }
    assert_eq!(fs::read_dir(installation.path("out")).unwrap().count(), 2);
    installation.json(&["responses", "show", "99"], 2);
}

/// Words of others would run as formulas on the desk of whoever opens the table; Hacienda's code -99 is a number.
#[test]
fn no_cell_of_an_export_is_a_formula() {
    let (installation, _) = one_of_each();
    let hostile =
        "UPDATE responses SET status = '=1+1', error_description = '-2+3+cmd|'' /C calc''!A0', error_code = '-99'";
    rusqlite::Connection::open(installation.database()).unwrap().execute(hostile, []).unwrap();
    let csv = installation.run(&["responses", "export"]).exits(0).stdout;
    for cell in csv.lines().flat_map(|line| line.split(',')).map(|cell| cell.trim_matches('"')) {
        assert!(cell == "-99" || !cell.starts_with(['=', '+', '-', '@', '\t']), "{cell} in\n{csv}");
    }
    assert!(csv.contains("'=1+1") && csv.contains("'-2+3+cmd") && csv.contains(",-99,"), "{csv}");
}

#[test]
fn the_queue_is_listed_with_the_contracts_fields() {
    let (installation, claves) = one_of_each();
    let json = installation.json(&["retry", "list"], 0);
    let entries = json["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(fields(&entries[0]), ENTRY);
    let entry = &entries[0];
    assert_eq!((entry["clave"].as_str(), entry["operation"].as_str()), (Some(claves[2].as_str()), Some("submit")));
    assert_eq!((&entry["priority"], &entry["retry_count"], &entry["max_retries"]), (&json!(2), &json!(0), &json!(5)));
    assert_eq!(entry["last_attempt"], "2026-11-20T18:00:00Z");
    assert_eq!(entry["next_attempt"], "2026-11-20T18:07:30Z", "5 minutes × 1.5");
    assert_eq!(installation.json(&["retry", "list", "--state", "failed"], 0)["entries"], json!([]));
    installation.json(&["retry", "list", "--state", "lost"], 2);
    let text = installation.run(&["retry", "list"]).exits(0).stdout;
    assert!(text.contains("server") && text.contains("0/5"), "{text}");
}

#[test]
fn stats_are_the_contracts_to_the_letter() {
    let (installation, _) = one_of_each();
    let json = installation.json(&["stats"], 0);
    let counts = json!({"total": 4, "draft": 1, "signed": 1, "submitted": 0, "accepted": 1, "rejected": 1, "error": 0,
                        "discarded": 0});
    let expected = json!({
        "generated_at": "2026-11-20T18:00:00Z", "company": null, "from": null, "to": null,
        "documents": counts,
        "acceptance_rate": 50.0, "average_acceptance_seconds": 0,
        "responses": {"total": 2, "acceptance": 1, "rejection": 1, "confirmation": 0, "other": 0},
        "queue": {"pending": 1, "processing": 0, "completed": 0, "failed": 0, "cancelled": 0, "due": 0,
                  "by_operation": {"sign": 0, "submit": 1, "check_status": 0},
                  "by_category": {"transient": 0, "rate_limit": 0, "network": 0, "server": 1, "auth": 0,
                                  "validation": 0, "unknown": 0}},
        "today": {"imported": 4, "signed": 3, "submitted": 2, "accepted": 1, "rejected": 1, "failed": 0},
        "companies": {"imaginaria": {"documents": counts, "acceptance_rate": 50.0}},
    });
    for (name, value) in expected.as_object().unwrap() {
        if name == "today" {
            // What counts as failed today may be the failures of steps too; the rest is plain.
            for step in ["imported", "signed", "submitted", "accepted", "rejected"] {
                assert_eq!(json[name][step], value[step], "{step}");
            }
            assert!(json[name]["failed"].is_u64());
            continue;
        }
        assert_eq!(json[name], *value, "{name}");
    }
    let empty = Installation::new().json(&["stats"], 0);
    assert_eq!((&empty["acceptance_rate"], &empty["average_acceptance_seconds"]), (&Value::Null, &Value::Null));
    assert_eq!(empty["companies"]["imaginaria"]["acceptance_rate"], Value::Null);
    let none = installation.json(&["stats", "--from", "2026-12-01"], 0);
    assert_eq!(none["documents"]["total"], 0);
    assert_eq!(none["from"], "2026-12-01");
    installation.json(&["stats", "--from", "yesterday"], 2);
}

#[test]
fn today_is_the_day_in_costa_rica() {
    let mut installation = Setup::default().clock("2026-11-21T05:59:59Z").build();
    installation.import(&[invoice(1)]);
    assert_eq!(installation.json(&["stats"], 0)["today"]["imported"], 1);
    installation.set_clock("2026-11-21T06:00:00Z");
    assert_eq!(installation.json(&["stats"], 0)["today"]["imported"], 0);
}

#[test]
fn verify_says_which_part_fails() {
    let installation = Installation::new();
    let clave = installation.one_signed();
    let json = installation.json(&["verify", &clave], 0);
    begins_with(&json, &["valid", "signer", "signed_at", "policy", "parts"]);
    assert!(json["parts"].as_array().unwrap().iter().all(|part| part["valid"] == true), "{json:#}");
    begins_with(&json["parts"][0], &["name", "valid", "message"]);
    let signed = installation.run(&["show", &clave, "--xml"]).exits(0).stdout;
    installation.write("tampered.xml", signed.replace("El Puerto", "El Huerto").as_bytes());
    let json = installation.json(&["verify", "tampered.xml"], 3);
    assert_eq!(json["valid"], false);
    let failing: Vec<_> = json["parts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|part| part["valid"] == false)
        .map(|part| &part["name"])
        .collect();
    assert_eq!(failing, ["document"]);
    let text = installation.run(&["verify", "tampered.xml"]).exits(3).stdout;
    assert!(text.contains("FAILS") && text.contains("NOT valid"), "{text}");
    let ran = installation.run_with_input(&["verify", "-", "--json"], signed.as_bytes()).exits(0);
    assert_eq!(ran.json()["valid"], true);
    installation.run(&["verify", "no-such-file.xml"]).exits(5);
}

#[test]
fn cleanup_plans_then_acts_and_never_touches_the_verdict() {
    let (mut installation, claves) = one_of_each();
    installation.set_clock("2027-03-01T00:00:00Z");
    let planned = installation.json(&["cleanup", "responses", "--dry-run"], 0);
    begins_with(&planned, &["planned", "deleted", "cutoff", "dry_run"]);
    assert_eq!((&planned["planned"], &planned["deleted"], &planned["dry_run"]), (&json!(2), &json!(0), &json!(true)));
    let done = installation.json(&["cleanup", "responses"], 0);
    assert_eq!((&done["planned"], &done["deleted"]), (&json!(2), &json!(2)));
    assert_eq!(installation.value("SELECT count(*) FROM responses"), "0");
    assert_eq!(installation.value("SELECT count(*) FROM papers WHERE paper = 'answer'"), "2");
    assert_eq!(installation.state(&claves[0]), "accepted");
    assert_eq!(installation.json(&["cleanup", "queue"], 0)["deleted"], 0, "an open entry stays");
    installation.run(&["cleanup", "responses", "-q"]).exits(0).is_silent();
}

#[test]
fn doctor_without_the_network_finds_a_sound_installation_sound() {
    let installation = Installation::new();
    let json = installation.json(&["doctor", "--offline"], 0);
    let checks = json["checks"].as_array().unwrap();
    for check in checks {
        begins_with(check, &["name", "status", "message", "help"]);
        assert_ne!(check["status"], "failure", "{check}");
    }
    assert!(installation.simulator.record().is_empty());
    installation.run(&["doctor"]).exits(0);
    assert_eq!(installation.logins().first().map(String::as_str), Some("password 200"));
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let installation = Installation::new();
    installation.import(&invoices(400));
    let mut child = installation.command(&["list", "--limit", "0", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 16];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), [].as_slice()));
}

#[test]
fn a_run_from_cron_in_which_all_is_well_prints_nothing() {
    let installation = Installation::new();
    installation.write("in/1.xml", invoice(1).xml.as_bytes());
    for arguments in [
        ["import", "in", "-q"].as_slice(),
        &["sign", "-q"],
        &["submit", "-q"],
        &["poll", "-q"],
        &["retry", "run", "-q"],
        &["cleanup", "responses", "-q"],
        &["cleanup", "queue", "-q"],
        &["run", "-q"],
    ] {
        installation.run(arguments).exits(0).is_silent();
    }
    assert_eq!(installation.rows("SELECT state FROM documents"), ["accepted"]);
}

#[test]
fn nothing_from_outside_commands_the_terminal() {
    let installation = Installation::new();
    let cunning = invoice(1).xml.replace("Hotel Inexistente", "Hotel \u{9b}31m\u{9d}0;title\u{9c}");
    installation.write("in/\u{1b}[31mred.xml", b"<bad/>");
    installation.write("in/1.xml", cunning.as_bytes());
    for arguments in [
        ["import", "in"].as_slice(),
        &["list"],
        &["show", &invoice(1).clave],
        &["verify", "\u{1b}]0;title\u{7}.xml"],
        &["show", "\u{1b}[2J"],
    ] {
        let ran = installation.run(arguments);
        for text in [ran.stdout, ran.stderr] {
            assert!(
                !text.contains(|character: char| character.is_control() && character != '\n'),
                "{arguments:?}: {text:?}"
            );
        }
    }
}

/// Blocks of 256 documents and the newest, which are in none, are looked through alike.
#[test]
fn a_search_finds_old_and_new_documents_whatever_the_letters() {
    let installation = Installation::new();
    installation.import(&[invoice(1)]);
    let connection = rusqlite::Connection::open(installation.database()).unwrap();
    connection
        .execute_batch(
            "WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < 767)
             INSERT INTO documents (clave, consecutivo, company, environment, kind, state, issued_at, issued_text, emisor_type,
                 emisor_id, receptor_type, receptor_id, receptor_name, total, currency, source_hash, created_at)
             SELECT substr(clave, 1, 31) || printf('%010d', n) || substr(clave, 42),
                 substr(consecutivo, 1, 10) || printf('%010d', n), company, environment, kind, state, issued_at, issued_text,
                 emisor_type, emisor_id, receptor_type, printf('3101%06d', n), printf('Panadería Ñandú %d', n), total, currency,
                 source_hash, created_at FROM numbers, documents WHERE documents.id = 1",
        )
        .unwrap();
    assert_eq!(installation.value("SELECT count(*) FROM search_blocks"), "0");
    installation.import(&[invoice(2000)]);
    assert_eq!(installation.rows("SELECT first_id FROM search_blocks"), ["1", "257", "513"]);
    installation.import(&[invoice(3000)]);
    let found = |arguments: &[&str]| {
        let arguments: Vec<_> = ["list", "--limit", "0"].iter().chain(arguments).copied().collect();
        installation.json(&arguments, 0)["documents"].as_array().unwrap().len()
    };
    assert_eq!(found(&[]), 769);
    assert_eq!(found(&["--search", "panaderia ñandu"]), 766);
    assert_eq!(found(&["--search", "PANADERÍA NANDÚ 7"]), 1 + 10 + 68);
    assert_eq!(found(&["--search", &invoice(3000).clave]), 1, "the newest");
    assert_eq!(found(&["--search", "0000000767"]), 1);
    assert_eq!(found(&["--search", "no such words"]), 0);
    assert_eq!(found(&["--receptor", "3101000300"]), 1);
    assert_eq!(found(&["--receptor", "310100030"]), 0);
    assert_eq!(found(&["--receptor", "hotel"]), 3);
    assert_eq!(found(&["--receptor", "hotel", "--search", &invoice(2000).clave]), 1);
    assert_eq!(found(&["--receptor", "hotel", "--state", "signed"]), 0);
    let newest = installation.json(&["list", "--search", "nandu", "--limit", "3"], 0);
    assert_eq!(newest["documents"][0]["receptor"], "Panadería Ñandú 767");
    assert_eq!(newest["documents"].as_array().unwrap().len(), 3);
}

#[test]
fn a_list_of_nothing_is_json_too() {
    let installation = Installation::new();
    assert_eq!(installation.json(&["list"], 0), json!({"documents": [], "total": 0, "more": false}));
}
