//! What needs no installation, or makes one: `init`, `demo`, `simulator`, `completions`; and what must not matter to any
//! command: the zone and the language of the machine.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{Installation, PROGRAM, finish};

/// The program in an empty folder, without any configuration.
fn program(arguments: &[&str], folder: &std::path::Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().env("TMPDIR", folder).current_dir(folder).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn init_writes_what_is_needed_once() {
    let folder = tempfile::tempdir().unwrap();
    let output = program(&["init"], folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let database = folder.path().join("cr-einvoice.db");
    assert_eq!(fs::metadata(&database).unwrap().permissions().mode() & 0o777, 0o640);
    let connection = rusqlite::Connection::open(&database).unwrap();
    let pragma =
        |name: &str| -> String { connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).unwrap() };
    assert_eq!((pragma("journal_mode").as_str(), pragma("integrity_check").as_str()), ("wal", "ok"));
    let config = fs::read(folder.path().join("cr-einvoice.toml")).unwrap();
    let again = program(&["init"], folder.path()).output().unwrap();
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(fs::read(folder.path().join("cr-einvoice.toml")).unwrap(), config, "nothing is overwritten");
}

/// A deployed configuration is without its database: `init` makes what is missing, where the error said so.
#[test]
fn init_makes_the_database_of_a_configuration_that_is_there() {
    let installation = Installation::new();
    fs::remove_file(installation.database()).unwrap();
    let config = installation.path("cr-einvoice.toml");
    let before = fs::read(&config).unwrap();
    let ran = installation.run(&["list", "--json"]).exits(5);
    let help = ran.json()["error"]["help"].as_str().unwrap().to_owned();
    let named = format!("cr-einvoice --config {} init", config.display());
    assert!(help.contains(&named), "{help}");
    let words: Vec<&str> = named.split(' ').skip(1).collect();
    let made = installation.json(&words, 0);
    assert_eq!(made["made"], serde_json::json!(["database"]));
    installation.run(&["list"]).exits(0);
    assert_eq!(fs::read(&config).unwrap(), before, "the configuration stays as it is");
    installation.run(&words).exits(2);
    installation.run(&["--config", "x.toml", "init", "folder"]).exits(2);
}

#[test]
fn a_database_that_cannot_be_opened_leads_to_what_helps() {
    let installation = Installation::new();
    installation.write("cr-einvoice.db", b"");
    let ran = installation.run(&["list"]).exits(5);
    assert!(ran.stderr.contains("is an empty file") && ran.stderr.contains("backup"), "{ran:?}");
    let checks = installation.json(&["doctor", "--offline"], 5);
    let database = checks["checks"].as_array().unwrap().iter().find(|check| check["name"] == "database").unwrap();
    assert!(database["message"].as_str().unwrap().contains("is an empty file"), "{database}");
    assert!(database["help"].as_str().unwrap().contains("init`"), "{database}");
    installation.write("cr-einvoice.db", &[b'x'; 5000]);
    let ran = installation.run(&["list"]).exits(5);
    assert!(ran.stderr.contains("restore the latest backup"), "{ran:?}");
}

#[test]
fn a_configuration_that_was_named_and_is_not_there_says_so() {
    let installation = Installation::new();
    let ran = installation.run(&["--config", "nowhere.toml", "list"]).exits(2);
    assert!(ran.stderr.contains("there is no configuration nowhere.toml, which --config names"), "{ran:?}");
    let mut command = installation.command(&["list"]);
    let output = command.env("CR_EINVOICE_CONFIG", "/nowhere/x.toml").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("which CR_EINVOICE_CONFIG names"), "{told}");
}

#[test]
fn the_demo_needs_nothing_and_shows_the_whole_life() {
    let folder = tempfile::tempdir().unwrap();
    let child = program(&["demo"], folder.path()).spawn().unwrap();
    let ran = finish(child, &["demo"]).exits(0);
    for word in ["import", "sign", "submit", "poll", "accepted", "rejected", "show 00300002040000000777"] {
        assert!(ran.stdout.contains(word), "{word}: {}", ran.stdout);
    }
    assert!(!ran.stderr.contains("error:"), "{}", ran.stderr);
    let made = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    assert!(ran.stdout.contains(made.to_str().unwrap()), "it says where the files are");
    assert_eq!(fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o700);
    let connection = rusqlite::Connection::open(made.join("cr-einvoice.db")).unwrap();
    let mut statement = connection.prepare("SELECT state, count(*) FROM documents GROUP BY state ORDER BY 1").unwrap();
    let states: Vec<(String, i64)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert_eq!(states, [("accepted".to_owned(), 11), ("rejected".to_owned(), 1)]);
}

#[test]
fn the_simulator_says_where_it_is_and_ends_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(&["simulator", "--listen", "127.0.0.1:0"], folder.path()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told: Vec<String> = lines.by_ref().take(3).map(Result::unwrap).collect();
    assert!(told[1].contains("api_url = \"http://127.0.0.1:"), "{told:?}");
    assert!(told[2].contains("token_url = \"http://127.0.0.1:"), "{told:?}");
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    finish(child, &["simulator"]).exits(0);
    let refused = program(&["simulator", "--listen", "0.0.0.0:0"], folder.path()).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "for this machine alone");
}

#[test]
fn completions_are_for_every_shell() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let output = program(&["completions", shell], folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("cr-einvoice"), "{shell}");
    }
}

#[test]
fn without_a_configuration_it_says_where_it_looked() {
    let folder = tempfile::tempdir().unwrap();
    let output = program(&["list"], folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("cr-einvoice.toml"), "{told}");
}

#[test]
fn neither_zone_nor_language_of_the_machine_matters() {
    let installation = Installation::new();
    let clave = installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    for arguments in
        [["list"].as_slice(), &["show", &clave], &["stats"], &["stats", "--json"], &["responses", "export"]]
    {
        let plain = installation.run(arguments).exits(0).stdout;
        for (zone, language) in [("Asia/Tokyo", "fr_FR.UTF-8"), ("Pacific/Kiritimati", "tr_TR.UTF-8"), ("UTC", "C")] {
            let mut command = installation.command(arguments);
            let output = command.env("TZ", zone).env("LANG", language).env("LC_ALL", language).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), plain, "{arguments:?} in {zone}");
        }
    }
}
