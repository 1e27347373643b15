//! The record of events: append-only, and a change or a gap shows.

use rusqlite::Connection;

use crate::common::{Installation, invoices};

fn recorded() -> (Installation, Connection) {
    let installation = Installation::new();
    installation.signed(&invoices(3));
    installation.run(&["submit"]).exits(0);
    installation.run(&["poll"]).exits(0);
    installation.run(&["verify", "--events"]).exits(0);
    let connection = Connection::open(installation.database()).unwrap();
    (installation, connection)
}

#[test]
fn the_database_refuses_to_change_or_delete_an_event() {
    let (_installation, connection) = recorded();
    for sql in [
        "UPDATE events SET detail = '' WHERE id = 2",
        "DELETE FROM events WHERE id = 2",
        "DELETE FROM events",
        "UPDATE events SET hash = zeroblob(32)",
    ] {
        let refused = connection.execute(sql, []).unwrap_err();
        assert!(refused.to_string().contains("events are append-only"), "{sql}: {refused}");
    }
}

/// Someone who removes the triggers can change the record, and it shows.
fn shows(tampering: &str, word: &str) {
    let (installation, connection) = recorded();
    connection.execute_batch("DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_never_deleted").unwrap();
    connection.execute_batch(tampering).unwrap();
    let verified = installation.run(&["verify", "--events"]).exits(3);
    assert!(verified.stdout.contains(word), "{tampering}: {verified:?}");
    let doctor = installation.json(&["doctor", "--offline"], 5);
    let checks = doctor["checks"].as_array().unwrap();
    let broken = checks.iter().find(|check| check["status"] == "failure").unwrap();
    assert!(broken["message"].as_str().unwrap().contains("event"), "{broken}");
}

#[test]
fn a_change_shows() {
    shows("UPDATE events SET detail = 'nothing happened' WHERE id = 4", "changed");
    shows("UPDATE events SET actor = 'somebody else' WHERE id = 1", "changed");
    shows("UPDATE events SET at = '2020-01-01T00:00:00Z' WHERE id = 5", "changed");
    shows("UPDATE events SET document_id = 2 WHERE id = 1", "changed");
}

#[test]
fn a_gap_shows() {
    shows("DELETE FROM events WHERE id = 4", "missing");
    shows("DELETE FROM events WHERE id = 1", "missing");
}

#[test]
fn a_record_that_ends_too_early_shows() {
    shows("DELETE FROM events WHERE id > 6", "missing");
    shows("DELETE FROM events", "missing");
}

#[test]
fn each_event_names_who_acted() {
    let (installation, _) = recorded();
    let actors = installation.rows("SELECT DISTINCT actor FROM events");
    assert_eq!(actors.len(), 1, "{actors:?}");
    if rustix::process::getuid().is_root() {
        // Whoever became root to run the tests stands before it.
        assert!(actors[0] == "root" || actors[0].ends_with(" as root"), "{actors:?}");
    }
}

/// What `sudo -u` leaves in the environment, where the kernel knows of no login: a hint, and only a name that someone has.
#[test]
fn behind_sudo_the_person_is_named() {
    let uid = std::fs::read_to_string("/proc/self/loginuid").unwrap_or_default();
    if !rustix::process::getuid().is_root() || !matches!(uid.trim(), "" | "4294967295") {
        eprintln!("skipped: this needs root and a process that no login stands behind");
        return;
    }
    for (sudo_user, expected) in
        [("daemon", "daemon (sudo) as root"), ("root", "root"), ("nobody-has-this-name", "root")]
    {
        let installation = Installation::new();
        installation.write("in/1.xml", invoices(1)[0].xml.as_bytes());
        let output = installation.command(&["import", "in"]).env("SUDO_USER", sudo_user).output().unwrap();
        assert!(output.status.success());
        assert_eq!(installation.rows("SELECT DISTINCT actor FROM events"), [expected]);
    }
}

/// A byte that changes in a paper or in a dictionary is told by doctor, and what it spoils is never served.
#[test]
fn damage_of_papers_and_dictionaries_is_told() {
    let installation = Installation::new();
    installation.signed(&crate::common::invoices(40));
    // The second run signs with what the first has taught.
    installation.import(&[crate::common::invoice(41)]);
    installation.run(&["sign"]).exits(0);
    let with = "SELECT count(*) FROM papers WHERE dictionary_id IS NOT NULL AND paper = 'signed'";
    assert_ne!(installation.value(with), "0", "a dictionary is in use");
    assert!(installation.run(&["doctor", "--offline"]).stdout.contains(": whole"));
    let connection = Connection::open(installation.database()).unwrap();
    let clave = installation.value("SELECT clave FROM documents WHERE id = 41");
    connection.execute_batch("DROP TRIGGER papers_never_change; DROP TRIGGER dictionaries_never_change").unwrap();
    connection
        .execute_batch(
            "UPDATE papers SET bytes = CAST(substr(bytes, 1, 40) || x'AA' || substr(bytes, 42) AS BLOB) WHERE id = (SELECT min(id) FROM papers WHERE paper = 'signed')",
        )
        .unwrap();
    let told = installation.run(&["doctor", "--offline", "--full"]).exits(5).stdout;
    assert!(told.contains("the signed paper of") || told.contains("the draft paper of"), "{told}");
    connection
        .execute_batch(
            "UPDATE dictionaries SET bytes = CAST(substr(bytes, 1, 9) || x'AA' || substr(bytes, 11) AS BLOB)",
        )
        .unwrap();
    let refused = installation.run(&["show", &clave, "--xml"]).exits(5);
    assert!(refused.stderr.contains("dictionary") && refused.stderr.contains(&clave), "{refused:?}");
    let told = installation.run(&["doctor", "--offline"]).exits(5).stdout;
    assert!(told.contains("damaged"), "{told}");
}
