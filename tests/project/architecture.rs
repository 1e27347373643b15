//! The boundaries of the source, held by reading it: which folder may use which library, what stands above what, and that
//! the schema's lists are the program's.

use std::fs;
use std::path::Path;

use cr_einvoice::document::{Kind, Supply, TaxClass};
use cr_einvoice::hacienda::Environment;
use cr_einvoice::lifecycle::{Operation, State};
use cr_einvoice::named::names;
use cr_einvoice::retry::Category;
use cr_einvoice::store::{EntryState, MessageType};

use crate::source::{circles, imports, is_used, modules};

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
    ("unicode_width", &["output/"]),
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
    // Files that a user names are found and read by `intake`, within its limits; the others read files of their own: the
    // configuration with what it names, and the system's.
    ("fs::read_dir", &["intake/", "new_file.rs"]),
    ("fs::read", &["notice/email.rs"]),
    ("read_to_string", &["actor.rs", "catalogue/cabys.rs", "config/mod.rs", "output/generated.rs"]),
    ("read_to_end", &["intake/read.rs", "config/secret_source.rs", "subprocess.rs", "store/marks/"]),
    ("File::open", &["store/"]),
    ("p12_keystore", &["signature/"]),
    ("rcgen", &["signature/rehearsal.rs"]),
    ("zstd", &["store/"]),
    ("nix::", &["store/", "actor.rs", "new_file.rs"]),
    ("rustix::process", &["actor.rs", "subprocess.rs", "doctor/", "store/"]),
    ("unsafe", &[]),
];

/// What stands above what: a module uses only the floors below its own. The words of the product go up, from what a
/// document is to what a person types.
const FLOORS: &[&[&str]] = &[
    &["main"],
    &["commands"],
    &["output"],
    &["cli", "doctor"],
    &["intake", "init"],
    &["pipeline"],
    &["error"],
    &["store"],
    &["notice", "generate"],
    &["config", "simulator"],
    &["deadlines", "validation", "hacienda"],
    &["catalogue", "signature", "subprocess"],
    &["cause"],
    &["document"],
    &["language", "lifecycle", "new_file", "retry", "xml"],
    &["actor", "clock", "ending", "named", "secret", "sha256"],
];

/// Modules that may import each other, since one grammar is written down in them.
const GRAMMARS: &[&[&str]] = &[
    // A value of the input may be a table, whose words may stand for further tables.
    &["generate/natural", "generate/party", "generate/read"],
    // A tag is read by the scanner that found it.
    &["xml/scanner", "xml/tag"],
];

/// The most lines of a file, without its tests.
const LONGEST: usize = 400;

#[test]
fn each_library_stays_in_its_folder() {
    let mut breaches = Vec::new();
    for module in modules() {
        for (word, allowed) in BOUNDARIES {
            let stands_in =
                |place: &str| module.file == place || place.ends_with('/') && module.file.starts_with(place);
            if is_used(&module.code, word) && !allowed.iter().any(|place| stands_in(place)) {
                breaches.push(format!("{} uses {word}", module.file));
            }
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[test]
fn every_module_uses_only_what_is_below_it() {
    let floor = |module: &str| {
        let room = module.split('/').next().unwrap_or_default();
        FLOORS.iter().rev().position(|rooms| rooms.contains(&room)).unwrap_or_else(|| panic!("{room} has no floor"))
    };
    let mut breaches = Vec::new();
    for (module, others) in imports(&modules()).iter().filter(|(module, _)| *module != "lib") {
        let room = |module: &str| module.split('/').next().unwrap_or_default().to_owned();
        let above = others.iter().filter(|other| room(other) != room(module) && floor(other) >= floor(module));
        breaches.extend(above.map(|other| format!("{module} uses {other}")));
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[test]
fn no_modules_import_each_other_but_those_of_one_grammar() {
    // A folder's own file hands on what its files have, and they take from it what all of them share.
    let modules = modules();
    let folders: Vec<&str> =
        modules.iter().filter(|it| it.file.ends_with("/mod.rs")).map(|it| it.name.as_str()).collect();
    let mut imports = imports(&modules);
    for (module, others) in &mut imports {
        others.retain(|other| !(folders.contains(&other.as_str()) && module.starts_with(&format!("{other}/"))));
    }
    let mut circles = circles(&imports);
    for grammar in GRAMMARS {
        let grammar = grammar.iter().map(|module| (*module).to_owned()).collect();
        circles.retain(|circle| *circle != grammar);
    }
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn a_file_is_short_enough_to_be_read() {
    let long: Vec<String> = modules()
        .iter()
        .filter(|module| module.lines > LONGEST)
        .map(|module| format!("{} has {} lines", module.file, module.lines))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

/// Rooms that make no sentences: what they find is data, and `output/words` has the words.
const WORDLESS: &[&str] = &["cause", "pipeline", "notice"];

/// Text in quotes that reads like a sentence: three words or more in a row.
fn sentences(code: &str) -> Vec<String> {
    let literals = code.split('"').skip(1).step_by(2);
    let reads_like_one = |literal: &&str| {
        let word = |word: &&str| word.len() > 1 && word.chars().all(|it| it.is_lowercase() || ".,;:'".contains(it));
        literal.split(' ').collect::<Vec<_>>().windows(3).any(|words| words.iter().all(word))
    };
    literals.filter(reads_like_one).map(str::to_owned).collect()
}

#[test]
fn sentences_for_people_are_made_in_one_place() {
    let mut found = Vec::new();
    for module in modules().iter().filter(|it| WORDLESS.contains(&it.name.split('/').next().unwrap_or_default())) {
        // The log is English and no person's result; `WHAT` is a part of clap's words.
        let silent = |text: &str, begins: &str, ends: &str| {
            let mut pieces = text.split(begins);
            let first = pieces.next().unwrap_or_default().to_owned();
            pieces.fold(first, |kept, piece| kept + piece.split_once(ends).map_or("", |(_, rest)| rest))
        };
        let spoken = silent(&silent(&module.code, "log::", ");\n"), "const WHAT", ";\n");
        found.extend(sentences(&spoken).into_iter().map(|sentence| format!("{}: {sentence}", module.file)));
    }
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(sentences(r#"f("the service failed again", "a b", "SELECT id")"#), ["the service failed again"]);
}

/// The columns for people are written from closed types alone: no function of the store takes their text.
#[test]
fn what_is_kept_for_people_is_data() {
    let modules = modules();
    let mut found = Vec::new();
    for module in modules.iter().filter(|it| it.name.starts_with("store/")) {
        for name in ["message", "detail", "reason", "last_error", "description", "signature"] {
            for text in ["&str", "&'a str", "Option<&str>", "Option<&'a str>", "Option<String>"] {
                let written = format!("{name}: {text}");
                let begins = module.code.match_indices(&written).map(|(at, _)| &module.code[..at]);
                if begins.clone().any(|before| !before.ends_with("let ") && !before.ends_with('_')) {
                    found.push(format!("{}: {written}", module.file));
                }
            }
        }
    }
    // The chain of events hashes the text as it stands in the column; a contested number shows Hacienda's own words.
    let others = ["store/events.rs: detail: &'a str", "store/numbering.rs: message: Option<String>"];
    found.retain(|place| !others.contains(&place.as_str()));
    assert!(found.is_empty(), "{found:#?}");
    let written = modules.iter().filter(|it| it.name.starts_with("store/") && it.code.contains(".to_text()")).count();
    assert!(written >= 2, "the store writes through the closed types");
}

/// The values of the `CHECK` of a column in a table.
fn allowed_by_schema(table: &str, column: &str) -> Vec<String> {
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.sql")).unwrap();
    let start = schema.find(&format!("CREATE TABLE {table} (")).unwrap_or_else(|| panic!("no table {table}"));
    let definition = &schema[start..start + schema[start..].find(") STRICT").unwrap()];
    // One list, an OR of comparisons, or a table of what each value asks for.
    let one_list = |text: &str| text[text.find('(').unwrap() + 1..text.find(')').unwrap()].replace(',', " ");
    let comparisons = |text: &str| text[..text.find(")").unwrap()].replace(&format!("{column} ="), " ");
    let of_table = |text: &str| {
        let branches = text[..text.find("END").unwrap()].split("WHEN").skip(1);
        branches.map(|branch| branch.split_whitespace().next().unwrap().to_owned() + " ").collect::<String>()
    };
    let after = |words: &str| definition.split_once(words).map(|(_, rest)| rest);
    let values = after(&format!("({column} IN"))
        .map(one_list)
        .or_else(|| after(&format!("CHECK ({column} =")).map(comparisons))
        .or_else(|| after(&format!("CASE {column}")).map(of_table))
        .unwrap_or_else(|| panic!("no list for {table}.{column}"));
    let values = values.split_whitespace().filter(|word| *word != "OR");
    values.map(|value| value.trim_matches('\'').to_owned()).collect()
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
        ("tax_rows", "class", names::<TaxClass>()),
        ("tax_rows", "supply", names::<Supply>()),
    ] {
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        if (table, column) == ("documents", "state") && !names.contains(&"discarded".to_owned()) {
            // The schema has it ahead of the program, for a CHECK cannot be changed without copying the table.
            names.push("discarded".to_owned());
        }
        assert_eq!(sorted(allowed_by_schema(table, column)), sorted(names), "{table}.{column}");
    }
}
