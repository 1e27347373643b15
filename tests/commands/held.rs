//! What the queue has is not "nothing": a person hears of it, and by which command it is tried at once.

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};

use crate::common::{Installation, PIN, Setup, invoices, of_hotel};

/// A draft that waits because the PIN is wrong.
fn with_a_wrong_pin(count: u64) -> Installation {
    let installation = Installation::new();
    installation.import(&invoices(count));
    installation.write_private("pin", b"wrong");
    installation.run(&["sign"]).exits(6);
    installation
}

#[test]
fn a_draft_that_waits_after_a_wrong_pin_is_told() {
    let mut installation = with_a_wrong_pin(1);
    for arguments in [&["sign"][..], &["sign", "-q"], &["sign", "--dry-run"]] {
        let text = installation.run(arguments).exits(0).stdout;
        assert!(text.contains("1 waits until 2026-11-20 12:15"), "{arguments:?}: {text}");
        assert!(text.contains("retry now 1`"), "{arguments:?}: {text}");
    }
    let json = installation.json(&["sign"], 0);
    assert_eq!(json["held"][0]["count"], 1, "{json:#}");
    assert_eq!((&json["held"][0]["entry"], &json["held"][0]["operation"]), (&1.into(), &"sign".into()));
    // Between two tries of the queue too.
    let ran = installation.run(&["-q", "run"]).exits(6);
    assert!(ran.stdout.contains("sign: 1 waits until 2026-11-20 12:15"), "{ran:?}");
    installation.set_clock("2026-11-20T18:20:00Z");
    installation.run(&["-q", "run"]).exits(6);
    installation.write_private("pin", PIN.as_bytes());
    installation.run(&["retry", "now", "1"]).exits(0);
    installation.run(&["-q", "run"]).exits(0).is_silent();
    let text = installation.run(&["sign"]).exits(0).stdout;
    assert_eq!(text, "sign: nothing was due\n");
}

#[test]
fn several_are_named_by_what_they_have_in_common() {
    let installation = with_a_wrong_pin(3);
    let text = installation.run(&["sign"]).exits(0).stdout;
    assert!(text.contains("3 wait, the first until") && text.contains("retry now --category auth`"), "{text}");
    let text = installation.run(&["sign", "--company", "imaginaria"]).exits(0).stdout;
    assert!(text.contains("retry now --company imaginaria`"), "{text}");
    installation.write_private("pin", PIN.as_bytes());
    let json = installation.json(&["retry", "now", "--category", "validation"], 0);
    assert_eq!(json["processed"], 0);
    let json = installation.json(&["retry", "now", "--category", "auth", "--dry-run"], 0);
    assert_eq!(json["documents"].as_array().unwrap().len(), 3, "{json:#}");
    let json = installation.json(&["retry", "now", "--category", "auth"], 0);
    assert_eq!(json["succeeded"], 3, "{json:#}");
}

/// What waits for the service is well and queued: nobody is woken for it.
#[test]
fn what_waits_for_the_service_is_told_to_who_asks_and_does_not_disturb() {
    let failing = Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Submit).times(1);
    let installation = Installation::with(Script::default().with(failing));
    installation.one_signed();
    installation.run(&["submit"]).exits(4);
    let text = installation.run(&["submit"]).exits(0).stdout;
    assert!(text.contains("1 waits until") && text.contains("retry now 1`"), "{text}");
    installation.run(&["submit", "-q"]).exits(0).is_silent();
    installation.run(&["-q", "run"]).exits(0).is_silent();
}

#[test]
fn entries_are_tried_by_company_state_or_all() {
    let script =
        Script::default().with(Rule::new(Action::Status { code: 400, cause: Some("no".into()) }).at(Endpoint::Submit));
    let installation = Setup::default().two_companies().script(script).setting("max_retry_attempts", 1).build();
    let mut documents = invoices(3);
    documents.extend(invoices(2).iter().map(of_hotel));
    installation.signed(&documents);
    installation.run(&["submit"]).exits(3);
    assert_eq!(installation.json(&["retry", "now", "--all"], 3)["failed"], 5);
    assert_eq!(installation.rows("SELECT DISTINCT state FROM retry_queue"), ["failed"]);
    let unsaid = installation.json(&["retry", "now"], 2);
    assert!(unsaid["error"]["help"].as_str().unwrap().contains("--all"), "{unsaid:#}");
    installation.run(&["retry", "now", "--state", "completed"]).exits(2);
    installation.run(&["retry", "now", "1", "--all"]).exits(2);
    installation.run(&["retry", "now", "--category", "nonsense"]).exits(2);
    assert_eq!(installation.json(&["retry", "now", "--state", "pending"], 0)["processed"], 0);
    installation.simulator.clear_rules();
    assert_eq!(installation.json(&["retry", "now", "--company", "hotel"], 0)["succeeded"], 2);
    assert_eq!(
        installation.json(&["retry", "now", "--state", "failed", "--dry-run"], 0)["documents"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(installation.json(&["retry", "now", "--all"], 0)["succeeded"], 3);
    let json = installation.json(&["retry", "now", "--all"], 0);
    assert_eq!((&json["processed"], &json["failed"]), (&0.into(), &0.into()));
    installation.nothing_doubled_or_changed();
}
