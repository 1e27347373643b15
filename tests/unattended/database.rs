//! The database: copied while others write, refused when it is damaged or cannot be written.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::common::{Installation, PROGRAM, finish, invoice, invoices};

/// Opened for writing: only so may SQLite roll back what a killed process left in a journal.
fn is_whole(path: &Path) -> bool {
    let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    copy.pragma_query_value(None, "integrity_check", |row| row.get::<_, String>(0)).unwrap() == "ok"
}

fn documents_in(path: &Path) -> u64 {
    let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    copy.query_row("SELECT count(*) FROM documents", [], |row| row.get(0)).unwrap()
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_backup_is_whole_private_and_keeps_so_many_older_ones() {
    let installation = Installation::new();
    let folder = installation.path("backups");
    fs::create_dir(&folder).unwrap();
    for number in 1..=5 {
        installation.import(&[invoice(number)]);
        let said = installation.json(&["backup", "backups/night.db", "--keep", "2"], 0);
        assert_eq!(said["bytes"].as_u64().unwrap(), fs::metadata(folder.join("night.db")).unwrap().len());
    }
    let older = ["night.db.cr-einvoice.1", "night.db.cr-einvoice.2"];
    assert_eq!(names_in(&folder), ["night.db", older[0], older[1]]);
    for (name, documents) in [("night.db", 5), (older[0], 4), (older[1], 3)] {
        let copy = folder.join(name);
        assert!(is_whole(&copy));
        assert_eq!(documents_in(&copy), documents, "{name}");
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o640);
    }
    // A copy is a database that the program works with.
    fs::copy(folder.join("night.db"), installation.database()).unwrap();
    installation.run(&["sign"]).exits(0);
}

/// A live database called like an older copy or a file under way was destroyed: by its name nobody could tell.
#[test]
fn a_backup_touches_nothing_that_is_not_its_own() {
    let installation = Installation::new();
    installation.one_signed();
    let folder = installation.path("backups");
    fs::create_dir(&folder).unwrap();
    let live = ["x.db.1", "x.db.2", "x.db.part", "x.db.part.older", "x.db.part-journal"].map(|name| folder.join(name));
    for path in &live {
        fs::copy(installation.database(), path).unwrap();
    }
    let before = live.each_ref().map(|path| fs::read(path).unwrap());
    for _ in 0..3 {
        installation.run(&["backup", "backups/x.db", "--keep", "7"]).exits(0);
    }
    assert!(before == live.each_ref().map(|path| fs::read(path).unwrap()));
    assert_eq!(names_in(&folder).iter().filter(|name| name.starts_with("x.db.cr-einvoice.")).count(), 2);
}

/// Only a copy that `backup` made is moved on or replaced: not a database at work, whatever its name, nor a letter.
#[test]
fn what_is_no_copy_is_neither_replaced_nor_moved() {
    let installation = Installation::new();
    installation.one_signed();
    let live = installation.path("live.db");
    fs::copy(installation.database(), &live).unwrap();
    installation.write("letter.txt", b"Dear Hacienda");
    for name in ["live.db", "letter.txt", "/dev/null"] {
        let refused = installation.run(&["backup", name]).exits(2);
        assert!(refused.stderr.contains("no copy that `backup` made"), "{refused:?}");
    }
    assert!(fs::read(&live).unwrap() == fs::read(installation.database()).unwrap());
    installation.run(&["backup", "copy.db", "--keep", "1"]).exits(0);
    fs::copy(&live, installation.path("copy.db.cr-einvoice.1")).unwrap();
    let refused = installation.run(&["backup", "copy.db", "--keep", "1"]).exits(5);
    assert!(refused.stderr.contains("copy.db.cr-einvoice.1 is no copy that `backup` made"), "{refused:?}");
    assert!(fs::read(&live).unwrap() == fs::read(installation.path("copy.db.cr-einvoice.1")).unwrap());
    // A copy that was put in the place of a database and worked with is a database again, and what an empty file is.
    let restored = installation.path("restored.db");
    fs::copy(installation.path("copy.db"), &restored).unwrap();
    installation.run(&["backup", "restored.db"]).exits(0);
    Connection::open(&restored).unwrap().pragma_update(None, "journal_mode", "WAL").unwrap();
    installation.run(&["backup", "restored.db"]).exits(2);
    installation.write("empty.db", b"");
    installation.run(&["backup", "empty.db"]).exits(0);
}

/// Copies of the version before had no mark; they make room all the same.
#[test]
fn a_copy_made_before_copies_had_a_mark_is_known() {
    let installation = crate::upgrade::version_one();
    fs::rename(installation.database(), installation.path("copy.db")).unwrap();
    let connection = Connection::open(installation.path("copy.db")).unwrap();
    connection.pragma_update(None, "journal_mode", "DELETE").unwrap();
    drop(connection);
    let installation_database = installation.database();
    fs::remove_file(&installation_database).unwrap_or_default();
    installation.run(&["init", "other"]).exits(0);
    fs::rename(installation.path("other/cr-einvoice.db"), &installation_database).unwrap();
    installation.run(&["backup", "copy.db", "--keep", "1"]).exits(0);
    assert_eq!(documents_in(&installation.path("copy.db.cr-einvoice.1")), 11);
}

/// A killed run's file under way is swept by the next; what a planted link points at is not written to.
#[test]
fn leftovers_are_swept_and_links_not_followed() {
    let installation = Installation::new();
    installation.signed(&invoices(20));
    let folder = installation.path("out");
    fs::create_dir(&folder).unwrap();
    for step in 0..12 {
        let mut child = installation.start(&["backup", "out/copy.db"]);
        thread::sleep(Duration::from_millis(step * 3));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    installation.run(&["backup", "out/copy.db"]).exits(0);
    assert_eq!(names_in(&folder), ["copy.db"]);

    installation.write("victim", b"mine");
    for name in ["metrics.prom", "out.csv"] {
        std::os::unix::fs::symlink(installation.path("victim"), folder.join(name)).unwrap();
    }
    installation.run(&["stats", "--prometheus", "--output", "out/metrics.prom"]).exits(5);
    let refused = installation.run(&["responses", "export", "-o", "out/out.csv"]).exits(5);
    assert!(refused.stderr.contains("it is a link"), "{refused:?}");
    assert_eq!(fs::read(installation.path("victim")).unwrap(), b"mine");
    installation.run(&["responses", "export", "-o", "/dev/null"]).exits(0);
}

#[test]
fn a_backup_never_replaces_the_database_nor_a_folder() {
    let installation = Installation::new();
    installation.one_signed();
    std::os::unix::fs::symlink(installation.database(), installation.path("link.db")).unwrap();
    fs::create_dir(installation.path("folder")).unwrap();
    let before = fs::metadata(installation.database()).unwrap();
    for name in ["cr-einvoice.db", "./cr-einvoice.db", "cr-einvoice.db-wal", "link.db", "folder"] {
        let refused = installation.run(&["backup", name, "--keep", "3"]).exits(2);
        assert!(refused.stderr.contains("name a file of its own"), "{refused:?}");
    }
    let after = fs::metadata(installation.database()).unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::ino(&before), std::os::unix::fs::MetadataExt::ino(&after));
    assert_eq!(installation.value("SELECT count(*) FROM documents"), "1");
    assert!(installation.path("folder").is_dir());
}

#[test]
fn a_backup_ends_while_others_write_all_the_time() {
    let installation = Installation::new();
    installation.signed(&invoices(50));
    let path = installation.database();
    let ends = Instant::now() + Duration::from_secs(3);
    let writer = thread::spawn(move || {
        let connection = Connection::open(path).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        connection.pragma_update(None, "synchronous", "OFF").unwrap();
        let mut writes = 0;
        while Instant::now() < ends {
            connection.execute("UPDATE documents SET reason = ?1 WHERE id = 1", [format!("write {writes}")]).unwrap();
            writes += 1;
        }
        writes
    });
    let mut copies = 0;
    while Instant::now() < ends {
        let started = Instant::now();
        installation.run(&["backup", "copy.db"]).exits(0);
        assert!(started.elapsed() < Duration::from_secs(10));
        assert!(is_whole(&installation.path("copy.db")));
        copies += 1;
    }
    assert!(writer.join().unwrap() > copies, "the writer was not held up");
}

#[test]
fn killed_at_any_instant_a_backup_leaves_the_old_copy_or_the_new_one() {
    let installation = Installation::new();
    installation.signed(&invoices(20));
    let target = installation.path("copy.db");
    installation.run(&["backup", "copy.db", "--keep", "1"]).exits(0);
    for step in 0..25 {
        let mut child = installation.start(&["backup", "copy.db", "--keep", "1"]);
        thread::sleep(Duration::from_millis(step * 4));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(target.exists(), "killed after {} ms", step * 4);
        assert!(is_whole(&target));
        assert_eq!(documents_in(&target), 20);
    }
    installation.run(&["backup", "copy.db", "--keep", "1"]).exits(0);
    let names = names_in(&installation.path("."));
    assert!(!names.iter().any(|name| name.starts_with(".cr-einvoice-")), "{names:?}");
}

#[test]
fn backups_to_one_place_wait_for_each_other() {
    let installation = Installation::new();
    installation.signed(&invoices(20));
    let children: Vec<_> = (0..6).map(|_| installation.start(&["backup", "copy.db"])).collect();
    for child in children {
        finish(child, &["backup", "copy.db"]).exits(0);
    }
    assert!(is_whole(&installation.path("copy.db")));
}

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let installation = Installation::new();
    installation.one_signed();
    Connection::open(installation.database()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    for arguments in [&["submit"][..], &["list"], &["run"], &["stats"], &["backup", "copy.db"], &["cleanup", "queue"]] {
        let refused = installation.run(arguments).exits(5);
        assert!(refused.stderr.contains("schema version 99"), "{refused:?}");
    }
    assert_eq!(installation.simulator.record().len(), 0, "nothing was sent");
    assert!(!installation.path("copy.db").exists());
}

/// Spoils the file in a way, and expects that every run says so and sends nothing.
fn spoilt(spoil: impl Fn(&Path)) {
    let installation = Installation::new();
    installation.signed(&invoices(30));
    // Nothing may be left in the log, which would mend the file.
    let connection = Connection::open(installation.database()).unwrap();
    connection.pragma_update(None, "wal_checkpoint", "TRUNCATE").unwrap();
    drop(connection);
    spoil(&installation.database());
    for arguments in [&["submit"][..], &["run"], &["retry", "run"]] {
        let ran = installation.run(arguments).exits(5);
        assert!(ran.stderr.contains("cr-einvoice.db"), "{ran:?}");
    }
    assert_eq!(installation.simulator.record().len(), 0, "nothing was sent");
    installation.run(&["doctor", "--offline"]).exits(5);
}

#[test]
fn a_truncated_or_overwritten_database_sends_nothing() {
    spoilt(|path| fs::write(path, b"this is not a database at all, whatever its name says").unwrap());
    spoilt(|path| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(0).unwrap());
    spoilt(|path| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(6_000).unwrap());
    spoilt(|path| {
        let mut bytes = fs::read(path).unwrap();
        bytes[4_096..].fill(0xA5);
        fs::write(path, bytes).unwrap();
    });
    spoilt(|path| fs::remove_file(path).unwrap());
}

/// The shell's limit makes every write beyond so many blocks of a file fail, a little later each time.
#[test]
fn whichever_write_fails_nothing_is_lost_or_doubled() {
    let installation = Installation::new();
    installation.signed(&invoices(30));
    let mut failed = 0;
    for blocks in (40..600).step_by(40) {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {PROGRAM} submit --limit 4");
        let ran = Command::new("sh")
            .args(["-c", &script])
            .env("CR_EINVOICE_CONFIG", installation.path("cr-einvoice.toml"))
            .env("CR_EINVOICE_CLOCK", crate::common::NOW)
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(matches!(ran.status.code(), Some(0 | 5)), "{blocks} blocks: {:?}: {words}", ran.status);
        failed += u32::from(ran.status.code() == Some(5));
        assert!(is_whole(&installation.database()), "{blocks} blocks");
        installation.nothing_doubled_or_changed();
    }
    assert!(failed > 0, "no write has failed");
    installation.run(&["submit"]).exits(0);
    installation.run(&["poll"]).exits(0);
    assert_eq!(installation.rows("SELECT state, count(*) FROM documents GROUP BY 1"), ["accepted 30"]);
    installation.nothing_doubled_or_changed();
}

/// A file system of 16 MiB, which only root may mount.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: PathBuf) -> Option<Self> {
        fs::create_dir(&path).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(&path).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(SmallDisk(path));
        }
        eprintln!("skipped: a small disk can be mounted by root alone");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_stops_before_anything_is_sent() {
    let installation = Installation::new();
    let Some(disk) = SmallDisk::mount(installation.path("disk")) else { return };
    installation.signed(&invoices(40));
    installation.run(&["backup", "disk/small.db"]).exits(0);
    installation.reconfigure("database = \"cr-einvoice.db\"", "database = \"disk/small.db\"");
    fs::write(disk.0.join("ballast"), vec![0; 32 << 20]).unwrap_err();
    let ran = installation.run(&["submit"]).exits(5);
    assert!(ran.stderr.contains("no space left for the database") || ran.stderr.contains("cannot"), "{ran:?}");
    let posts = installation
        .simulator
        .record()
        .iter()
        .filter(|request| request.method == "POST" && request.clave.is_some())
        .count();
    assert_eq!(posts, 0, "what cannot be recorded is not sent");

    fs::remove_file(disk.0.join("ballast")).unwrap();
    installation.run(&["submit"]).exits(0);
    assert_eq!(installation.simulator.documents(), 40);
    installation.run(&["backup", "disk/second.db"]).exits(0);
    // A copy that does not fit leaves the older one.
    fs::write(disk.0.join("ballast"), vec![0; 32 << 20]).unwrap_err();
    let before = fs::read(disk.0.join("second.db")).unwrap();
    installation.run(&["backup", "disk/second.db"]).exits(5);
    assert!(fs::read(disk.0.join("second.db")).unwrap() == before);
    assert!(!names_in(&disk.0).iter().any(|name| name.starts_with(".cr-einvoice-")));
}
