//! The language in which a person is spoken to: chosen by the option, the configuration, the locale, in this order.

use std::process::{Command, Stdio};

use crate::common::PROGRAM;

/// What the program says in an empty folder: standard output, then standard error.
#[track_caller]
fn said(folder: &std::path::Path, locale: &str, arguments: &[&str], code: i32) -> String {
    let mut command = Command::new(PROGRAM);
    command.env_clear().env("LANG", locale).current_dir(folder).args(arguments).stdin(Stdio::null());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn the_locale_chooses_the_language_of_help_and_errors() {
    let folder = tempfile::tempdir().unwrap();
    let say = |locale, arguments: &[&str], code| said(folder.path(), locale, arguments, code);
    assert!(say("es_CR.UTF-8", &["sign", "--help"], 0).contains("Uso: cr-einvoice sign [OPCIONES] [SELECTOR]..."));
    assert!(say("C.UTF-8", &["sign", "--help"], 0).contains("Usage: cr-einvoice sign [OPTIONS] [SELECTOR]..."));
    assert!(say("es_CR.UTF-8", &["sing"], 2).contains("`sing` no es un comando"));
    assert!(say("en_US.UTF-8", &["sing"], 2).contains("unrecognized subcommand 'sing'"));
    assert!(say("es_CR.UTF-8", &["retry"], 2).contains("Uso: cr-einvoice retry"));
}

#[test]
fn the_option_counts_before_the_configuration_and_that_before_the_locale() {
    let folder = tempfile::tempdir().unwrap();
    let say = |locale, arguments: &[&str]| said(folder.path(), locale, arguments, 0);
    std::fs::write(folder.path().join("cr-einvoice.toml"), "language = \"es\"\n").unwrap();
    let spanish = "Firma borradores";
    assert!(say("en_US.UTF-8", &["sign", "--help"]).contains(spanish));
    assert!(!say("en_US.UTF-8", &["--language", "en", "sign", "--help"]).contains(spanish));
    std::fs::write(folder.path().join("cr-einvoice.toml"), "language = \"auto\"\n").unwrap();
    assert!(say("es_CR.UTF-8", &["sign", "--help"]).contains(spanish));
    assert!(say("en_US.UTF-8", &["sign", "--help", "--language=es"]).contains(spanish));
}

#[test]
fn scripts_read_english_whatever_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let output = said(folder.path(), "es_CR.UTF-8", &["--json", "sing"], 2);
    assert!(output.contains("\"message\": \"unrecognized subcommand 'sing'"), "{output}");
    assert!(output.contains("`sing` no es un comando"), "{output}");
}

#[test]
fn init_comments_the_configuration_in_the_language_of_its_reader() {
    let folder = tempfile::tempdir().unwrap();
    said(folder.path(), "C.UTF-8", &["--language", "es", "init"], 0);
    let written = std::fs::read_to_string(folder.path().join("cr-einvoice.toml")).unwrap();
    assert!(
        written.contains("# La configuración de cr-einvoice.") && written.contains("language = \"es\""),
        "{written}"
    );
    said(folder.path(), "C.UTF-8", &["stats", "--json"], 0);
}

#[test]
fn a_finding_is_told_in_the_language_that_was_chosen() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("nothing.xml"), "<a/>").unwrap();
    let say = |locale, arguments: &[&str]| said(folder.path(), locale, arguments, 3);
    let (english, spanish) = (say("C.UTF-8", &["validate", "."]), say("es_CR.UTF-8", &["validate", "."]));
    assert_ne!(english.lines().next(), spanish.lines().next());
    assert_eq!(say("C.UTF-8", &["--language", "es", "validate", "."]), spanish);
    assert_eq!(say("es_CR.UTF-8", &["--language", "en", "validate", "."]), english);
    assert_eq!(say("est_EE.UTF-8", &["validate", "."]), english, "Estonian is not Spanish");
}
