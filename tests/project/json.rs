//! `--json` is obeyed or refused by every command: one JSON object on standard output, and nothing else.

use clap::{Command, CommandFactory};
use cr_einvoice::cli::Cli;
use serde_json::Value;

use crate::common::{Setup, invoice};

/// Every command that can be typed, by its words: also one that has others below it where it works without them.
fn commands(command: &Command, path: &str, found: &mut Vec<String>) {
    let below: Vec<&Command> = command.get_subcommands().filter(|child| child.get_name() != "help").collect();
    if !path.is_empty() && (below.is_empty() || !command.is_subcommand_required_set()) {
        found.push(path.to_owned());
    }
    for child in below {
        commands(child, format!("{path} {}", child.get_name()).trim_start(), found);
    }
}

/// What is typed after the words of a command, once for each way of it; none where it does not do without.
fn arguments<'c>(command: &str, clave: &'c str) -> Option<Vec<Vec<&'c str>>> {
    Some(match command {
        "sign" | "submit" | "poll" | "run" | "retry run" | "numbering" | "deadlines" | "demo" | "simulator"
        | "retry list" | "list" | "status" | "deliver" | "deliveries" | "stats" => vec![vec![]],
        "init" => vec![vec!["another"], vec!["another"]],
        "import" | "validate" => vec![vec!["one.xml"], vec!["missing.xml"]],
        "generate" => {
            vec![vec!["--print-schema"], vec!["--template", "FE"], vec!["--of", clave, "--kind", "NC"], vec![]]
        }
        "generate mensaje" => vec![vec!["--accept", "one.xml"]],
        "numbering start" => vec![vec!["FE", "900", "--dry-run"]],
        "codes" => vec![vec!["units", "kilo"], vec![]],
        "discard" => vec![vec![clave, "--reason", "de prueba"]],
        "retry now" => vec![vec!["--all"], vec!["1"], vec![]],
        "retry cancel" => vec![vec!["1"]],
        "responses list" => vec![vec![], vec!["NONSENSE"]],
        "responses show" => vec![vec!["1"], vec!["1", "--xml"], vec!["1", "--raw"], vec![clave], vec!["99"]],
        "responses export" => vec![vec![], vec!["-o", "r.csv"], vec!["--format", "xml", "-o", "out"]],
        "show" => vec![vec![clave], vec![clave, "--xml"], vec!["abc"]],
        "verify" => vec![vec![clave], vec!["one.xml"], vec!["--events"]],
        "doctor" => vec![vec!["--offline"]],
        "cleanup responses" | "cleanup queue" => vec![vec![], vec!["--dry-run"]],
        "backup" => vec![vec!["copy.db"]],
        "restore" => vec![vec!["missing.db", "--offline"]],
        "completions" => vec![vec!["bash"]],
        _ => return None,
    })
}

#[test]
fn every_command_obeys_json_or_refuses_it() {
    let installation = Setup::default().setting("request_timeout", 30).build();
    let clave = installation.one_submitted();
    installation.run(&["poll"]).exits(0);
    installation.write("one.xml", invoice(7).xml.as_bytes());
    let mut all = Vec::new();
    commands(&Cli::command(), "", &mut all);
    assert!(all.len() > 25, "{all:?}");
    let mut refused = Vec::new();
    for command in all {
        let ways = arguments(&command, &clave).unwrap_or_else(|| panic!("how is `{command}` typed? add it here"));
        for way in ways {
            let line: Vec<&str> = command.split(' ').chain(way).chain(["--json"]).collect();
            let ran = installation.run(&line);
            let value: Value = serde_json::from_str(&ran.stdout)
                .unwrap_or_else(|error| panic!("{line:?} printed no JSON value alone: {error}: {ran:?}"));
            assert!(value.is_object(), "{line:?}: {value:#}");
            if value["error"]["help"] == "leave --json out" {
                assert_eq!(ran.code, Some(2), "{line:?}");
                refused.push(line[..line.len() - 1].join(" ").replace(&clave, "CLAVE"));
            }
        }
    }
    refused.sort();
    assert_eq!(
        refused,
        [
            "completions bash",
            "demo",
            "generate --template FE",
            "responses export",
            "responses show 1 --raw",
            "responses show 1 --xml",
            "show CLAVE --xml",
            "simulator",
        ],
        "whatever else prints bytes says so"
    );
}
