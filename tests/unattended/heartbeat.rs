//! `ping_url`: a check outside hears that a run began and how it ended; its failure is only a warning.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{Installation, finish, invoices};

/// A server of checks that answers with this status, and the paths that it is asked for.
fn listener(status: u16) -> (String, Receiver<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}/check-7", listener.local_addr().unwrap());
    let (heard, paths) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let Some(first) = lines.next() else { continue };
            let _ = lines.find(String::is_empty);
            let _ = heard.send(first.split(' ').nth(1).unwrap().to_owned());
            let _ = write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    (address, paths)
}

fn checked(script: Script, address: &str) -> Installation {
    let installation = Installation::with(script);
    installation.reconfigure("[defaults]", &format!("ping_url = \"{address}\"\n\n[defaults]"));
    installation.signed(&invoices(4));
    installation
}

fn all(paths: &Receiver<String>) -> Vec<String> {
    std::iter::from_fn(|| paths.recv_timeout(Duration::from_millis(200)).ok()).collect()
}

#[test]
fn a_good_run_says_start_and_ok() {
    let (address, paths) = listener(200);
    let installation = checked(Script::default(), &address);
    installation.run(&["-q", "run"]).exits(0).is_silent();
    assert_eq!(all(&paths), ["/check-7/start", "/check-7"]);
    installation.run(&["run", "--dry-run"]).exits(0);
    assert_eq!(all(&paths), [""; 0], "a dry run makes no request at all");
}

/// Whom the document needs is told by a notice; the run itself went as it should.
#[test]
fn a_rejection_is_no_failure_of_the_run() {
    let (address, paths) = listener(200);
    let installation = checked(Script::default().with(Rule::new(Action::Reject(vec![-37]))), &address);
    installation.run(&["run"]).exits(3);
    assert_eq!(all(&paths), ["/check-7/start", "/check-7"]);
    let metrics = installation.run(&["stats", "--prometheus"]).exits(0).stdout;
    for command in ["submit", "poll", "retry run"] {
        let line = format!("cr_einvoice_last_success_timestamp_seconds{{command=\"{command}\"}}");
        assert!(metrics.contains(&line), "{metrics}");
    }
}

/// Neither that all is well nor that a person must come: the next run says which.
#[test]
fn a_run_that_somebody_stops_says_only_start() {
    let (address, paths) = listener(200);
    let latency = Rule::new(Action::Latency { milliseconds: 400 }).at(Endpoint::Submit);
    let installation = checked(Script::default().with(latency), &address);
    installation.reconfigure("[defaults]", "[defaults]\nmax_concurrent_batches = 1");
    let child = installation.start(&["run"]);
    while !installation.simulator.record().iter().any(|request| request.endpoint == Endpoint::Submit) {
        thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    finish(child, &["run"]).exits(143);
    assert_eq!(all(&paths), ["/check-7/start"]);
}

#[test]
fn a_bad_run_says_fail() {
    let (address, paths) = listener(200);
    let rule = Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Submit);
    let installation = checked(Script::default().with(rule), &address);
    installation.run(&["run"]).exits(4);
    assert_eq!(all(&paths), ["/check-7/start", "/check-7/fail"]);
    std::fs::remove_file(installation.database()).unwrap();
    installation.run(&["run"]).exits(5);
    assert_eq!(all(&paths), ["/check-7/start", "/check-7/fail"]);
}

#[test]
fn a_check_that_fails_is_only_a_warning() {
    let (address, _paths) = listener(500);
    let installation = checked(Script::default(), &address);
    let ran = installation.run(&["run"]).exits(0);
    assert!(ran.stderr.contains("ping_url answered HTTP 500"), "{ran:?}");
    assert!(!ran.stderr.contains("check-7"), "who knows the address could call it");
    assert_eq!(installation.simulator.documents(), 4);
}
