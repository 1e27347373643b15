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
    assert_eq!(lines.len(), 2 * SCHEDULE.len(), "{lines:?}");
    for line in lines {
        assert!(line.starts_with("cr-einvoice -q "), "{line}: a timer prints nothing when all is well");
        assert_eq!(crate::command_line::check(&line), 1, "{line}");
    }
}

/// Unit, when systemd starts it, when cron does, and whether the README's lines enable it.
const SCHEDULE: [(&str, &str, &str, bool); 8] = [
    ("import", "*:0/1", "* * * * *", true),
    ("run", "*:0/5", "*/5 * * * *", true),
    ("backup", "*-*-* 01:00:00", "0 1 * * *", true),
    ("cleanup-responses", "*-*-* 02:00:00", "0 2 * * *", true),
    ("cleanup-queue", "*-*-* 03:00:00", "0 3 * * *", true),
    ("metrics", "*:0/1", "* * * * *", false),
    ("poll", "*:0/15", "*/15 * * * *", false),
    ("retry", "*:2/5", "2-59/5 * * * *", false),
];

/// The value of a key of a unit.
fn value<'u>(unit: &'u str, key: &str) -> &'u str {
    let mut values = unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    values.next_back().unwrap_or_else(|| panic!("{key} is not in {unit}"))
}

/// The crontab and the timers are the same: commands, times and bounds, but for the seconds of chance that systemd adds. What
/// the README enables is what stands in the crontab without a comment sign.
#[test]
fn the_crontab_is_the_schedule_of_the_timers() {
    let lines: Vec<String> =
        example("crontab").lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for (unit, calendar, cron, enabled) in SCHEDULE {
        let timer = example(&format!("systemd/cr-einvoice-{unit}.timer"));
        assert_eq!(value(&timer, "OnCalendar"), calendar, "{unit}");
        assert!(timer.contains("\nRandomizedDelaySec=") && timer.contains("\nPersistent="), "{unit}");
        let service = example(&format!("systemd/cr-einvoice-{unit}.service"));
        let command = value(&service, "ExecStart").trim_start_matches("/usr/bin/");
        let bound = value(&service, "TimeoutStartSec").trim_end_matches("in");
        let sign = if enabled { "" } else { "# " };
        let expected = format!("{sign}{cron} timeout -k 45 {bound} {command}");
        assert!(lines.contains(&expected), "not in the crontab: {expected}");
        let started = readme
            .lines()
            .any(|line| line.starts_with("systemctl enable") && line.contains(&format!(" cr-einvoice-{unit}.timer")));
        assert_eq!(started, enabled, "README: {unit}");
    }
    let scheduled = lines.iter().filter(|line| line.contains(" cr-einvoice -q ")).count();
    assert_eq!(scheduled, SCHEDULE.len(), "a line of the crontab that no timer has");
}

/// A verdict, an outage and a stop wake nobody; everything else does. A file that `import` refuses has no document, so that no
/// notice tells of it: there the unit does.
#[test]
fn what_is_no_failure_of_a_service_is_said_in_its_unit() {
    for (unit, ..) in SCHEDULE {
        let service = example(&format!("systemd/cr-einvoice-{unit}.service"));
        assert!(service.contains("\nOnFailure=cr-einvoice-failure@%n.service\n"), "{unit}");
        let sends = ["run", "poll", "retry"].contains(&unit);
        assert_eq!(value(&service, "SuccessExitStatus"), if sends { "3 4 130 143" } else { "130 143" }, "{unit}");
        let reads_secrets = sends || unit == "metrics";
        // The second makes a folder that is not there no failure of the unit.
        for loads in
            ["\nLoadCredential=cr-einvoice:/etc/cr-einvoice/credentials\n", "\nSetCredential=cr-einvoice:none\n"]
        {
            assert_eq!(service.contains(loads), reads_secrets, "{unit}");
        }
    }
}

#[test]
fn the_configuration_loads() {
    for name in ["cr-einvoice.toml", "cr-einvoice.es.toml"] {
        let config = Config::read(&folder().join(name)).expect("a valid configuration");
        assert_eq!(config.companies.len(), 1, "{name}");
    }
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
    let makes = |text: &str, kind: &str, name: &str| {
        text.lines().any(|line| line.split_whitespace().take(2).collect::<Vec<_>>() == [kind, name])
    };
    assert!(makes(&users, "u", value(&hardening, "User")), "{users}");
    let folders = example("tmpfiles.d/cr-einvoice.conf");
    let units = SCHEDULE.map(|(unit, ..)| example(&format!("systemd/cr-einvoice-{unit}.service")));
    let mut written = BTreeSet::new();
    for unit in units.iter().chain([&hardening]) {
        for line in unit.lines().filter_map(|line| line.strip_prefix("ReadWritePaths=")) {
            written.extend(line.split(' ').filter(|path| !path.starts_with('-')));
        }
    }
    assert_eq!(written.len(), 3, "{written:?}");
    for folder in written {
        assert!(makes(&folders, "d", folder), "{folder} is not in {folders}");
    }
    for word in example("crontab").split_whitespace().filter(|word| word.starts_with("/var/spool/")) {
        assert!(makes(&folders, "d", word), "{word} is not in {folders}");
    }
}

/// What managers may do is what the README installs, and by hand the program has what the services have.
#[test]
fn managers_get_what_the_services_have() {
    let (rule, script) = (example("sudoers.d/cr-einvoice"), example("sbin/cr-einvoice-manage"));
    assert!(
        rule.lines().any(|line| line.ends_with("ALL=(root) NOPASSWD: /usr/local/sbin/cr-einvoice-manage")),
        "{rule}"
    );
    // No argument of a manager is read by the shell or by systemd-run.
    assert!(script.ends_with("    /usr/bin/cr-einvoice \"$@\"\n"), "{script}");
    let loads = "LoadCredential=cr-einvoice:/etc/cr-einvoice/credentials";
    assert!(script.contains(&format!("--property={loads} ")), "{script}");
    assert!(script.contains("--unit=\"cr-einvoice-manage-"), "a name that the hardening applies to: {script}");
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
        "cr-einvoice.es.toml",
        "cr-einvoice.toml",
        "crontab",
        "sbin/cr-einvoice-manage",
        "simulator.toml",
        "sudoers.d/cr-einvoice",
        "systemd/cr-einvoice-.service.d/hardening.conf",
        "sysusers.d/cr-einvoice.conf",
        "tmpfiles.d/cr-einvoice.conf",
    ];
    assert_eq!(all, known.map(str::to_owned).into());
}
