//! Small things that would annoy every day.

use std::fs;

use crate::common::{Installation, invoice, invoices};

#[test]
fn an_export_of_answers_without_a_folder_writes_nothing() {
    let installation = Installation::new();
    installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    let answers = || {
        let files = fs::read_dir(installation.path(".")).unwrap().map(|file| file.unwrap().file_name());
        files.filter(|name| name.to_string_lossy().ends_with("_respuesta.xml")).count()
    };
    let ran = installation.run(&["responses", "export", "--format", "xml"]).exits(2);
    assert!(ran.stderr.contains("-o FOLDER"), "{ran:?}");
    assert_eq!(answers(), 0);
    installation.run(&["responses", "export", "--format", "xml", "-o", "."]).exits(0);
    assert!(installation.path(&format!("{}_respuesta.xml", invoice(1).clave)).exists());
}

#[test]
fn signing_a_folder_points_to_import() {
    let installation = Installation::new();
    installation.write("outbox/1.xml", invoice(1).xml.as_bytes());
    let ran = installation.run(&["sign", "outbox"]).exits(2);
    assert!(ran.stderr.contains("outbox is a folder") && ran.stderr.contains("cr-einvoice import outbox"), "{ran:?}");
    installation.run(&["import", "outbox"]).exits(0);
}

#[test]
fn no_limit_is_the_same_everywhere() {
    let installation = Installation::new();
    installation.import(&invoices(3));
    assert_eq!(installation.json(&["list", "--limit", "0"], 0)["documents"].as_array().unwrap().len(), 3);
    let planned = installation.json(&["sign", "--limit", "0", "--dry-run"], 0);
    assert_eq!(planned["documents"].as_array().unwrap().len(), 3);
    assert_eq!(installation.json(&["sign", "--limit", "0"], 0)["succeeded"], 3);
}

#[test]
fn signing_after_the_legal_term_warns() {
    let mut installation = Installation::new();
    installation.import(&invoices(2));
    installation.set_clock("2026-11-19T05:59:59Z");
    let ran = installation.run(&["sign", &invoice(1).clave]).exits(0);
    assert!(!ran.stdout.contains("legal term"), "{ran:?}");
    installation.set_clock("2026-11-19T06:00:00Z");
    let ran = installation.run(&["sign"]).exits(0);
    assert!(ran.stdout.contains("its legal term ended on 2026-11-18 23:59:59"), "{ran:?}");
}
