//! Companies take turns: one with very many documents does not make the others wait, whatever is due.

use std::thread;
use std::time::{Duration, Instant};

use cr_einvoice::simulator::{Action, Endpoint, RecordedRequest, Rule, Script};
use rustix::process::{Pid, Signal, kill_process};

use crate::common::{IMAGINARIA, Installation, Sample, Setup, finish, invoice, invoices};

/// What the large company has waiting, beside one document of each small one.
const MANY: u64 = 60;
const SMALL: [&str; 5] = ["3101000001", "3101000002", "3101000003", "3101000004", "3101000005"];

/// The large company, whose id comes first, and the small ones after it.
fn crowded(script: Script) -> Installation {
    let small: String = SMALL
        .iter()
        .map(|number| {
            format!(
                "\n[[company]]\nid = \"small-{number}\"\nname = \"small\"\nidentification_type = \"02\"\n\
                 identification = \"{number}\"\ncertificate = \"imaginaria.p12\"\nallow_other_certificate_holder = true\n\
                 pin = {{ file = \"pin\" }}\nusername = \"small@stag.test\"\npassword = {{ file = \"password\" }}\n"
            )
        })
        .collect();
    let installation =
        Setup::default().script(script).company_lines(&small).setting("max_concurrent_batches", 1).build();
    let mut samples = invoices(MANY);
    samples.extend(SMALL.iter().map(|number| issued_by(number, &invoice(1))));
    installation.signed(&samples);
    installation
}

fn issued_by(number: &str, sample: &Sample) -> Sample {
    let clave = sample.clave.replacen(IMAGINARIA, number, 1);
    Sample { xml: sample.xml.replace(&sample.clave, &clave).replace(IMAGINARIA, number), clave }
}

/// Every small company is among the first few documents that the stand-in was asked about since then.
#[track_caller]
fn the_small_ones_come_early(installation: &Installation, from: usize, endpoint: Endpoint) {
    let record = installation.simulator.record();
    let asked = record[from..].iter().filter(|it| it.endpoint == endpoint).filter_map(|it| it.clave.as_deref());
    let first: Vec<_> = asked.take(2 * (SMALL.len() + 1)).collect();
    for number in SMALL {
        assert!(first.iter().any(|clave| clave.contains(number)), "{number} waits: {first:?}");
    }
}

#[test]
fn what_is_due_is_worked_in_turns() {
    let installation = crowded(Script::default());
    for (command, endpoint) in [("submit", Endpoint::Submit), ("poll", Endpoint::Status)] {
        let before = installation.simulator.record().len();
        let plan = installation.json(&[command, "--dry-run", "--limit", "6"], 0);
        let companies: Vec<_> =
            plan["documents"].as_array().unwrap().iter().map(|it| it["company"].as_str().unwrap()).collect();
        assert_eq!(companies.iter().filter(|company| company.starts_with("small-")).count(), 5, "{companies:?}");
        installation.run(&[command]).exits(0);
        the_small_ones_come_early(&installation, before, endpoint);
    }
    assert_eq!(
        installation.rows("SELECT state, count(*) FROM documents GROUP BY 1"),
        [format!("accepted {}", MANY + 5)]
    );
}

#[test]
fn the_queue_is_worked_in_turns() {
    let down = |endpoint| Rule::new(Action::Status { code: 503, cause: None }).at(endpoint);
    let mut installation = crowded(Script::default().with(down(Endpoint::Submit)).with(down(Endpoint::Status)));
    installation.run(&["submit"]).exits(4);
    assert_eq!(installation.value("SELECT count(*) FROM retry_queue WHERE state = 'pending'"), (MANY + 5).to_string());
    installation.simulator.clear_rules();
    installation.set_clock("2026-11-20T20:00:00Z");
    let before = installation.simulator.record().len();
    installation.run(&["retry", "run"]).exits(0);
    // Those that were sent before the outage was noticed are asked about, the others sent.
    let record = installation.simulator.record();
    let asked = |endpoint| matches!(endpoint, Endpoint::Submit | Endpoint::Status);
    let mut first: Vec<String> = Vec::new();
    for clave in record[before..].iter().filter(|it| asked(it.endpoint)).filter_map(|it| it.clave.clone()) {
        if !first.contains(&clave) {
            first.push(clave);
        }
    }
    first.truncate(2 * (SMALL.len() + 1));
    for number in SMALL {
        assert!(first.iter().any(|clave| clave.contains(number)), "{number} waits: {first:?}");
    }
    assert_eq!(installation.value("SELECT count(*) FROM documents WHERE state = 'submitted'"), (MANY + 5).to_string());
    installation.nothing_doubled_or_changed();
}

/// The service asks the large company to pause: its documents wait, and the workers go on with the others'.
#[test]
fn a_company_that_must_pause_holds_nobody_up() {
    let pause = Action::TooMany { seconds: 45, form: Default::default() };
    let script = Script::default().with(Rule::new(pause).at(Endpoint::Submit).times(1));
    let installation = crowded(script);
    let child = installation.start(&["submit"]);
    let patience = Instant::now() + Duration::from_secs(20);
    let small = "SELECT count(*) FROM documents WHERE state = 'submitted' AND company <> 'imaginaria'";
    while installation.value(small) != "5" {
        assert!(Instant::now() < patience, "{:?}", installation.simulator.record());
        thread::sleep(Duration::from_millis(20));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    finish(child, &["submit"]).exits(143);
    let sent = installation.simulator.record().iter().filter(|it| it.endpoint == Endpoint::Submit).count();
    assert_eq!(sent, 6, "the large company's first, and the small ones'");
    assert_eq!(installation.value("SELECT count(*) FROM leases"), "0");
}

/// A company with one document whose verdict is due, beside one with very many to be sent: what is asked for does not wait until
/// all is sent.
fn one_awaits_its_verdict(latency_ms: u64) -> Installation {
    let script = Script { latency_ms, ..Script::default() };
    let small = format!(
        "\n[[company]]\nid = \"small\"\nname = \"small\"\nidentification_type = \"02\"\nidentification = \"{}\"\n\
         certificate = \"imaginaria.p12\"\nallow_other_certificate_holder = true\npin = {{ file = \"pin\" }}\n\
         username = \"small@stag.test\"\npassword = {{ file = \"password\" }}\n",
        SMALL[0]
    );
    let installation =
        Setup::default().script(script).company_lines(&small).setting("max_concurrent_batches", 1).build();
    let one = issued_by(SMALL[0], &invoice(1));
    installation.signed(&[one]);
    installation.run(&["submit"]).exits(0);
    installation.signed(&invoices(40));
    installation
}

fn is_the_small_ones(it: &RecordedRequest) -> bool {
    it.endpoint == Endpoint::Status && it.clave.as_deref().is_some_and(|clave| clave.contains(SMALL[0]))
}

#[test]
fn what_is_due_for_one_step_does_not_wait_for_the_backlog_of_another() {
    let installation = one_awaits_its_verdict(400);
    let before = installation.simulator.record().len();
    let json = installation.json(&["run", "--max-duration", "3"], 0);
    let record = installation.simulator.record();
    assert!(record[before..].iter().any(is_the_small_ones), "{json:#}: {:?}", &record[before..]);
    assert_eq!(installation.value("SELECT state FROM documents WHERE company = 'small'"), "accepted");
    assert!(json["submit"]["remaining"].as_u64() > Some(0) && json["submit"]["interrupted"] == true, "{json:#}");
    assert!(json["poll"]["processed"].as_u64() > Some(0), "{json:#}");
    // Once more, and what was sent is asked for while the others are sent.
    let text = installation.run(&["run", "--max-duration", "3"]).exits(0).stdout;
    assert!(!text.contains("poll: nothing was due"), "{text}");
    let logins = |record: &[RecordedRequest]| record.iter().filter(|it| it.endpoint == Endpoint::Token).count();
    assert_eq!(logins(&record[before..]), 2, "one for each company");
    assert_eq!(installation.value("SELECT count(*) FROM leases"), "0");
    installation.nothing_doubled_or_changed();
}

/// Without an end of its own too: and then everything is done, each document asked for once.
#[test]
fn a_long_run_asks_for_verdicts_while_it_sends() {
    let installation = one_awaits_its_verdict(200);
    let before = installation.simulator.record().len();
    let json = installation.json(&["run"], 0);
    let record = installation.simulator.record();
    let sent = |it: &&RecordedRequest| it.endpoint == Endpoint::Submit;
    let asked = record[before..].iter().position(is_the_small_ones).unwrap();
    let earlier = record[before..before + asked].iter().filter(sent).count();
    assert!(earlier < 40, "{earlier} were sent before: {json:#}");
    assert_eq!(installation.rows("SELECT state, count(*) FROM documents GROUP BY 1"), ["accepted 41"]);
    assert_eq!((json["submit"]["processed"].as_u64(), json["poll"]["processed"].as_u64()), (Some(40), Some(41)));
    assert_eq!(record[before..].iter().filter(|it| it.endpoint == Endpoint::Status).count(), 41);
    assert_eq!(installation.value("SELECT count(*) FROM leases"), "0");
    installation.nothing_doubled_or_changed();
}
