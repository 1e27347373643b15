//! What is read of what a user names: each file once, no folder twice, no pipe, nothing beyond the limits; by every command
//! alike.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{Installation, invoice};

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
    assert!(ran.stderr.contains("in/here is a link to a folder and is not followed"), "{}", ran.stderr);
    let json = installation.json(&["import", "in", "in/deep"], 0);
    assert_eq!(paths(&json), ["in/deep/1.xml"], "the same rule for both");
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
