//! One test for each exit code of the contract, and for what is said with it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::common::{Installation, PROGRAM, Setup, invoice, invoices};
use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};

#[test]
fn zero_when_all_that_was_due_is_done_and_when_nothing_is() {
    let installation = Installation::new();
    for command in ["sign", "submit", "poll"] {
        installation.run(&[command]).exits(0);
    }
    installation.one_submitted();
    installation.run(&["poll"]).exits(0);
}

#[test]
fn two_for_a_wrong_command_line_or_configuration() {
    let installation = Installation::new();
    for arguments in [
        ["no-such-command"].as_slice(),
        &["sign", "--no-such-option"],
        &["import"],
        &["show", "50600000000000000000000000000000000000000000000000"],
        &["list", "--company", "nobody"],
        &["retry", "now", "1"],
        &["retry", "cancel", "77"],
        &["submit", "--limit", "-1"],
    ] {
        let ran = installation.run(arguments).exits(2);
        assert_eq!(ran.stdout, "", "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{arguments:?}: {}", ran.stderr);
    }
    installation.reconfigure("polling_interval", "poling_interval");
    let ran = installation.run(&["sign"]).exits(2);
    assert!(ran.stderr.contains("poling_interval") && ran.stderr.contains("polling_interval"), "{}", ran.stderr);
}

#[test]
fn a_script_reads_the_error_as_json() {
    let installation = Installation::new();
    for (arguments, code, kind) in [
        (["list", "--company", "nobody"].as_slice(), 2, "configuration"),
        (&["show", "00100001010000000001"], 2, "usage"),
        (&["no-such-command"], 2, "usage"),
        (&["verify", "absent.xml"], 5, "file"),
    ] {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        let json = installation.run(&arguments).exits(code).json();
        let error = &json["error"];
        let names: Vec<_> = error.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["code", "kind", "message", "help"], "{arguments:?}");
        assert_eq!((error["code"].as_i64(), error["kind"].as_str()), (Some(i64::from(code)), Some(kind)), "{error}");
        assert!(!error["message"].as_str().unwrap().is_empty() && error["help"].is_string());
    }
}

#[test]
fn help_and_version_are_no_error() {
    let installation = Installation::new();
    let ran = installation.run(&["--version"]).exits(0);
    assert!(ran.stdout.starts_with("cr-einvoice "), "{}", ran.stdout);
    assert!(installation.run(&["sign", "--help"]).exits(0).stdout.contains("SELECTOR"));
    assert!(fs::metadata(PROGRAM).is_ok());
}

#[test]
fn three_when_a_document_needs_a_person() {
    let rejected = Installation::with(Script::default().with(Rule::new(Action::Reject(vec![-99]))));
    rejected.one_submitted();
    rejected.run(&["poll"]).exits(3);

    let refused = Action::Status { code: 400, cause: Some("no".to_owned()) };
    let invalid = Installation::with(Script::default().with(Rule::new(refused).at(Endpoint::Submit)));
    invalid.one_signed();
    invalid.run(&["submit"]).exits(3);
    invalid.run_with_input(&["import", "-"], b"<not-ours/>").exits(3);
    let signed = invalid.run(&["show", &invoice(1).clave, "--xml"]).exits(0).stdout;
    invalid.write("tampered.xml", signed.replace("El Puerto", "El Huerto").as_bytes());
    invalid.run(&["verify", "tampered.xml"]).exits(3);
}

#[test]
fn three_when_the_retries_are_spent() {
    let status = Action::Status { code: 500, cause: None };
    let mut installation = Setup::default()
        .script(Script::default().with(Rule::new(status).at(Endpoint::Submit)))
        .setting("max_retry_attempts", 1)
        .build();
    installation.one_signed();
    installation.run(&["submit"]).exits(4);
    installation.set_clock("2026-11-20T19:00:00Z");
    installation.run(&["retry", "run"]).exits(3);
    assert_eq!(installation.rows("SELECT state, retry_count FROM retry_queue"), ["failed 1"]);
}

#[test]
fn four_when_the_service_cannot_be_reached_or_refuses_for_now() {
    for action in [Action::ResetBefore, Action::Status { code: 503, cause: None }] {
        let installation = Installation::with(Script::default().with(Rule::new(action)));
        installation.one_signed();
        let ran = installation.run(&["submit", "-q"]).exits(4);
        assert!(ran.stdout.contains(&invoice(1).clave), "a person sees what waits: {}", ran.stdout);
    }
}

#[test]
fn five_when_the_database_or_a_file_cannot_be_used() {
    let installation = Installation::new();
    installation.run(&["import", "absent.xml"]).exits(5);
    fs::remove_file(installation.database()).unwrap();
    for command in ["list", "sign", "stats"] {
        let ran = installation.run(&[command]).exits(5);
        assert!(ran.stderr.contains("cr-einvoice.db"), "{}", ran.stderr);
    }
    installation.write("cr-einvoice.db", b"this is not a database, however long it may be");
    installation.run(&["list"]).exits(5);
}

#[test]
fn five_when_the_result_cannot_be_written() {
    let installation = Installation::new();
    installation.import(&invoices(1));
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in [["list"].as_slice(), &["stats", "--json"], &["show", &invoice(1).clave, "--xml"]] {
        let status = installation.command(arguments).stdout(full()).status().unwrap();
        assert_eq!(status.code(), Some(5), "{arguments:?}");
    }
}

#[test]
fn five_when_the_database_is_of_a_later_version() {
    let installation = Installation::new();
    let connection = rusqlite::Connection::open(installation.database()).unwrap();
    connection.pragma_update(None, "user_version", 9_999).unwrap();
    drop(connection);
    let ran = installation.run(&["list"]).exits(5);
    assert!(ran.stderr.contains("9999"), "{}", ran.stderr);
}

#[test]
fn six_for_a_pin_a_certificate_or_a_login() {
    let installation = Installation::new();
    installation.import(&[invoice(1)]);
    installation.write_private("pin", b"wrong");
    installation.run(&["sign"]).exits(6);

    let refused = Installation::with(Script::default().with(Rule::new(Action::InvalidGrant)));
    refused.one_signed();
    refused.run(&["submit"]).exits(6);
    fs::set_permissions(refused.path("password"), fs::Permissions::from_mode(0o644)).unwrap();
    refused.run(&["retry", "now", &invoice(1).clave]).exits(6);
}

#[test]
fn the_most_pressing_of_several_counts() {
    let refused = Action::Status { code: 400, cause: Some("no".to_owned()) };
    let script = Script::default()
        .with(Rule::new(refused).at(Endpoint::Submit).for_clave(invoice(1).clave))
        .with(Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Submit).for_clave(invoice(2).clave));
    let installation = Installation::with(script);
    installation.signed(&invoices(3));
    let json = installation.json(&["submit"], 3);
    assert_eq!((json["succeeded"].as_u64(), json["failed"].as_u64()), (Some(1), Some(2)), "{json:#}");
}
