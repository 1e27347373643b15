//! The manual pages in man/ say what the parser says. `UPDATE=1 cargo test --test project man` writes them anew.
//!
//! NAME to SUBCOMMANDS come from the parser; what it cannot know (files, environment, exit codes, examples) is in
//! man/sections.toml.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use cr_einvoice::cli::Cli;
use cr_einvoice::error::ExitCode;
use serde::Deserialize;
use strum::VariantArray;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/man");
const PROGRAM: &str = "cr-einvoice";

/// man/sections.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sections {
    files: Vec<Tagged>,
    environment: Vec<Tagged>,
    exit_status: Vec<Tagged>,
    /// Paragraphs after the description, by page.
    notes: BTreeMap<String, Vec<String>>,
    examples: BTreeMap<String, Vec<Tagged>>,
}

/// A word and what it means: a file, a variable, a code, a command line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tagged {
    name: String,
    text: String,
}

fn sections() -> Sections {
    toml::from_str(&fs::read_to_string(Path::new(FOLDER).join("sections.toml")).unwrap()).unwrap()
}

/// Every command that has a page, by the page's name: `cr-einvoice-retry-run`.
fn commands() -> BTreeMap<String, Command> {
    fn collect(command: &Command, into: &mut BTreeMap<String, Command>) {
        command.get_subcommands().for_each(|child| collect(child, into));
        into.insert(command.get_display_name().unwrap_or(command.get_name()).to_owned(), command.clone());
    }
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut all = BTreeMap::new();
    collect(&program, &mut all);
    all
}

/// The options of every command stand apart from a subcommand's own, and not in its synopsis.
fn with_global_options_apart(command: &Command, hidden: bool) -> Man {
    let is_program = command.get_name() == PROGRAM;
    let apart = command.clone().mut_args(|argument| {
        let is_common = argument.is_global_set() || ["help", "version"].contains(&argument.get_id().as_str());
        match is_common && !is_program {
            true => argument.help_heading("Global options").hide(hidden),
            false => argument,
        }
    });
    Man::new(apart).source(format!("{PROGRAM} {}", env!("CARGO_PKG_VERSION"))).manual(format!("{PROGRAM} manual"))
}

fn page(name: &str, command: &Command, sections: &Sections) -> String {
    let man = with_global_options_apart(command, false);
    let mut text =
        format!(".\\\" Made by `UPDATE=1 cargo test --test project man`; do not edit.\n{}", Roff::new().render());
    text.push_str(&rendered(|out| man.render_title(out)));
    text.push_str(&rendered(|out| man.render_name_section(out)));
    text.push_str(&rendered(|out| with_global_options_apart(command, true).render_synopsis_section(out)));
    text.push_str(&description(command, sections.notes.get(name).map_or(&[], Vec::as_slice)));
    text.push_str(&rendered(|out| man.render_options_section(out)));
    if command.has_subcommands() {
        text.push_str(&rendered(|out| man.render_subcommands_section(out)));
    }
    text.push_str(&tagged("FILES", &sections.files));
    text.push_str(&tagged("ENVIRONMENT", &sections.environment));
    text.push_str(&tagged("EXIT STATUS", &sections.exit_status));
    text.push_str(&tagged("EXAMPLES", sections.examples.get(name).map_or(&[], Vec::as_slice)));
    text.push_str(&see_also(name));
    text
}

/// A section without the definitions that each rendering begins with; a page has them once.
fn rendered(render: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    render(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    text.strip_prefix(&Roff::new().render()).unwrap().to_owned()
}

/// The parser's words, to which it leaves no full stop, and what there is to add.
fn description(command: &Command, notes: &[String]) -> String {
    let about = command.get_long_about().or_else(|| command.get_about()).unwrap().to_string();
    let mut roff = Roff::new();
    roff.control("SH", ["DESCRIPTION"]);
    roff.text([roman(format!("{}.", about.trim_end_matches('.')))]);
    for note in notes {
        roff.control("PP", []);
        roff.text([roman(note)]);
    }
    roff.to_roff()
}

fn tagged(title: &str, entries: &[Tagged]) -> String {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for entry in entries {
        roff.control("TP", []);
        roff.text([bold(&entry.name)]);
        roff.text([roman(&entry.text)]);
    }
    roff.to_roff()
}

/// The page of the command above; the program's own page lists the commands below it already.
fn see_also(name: &str) -> String {
    let Some((above, _)) = name.rsplit_once('-').filter(|_| name != PROGRAM) else { return String::new() };
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    roff.text([bold(above), roman("(1)")]);
    if above != PROGRAM {
        roff.control("PP", []);
        roff.text([bold(PROGRAM), roman("(1)")]);
    }
    roff.to_roff()
}

fn pages() -> BTreeMap<PathBuf, String> {
    let sections = sections();
    let file = |name: &str| Path::new(FOLDER).join(format!("{name}.1"));
    commands().iter().map(|(name, command)| (file(name), page(name, command, &sections))).collect()
}

fn stored_pages() -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "1")).collect()
}

#[test]
fn the_pages_are_those_of_the_parser() {
    let pages = pages();
    if std::env::var_os("UPDATE").is_some() {
        stored_pages().iter().filter(|path| !pages.contains_key(*path)).for_each(|path| fs::remove_file(path).unwrap());
        pages.iter().for_each(|(path, text)| fs::write(path, text).unwrap());
    }
    const HINT: &str = "write the pages anew with: UPDATE=1 cargo test --test project man";
    assert_eq!(stored_pages(), pages.keys().cloned().collect(), "{HINT}");
    for (path, text) in &pages {
        assert!(fs::read_to_string(path).unwrap() == *text, "{} is out of date; {HINT}", path.display());
    }
}

#[test]
fn every_option_and_every_exit_code_has_its_entry() {
    for (path, text) in pages() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        for option in commands()[name].get_arguments().filter_map(|argument| argument.get_long()) {
            let shown = format!("\\-\\-{}", option.replace('-', "\\-"));
            assert!(text.contains(&shown), "{name}: --{option}");
        }
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "FILES", "ENVIRONMENT", "EXAMPLES"] {
            assert!(text.contains(&format!(".SH {section}\n")), "{name}: {section}");
        }
        // A command that only has subcommands has no options but the global ones; the program has no others.
        assert!(
            ["\n.SH OPTIONS\n", "\n.SH \"GLOBAL OPTIONS\"\n"].iter().any(|it| text.contains(it)),
            "{name}: OPTIONS"
        );
        let codes = text.split(".SH \"EXIT STATUS\"").nth(1).unwrap();
        for &code in ExitCode::VARIANTS {
            assert!(codes.contains(&format!("\\fB{}\\fR\n", code.number())), "{name}: exit code {code:?}");
        }
    }
}

#[test]
fn notes_and_examples_are_of_commands_that_exist_and_every_command_has_an_example() {
    let (sections, commands) = (sections(), commands());
    for page in sections.notes.keys().chain(sections.examples.keys()) {
        assert!(commands.contains_key(page), "man/sections.toml: there is no {page}");
    }
    for page in commands.keys() {
        assert!(sections.examples.contains_key(page), "man/sections.toml: an example for {page}, please");
    }
}

#[test]
fn the_parser_takes_every_example() {
    for (page, examples) in sections().examples {
        for Tagged { name: line, .. } in examples {
            assert!(crate::command_line::check(&line) > 0, "{line}");
            let command = page.trim_start_matches(PROGRAM).replace('-', " ");
            assert!(line.contains(command.trim()), "{line} is no example of {page}");
        }
    }
}
