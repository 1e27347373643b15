//! Validation: good documents pass, and each wrong one is caught by exactly its finding.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use cr_einvoice::validation::{Finding, Options, Severity, validate};

fn folder(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn fixture(name: &str) -> String {
    fs::read_to_string(folder("tests/fixtures/documents").join(name)).unwrap()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()
}

fn findings(document: &str) -> Vec<Finding> {
    validate(document.as_bytes(), today(), &Options::default())
}

/// The findings but the advice.
fn serious(document: &str) -> Vec<Finding> {
    findings(document).into_iter().filter(|finding| finding.severity != Severity::Advice).collect()
}

#[test]
fn the_fixtures_pass() {
    for entry in fs::read_dir(folder("tests/fixtures/documents")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "xml") {
            let document = fs::read_to_string(&path).unwrap();
            assert_eq!(serious(&document), [], "{}", path.display());
        }
    }
}

#[test]
fn the_official_samples_pass() {
    let samples = folder("../shared/spec/samples");
    let Ok(entries) = fs::read_dir(&samples) else {
        eprintln!("skipped: {} is not here", samples.display());
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let answer = ["respuesta", "hacienda", "placeholder"].iter().any(|start| name.starts_with(start));
        if name.ends_with(".xml") && !answer {
            assert_eq!(findings(&fs::read_to_string(&path).unwrap()), [], "{name}");
        }
    }
}
