//! The most dangerous day: an earlier state of the database is put back, and numbers must not go out twice.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use cr_einvoice::document::Kind;
use cr_einvoice::generate::template;
use rusqlite::Connection;

use crate::common::{Installation, Setup, invoices};

/// What the company's documents say of it.
pub const ISSUER: &str = r#"
[company.issuer]
name = "Cooperativa Imaginaria del Sur R.L."
activity = "6201.0"
location = "1-01-08"
neighbourhood = "Rohrmoser"
address = "Frente al parque, edificio blanco, oficina 4"
email = "facturas@ejemplo.test"
"#;

/// After every date in the templates.
pub const NOW: &str = "2026-11-24T15:00:00Z";

/// An installation whose company can issue.
pub fn issuing() -> Setup {
    Setup::default().clock(NOW).company_lines(ISSUER)
}

/// So many tiquetes without an id.
pub fn tickets(count: usize) -> String {
    let one = template(Kind::Tiquete).replace("\"id\": \"TICKET-42\",", "");
    format!("[{}]", vec![one; count].join(","))
}

/// Makes so many tiquetes.
#[track_caller]
pub fn generate(here: &Installation, count: usize) {
    here.write("tickets.json", tickets(count).as_bytes());
    here.run(&["generate", "tickets.json", "--again", "-q"]).exits(0);
}

/// Puts a copy in the place of the database as a hurried person does.
pub fn put_back(here: &Installation, copy: &Path) {
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", here.database().display()));
    }
    fs::copy(copy, here.database()).unwrap();
}

#[test]
fn a_database_behind_its_marks_numbers_and_signs_nothing_and_everybody_hears_why() {
    let here = issuing().build();
    generate(&here, 2);
    here.run(&["backup", "copy.db"]).exits(0);
    generate(&here, 3);
    put_back(&here, &here.path("copy.db"));
    for arguments in [
        &["generate", "tickets.json", "--again"][..],
        &["generate", "tickets.json", "--again", "--dry-run"],
        &["sign"],
        &["sign", "--dry-run"],
    ] {
        let ran = here.run(arguments).exits(5);
        assert!(ran.stderr.contains("had come to 5 and the database knows 2"), "{ran:?}");
        assert!(ran.stderr.contains("cr-einvoice restore"), "{ran:?}");
    }
    assert_eq!(here.value("SELECT count(*) FROM documents WHERE state = 'draft'"), "2");
    for arguments in [&["numbering"][..], &["stats"]] {
        let shown = here.run(arguments).exits(0);
        assert!(shown.stdout.contains("had come to 5 and the database knows 2"), "{shown:?}");
        assert_eq!(here.json(arguments, 0)["doubts"].as_array().unwrap().len(), 1);
    }
    let doctor = here.json(&["doctor", "--offline"], 5);
    let numbers = doctor["checks"].as_array().unwrap().iter().find(|check| check["name"] == "numbers").unwrap();
    assert_eq!(numbers["status"], "failure");
    // What needs no number goes on.
    here.run(&["list"]).exits(0);
    here.run(&["submit"]).exits(0);
    here.run(&["retry", "run"]).exits(0);
}

#[test]
fn a_copy_that_knows_every_number_works_on_as_if_nothing_had_happened() {
    let here = issuing().build();
    generate(&here, 2);
    here.run(&["backup", "copy.db"]).exits(0);
    here.run(&["sign"]).exits(0);
    put_back(&here, &here.path("copy.db"));
    generate(&here, 1);
    here.run(&["sign"]).exits(0);
    assert_eq!(here.value("SELECT max(number) FROM documents"), "3");
}

#[test]
fn what_only_signs_imported_documents_has_marks_too() {
    let here = Installation::new();
    let documents = invoices(3);
    here.signed(&documents[..1]);
    here.run(&["backup", "copy.db"]).exits(0);
    here.signed(&documents);
    put_back(&here, &here.path("copy.db"));
    here.import(&documents);
    // Imported again they make the database level: whoever numbers them knows their numbers.
    here.run(&["sign"]).exits(0);
}

/// Waits until the database has more documents than this.
fn grown(here: &Installation, than: u64) {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let count = Connection::open_with_flags(here.database(), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(
            |connection| connection.query_row("SELECT count(*) FROM documents", [], |row| row.get::<_, i64>(0)),
        );
        match count {
            Ok(count) if u64::try_from(count).unwrap_or(0) > than => return,
            _ => assert!(Instant::now() < patience, "nothing was made"),
        }
    }
}

#[test]
fn killed_between_a_number_and_its_mark_the_database_works_on_and_no_number_is_used_twice() {
    let here = issuing().build();
    generate(&here, 1);
    here.write("many.json", tickets(30).as_bytes());
    let (mut made, mut unmarked) = (1, 0);
    for round in 0..20 {
        let mut child = here.start(&["generate", "many.json", "--again", "-q"]);
        grown(&here, made);
        // As soon as the transaction can be seen, and some instants later.
        thread::sleep(Duration::from_micros(300 * (round % 10)));
        let _ = child.kill();
        let _ = child.wait();
        let marked = fs::read_to_string(here.path("cr-einvoice.db-marks")).unwrap();
        made = here.value("SELECT count(*) FROM documents").parse().unwrap();
        unmarked += u32::from(!marked.contains(&format!("\"last\": {made}\n")));
        // Honest, so nobody is locked out: a number was given, and only then is it marked.
        here.run(&["generate", "tickets.json", "--again", "-q"]).exits(0);
        made += 1;
    }
    assert!(unmarked > 0, "no kill came between a number and its mark");
    assert_eq!(here.value("SELECT max(number) FROM documents"), made.to_string());
    assert_eq!(here.value("SELECT count(DISTINCT number) FROM documents"), made.to_string());
    let left: Vec<_> = fs::read_dir(here.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".cr-einvoice-")), "{left:?}");
}
