//! The names that README, man pages and examples tell people to use are those that the program has: metrics, options,
//! commands, keys of the configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::CommandFactory;
use cr_einvoice::cli::Cli;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cr-einvoice");

/// Every text for people, by its path: the README, what the manual adds to the parser's words, the examples.
fn texts() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<PathBuf> = vec![root.join("README.md"), root.join("man/sections.toml")];
    let mut folders = vec![root.join("examples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { &mut folders } else { &mut paths }.push(path);
        }
    }
    let named = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path.strip_prefix(root).unwrap().display().to_string(), text)
    };
    paths.into_iter().map(named).collect()
}

/// What stands between backquotes, on one line or broken over two.
fn quoted(text: &str) -> Vec<String> {
    let prose: String = text.split("```").step_by(2).collect();
    let spans = prose.split('`').skip(1).step_by(2);
    spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The words of a text that are made of these characters.
fn words(text: &str, belongs: impl Fn(char) -> bool) -> BTreeSet<&str> {
    text.split(|character: char| !belongs(character)).filter(|word| !word.is_empty()).collect()
}

fn is_snake(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_'
}

/// What the program prints in a folder with a fresh configuration.
fn printed(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let ran = Command::new(PROGRAM).args(arguments).env_clear().current_dir(folder.path()).output().unwrap();
        assert!(ran.status.success(), "{arguments:?}: {ran:?}");
        String::from_utf8(ran.stdout).unwrap()
    };
    run(&["init"]);
    run(arguments)
}

fn metrics() -> BTreeSet<String> {
    let text = printed(&["stats", "--prometheus"]);
    text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next().map(str::to_owned)).collect()
}

#[test]
fn every_metric_that_is_named_is_written_and_every_one_is_described() {
    let written = metrics();
    assert!(written.len() > 5, "{written:?}");
    for (path, text) in texts() {
        for word in words(&text, is_snake).into_iter().filter(|word| word.starts_with("cr_einvoice_")) {
            assert!(written.contains(word), "{path}: the program writes no metric {word}");
        }
    }
    let manual = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("man/cr-einvoice-stats.1")).unwrap();
    for metric in &written {
        assert!(manual.contains(metric.as_str()), "man/sections.toml, cr-einvoice-stats: {metric} is not there");
    }
}

/// Commands by the words that lead to them, `retry now`, and their long options with those of the program itself.
fn commands() -> BTreeMap<String, BTreeSet<String>> {
    fn collect(command: &clap::Command, name: &str, found: &mut BTreeMap<String, BTreeSet<String>>) {
        let options = command.get_arguments().filter_map(|argument| argument.get_long()).map(str::to_owned);
        found.insert(name.to_owned(), options.chain(["help".to_owned()]).collect());
        for below in command.get_subcommands() {
            collect(below, format!("{name} {}", below.get_name()).trim(), found);
        }
    }
    let mut program = Cli::command();
    program.build();
    let mut found = BTreeMap::new();
    collect(&program, "", &mut found);
    found
}

/// Holds `run --metrics FILE`, `cr-einvoice retry now`, `--dry-run` against the parser.
fn is_real(span: &str, commands: &BTreeMap<String, BTreeSet<String>>) -> bool {
    let own = span.strip_prefix("cr-einvoice ");
    let words: Vec<&str> = own.unwrap_or(span).split(' ').collect();
    let first = words.iter().find(|word| !word.starts_with('-')).copied().unwrap_or_default();
    let begins_with_command = commands.contains_key(first);
    if own.is_none() && !begins_with_command && !span.starts_with("--") {
        return true; // of another program, or no command line at all
    }
    let mut name = String::new();
    for word in words.iter().filter(|word| !word.starts_with('-')) {
        let longer = format!("{name} {word}").trim().to_owned();
        if commands.contains_key(&longer) {
            name = longer;
        }
    }
    let has_known_command = !name.is_empty() || first.is_empty() || first.contains(|it: char| !it.is_ascii_lowercase());
    let options =
        words.iter().filter_map(|word| word.strip_prefix("--")).map(|word| word.split('=').next().unwrap_or(word));
    let of_any = |option: &str| commands.values().any(|known| known.contains(option));
    let known = |option: &str| match name.as_str() {
        "" => of_any(option),
        name => commands[name].contains(option) || commands[""].contains(option),
    };
    (own.is_none() || has_known_command) && options.into_iter().all(known)
}

#[test]
fn every_command_and_option_that_is_named_exists() {
    let commands = commands();
    let mut spans = 0;
    for (path, text) in texts() {
        for span in quoted(&text) {
            spans += usize::from(span.contains("cr-einvoice ") || span.contains("--"));
            assert!(is_real(&span, &commands), "{path}: the program does not know `{span}`");
        }
    }
    assert!(spans > 20, "{spans}");
    for wrong in ["cr-einvoice pol", "--no-such", "run --keep 7", "cr-einvoice retry now --from X"] {
        assert!(!is_real(wrong, &commands), "{wrong}");
    }
}

/// The example has every key: the configuration's own test holds it to that.
fn keys() -> BTreeSet<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cr-einvoice.toml")).unwrap();
    let key = |line: &str| {
        let line = line.trim_start_matches(['#', ' ']);
        let (key, _) = line.split_once(" = ")?;
        key.chars().all(is_snake).then(|| key.to_owned())
    };
    text.lines().filter_map(key).collect()
}

#[test]
fn every_key_that_is_named_is_one_of_the_configuration_or_of_an_input_or_a_kind_of_notice() {
    let (keys, metrics, input) = (keys(), metrics(), printed(&["generate", "--print-schema"]));
    // The kinds of notices are a list of the schema, which another test holds equal to the program's.
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.sql")).unwrap();
    assert!(keys.contains("auto_sign") && keys.contains("request_timeout"), "{keys:?}");
    for (path, text) in texts() {
        for span in quoted(&text) {
            let name = span.split_once(" = ").map_or(span.as_str(), |(key, _)| key);
            if !name.contains('_') || !name.chars().all(is_snake) {
                continue;
            }
            let is_notice = schema.contains(&format!("'{name}'"));
            let is_key = keys.contains(name) || input.contains(&format!("\"{name}\""));
            let known = is_key || metrics.contains(name) || is_notice;
            assert!(known, "{path}: nothing is called `{name}`");
        }
    }
}
