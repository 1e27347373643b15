//! The examples do what they say: every command line in them is one that the program understands.

use std::fs;
use std::path::Path;

use clap::Parser;
use cr_einvoice::cli::Cli;
use cr_einvoice::config::Config;

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
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
        |line: &&str| line.starts_with("ExecStart=/usr/bin/cr-einvoice ") || line.contains("  cr-einvoice ");
    let lines = texts.iter().flat_map(|text| text.lines().filter(is_command));
    lines.filter_map(|line| line.split_once("cr-einvoice ")).map(|(_, rest)| format!("cr-einvoice {rest}")).collect()
}

#[test]
fn every_scheduled_command_is_understood() {
    let lines = command_lines();
    assert_eq!(lines.len(), 10, "{lines:?}");
    for line in lines {
        assert!(line.starts_with("cr-einvoice -q "), "{line}: a timer prints nothing when all is well");
        if let Err(error) = Cli::try_parse_from(line.split_whitespace()) {
            panic!("{line}: {error}");
        }
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
    for line in ["*/15      *     *", "2-59/5    *     *", "0         2     *", "0         3     *"] {
        assert!(crontab.contains(line), "{line}");
    }
}

#[test]
fn the_configuration_loads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cr-einvoice.toml");
    let config = Config::read(&path).expect("a valid configuration");
    assert_eq!(config.companies.len(), 1);
}
