//! The examples do what they say: each is read by what it is for, each command line is one that the program understands.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cr_einvoice::config::Config;
use cr_einvoice::document::read_header;
use cr_einvoice::simulator::Script;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn example(name: &str) -> String {
    let path = folder().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The command lines of the program in the crontab and in the services, without the schedule and the path.
fn command_lines() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/systemd");
    let mut texts = vec![example("crontab")];
    for entry in fs::read_dir(folder).expect("the folder of units") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "service") {
            texts.push(fs::read_to_string(path).expect("a unit"));
        }
    }
    let is_command =
        |line: &&str| line.starts_with("ExecStart=/usr/bin/cr-einvoice ") || line.contains(" cr-einvoice -q ");
    let lines = texts.iter().flat_map(|text| text.lines().filter(is_command));
    lines.filter_map(|line| line.split_once("cr-einvoice ")).map(|(_, rest)| format!("cr-einvoice {rest}")).collect()
}

#[test]
fn every_scheduled_command_is_understood() {
    let lines = command_lines();
    assert_eq!(lines.len(), 10, "{lines:?}");
    for line in lines {
        assert!(line.starts_with("cr-einvoice -q "), "{line}: a timer prints nothing when all is well");
        assert_eq!(crate::command_line::check(&line), 1, "{line}");
    }
}

/// The crontab and the timers are the same schedule, but for the seconds of chance that systemd adds.
#[test]
fn the_timers_keep_the_schedule() {
    for (unit, calendar) in [
        ("poll", "*:0/15"),
        ("retry", "*:2/5"),
        ("cleanup-responses", "*-*-* 02:00:00"),
        ("cleanup-queue", "*-*-* 03:00:00"),
        ("run", "*:0/5"),
    ] {
        let timer = example(&format!("systemd/cr-einvoice-{unit}.timer"));
        assert!(timer.lines().any(|line| line == format!("OnCalendar={calendar}")), "{timer}");
        assert!(timer.contains("\nRandomizedDelaySec=") && timer.contains("\nPersistent=true\n"));
        assert!(example(&format!("systemd/cr-einvoice-{unit}.service")).contains("\nOnFailure="));
    }
    let crontab = example("crontab");
    let scheduled =
        crontab.lines().filter(|line| line.contains(" cr-einvoice -q ")).map(|line| line.contains(" timeout -k "));
    assert!(
        scheduled.clone().count() == 5 && scheduled.into_iter().all(|ends| ends),
        "something ends a run that hangs"
    );
    for line in ["*/15      *     *", "2-59/5    *     *", "0         2     *", "0         3     *"] {
        assert!(crontab.contains(line), "{line}");
    }
}

#[test]
fn the_configuration_loads() {
    let config = Config::read(&folder().join("cr-einvoice.toml")).expect("a valid configuration");
    assert_eq!(config.companies.len(), 1);
}

#[test]
fn the_script_of_the_stand_in_is_read() {
    let script = Script::parse(&example("simulator.toml")).expect("a valid script");
    assert_eq!(script.rules.len(), example("simulator.toml").matches("\n[[rule]]").count());
}

/// The demo takes each sample comprobante through its whole life.
#[test]
fn the_demo_shows_every_sample() {
    let temporary = tempfile::tempdir().unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_cr-einvoice"))
        .arg("demo")
        .env_clear()
        .env("TMPDIR", temporary.path())
        .output()
        .unwrap();
    let shown = String::from_utf8(demo.stdout).unwrap();
    assert!(demo.status.success(), "{shown}{}", String::from_utf8_lossy(&demo.stderr));
    let list = shown.split("$ cr-einvoice list").nth(1).expect("the list");
    for entry in fs::read_dir(folder().join("documents")).unwrap() {
        let path = entry.unwrap().path();
        let header =
            read_header(&fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let line = list
            .lines()
            .find(|line| line.contains(header.key().as_str()))
            .unwrap_or_else(|| panic!("{}", path.display()));
        assert!(line.contains("accepted") || line.contains("rejected"), "{line}");
    }
}

/// The services run as the user that sysusers.d makes, and write only where tmpfiles.d makes a folder for them.
#[test]
fn users_and_folders_are_those_of_the_services() {
    let (hardening, users) =
        (example("systemd/cr-einvoice-.service.d/hardening.conf"), example("sysusers.d/cr-einvoice.conf"));
    let value = |key: &str| hardening.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    let makes = |text: &str, kind: &str, name: &str| {
        text.lines().any(|line| line.split_whitespace().take(2).collect::<Vec<_>>() == [kind, name])
    };
    assert!(makes(&users, "u", value("User=")), "{users}");
    let folders = example("tmpfiles.d/cr-einvoice.conf");
    assert!(makes(&folders, "d", value("ReadWritePaths=")), "{folders}");
}

/// A new example needs a test: add both.
#[test]
fn every_example_is_used_by_a_test() {
    fn collect(path: &Path, into: &mut BTreeSet<String>) {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, into);
            } else {
                into.insert(path.strip_prefix(folder()).unwrap().display().to_string());
            }
        }
    }
    let mut all = BTreeSet::new();
    collect(&folder(), &mut all);
    // The folders whose every file is read above, whatever its name.
    let of_folders = |name: &String| {
        let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        (name.starts_with("documents/") && ending == "xml")
            || (name.starts_with("systemd/cr-einvoice-") && ["service", "timer"].contains(&ending))
    };
    all.retain(|name| name != "README.md" && !of_folders(name));
    let known = [
        "cr-einvoice.toml",
        "crontab",
        "simulator.toml",
        "systemd/cr-einvoice-.service.d/hardening.conf",
        "sysusers.d/cr-einvoice.conf",
        "tmpfiles.d/cr-einvoice.conf",
    ];
    assert_eq!(all, known.map(str::to_owned).into());
}
