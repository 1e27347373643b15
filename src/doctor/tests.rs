//! The checks against installations in good and in bad order, and against the stand-in for Hacienda.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::NaiveDate;
use tempfile::TempDir;

use super::*;
use crate::secret::Secret;
use crate::signature::rehearsal::{Authority, KeyHolder, Protection};
use crate::simulator::{Script, Simulator, SimulatorOptions, User};

const NOW: &str = "2026-11-20T15:00:00Z";

/// An installation in order, whose certificate is `serial_number`'s and ends on `until`.
fn nothing(_: &Path) -> Result<History, String> {
    Ok(History::default())
}

fn installation(serial_number: &str, until: &str, lines: &str) -> (TempDir, Config) {
    let folder = tempfile::tempdir().unwrap();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let (name, from, until) = ("PRUEBA S.A. (INVENTADA)", day("2026-01-01"), day(until));
    let issued =
        Authority::new().unwrap().issue(&KeyHolder { name, serial_number, from, until, long_key: false }).unwrap();
    let write = |name: &str, bytes: &[u8], mode| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    };
    write("acme.p12", &issued.p12("7193", Protection::TripleDes).unwrap(), 0o600);
    write("acme.pin", b"7193\n", 0o600);
    write("acme.password", b"pa%&=+ss\n", 0o600);
    write("cr-einvoice.db", b"", 0o640);
    write("cr-einvoice.toml", format!("{}\n{lines}\n", crate::config::TEMPLATE).as_bytes(), 0o640);
    let config = Config::read(&folder.path().join("cr-einvoice.toml")).unwrap();
    (folder, config)
}

fn said(cause: &Cause) -> String {
    format!("{cause:?}")
}

fn whole(_: &Path) -> Result<Inside, Unopened> {
    Ok(Inside { faults: Vec::new(), everything: true })
}

fn examined(config: Result<Config, ConfigError>, offline: bool, clock: Clock) -> Vec<Check> {
    let now = NOW.parse().unwrap();
    examine(
        &config,
        &Examination { clock, now, offline, company: None, integrity: &whole, past: &nothing, said: &said },
    )
}

fn offline(config: Config) -> Vec<Check> {
    examined(Ok(config), true, Clock::Fixed(NOW.parse().unwrap()))
}

fn of<'a>(checks: &'a [Check], name: &str) -> Vec<&'a Check> {
    checks.iter().filter(|check| check.name == name).collect()
}

fn one<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    of(checks, name).first().unwrap_or_else(|| panic!("no check {name} in {checks:?}"))
}

#[test]
fn an_installation_in_order_has_no_failure() {
    let (_folder, config) = installation("CPJ-3-101-123456", "2029-01-01", "");
    let checks = offline(config);
    assert!(checks.iter().all(|check| check.status != Status::Failure), "{checks:#?}");
    assert_eq!(one(&checks, "certificate").status, Status::Ok);
    assert_eq!(one(&checks, "certificate").company.as_deref(), Some("acme"));
    assert!(one(&checks, "certificate").message.starts_with("2048 bits, of 3101123456, until 2028-12-31 18:00:00"));
    assert_eq!(one(&checks, "service").status, Status::Skipped);
    assert!(one(&checks, "clock").message.contains("2026-11-20 09:00:00"));
}

#[test]
fn no_check_shows_a_secret() {
    let (_folder, config) = installation("CPJ-3-101-123456", "2029-01-01", "");
    let shown = format!("{:?}", offline(config));
    assert!(!shown.contains("7193") && !shown.contains("pa%"), "{shown}");
}

#[test]
fn a_wrong_configuration_skips_what_needs_it() {
    let wrong = Config::parse(Path::new("/x.toml"), "databse = 1");
    let checks = examined(wrong, false, Clock::System);
    assert_eq!(one(&checks, "configuration").status, Status::Failure);
    assert!(one(&checks, "configuration").message.contains("did you mean `database`?"));
    assert_eq!(one(&checks, "certificate").status, Status::Skipped);
    assert_eq!(one(&checks, "clock").status, Status::Ok);
}

#[test]
fn the_certificate_must_be_the_companys_own_and_of_today() {
    let judged = |serial_number, until, lines| {
        let (_folder, config) = installation(serial_number, until, lines);
        one(&offline(config), "certificate").clone()
    };
    let near = judged("CPJ-3-101-123456", "2026-12-10", "");
    assert_eq!((near.status, near.message.as_str()), (Status::Warning, "it ends in 19 days, on 2026-12-09 18:00:00"));
    assert!(judged("CPJ-3-101-123456", "2026-11-01", "").message.starts_with("it ended on 2026-10-31"));
    let other = judged("CPF-01-1302-0487", "2029-01-01", "");
    let expected = (Status::Failure, "it belongs to 113020487, not to 3101123456");
    assert_eq!((other.status, other.message.as_str()), expected);
    let allowed = judged("CPF-01-1302-0487", "2029-01-01", "allow_other_certificate_holder = true");
    assert_eq!(allowed.status, Status::Warning);
}

#[test]
fn a_wrong_pin_and_a_missing_file_are_told_apart() {
    let (folder, config) = installation("CPJ-3-101-123456", "2029-01-01", "");
    fs::write(folder.path().join("acme.pin"), "0000").unwrap();
    assert!(one(&offline(config.clone()), "certificate").message.contains("the PIN does not open"));
    fs::remove_file(folder.path().join("acme.p12")).unwrap();
    assert!(one(&offline(config.clone()), "certificate").message.contains("cannot be read"));
    fs::remove_file(folder.path().join("acme.pin")).unwrap();
    let checks = offline(config);
    assert_eq!(one(&checks, "pin").status, Status::Failure);
    assert_eq!(one(&checks, "certificate").status, Status::Skipped);
}

#[test]
fn open_files_are_named_with_their_remedy() {
    let (folder, config) = installation("CPJ-3-101-123456", "2029-01-01", "");
    let open = |name: &str, mode| fs::set_permissions(folder.path().join(name), Permissions::from_mode(mode)).unwrap();
    open("acme.pin", 0o644);
    open("acme.p12", 0o644);
    open("cr-einvoice.db", 0o644);
    open("cr-einvoice.toml", 0o666);
    let checks = offline(config);
    assert_eq!(one(&checks, "pin").status, Status::Failure);
    assert!(one(&checks, "pin").message.contains("chmod 600"));
    let statuses: Vec<Status> = of(&checks, "files").iter().map(|check| check.status).collect();
    assert_eq!(statuses, [Status::Failure, Status::Warning, Status::Warning]);
    assert!(of(&checks, "files").iter().all(|check| check.help.as_ref().unwrap().starts_with("chmod ")));
}

#[test]
fn what_a_group_may_read_is_said_and_a_missing_root_is_a_failure() {
    let (folder, config) = installation("CPJ-3-101-123456", "2029-01-01", "ca_file = \"none.pem\"");
    fs::set_permissions(folder.path().join("acme.pin"), Permissions::from_mode(0o640)).unwrap();
    fs::write(folder.path().join("cr-einvoice.db-wal"), "").unwrap();
    let checks = offline(config);
    assert_eq!(one(&checks, "pin").status, Status::Ok);
    assert!(one(&checks, "pin").message.ends_with(", which its group may read"));
    let root = of(&checks, "files").into_iter().find(|check| check.message.contains("none.pem")).unwrap();
    assert_eq!((root.status, root.company.as_deref()), (Status::Failure, Some("acme")));
    assert!(of(&checks, "files").iter().any(|check| check.message.contains("cr-einvoice.db-wal")));
}

#[test]
fn a_damaged_database_is_a_failure() {
    let (_folder, config) = installation("CPJ-3-101-123456", "2029-01-01", "");
    let faults = vec!["row 3 missing from index".to_owned(), "page 9".to_owned()];
    let damaged = |_: &Path| Ok(Inside { faults: faults.clone(), everything: true });
    let (clock, now) = (Clock::System, NOW.parse().unwrap());
    let examination =
        Examination { clock, now, offline: true, company: None, integrity: &damaged, past: &nothing, said: &said };
    let checks = examine(&Ok(config), &examination);
    assert!(one(&checks, "database").message.ends_with("is damaged: row 3 missing from index (2 faults)"));
}

#[test]
fn the_service_is_looked_at_and_each_company_logs_in_and_out() {
    let username = "cpj-3-101-123456@stag.comprobanteselectronicos.go.cr".to_owned();
    let users = vec![User { username, password: Secret::new("pa%&=+ss") }];
    for (skew, clock_status) in [(0, Status::Ok), (600, Status::Warning)] {
        let script = Script { users: users.clone(), clock_skew_seconds: skew, ..Script::default() };
        let simulator = Simulator::start(SimulatorOptions { script, ..SimulatorOptions::default() }).unwrap();
        let lines = format!("api_url = \"{}\"\ntoken_url = \"{}\"", simulator.url(), simulator.token_url());
        let (folder, config) = installation("CPJ-3-101-123456", "2029-01-01", &lines);
        let checks = examined(Ok(config.clone()), false, Clock::System);
        for name in ["identity provider", "reception", "login", "query", "logout"] {
            assert_eq!(one(&checks, name).status, Status::Ok, "{name}: {checks:#?}");
        }
        assert_eq!(one(&checks, "clock against the service").status, clock_status);

        fs::write(folder.path().join("acme.password"), "wrong").unwrap();
        let checks = examined(Ok(config.clone()), false, Clock::System);
        assert_eq!(one(&checks, "login").status, Status::Failure);
        assert!(one(&checks, "login").help.as_ref().unwrap().contains("are those of this environment"));

        drop(simulator);
        let checks = examined(Ok(config), false, Clock::System);
        assert_eq!(one(&checks, "reception").status, Status::Failure);
    }
}
