//! Readers and managers: who may only read sees everything and changes nothing, and is told so.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::Command;

use cr_einvoice::store::{RunResult, Store, Write};

use crate::common::{Installation, PROGRAM, Ran, invoices};

const READERS: u32 = 4_242;
const NOBODY: u32 = 65_534;

/// An installation whose readers are a group, as the README sets it up; none unless this is root.
fn shared() -> Option<Installation> {
    if !rustix::process::getuid().is_root() {
        eprintln!("skipped: only root may act as another user");
        return None;
    }
    let installation = Installation::new();
    installation.signed(&invoices(3));
    installation.run(&["submit"]).exits(0);
    installation.run(&["poll"]).exits(0);
    fs::copy(PROGRAM, installation.path("cr-einvoice")).unwrap();
    // What is made beside the database gets its folder's group (mode 2750).
    let modes = [
        (".", 0o750),
        ("cr-einvoice", 0o750),
        ("cr-einvoice.toml", 0o640),
        ("cr-einvoice.db", 0o640),
        ("cr-einvoice.db-marks", 0o640),
    ];
    for (name, mode) in modes {
        let path = installation.path(name);
        chown(&path, None, Some(READERS)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    Some(installation)
}

fn as_reader(installation: &Installation, arguments: &[&str]) -> Ran {
    let mut command = Command::new(installation.path("cr-einvoice"));
    command
        .env_clear()
        .env("CR_EINVOICE_CONFIG", installation.path("cr-einvoice.toml"))
        .env("CR_EINVOICE_CLOCK", crate::common::NOW)
        .current_dir(installation.path("."))
        .args(arguments)
        .uid(NOBODY)
        .gid(READERS);
    (arguments.join(" "), command.output().unwrap()).into()
}

const LOOKING: [&[&str]; 11] = [
    &["list"],
    &["show", "00100001010000000001"],
    &["stats"],
    &["stats", "--prometheus"],
    &["retry", "list"],
    &["responses", "list"],
    &["deadlines"],
    &["verify", "00100001010000000001"],
    &["verify", "--events"],
    &["cleanup", "queue", "--dry-run"],
    &["run", "--dry-run"],
];

#[test]
fn who_may_only_read_sees_everything() {
    let Some(installation) = shared() else { return };
    for arguments in LOOKING {
        as_reader(&installation, arguments).exits(0);
    }
    assert!(as_reader(&installation, &["list"]).stdout.contains("accepted"));
    // And while another process has it open, with news that is not in the file yet.
    let now = crate::common::NOW.parse().unwrap();
    let mut writer = Store::open(&installation.database(), "tests").unwrap();
    let news = |write: &Write<'_>| write.end_run(&write.begin_run("news")?, RunResult::default());
    writer.write(now, news).unwrap();
    assert!(installation.path("cr-einvoice.db-wal").exists());
    for arguments in LOOKING {
        as_reader(&installation, arguments).exits(0);
    }
    assert!(as_reader(&installation, &["stats", "--prometheus"]).stdout.contains("command=\"news\""));
}

/// Secrets are not a reader's business: what they may not read is left out, and is no failure.
#[test]
fn doctor_works_for_readers() {
    let Some(installation) = shared() else { return };
    let json = as_reader(&installation, &["doctor", "--offline", "--json"]).exits(0).json();
    let status = |name: &str| {
        let checks = json["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap()["status"].as_str().unwrap().to_owned()
    };
    let told = ["database", "pin", "password", "certificate", "database permission"].map(status);
    assert_eq!(told, ["ok", "skipped", "skipped", "skipped", "warning"], "{json:#}");
}

/// Who may not look into the folder is told of permission, not that there is no database.
#[test]
fn a_stranger_is_told_of_permission() {
    let Some(installation) = shared() else { return };
    let elsewhere = tempfile::tempdir().unwrap();
    fs::set_permissions(elsewhere.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let (program, config) = (elsewhere.path().join("cr-einvoice"), elsewhere.path().join("config.toml"));
    fs::copy(PROGRAM, &program).unwrap();
    let text = fs::read_to_string(installation.path("cr-einvoice.toml")).unwrap();
    let database = installation.database();
    fs::write(&config, text.replace("\"cr-einvoice.db\"", &format!("\"{}\"", database.display()))).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o644)).unwrap();
    let run = |arguments: &[&str]| -> Ran {
        let mut command = Command::new(&program);
        command.env_clear().env("CR_EINVOICE_CONFIG", &config).env("CR_EINVOICE_CLOCK", crate::common::NOW);
        command.args(arguments).current_dir("/").uid(NOBODY).gid(NOBODY);
        (arguments.join(" "), command.output().unwrap()).into()
    };
    for arguments in [["list"].as_slice(), &["sign"], &["run"]] {
        let ran = run(arguments).exits(5);
        assert!(ran.stderr.contains("no permission to read the database"), "{ran:?}");
        assert!(ran.stderr.contains("members of the group") && !ran.stderr.contains("init"), "{ran:?}");
    }
    let checks = run(&["doctor", "--offline", "--json"]);
    assert!(checks.stdout.contains("no permission to read the database"), "{checks:?}");
}

#[test]
fn who_may_only_read_is_told_what_is_missing() {
    let Some(installation) = shared() else { return };
    let before = fs::read(installation.database()).unwrap();
    let changing: [&[&str]; 9] = [
        &["sign"],
        &["submit"],
        &["poll"],
        &["run"],
        &["retry", "run"],
        &["import", "in"],
        &["cleanup", "queue"],
        &["cleanup", "responses"],
        &["backup", "copy.db"],
    ];
    let asked = installation.simulator.record().len();
    for arguments in changing {
        let ran = as_reader(&installation, arguments).exits(5);
        assert!(ran.stderr.contains("no permission to write the database"), "{ran:?}");
        let ran = as_reader(&installation, &[arguments, &["--json"]].concat()).exits(5);
        assert_eq!(ran.json()["error"]["code"], 5);
    }
    assert!(fs::read(installation.database()).unwrap() == before);
    assert_eq!(installation.simulator.record().len(), asked);
}

#[test]
fn new_files_are_private_whatever_the_umask() {
    let installation = Installation::new();
    let script = format!(
        "umask 000; {PROGRAM} init fresh && {PROGRAM} import in && {PROGRAM} sign && {PROGRAM} submit && {PROGRAM} poll && \
         {PROGRAM} backup copy.db && {PROGRAM} responses export -o out.csv && \
         {PROGRAM} responses export --format xml -o answers"
    );
    for (number, sample) in invoices(2).iter().enumerate() {
        installation.write(&format!("in/{number}.xml"), sample.xml.as_bytes());
    }
    fs::remove_file(installation.database()).unwrap();
    let made = format!("umask 000; {PROGRAM} init made && cp -p made/cr-einvoice.db .");
    for script in [made, script] {
        let ran = Command::new("sh")
            .args(["-c", &script])
            .env("CR_EINVOICE_CONFIG", installation.path("cr-einvoice.toml"))
            .env("CR_EINVOICE_CLOCK", crate::common::NOW)
            .current_dir(installation.path("."))
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }
    let answers = fs::read_dir(installation.path("answers")).unwrap().map(|entry| entry.unwrap().path());
    let named = ["fresh/cr-einvoice.toml", "fresh/cr-einvoice.db", "cr-einvoice.db", "copy.db", "out.csv"];
    let mut seen = 0;
    for path in named.iter().map(|name| installation.path(name)).chain(answers) {
        let mode = fs::metadata(&path).unwrap().mode() & 0o777;
        assert!(mode == 0o600 || mode == 0o640, "{} has mode {mode:o}", path.display());
        seen += 1;
    }
    assert!(seen >= 7);
}
