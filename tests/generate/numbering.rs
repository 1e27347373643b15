//! Consecutivos under eight processes at once and kills at any moment: no gap, no duplicate.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use cr_einvoice::document::Kind;
use cr_einvoice::generate::template;
use cr_einvoice::simulator::{Action, Rule, Script};

use crate::common::{Installation, Setup};
use crate::support::{ISSUER, NOW, installation};

const PROCESSES: usize = 8;

/// So many tiquetes without an id: each run makes new ones.
fn tickets(count: usize) -> String {
    let one = template(Kind::Tiquete).replace("\"id\": \"TICKET-42\",", "");
    format!("[{}]", vec![one; count].join(","))
}

fn numbers(here: &Installation) -> Vec<u64> {
    let rows = here.rows("SELECT CAST(substr(consecutivo, 11) AS INTEGER) FROM documents ORDER BY 1");
    rows.iter().map(|row| row.parse().unwrap()).collect()
}

/// The numbers are 1, 2, 3 … and the claves all differ.
fn without_gap_or_duplicate(here: &Installation) -> usize {
    let numbers = numbers(here);
    let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, expected);
    let claves: BTreeSet<String> = here.rows("SELECT clave FROM documents").into_iter().collect();
    assert_eq!(claves.len(), numbers.len());
    numbers.len()
}

#[test]
fn eight_processes_number_without_gap_or_duplicate() {
    let here = installation();
    here.write("tickets.json", tickets(60).as_bytes());
    let mut running: Vec<_> =
        (0..PROCESSES).map(|_| here.start(&["generate", "tickets.json", "-q", "--again"])).collect();
    for process in &mut running {
        assert!(process.wait().unwrap().success());
    }
    assert_eq!(without_gap_or_duplicate(&here), 60 * PROCESSES);
}

#[test]
fn kills_at_any_moment_leave_no_gap() {
    let here = installation();
    here.write("tickets.json", tickets(1200).as_bytes());
    for round in 0..12_u64 {
        let mut running: Vec<_> =
            (0..PROCESSES).map(|_| here.start(&["generate", "tickets.json", "-q", "--again"])).collect();
        for (index, process) in running.iter_mut().enumerate() {
            thread::sleep(Duration::from_millis((round * 37 + index as u64 * 53) % 90));
            // It may have ended by itself.
            let _ = process.kill();
            let _ = process.wait();
        }
        without_gap_or_duplicate(&here);
    }
    here.write("one.json", tickets(1).as_bytes());
    here.run(&["generate", "one.json"]).exits(0);
    assert!(without_gap_or_duplicate(&here) > 0);
    let shown = here.json(&["numbering"], 0);
    assert_eq!((&shown["gaps"], &shown["duplicates"]), (&serde_json::json!([]), &serde_json::json!([])));
}

#[test]
fn a_series_goes_on_after_another_system_and_begins_again_at_the_top() {
    let here = installation();
    here.write("one.json", tickets(1).as_bytes());
    let next = || {
        let made = here.json(&["generate", "one.json", "--again"], 0);
        made["documents"][0]["consecutivo"].as_str().unwrap()[10..].to_owned()
    };
    here.run(&["numbering", "start", "TE", "5001"]).exits(0);
    assert_eq!(next(), "0000005001");
    here.run(&["numbering", "start", "TE", "5001"]).exits(2);
    here.run(&["numbering", "start", "TE", "9999999999"]).exits(0);
    assert_eq!(next(), "9999999999");
    assert_eq!(next(), "0000000001");
    assert_eq!(next(), "0000000002");
    let shown = here.json(&["numbering"], 0);
    assert_eq!((&shown["series"][0]["last"], &shown["series"][0]["round"]), (&2.into(), &1.into()), "{shown}");
    assert_eq!(shown["gaps"], serde_json::json!([]), "{shown}");
}

#[test]
fn branches_terminals_and_kinds_count_apart() {
    let here = installation();
    let at = |branch: u16, terminal: u32| {
        template(Kind::Tiquete)
            .replace("\"id\": \"TICKET-42\",", &format!("\"branch\": {branch}, \"terminal\": {terminal},"))
    };
    here.write("list.json", format!("[{}, {}, {}, {}]", at(1, 1), at(2, 3), at(1, 1), at(2, 3)).as_bytes());
    here.run(&["generate", "list.json"]).exits(0);
    let numbers = here.rows("SELECT consecutivo FROM documents ORDER BY 1");
    assert_eq!(
        numbers,
        ["00100001040000000001", "00100001040000000002", "00200003040000000001", "00200003040000000002"]
    );
}

#[test]
fn imported_documents_count_too() {
    let here = installation();
    let sample = format!("{}/examples/documents/te.xml", env!("CARGO_MANIFEST_DIR"));
    here.run(&["import", &sample]).exits(0);
    let imported = here.value("SELECT consecutivo FROM documents");
    let (branch, terminal) = (&imported[..3], &imported[3..8]);
    let input = template(Kind::Tiquete).replace(
        "\"id\": \"TICKET-42\",",
        &format!("\"branch\": {}, \"terminal\": {},", branch.parse::<u16>().unwrap(), terminal.parse::<u32>().unwrap()),
    );
    here.write("one.json", input.as_bytes());
    let made = here.json(&["generate", "one.json"], 0);
    let made = made["documents"][0]["consecutivo"].as_str().unwrap();
    assert_eq!(made[10..].parse::<u64>().unwrap(), imported[10..].parse::<u64>().unwrap() + 1);
}

#[test]
fn a_number_that_hacienda_says_is_taken_is_shown_with_its_holders() {
    let script = Script::default().with(Rule::new(Action::Reject(vec![-99])));
    let here = Setup::default().clock(NOW).company_lines(ISSUER).script(script).build();
    here.write("one.json", tickets(1).as_bytes());
    here.run(&["generate", "one.json"]).exits(0);
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(0);
    here.run(&["poll"]).exits(3);
    let shown = here.json(&["numbering"], 0);
    let taken = &shown["taken"][0];
    assert_eq!(taken["consecutivo"], "00100001040000000001", "{shown}");
    assert_eq!(taken["holders"][0]["clave"], here.value("SELECT clave FROM documents").as_str());
    assert_eq!(taken["holders"][0]["state"], "rejected");
    assert!(here.run(&["numbering"]).exits(0).stdout.contains("another system used the number"));
}
