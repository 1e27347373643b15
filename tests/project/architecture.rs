//! The boundaries of the source, held by reading it: which folder may use which library, and that the schema's lists are the
//! program's.

use std::fs;
use std::path::{Path, PathBuf};

use cr_einvoice::document::Kind;
use cr_einvoice::hacienda::Environment;
use cr_einvoice::lifecycle::{Operation, State};
use cr_einvoice::named::names;
use cr_einvoice::retry::Category;
use cr_einvoice::store::{EntryState, MessageType};

/// What only some files may use, and which.
const BOUNDARIES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store/"]),
    ("reqwest", &["hacienda/"]),
    ("lettre", &["notice/"]),
    ("println!", &[]),
    ("eprintln!", &[]),
    ("print!", &[]),
    ("dbg!", &[]),
    ("io::stdout", &["output/"]),
    ("io::stderr", &["output/"]),
    ("comfy_table", &["output/"]),
    ("indicatif", &["output/"]),
    ("env_logger", &["output/"]),
    // What clap's errors look like is output's affair; a shell's completions and the demo's command lines are made by it.
    ("clap", &["cli/", "main.rs", "output/mod.rs", "commands/completions.rs", "commands/demo.rs"]),
    ("toml::", &["config/", "simulator/script.rs", "generate/"]),
    ("Utc::now", &["clock.rs"]),
    ("Local::now", &[]),
    ("SystemTime::now", &[]),
    // Pacing requests, the stand-in's slowness, and its wait for a signal.
    (
        "thread::sleep",
        &[
            "pipeline/mod.rs",
            "simulator/wire.rs",
            "simulator/service.rs",
            "commands/simulator.rs",
            "subprocess.rs",
            "store/retention.rs",
            "store/upgrade/place.rs",
        ],
    ),
    ("p12_keystore", &["signature/"]),
    ("unsafe", &[]),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file: neither its comments nor its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn is_used(code: &str, word: &str) -> bool {
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        let continues = before.is_some_and(is_name) || (word.ends_with(is_name) && after.is_some_and(is_name));
        !continues
    })
}

#[test]
fn each_library_stays_in_its_folder() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&source, &mut found);
    assert!(found.len() > 50, "the source was not found");
    let mut breaches = Vec::new();
    for path in found {
        let name = path.strip_prefix(&source).unwrap().display().to_string();
        let is_test = name.ends_with("tests.rs") || name.contains("testing") || name.ends_with("smtp_server.rs");
        if is_test {
            continue;
        }
        let code = code(&path);
        for (word, allowed) in BOUNDARIES {
            if is_used(&code, word)
                && !allowed.iter().any(|place| name == *place || (place.ends_with('/') && name.starts_with(place)))
            {
                breaches.push(format!("{name} uses {word}"));
            }
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

/// The values of the `CHECK` of a column in a table.
fn allowed_by_schema(table: &str, column: &str) -> Vec<String> {
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.sql")).unwrap();
    let start = schema.find(&format!("CREATE TABLE {table} (")).unwrap_or_else(|| panic!("no table {table}"));
    let definition = &schema[start..start + schema[start..].find(") STRICT").unwrap()];
    let list =
        definition.split(&format!("({column} IN")).nth(1).unwrap_or_else(|| panic!("no list for {table}.{column}"));
    let list = &list[list.find('(').unwrap() + 1..list.find(')').unwrap()];
    list.split(',').map(|value| value.trim().trim_matches('\'').to_owned()).collect()
}

#[test]
fn the_lists_of_the_schema_are_the_programs() {
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    for (table, column, names) in [
        ("documents", "state", names::<State>()),
        ("documents", "kind", names::<Kind>()),
        ("documents", "environment", names::<Environment>()),
        ("responses", "message_type", names::<MessageType>()),
        ("retry_queue", "operation", names::<Operation>()),
        ("retry_queue", "state", names::<EntryState>()),
        ("retry_queue", "error_category", names::<Category>()),
    ] {
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        if (table, column) == ("documents", "state") && !names.contains(&"discarded".to_owned()) {
            // The schema has it ahead of the program, for a CHECK cannot be changed without copying the table.
            names.push("discarded".to_owned());
        }
        assert_eq!(sorted(allowed_by_schema(table, column)), sorted(names), "{table}.{column}");
    }
}
