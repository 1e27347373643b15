//! What is read of what a user names: each file once, no folder twice, no pipe, nothing beyond the limits; by every command
//! alike.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::common::{Installation, NOW, finish, invoice};

fn paths(json: &Value) -> Vec<&str> {
    json["documents"].as_array().unwrap().iter().map(|document| document["path"].as_str().unwrap()).collect()
}

fn with_pipe(path: &std::path::Path) {
    nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).unwrap();
}

#[test]
fn a_folder_that_leads_back_to_itself_is_validated_once() {
    let installation = Installation::new();
    installation.write("in/deep/1.xml", invoice(1).xml.as_bytes());
    symlink(installation.path("in"), installation.path("in/deep/again")).unwrap();
    symlink(".", installation.path("in/here")).unwrap();
    let ran = installation.run(&["validate", "in", "in/deep", "--json"]).exits(0);
    assert_eq!(paths(&ran.json()), ["in/deep/1.xml"]);
    let json = installation.json(&["import", "in", "in/deep"], 0);
    assert_eq!(paths(&json), ["in/deep/1.xml"], "the same rule for both");
}

/// An outbox that is a link into another folder holds documents like any other.
#[test]
fn a_link_to_a_folder_is_followed_wherever_it_leads() {
    let installation = Installation::new();
    installation.write("outbox/1.xml", invoice(1).xml.as_bytes());
    installation.write("branch2/2.xml", invoice(2).xml.as_bytes());
    symlink("../branch2", installation.path("outbox/branch2")).unwrap();
    symlink("../branch2", installation.path("outbox/branch3")).unwrap();
    symlink("../outbox", installation.path("branch2/back")).unwrap();
    let json = installation.json(&["validate", "outbox"], 0);
    assert_eq!(paths(&json), ["outbox/1.xml", "outbox/branch2/2.xml"]);
    assert_eq!(installation.json(&["import", "outbox"], 0)["imported"], 2);
}

/// Nobody knows what is in a folder that may be listed and not entered, or whose path is too long: that is told.
#[test]
fn a_folder_that_cannot_be_entered_is_told() {
    let installation = Installation::new();
    let name = "a".repeat(250);
    let mut folder = installation.path("deep");
    fs::create_dir(&folder).unwrap();
    let mut handle = File::open(&folder).unwrap();
    // Beyond the length of a path: made from within.
    for _ in 0..17 {
        rustix::fs::mkdirat(&handle, &name, rustix::fs::Mode::RWXU).unwrap();
        let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::DIRECTORY;
        handle = rustix::fs::openat(&handle, &name, flags, rustix::fs::Mode::empty()).unwrap().into();
        folder.push(&name);
    }
    for command in ["validate", "import"] {
        let ran = installation.run(&["-q", command, "deep"]).exits(5);
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("File name too long"), "{command}: {said}");
    }

    installation.write("closed/sub/1.xml", invoice(1).xml.as_bytes());
    fs::set_permissions(installation.path("closed"), fs::Permissions::from_mode(0o644)).unwrap();
    for path in [".", "cr-einvoice.toml"] {
        fs::set_permissions(installation.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = installation.command(&["validate", "closed"]);
    if rustix::process::getuid().is_root() {
        command.uid(65534).gid(65534);
    }
    let ran = finish(command.spawn().unwrap(), &["validate", "closed"]);
    fs::set_permissions(installation.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
    let ran = ran.exits(5);
    assert!(ran.stdout.contains("closed/sub") && ran.stdout.contains("Permission denied"), "{ran:?}");
}

/// A pipe that somebody names has a writer, and is read to its end: `<(…)` of a shell is such a name.
#[test]
fn a_pipe_that_is_named_is_read() {
    let installation = Installation::new();
    let xml = invoice(1).xml;
    for path in ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
        let ran = installation.run_with_input(&["validate", path, "--json"], xml.as_bytes()).exits(0);
        assert_eq!(paths(&ran.json()), [path]);
    }
    let huge = vec![b' '; 21 << 20];
    let ran = installation.run_with_input(&["validate", "/dev/stdin"], &huge).exits(3);
    assert!(ran.stdout.contains("has more than the 20971520 bytes that are read"), "{ran:?}");
    fs::create_dir(installation.path("taken")).unwrap();
    let arguments = ["import", "/dev/stdin", "--taken", "taken"];
    let ran = installation.run_with_input(&arguments, xml.as_bytes()).exits(0);
    assert!(ran.stdout.contains("1 document imported"), "{ran:?}");
}

#[test]
fn a_file_that_is_named_twice_is_read_once() {
    let installation = Installation::new();
    for number in [1, 2] {
        installation.write(&format!("in/{number}.xml"), invoice(number).xml.as_bytes());
    }
    symlink(installation.path("in/2.xml"), installation.path("link.xml")).unwrap();
    let named = ["in/2.xml", "in/2.xml", "./in/2.xml", "link.xml", "in", "in/1.xml"];
    for command in ["validate", "import"] {
        let json = installation.json(&[&[command], &named[..]].concat(), 0);
        assert_eq!(paths(&json), ["in/2.xml", "in/1.xml"], "{command}");
    }
    let signed = installation.json(&["sign", "in/1.xml", "in/1.xml"], 0);
    assert_eq!(signed["processed"], 1);
}

#[test]
fn what_cannot_be_read_is_reported_and_the_others_go_on() {
    let installation = Installation::new();
    let good = invoice(1);
    installation.write("in/b.xml", good.xml.as_bytes());
    with_pipe(&installation.path("in/a.xml"));
    with_pipe(&installation.path("in/a-pipe-of-another-name"));
    symlink("nowhere", installation.path("in/c.xml")).unwrap();
    let json = installation.json(&["validate", "in"], 5);
    assert_eq!(paths(&json), ["in/a.xml", "in/b.xml", "in/c.xml"]);
    let errors: Vec<&Value> = json["documents"].as_array().unwrap().iter().map(|document| &document["error"]).collect();
    assert!(errors[0].as_str().unwrap().contains("a pipe, not a file"), "{json:#}");
    assert!(errors[1].is_null() && errors[2].as_str().unwrap().contains("No such file"), "{json:#}");
    assert_eq!((&json["valid"], &json["documents"][1]["valid"]), (&Value::Bool(false), &Value::Bool(true)));
    let text = installation.run(&["validate", "in"]).exits(5).stdout;
    assert!(text.contains("in/a.xml: cannot be read") && text.ends_with("; 2 not read\n"), "{text}");

    let json = installation.json(&["import", "in"], 5);
    assert_eq!(paths(&json), ["in/a.xml", "in/b.xml", "in/c.xml"]);
    assert_eq!((json["imported"].as_u64(), json["failed"].as_u64()), (Some(1), Some(2)));
    assert!(json["documents"][0]["error"]["message"].as_str().unwrap().contains("a pipe, not a file"), "{json:#}");
}

#[test]
fn no_command_waits_for_a_pipe() {
    let installation = Installation::new();
    with_pipe(&installation.path("pipe.xml"));
    let commands: [&[&str]; 6] = [
        &["import", "pipe.xml"],
        &["validate", "pipe.xml"],
        &["verify", "pipe.xml"],
        &["sign", "pipe.xml"],
        &["generate", "pipe.xml"],
        &["generate", "mensaje", "--accept", "pipe.xml"],
    ];
    for command in commands {
        let ran = installation.run(command).exits(5);
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("a pipe, not a file") && said.contains("standard input, as `-`"), "{command:?}: {said}");
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused_without_being_read() {
    let installation = Installation::new();
    fs::File::create(installation.path("huge.xml")).unwrap().set_len(300 << 20).unwrap();
    let commands: [&[&str]; 6] = [
        &["import", "huge.xml"],
        &["validate", "huge.xml"],
        &["verify", "huge.xml"],
        &["sign", "huge.xml"],
        &["generate", "huge.xml"],
        &["generate", "mensaje", "--accept", "huge.xml"],
    ];
    for command in commands {
        let begun = Instant::now();
        let ran = installation.run(command).exits(3);
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("has 314572800 bytes; at most"), "{command:?}: {said}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{command:?} took {:?}", begun.elapsed());
    }
}

#[test]
fn standard_input_has_the_same_limit() {
    let installation = Installation::new();
    let huge = vec![b' '; 21 << 20];
    for command in ["import", "validate", "verify"] {
        let ran = installation.run_with_input(&[command, "-"], &huge).exits(3);
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("has more than the 20971520 bytes that are read"), "{command}: {said}");
    }
}

/// What stands in an incoming folder after a run is what the next run has to do.
#[test]
fn an_incoming_folder_is_emptied_and_no_file_is_lost() {
    let installation = Installation::new();
    for folder in ["in", "taken", "refused"] {
        fs::create_dir(installation.path(folder)).unwrap();
    }
    let now = SystemTime::from(NOW.parse::<DateTime<Utc>>().unwrap());
    let put = |name: &str, xml: &str, age: u64| {
        let path = installation.write(&format!("in/{name}"), xml.as_bytes());
        File::open(&path).unwrap().set_modified(now - Duration::from_secs(age)).unwrap();
    };
    let names = |folder: &str| {
        let entries = fs::read_dir(installation.path(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let arguments = ["import", "in", "--taken", "taken", "--refused", "refused"];
    put("1.xml", &invoice(1).xml, 60);
    put("again.xml", &invoice(1).xml, 60);
    put("bad.xml", "<FacturaElectronica>", 60);
    put("under way.xml", &invoice(2).xml[..400], 3);
    put("other.tmp", "not looked at", 60);
    let json = installation.json(&[&arguments[..], &["--dry-run"]].concat(), 3);
    assert_eq!((json["imported"].as_u64(), names("in").len()), (Some(1), 5), "{json}");
    let ran = installation.run(&arguments).exits(3);
    assert!(ran.stdout.contains("refused/bad.xml"), "a person finds it where it is now: {ran:?}");
    assert_eq!(names("in"), ["other.tmp", "under way.xml"]);
    assert_eq!((names("taken"), names("refused")), (vec!["1.xml".into(), "again.xml".into()], vec!["bad.xml".into()]));
    // The same names once more: nothing is written over.
    put("1.xml", &invoice(3).xml, 60);
    put("bad.xml", "<FacturaElectronica/>", 60);
    put("under way.xml", &invoice(2).xml, 11);
    installation.run(&["--json", arguments[0], arguments[1], "--taken", "taken", "--refused", "refused"]).exits(3);
    assert_eq!(names("in"), ["other.tmp"]);
    assert_eq!(names("taken"), ["1.1.xml", "1.xml", "again.xml", "under way.xml"]);
    assert_eq!(names("refused"), ["bad.1.xml", "bad.xml"]);
    assert_eq!(fs::read(installation.path("taken/1.xml")).unwrap(), invoice(1).xml.as_bytes());
    assert_eq!(installation.value("SELECT count(*) FROM documents"), "3");
    installation.run(&arguments).exits(0);
}

/// What cannot be moved is imported all the same, and found again.
#[test]
fn a_shelf_that_is_missing_is_told_and_stops_no_import() {
    let installation = Installation::new();
    installation.write("in/1.xml", invoice(1).xml.as_bytes());
    let ran = installation.run(&["-q", "import", "in", "--taken", "nowhere"]).exits(5);
    assert!(ran.stderr.contains("in/1.xml") && ran.stdout.contains("1 document imported"), "{ran:?}");
    assert_eq!(installation.json(&["import", "in"], 0)["unchanged"], 1);
}
