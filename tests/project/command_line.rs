//! Command lines that we show somewhere: the parser must take every one.

use clap::Parser;
use cr_einvoice::cli::Cli;

/// Checks each call of the program in a line of shell or of a unit, and says how many there are.
pub fn check(line: &str) -> usize {
    let (line, _comment) = line.split_once(" #").unwrap_or((line, ""));
    let calls = line.split(['|', ';', '<', '>', '&']).filter_map(call);
    calls.map(|words| assert!(is_taken(&words), "the parser refuses: {}", words.join(" "))).count()
}

/// The words from the program's name on, whatever starts it: a shell, sudo, systemd.
fn call(command: &str) -> Option<Vec<&str>> {
    let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches(['\'', '"'])).collect();
    // The last one: `sudo -u cr-einvoice cr-einvoice …` names the user first.
    if ["install", "cp"].contains(words.first()?) {
        return None; // the program is what is copied
    }
    let names = ["cr-einvoice", "/usr/bin/cr-einvoice", "cr-einvoice-manage"];
    let program = words.iter().rposition(|word| names.contains(word))?;
    Some(words[program..].to_vec())
}

fn is_taken(words: &[&str]) -> bool {
    match Cli::try_parse_from(words) {
        Ok(_) => true,
        Err(error) => !error.use_stderr(), // --help and --version
    }
}
