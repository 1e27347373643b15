//! `restore`: a backup in place, what was used since counts as used, and what only Hacienda knows stops what would double it.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use cr_einvoice::store::Paper;
use rusqlite::Connection;
use serde_json::Value;

use crate::common::{Installation, numbered};
use crate::marks::{generate, issuing, put_back};

/// Makes, signs and sends so many.
#[track_caller]
fn issue(here: &Installation, count: usize) {
    generate(here, count);
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(0);
}

/// An instant after which the list is asked again.
const LATER: &str = "2026-11-25T00:00:00Z";

fn guarded() -> Installation {
    let here = issuing().setting("numbering_guard_hours", 6).build();
    let path = here.path("cr-einvoice.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, format!("{text}\n[notify]\ncommand = [\"/bin/sh\", \"-c\", \"cat >> told\"]\n")).unwrap();
    here
}

fn told(here: &Installation) -> Vec<String> {
    let text = fs::read_to_string(here.path("told")).unwrap_or_default();
    let notices = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    notices.map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect()
}

/// Questions for the list, and how they were answered.
fn lists(here: &Installation) -> Vec<Option<u16>> {
    let record = here.simulator.record();
    record.iter().filter(|request| request.endpoint == Endpoint::List).map(|request| request.http_status).collect()
}

fn claves(here: &Installation, condition: &str) -> Vec<String> {
    here.rows(&format!("SELECT clave FROM documents WHERE {condition} ORDER BY id"))
}

fn texts<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    value.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap()).collect()
}

/// Every posted clave was posted with one sequence of bytes, and no consecutivo under two claves.
#[track_caller]
fn no_number_went_out_twice(here: &Installation) {
    let mut numbers: Vec<String> = Vec::new();
    for request in here.simulator.record().iter().filter(|request| request.taken_in) {
        numbers.push(request.clave.as_ref().unwrap()[21..41].to_owned());
    }
    let sent = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), sent, "{numbers:?}");
}

#[test]
fn numbers_that_were_used_since_the_backup_count_as_given_and_their_documents_come_back_signed_alone() {
    let here = issuing().build();
    issue(&here, 2);
    here.run(&["backup", "copy.db"]).exits(0);
    generate(&here, 3);
    let drafts: Vec<Vec<u8>> = (3..=5).map(|id| here.paper(id, Paper::Draft).unwrap()).collect();
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(0);
    let lost = claves(&here, "id > 2");
    let signed: Vec<Vec<u8>> = (3..=5).map(|id| here.paper(id, Paper::Signed).unwrap()).collect();
    // Number 6 was made and never sent: only the marks know it.
    generate(&here, 1);

    let restored = here.json(&["restore", "copy.db"], 0);
    assert!(restored["restored"].as_str().unwrap().ends_with("copy.db"), "{restored}");
    assert_eq!(restored["asked"], true);
    assert_eq!(texts(&restored["numbers_taken"], "clave"), lost);
    for (taken, number) in restored["numbers_taken"].as_array().unwrap().iter().zip(3..) {
        let consecutivo = taken["consecutivo"].as_str().unwrap();
        assert_eq!(&consecutivo[10..], format!("{number:010}"));
        assert_eq!(taken["series"], consecutivo[..10]);
    }
    assert_eq!((&restored["skipped"][0]["from"], &restored["skipped"][0]["to"]), (&3.into(), &6.into()));
    let kept = PathBuf::from(restored["kept"].as_str().unwrap());
    assert!(kept.file_name().unwrap().to_str().unwrap().starts_with("cr-einvoice.db.before-restore-"));
    let numbering = here.run(&["numbering"]).exits(0);
    assert_eq!(numbering.stdout.matches("TO IMPORT").count(), 3, "{numbering:?}");

    generate(&here, 1);
    assert_eq!(here.value("SELECT max(number) FROM documents"), "7");
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(0);
    no_number_went_out_twice(&here);

    for (number, draft) in drafts.iter().enumerate() {
        here.write(&format!("unsigned/{number}.xml"), draft);
    }
    let refused = here.run(&["import", "unsigned"]).exits(3);
    assert_eq!(refused.stdout.matches("this XML is unsigned").count(), 3, "{refused:?}");
    for (number, xml) in signed.iter().enumerate() {
        here.write(&format!("signed/{number}.xml"), xml);
    }
    here.run(&["import", "signed"]).exits(0);
    here.run(&["submit"]).exits(0);
    for (clave, id) in lost.iter().zip(4..) {
        assert_eq!(here.requests(clave), ["POST 202", "GET 200 aceptado"], "asked, not posted again");
        assert_eq!(here.paper(id, Paper::Signed).as_ref(), signed.get(id as usize - 4));
    }
    assert_eq!(here.json(&["numbering"], 0)["lacking"], Value::Array(Vec::new()));
    here.nothing_doubled_or_changed();
    here.run(&["verify", "--events"]).exits(0);
    here.run(&["doctor", "--offline"]).exits(0);

    // What was there is whole, and comes back by the same command; by nothing else.
    here.reconfigure("cr-einvoice.db", kept.file_name().unwrap().to_str().unwrap());
    let out_of_use = here.run(&["list"]).exits(5);
    assert!(out_of_use.stderr.contains("put out of use by a `restore`"), "{out_of_use:?}");
    here.reconfigure(kept.file_name().unwrap().to_str().unwrap(), "cr-einvoice.db");
    let again = here.json(&["restore", kept.to_str().unwrap()], 0);
    assert_eq!(texts(&again["numbers_taken"], "clave").len(), 1, "number 7 was sent since: {again}");
}

#[test]
fn a_draft_of_the_backup_that_was_sent_since_is_not_signed_anew() {
    let here = issuing().build();
    generate(&here, 1);
    here.run(&["backup", "copy.db"]).exits(0);
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(0);
    let sent = here.paper(1, Paper::Signed).unwrap();
    let restored = here.json(&["restore", "copy.db"], 0);
    assert_eq!(texts(&restored["numbers_taken"], "clave"), claves(&here, "state = 'draft'"));
    let signing = here.json(&["sign"], 3);
    assert_eq!(signing["documents"][0]["result"], "deferred", "{signing}");
    assert_eq!(here.value("SELECT state FROM documents"), "draft");
    here.write("sent.xml", &sent);
    here.run(&["import", "sent.xml"]).exits(0);
    here.run(&["submit"]).exits(0);
    assert_eq!(here.paper(1, Paper::Signed).unwrap(), sent);
    here.nothing_doubled_or_changed();
}

#[test]
fn what_the_backup_had_signed_is_asked_about_before_it_is_sent() {
    let here = issuing().build();
    generate(&here, 2);
    here.run(&["sign"]).exits(0);
    here.run(&["backup", "copy.db"]).exits(0);
    let first = claves(&here, "id = 1").remove(0);
    here.run(&["submit", &first]).exits(0);
    here.run(&["restore", "copy.db", "--offline"]).exits(0);
    assert_eq!(here.value("SELECT sum(delivery_unknown) FROM documents"), "2");
    here.run(&["restore", "copy.db"]).exits(0);
    here.run(&["submit"]).exits(0);
    assert_eq!(here.requests(&first), ["POST 202", "GET 200 aceptado"]);
    assert_eq!(here.requests(&claves(&here, "id = 2")[0]), ["POST 202"], "the list does not have it");
    here.nothing_doubled_or_changed();
    assert_eq!(here.value("SELECT count(*) FROM leases"), "0");
}

#[test]
fn until_the_list_was_had_nothing_is_numbered_or_signed_and_offline_does_without() {
    let here = issuing().build();
    issue(&here, 1);
    here.run(&["backup", "copy.db"]).exits(0);
    issue(&here, 1);
    for action in [
        Action::Status { code: 503, cause: None },
        Action::Html { code: 200 },
        Action::GarbageBody,
        Action::ResetBefore,
        Action::Truncated,
    ] {
        here.simulator.clear_rules();
        here.simulator.add_rule(Rule::new(action).at(Endpoint::List));
        let restored = here.json(&["restore", "copy.db"], 4);
        assert_eq!(restored["asked"], false);
        for arguments in [&["generate", "tickets.json", "--again"][..], &["sign"]] {
            let refused = here.run(arguments).exits(5);
            assert!(refused.stderr.contains("cr-einvoice restore"), "{refused:?}");
        }
        assert_eq!(here.json(&["numbering"], 0)["doubts"].as_array().unwrap().len(), 1);
    }
    here.simulator.clear_rules();
    // The database itself, for it is in place already.
    let restored = here.json(&["restore", "cr-einvoice.db"], 0);
    assert_eq!((&restored["asked"], restored["numbers_taken"].as_array().unwrap().len()), (&true.into(), 1));
    generate(&here, 1);
    assert_eq!(here.value("SELECT max(number) FROM documents"), "3");
    here.simulator.add_rule(Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::List));
    let asked_before = lists(&here).len();
    let restored = here.json(&["restore", "copy.db", "--offline"], 0);
    assert_eq!((&restored["asked"], lists(&here).len()), (&false.into(), asked_before));
    generate(&here, 1);
    assert_eq!(here.value("SELECT max(number) FROM documents"), "4", "after the marks");
}

#[test]
fn a_long_list_is_read_page_by_page_back_to_the_backup() {
    let here = issuing().build();
    issue(&here, 1);
    here.run(&["backup", "copy.db"]).exits(0);
    issue(&here, 130);
    let restored = here.json(&["restore", "copy.db"], 0);
    assert_eq!(restored["numbers_taken"].as_array().unwrap().len(), 130);
    assert!(lists(&here).iter().filter(|status| **status == Some(206)).count() >= 3, "{:?}", lists(&here));
}

#[test]
fn documents_that_arrive_while_the_list_is_read_hide_none() {
    let here = issuing().build();
    issue(&here, 1);
    here.run(&["backup", "copy.db"]).exits(0);
    issue(&here, 130);
    let lost = claves(&here, "id > 1");
    here.simulator.add_rule(Rule::new(Action::Arrive { documents: 9 }).nth(2).times(3));
    let restored = here.json(&["restore", "copy.db"], 0);
    let found = texts(&restored["numbers_taken"], "clave");
    assert!(lost.iter().all(|clave| found.contains(&clave.as_str())), "{restored}");
    assert!(found.len() > lost.len() + 18, "what arrived at the top meanwhile: {}", found.len());
    assert_eq!(restored["asked"], true);
}

#[test]
fn a_restore_beside_a_run_is_refused_and_changes_nothing() {
    let script = Script::default().with(Rule::new(Action::TimeoutBefore).at(Endpoint::Submit).times(1));
    let here = issuing().script(script).setting("request_timeout", 30).build();
    generate(&here, 1);
    here.run(&["sign"]).exits(0);
    here.run(&["backup", "copy.db"]).exits(0);
    let mut running = here.start(&["submit"]);
    let patience = Instant::now() + Duration::from_secs(20);
    while !here.simulator.record().iter().any(|request| request.endpoint == Endpoint::Submit) {
        assert!(Instant::now() < patience);
        thread::sleep(Duration::from_millis(2));
    }
    let refused = here.run(&["restore", "copy.db"]).exits(5);
    assert!(refused.stderr.contains("other programs work with the database"), "{refused:?}");
    assert_eq!(here.value("SELECT delivery_unknown FROM documents"), "1", "the run's own database");
    let _ = running.kill();
    let _ = running.wait();
    here.run(&["restore", "copy.db"]).exits(0);
    here.run(&["submit"]).exits(0);
}

/// What restoring this file says; the database stays as it was.
#[track_caller]
fn refused(here: &Installation, file: &str, code: i32) -> String {
    let before = fs::read(here.database()).unwrap();
    let ran = here.run(&["restore", file]).exits(code);
    assert_eq!(fs::read(here.database()).unwrap(), before);
    ran.stderr
}

#[test]
fn a_copy_that_is_damaged_or_none_is_not_put_in_place() {
    let here = issuing().build();
    generate(&here, 2);
    here.run(&["backup", "copy.db"]).exits(0);
    let whole = fs::read(here.path("copy.db")).unwrap();
    here.write("short.db", &whole[..whole.len() / 2]);
    refused(&here, "short.db", 5);
    here.write("other.db", b"no database at all");
    refused(&here, "other.db", 5);
    refused(&here, "nowhere.db", 5);
    refused(&here, "cr-einvoice.db-marks", 2);
    let change = |name: &str, sql: &str| {
        let path = here.write(name, &whole);
        Connection::open(path).unwrap().execute_batch(sql).unwrap();
    };
    change("paper.db", "DROP TRIGGER papers_never_change; UPDATE papers SET bytes = zeroblob(40) WHERE id = 1;");
    assert!(refused(&here, "paper.db", 5).contains("damaged"));
    change("event.db", "DROP TRIGGER events_are_never_changed; UPDATE events SET actor = 'x' WHERE id = 1;");
    assert!(refused(&here, "event.db", 5).contains("damaged"));
    change("later.db", "PRAGMA user_version = 4;");
    assert!(refused(&here, "later.db", 5).contains("schema version 4"));
    let dry = here.json(&["restore", "copy.db", "--dry-run"], 0);
    assert_eq!((&dry["asked"], &dry["documents"]), (&false.into(), &2.into()));
    assert_eq!(
        fs::read_dir(here.path(""))
            .unwrap()
            .filter(|entry| { entry.as_ref().unwrap().file_name().to_string_lossy().contains("before-restore") })
            .count(),
        0
    );
}

#[test]
fn a_lost_or_damaged_database_is_restored_too() {
    let here = issuing().build();
    issue(&here, 1);
    here.run(&["backup", "copy.db"]).exits(0);
    issue(&here, 1);
    fs::write(here.database(), vec![7; 8192]).unwrap();
    assert_eq!(here.json(&["restore", "copy.db"], 0)["numbers_taken"].as_array().unwrap().len(), 1);
    // On another machine: neither database nor marks.
    for name in ["cr-einvoice.db", "cr-einvoice.db-wal", "cr-einvoice.db-shm", "cr-einvoice.db-marks"] {
        let _ = fs::remove_file(here.path(name));
    }
    assert_eq!(here.json(&["restore", "copy.db"], 0)["numbers_taken"].as_array().unwrap().len(), 1);
    generate(&here, 1);
    assert_eq!(here.value("SELECT max(number) FROM documents"), "3");
}

#[test]
fn killed_at_any_moment_a_restore_is_done_by_doing_it_again() {
    let here = issuing().build();
    issue(&here, 2);
    here.run(&["backup", "copy.db"]).exits(0);
    issue(&here, 2);
    for round in 0..12 {
        let mut child = here.start(&["restore", "copy.db"]);
        thread::sleep(Duration::from_millis(round * 25));
        let _ = child.kill();
        let _ = child.wait();
        // Whatever is there now gives no number that was given before.
        let ran = here.run(&["generate", "tickets.json", "--again", "-q"]);
        assert!(matches!(ran.code, Some(0 | 5)), "{ran:?}");
        let restored = here.json(&["restore", "copy.db"], 0);
        assert_eq!(texts(&restored["numbers_taken"], "clave").len(), 2, "{restored}");
    }
    issue(&here, 1);
    no_number_went_out_twice(&here);
    assert_eq!(here.value("PRAGMA integrity_check"), "ok");
    assert!(here.path("cr-einvoice.db-marks").exists());
    let left: Vec<_> = fs::read_dir(here.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".cr-einvoice-")), "{left:?}");
}

/// A snapshot of the machine: the database and its marks, as they were.
fn snapshot(here: &Installation) -> (PathBuf, Vec<u8>) {
    here.run(&["backup", "snapshot.db"]).exits(0);
    (here.path("snapshot.db"), fs::read(here.path("cr-einvoice.db-marks")).unwrap())
}

fn put_snapshot_back(here: &Installation, (copy, marks): &(PathBuf, Vec<u8>)) {
    put_back(here, Path::new(copy));
    fs::write(here.path("cr-einvoice.db-marks"), marks).unwrap();
}

#[test]
fn after_a_snapshot_only_the_list_can_tell_and_the_series_is_stopped_before_its_first_post() {
    let mut here = guarded();
    issue(&here, 2);
    let snapshot = snapshot(&here);
    issue(&here, 2);
    put_snapshot_back(&here, &snapshot);
    here.set_clock(LATER);
    // The same orders are invoiced again, under the same numbers, and another system's invoice is imported.
    generate(&here, 2);
    here.run(&["sign"]).exits(0);
    let doubled = claves(&here, "number IN (3, 4)");
    here.import(&[numbered("fe.xml", 500)]);
    here.run(&["sign"]).exits(0);
    let submitted = here.run(&["submit"]).exits(3);
    assert!(submitted.stderr.contains("is stopped: Hacienda has"), "{submitted:?}");
    for clave in &doubled {
        assert!(here.requests(clave).is_empty(), "{clave} went out");
    }
    assert_eq!(here.value("SELECT state FROM documents WHERE kind = 'FE'"), "submitted", "imported documents go on");
    assert_eq!(told(&here), ["series_stopped"]);
    let refused = here.run(&["generate", "tickets.json", "--again"]).exits(3);
    assert!(refused.stdout.contains("is stopped"), "{refused:?}");
    for arguments in [&["numbering"][..], &["stats"]] {
        assert!(here.run(arguments).exits(0).stdout.contains("is stopped: Hacienda has"), "{arguments:?}");
    }
    here.run(&["doctor", "--offline"]).exits(5);
    // Another run asks nothing again, and still sends none of them.
    let asked = lists(&here).len();
    here.run(&["submit"]).exits(3);
    assert_eq!(lists(&here).len(), asked);
    assert_eq!(told(&here).len(), 1);

    let restored = here.json(&["restore", "cr-einvoice.db"], 0);
    assert_eq!(restored["numbers_taken"].as_array().unwrap().len(), 2);
    here.run(&["submit"]).exits(3);
    here.run(&["discard", &doubled[0], &doubled[1], "--reason", "made again after the snapshot"]).exits(0);
    issue(&here, 2);
    assert_eq!(claves(&here, "number IN (5, 6) AND state = 'submitted'").len(), 2);
    no_number_went_out_twice(&here);
    here.run(&["doctor", "--offline"]).exits(0);
}

#[test]
fn a_stopped_series_goes_on_when_the_document_comes_or_a_person_starts_it_beyond() {
    let mut here = guarded();
    issue(&here, 1);
    let snapshot = snapshot(&here);
    issue(&here, 1);
    let stray = here.paper(2, Paper::Signed).unwrap();
    put_snapshot_back(&here, &snapshot);
    here.set_clock(LATER);
    generate(&here, 2);
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(3);
    here.write("stray.xml", &stray);
    here.run(&["import", "stray.xml"]).exits(0);
    // Number 2 is the stray's now, and number 3 free.
    here.run(&["submit"]);
    assert_eq!(claves(&here, "number = 3 AND state = 'submitted'").len(), 1);
    no_number_went_out_twice(&here);

    let mut here = guarded();
    issue(&here, 1);
    let snapshot = self::snapshot(&here);
    issue(&here, 1);
    put_snapshot_back(&here, &snapshot);
    here.set_clock(LATER);
    generate(&here, 1);
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(3);
    here.run(&["numbering", "start", "TE", "3"]).exits(0);
    issue_held(&here);
    assert_eq!(claves(&here, "number = 3 AND state = 'submitted'").len(), 1);
    no_number_went_out_twice(&here);
}

/// One more, beside one whose number is taken.
fn issue_held(here: &Installation) {
    generate(here, 1);
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(3);
}

#[test]
fn the_list_is_asked_once_before_the_first_post_after_a_pause_and_a_run_goes_on_without_it() {
    let mut here = guarded();
    issue(&here, 3);
    assert_eq!(lists(&here).len(), 1, "never posted before");
    issue(&here, 2);
    assert_eq!(lists(&here).len(), 1, "the last POST is recent");
    here.set_clock(LATER);
    here.run(&["poll"]).exits(0);
    assert_eq!(lists(&here).len(), 1, "nothing is posted");
    for action in [
        Action::Status { code: 503, cause: None },
        Action::Status { code: 403, cause: None },
        Action::Html { code: 200 },
        Action::GarbageBody,
        Action::ResetAfter,
        Action::TimeoutBefore,
    ] {
        here.simulator.clear_rules();
        here.simulator.add_rule(Rule::new(action).at(Endpoint::List));
        let asked = lists(&here).len();
        issue(&here, 2);
        assert_eq!(lists(&here).len(), asked + 1);
        let next = format!("2026-11-{:02}T00:00:00Z", 25 + lists(&here).len());
        if lists(&here).len() < 5 {
            here.set_clock(&next);
        } else {
            break;
        }
    }
    assert_eq!(here.value("SELECT count(*) FROM documents WHERE submitted_at IS NULL"), "0");
    assert!(told(&here).is_empty());

    let never = issuing().setting("numbering_guard_hours", 0).build();
    issue(&never, 1);
    assert_eq!(lists(&never), []);
}

#[test]
fn numbers_from_before_this_program_began_the_series_stop_nothing() {
    let mut here = guarded();
    here.import(&[numbered("te.xml", 7)]);
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(0);
    let series = here.value("SELECT series FROM documents");
    let (branch, terminal) = (series[..3].to_owned(), series[3..8].to_owned());
    let start = ["numbering", "start", "TE", "41", "--branch", &branch, "--terminal", &terminal];
    here.run(&start).exits(0);
    let snapshot = snapshot(&here);
    here.import(&[numbered("te.xml", 8)]);
    here.run(&["sign"]).exits(0);
    here.run(&["submit"]).exits(0);
    put_snapshot_back(&here, &snapshot);
    here.set_clock(LATER);
    here.reconfigure(
        "[company.issuer]",
        &format!(
            "[company.issuer]\nbranch = {}\nterminal = {}",
            branch.parse::<u32>().unwrap(),
            terminal.parse::<u32>().unwrap()
        ),
    );
    // 8 is with Hacienda and not here; it is from before 41, where this program's numbers begin.
    issue(&here, 1);
    assert_eq!(here.value("SELECT max(number) FROM documents"), "41");
    assert_eq!((lists(&here).len(), told(&here)), (2, Vec::new()));
}

#[test]
fn ya_fue_recibido_at_the_very_first_post_is_received_and_told() {
    let here = guarded();
    generate(&here, 1);
    here.run(&["sign"]).exits(0);
    let clave = claves(&here, "id = 1").remove(0);
    let words = format!("El comprobante con la Clave [{clave}] ya fue recibido.");
    let refused = Action::Status { code: 400, cause: Some(words) };
    here.simulator.add_rule(Rule::new(refused).at(Endpoint::Submit).times(1));
    let submitted = here.run(&["submit"]).exits(0);
    assert!(submitted.stdout.contains("first POST"), "{submitted:?}");
    assert_eq!(here.state(&clave), "submitted");
    assert_eq!(told(&here), ["received_before"]);
    assert!(here.run(&["show", &clave]).exits(0).stdout.contains("perhaps with other bytes"));
}

#[test]
fn ya_fue_recibido_after_an_attempt_of_ours_is_no_news() {
    let here = guarded();
    generate(&here, 1);
    here.run(&["sign"]).exits(0);
    let clave = claves(&here, "id = 1").remove(0);
    here.simulator.add_rule(Rule::new(Action::ResetAfter).at(Endpoint::Submit).times(1));
    here.simulator.add_rule(Rule::new(Action::NotFound { code: 404 }).at(Endpoint::Status).times(1));
    here.run(&["submit"]).exits(4);
    here.run(&["retry", "now", &clave]).exits(0);
    assert_eq!(here.requests(&clave), ["POST -", "GET 404", "POST 400"]);
    assert_eq!((here.state(&clave).as_str(), told(&here)), ("submitted", Vec::new()));
}
