//! What the README says is so: its command lines, its configuration, its tables, its links.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use cr_einvoice::cli::Cli;
use cr_einvoice::config::Config;
use cr_einvoice::error::ExitCode;
use strum::VariantArray;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The fenced blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    let readme = file("README.md");
    let parts = readme.split("\n```").skip(1).step_by(2);
    let of_language = parts.filter_map(|part| part.strip_prefix(language)?.strip_prefix('\n').map(str::to_owned));
    of_language.collect()
}

#[test]
fn it_opens_with_the_purpose_in_five_lines_and_the_two_commands() {
    let readme = file("README.md");
    let purpose = readme.split("\n\n").nth(1).unwrap();
    assert!(purpose.lines().count() <= 5, "{purpose}");
    let first = &blocks("sh")[0];
    let commands: Vec<_> = first.lines().map(|line| line.split('#').next().unwrap().trim()).collect();
    assert_eq!(commands, ["cargo run --release -- demo", "cargo test"]);
    assert!(file(".ci/run").lines().any(|line| line == "step cargo test"), "CI runs the command that the README shows");
}

#[test]
fn the_parser_takes_every_command_line() {
    let lines = blocks("sh").join("\n").replace("\\\n", " ");
    let calls: usize = lines.lines().map(crate::command_line::check).sum();
    assert!(calls > 10, "{lines}");
}

#[test]
fn every_configuration_in_it_is_valid() {
    // The other blocks of TOML are input of `generate`.
    let configurations: Vec<_> = blocks("toml").into_iter().filter(|text| !text.starts_with("kind = ")).collect();
    assert!(!configurations.is_empty());
    for text in configurations {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cr-einvoice.toml");
        fs::write(&path, &text).unwrap();
        if let Err(error) = Config::read(&path) {
            panic!("{text}: {error}");
        }
    }
}

#[test]
fn every_command_and_every_exit_code_is_in_its_table() {
    let readme = file("README.md");
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| ")).collect();
    for command in Cli::command().get_subcommands().map(|command| command.get_name().to_owned()) {
        let named = |row: &&&str| row.split('|').nth(1).unwrap().split(['`', ' ']).any(|word| word == command);
        assert!(rows.iter().any(|row| named(&row)), "{command}");
    }
    for &code in ExitCode::VARIANTS {
        assert!(rows.iter().any(|row| row.starts_with(&format!("| {} |", code.number()))), "{code:?}");
    }
}

#[test]
fn its_links_lead_somewhere() {
    let readme = file("README.md");
    for link in readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let exists = Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists();
        assert!(exists || link.starts_with("https://"), "{link}");
    }
}
