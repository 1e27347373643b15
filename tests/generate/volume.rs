//! Long and hostile inputs: time that grows as they do, memory that does not; and what is said of a run that ends early.

use std::fs;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use cr_einvoice::document::Kind;
use cr_einvoice::generate::template;
use serde_json::Value;

use crate::common::Installation;
use crate::support::installation;

fn tickets(count: usize) -> String {
    let one = template(Kind::Tiquete).replace("\"id\": \"TICKET-42\",", "");
    format!("[{}]", vec![one; count].join(","))
}

fn documents(here: &Installation) -> u64 {
    here.value("SELECT count(*) FROM documents").parse().unwrap()
}

/// The most memory that a child has had when it ends, in MiB, as long as one can look.
fn peak(child: &mut Child) -> u64 {
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        most = line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(most).max(most);
        thread::sleep(Duration::from_millis(20));
    }
    most / 1024
}

#[test]
fn a_table_of_many_keys_takes_no_square_of_time() {
    let here = installation();
    let keys: Vec<String> = (0..100_000).map(|number| format!("\"k{number}\":1")).collect();
    here.write("keys.json", format!("{{\"kind\":\"FE\",{}}}", keys.join(",")).as_bytes());
    let began = Instant::now();
    let refused = here.json(&["generate", "keys.json"], 3);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let error = refused["documents"][0]["error"].as_str().unwrap();
    assert!(error.contains("k0: unknown key") && error.contains("more"), "{error}");
    let columns: Vec<String> = (0..100_000).map(|number| format!("k{number}")).collect();
    here.write("wide.csv", format!("documento;{}\n1;\n", columns.join(";")).as_bytes());
    assert!(here.json(&["generate", "wide.csv"], 3).to_string().contains("more than 1000 columns"));
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
}

#[test]
fn the_report_of_a_long_input_is_not_held_in_memory() {
    let here = installation();
    here.write("empty.json", "{}\n".repeat(100_000).as_bytes());
    let out = fs::File::create(here.path("out.json")).unwrap();
    let mut child = here.command(&["generate", "empty.json", "--json"]).stdout(out).spawn().unwrap();
    let peak = peak(&mut child);
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(peak < 60, "{peak} MiB");
    let said: Value = serde_json::from_slice(&fs::read(here.path("out.json")).unwrap()).unwrap();
    assert_eq!((&said["failed"], said["documents"].as_array().unwrap().len()), (&100_000.into(), 100_000));
}

#[test]
fn a_run_that_a_signal_ends_says_what_it_made() {
    let here = installation();
    here.write("tickets.json", tickets(8_000).as_bytes());
    let out = fs::File::create(here.path("out.json")).unwrap();
    let mut child = here.command(&["generate", "tickets.json", "--json"]).stdout(out).spawn().unwrap();
    while documents(&here) == 0 {
        thread::sleep(Duration::from_millis(20));
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    let said: Value = serde_json::from_slice(&fs::read(here.path("out.json")).unwrap()).unwrap();
    assert_eq!(
        (&said["interrupted"], said["generated"].as_u64()),
        (&true.into(), Some(documents(&here))),
        "{}",
        said["generated"]
    );
    assert_eq!(said["documents"].as_array().unwrap().len() as u64, documents(&here));
    assert!(documents(&here) < 8_000);
}

#[test]
fn a_folder_that_cannot_be_written_leaves_no_draft() {
    let here = installation();
    here.write("tickets.json", tickets(2).as_bytes());
    here.write("file", b"");
    let failed = here.json(&["generate", "tickets.json", "--output", "file/below"], 5);
    assert_eq!(failed["error"]["kind"], "file", "{failed}");
    assert_eq!(documents(&here), 0);
}

#[test]
fn a_draft_whose_file_is_not_written_is_said_to_stand() {
    let here = installation();
    here.write("tickets.json", tickets(3_000).as_bytes());
    let out = fs::File::create(here.path("out.json")).unwrap();
    let mut child =
        here.command(&["generate", "tickets.json", "--json", "--output", "out"]).stdout(out).spawn().unwrap();
    while documents(&here) == 0 {
        thread::sleep(Duration::from_millis(20));
    }
    // What was a folder is none any more.
    while fs::rename(here.path("out"), here.path("gone")).is_err() {}
    assert_eq!(child.wait().unwrap().code(), Some(5));
    let said: Value = serde_json::from_slice(&fs::read(here.path("out.json")).unwrap()).unwrap();
    let unwritten = said["documents"].as_array().unwrap().iter().filter(|line| !line["unwritten"].is_null());
    let unwritten: Vec<_> = unwritten.collect();
    assert!(!unwritten.is_empty() && said["unwritten"] == unwritten.len(), "{}", said["unwritten"]);
    assert_eq!((unwritten[0]["state"].as_str(), documents(&here)), (Some("draft"), 3_000));
}
