//! What the program owes to the service manager that starts it: its end when it is told to, the levels of the journal, and
//! work that a part of the machine which is missing does not stop.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use rustix::process::{Pid, Signal, kill_process};

use crate::common::{Installation, Sample, Setup, content, finish, invoice, invoices, of_hotel};

fn wait_for(installation: &Installation, endpoint: Endpoint) {
    while !installation.simulator.record().iter().any(|request| request.endpoint == endpoint) {
        thread::sleep(Duration::from_millis(5));
    }
}

/// The request under way is finished. Neither an identity provider that does not answer the logout nor a notice holds up the
/// end: before the bound on the logout this took the two minutes of its withheld answer.
#[test]
fn told_to_end_it_waits_for_nothing_but_the_request_under_way() {
    let mut script = Script::default()
        .with(Rule::new(Action::Latency { milliseconds: 400 }).at(Endpoint::Status))
        .with(Rule::new(Action::Reject(vec![-37])))
        .with(Rule::new(Action::TimeoutBefore).at(Endpoint::Logout).nth(2).times(1));
    script.hold_seconds = 120;
    let installation =
        Setup::default().script(script).setting("request_timeout", 300).setting("max_concurrent_batches", 1).build();
    let config = fs::read_to_string(installation.path("cr-einvoice.toml")).unwrap();
    let notify = "[notify]\ncommand = [\"sh\", \"-c\", \"cat >> told\"]\n";
    installation.write("cr-einvoice.toml", format!("{config}\n{notify}").as_bytes());
    installation.signed(&invoices(3));
    installation.run(&["submit"]).exits(0);
    let child = installation.start(&["run"]);
    wait_for(&installation, Endpoint::Status);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let ran = finish(child, &["run"]);
    assert!(ran.code.is_some(), "it had to be killed: {ran:?}");
    // The stand-in records a request when it answers: the next one may have been under way by then.
    let judged = installation.value("SELECT count(*) FROM documents WHERE state = 'rejected'");
    assert!(["1", "2"].contains(&judged.as_str()), "{judged}: {ran:?}");
    assert!(!installation.path("told").exists(), "a notice was begun after the signal");
    installation.run(&["run"]).exits(3);
    assert_eq!(fs::read_to_string(installation.path("told")).unwrap().lines().count(), 3, "the next run tells of all");
}

/// The login was the request under way: the document it was for is left to the next run, as if it had not been its turn.
#[test]
fn told_to_end_during_the_login_it_posts_nothing() {
    let script = Script::default().with(Rule::new(Action::Slow { milliseconds: 2 }).at(Endpoint::Token).times(1));
    let installation = Setup::default().script(script).setting("request_timeout", 30).build();
    installation.signed(&invoices(2));
    let child = installation.start(&["run"]);
    wait_for(&installation, Endpoint::Token);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    finish(child, &["run"]);
    assert!(installation.simulator.record().iter().all(|request| request.endpoint != Endpoint::Submit));
    assert_eq!(
        installation.value("SELECT count(*) FROM documents WHERE state = 'signed' AND NOT delivery_unknown"),
        "2"
    );
    installation.run(&["run"]).exits(0);
    assert_eq!(installation.value("SELECT count(*) FROM documents WHERE state = 'accepted'"), "2");
}

/// Runs with stderr in a file; `names` says what JOURNAL_STREAM is, of the file's device and inode.
fn stderr_in_a_file(installation: &Installation, arguments: &[&str], names: impl Fn(u64, u64) -> String) -> String {
    let path = installation.path("stderr");
    let file = File::create(&path).unwrap();
    let metadata = file.metadata().unwrap();
    let stream = names(metadata.dev(), metadata.ino());
    let mut command = installation.command(arguments);
    command.env("JOURNAL_STREAM", stream).stderr(Stdio::from(file)).status().unwrap();
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_journal_gets_the_level_of_each_line() {
    let installation = Installation::new();
    let twin = invoice(1);
    installation.import(std::slice::from_ref(&twin));
    installation.write("twin.xml", twin.xml.replace(&twin.clave, &format!("{}9", &twin.clave[..49])).as_bytes());
    let journal = |device, inode| format!("{device}:{inode}");
    let warned = stderr_in_a_file(&installation, &["import", "twin.xml"], journal);
    assert!(warned.starts_with("<4>") && warned.contains("consecutivo"), "{warned}");
    for (arguments, words) in [
        (&["show", "00000000000000000000000000000000000000000000000000"][..], "error: "),
        (&["--config", "nowhere.toml", "run"], "nowhere.toml"),
        (&["run", "--no-such-option"], "--no-such-option"),
    ] {
        let said = stderr_in_a_file(&installation, arguments, journal);
        assert!(said.contains(words) && said.lines().all(|line| line.starts_with("<3>")), "{said}");
        let elsewhere = stderr_in_a_file(&installation, arguments, |device, inode| format!("{device}:{}", inode + 1));
        assert!(!elsewhere.contains("<3>") && elsewhere.contains(words), "stderr is a file here: {elsewhere}");
    }
}

/// A machine without ca-certificates can rehearse, and reach a proxy of its own.
#[test]
fn plain_http_on_this_machine_needs_no_trusted_roots() {
    let installation = Installation::new();
    installation.signed(&invoices(1));
    let mut command = installation.command(&["run"]);
    command.env("SSL_CERT_FILE", "/nonexistent").env("SSL_CERT_DIR", "/nonexistent");
    finish(command.spawn().unwrap(), &["run"]).exits(0);
    assert_eq!(installation.value("SELECT state FROM documents"), "accepted");
}

/// Signs, sends, asks: what a billing system has delivered goes out without a person.
#[test]
fn run_signs_drafts_where_auto_sign_is_set() {
    let installation = Setup::default().two_companies().company_lines("auto_sign = true").build();
    let (ours, theirs) = (invoice(1), of_hotel(&invoice(2)));
    installation.import(&[ours.clone(), theirs.clone()]);
    let plan = installation.json(&["run", "--dry-run"], 0);
    assert_eq!(plan["sign"]["documents"][0]["clave"], ours.clave.as_str(), "{plan}");
    assert_eq!(installation.state(&ours.clave), "draft");
    let ran = installation.json(&["run"], 0);
    assert_eq!(ran["sign"]["succeeded"], 1, "{ran}");
    assert_eq!(installation.state(&ours.clave), "accepted");
    assert_eq!(installation.state(&theirs.clave), "draft", "its company signs by hand");
    installation.import(&[invoice(3)]);
    installation.run(&["run", "--only", "submit"]).exits(0);
    assert_eq!(installation.state(&invoice(3).clave), "draft");
    installation.run(&["run", "--only", "sign"]).exits(0);
    assert_eq!(installation.state(&invoice(3).clave), "signed");
}

/// What Hacienda would reject keeps its number and waits for a person, as with `sign`.
#[test]
fn run_does_not_sign_what_would_be_rejected() {
    let installation = Setup::default().setting("auto_sign", true).build();
    let wrong = invoice(1);
    let total = content(&wrong.xml, "TotalComprobante").to_owned();
    let xml = wrong.xml.replace(&format!("<TotalComprobante>{total}"), "<TotalComprobante>1.00");
    installation.import(&[Sample { clave: wrong.clave.clone(), xml }]);
    installation.run(&["run"]).exits(3);
    assert_eq!(installation.state(&wrong.clave), "draft");
}

/// A company without its PIN and password waits; the others do not notice.
#[test]
fn the_missing_credential_of_one_company_does_not_stop_another() {
    let installation = Setup::default().two_companies().setting("auto_sign", true).build();
    let config = fs::read_to_string(installation.path("cr-einvoice.toml")).unwrap();
    let config = config.replacen("{ file = \"pin\" }", "{ credential = \"imaginaria.pin\" }", 1);
    let config = config.replacen("{ file = \"password\" }", "{ credential = \"imaginaria.password\" }", 1);
    let config = config.replacen("{ file = \"pin\" }", "{ credential = \"hotel.pin\" }", 1);
    installation.write("cr-einvoice.toml", config.as_bytes());
    installation.write_private("credentials/cr-einvoice_hotel.pin", crate::common::PIN.as_bytes());
    let (without, with) = (invoice(1), of_hotel(&invoice(2)));
    installation.import(&[without.clone(), with.clone()]);
    let mut command = installation.command(&["-q", "run"]);
    command.env("CREDENTIALS_DIRECTORY", installation.path("credentials"));
    let ran = finish(command.spawn().unwrap(), &["-q", "run"]).exits(6);
    assert!(ran.stdout.contains("imaginaria.pin") && !ran.stdout.contains("hotel"), "{ran:?}");
    assert_eq!(
        (installation.state(&with.clave), installation.state(&without.clave)),
        ("accepted".into(), "draft".into())
    );
}

/// A person at a terminal has no credential: the error says what gives it.
#[test]
fn without_systemd_the_error_names_the_way_to_a_credential() {
    let installation = Installation::new();
    installation.import(&invoices(1));
    installation.reconfigure("{ file = \"pin\" }", "{ credential = \"acme.pin\" }");
    let ran = installation.run(&["sign"]).exits(6);
    assert!(ran.stdout.contains("cr-einvoice-manage"), "{ran:?}");
}

/// The metrics file is written last: a folder that is not there takes nothing of what the run did, and is not passed over.
#[test]
fn metrics_that_cannot_be_written_do_not_hide_what_the_run_did() {
    let installation = Installation::new();
    installation.signed(&invoices(1));
    let ran = installation.run(&["run", "--metrics", "nowhere/cr-einvoice.prom"]).exits(5);
    assert!(ran.stdout.contains("submit: 1 document") && ran.stderr.contains("nowhere/cr-einvoice.prom"), "{ran:?}");
}
