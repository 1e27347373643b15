//! The command line in Spanish: the same parser, with the words of `words.rs` in the place of the English ones.
//!
//! The English help stands at the arguments themselves, as their documentation. A test walks the parser for what has no Spanish
//! words.

mod fault;
mod words;

use clap::error::ErrorKind;
use clap::{Arg, Command, CommandFactory, Error};

use super::Cli;
pub(crate) use fault::sentence;

/// The help of a command: what it is for, how it is called, its parts. The second line is clap's own title in Spanish.
const TEMPLATE: &str = "{before-help}{about-with-newline}
\u{1b}[1m\u{1b}[4mUso:\u{1b}[0m {usage}

{all-args}{after-help}";

/// What this process's command line is refused with, or answered with where it asks for help, in Spanish; none where it is
/// understood.
pub(crate) fn refused_in_spanish() -> Option<Error> {
    in_spanish(Cli::command()).try_get_matches().err()
}

/// Whether it is the help, although nobody asked for it: a command alone that needs another.
pub(crate) fn is_help(error: &Error) -> bool {
    error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

/// The parser with all its words in Spanish. It takes what the English one takes.
pub fn in_spanish(mut parser: Command) -> Command {
    // Only a built parser has the arguments that clap adds (--help, --version, `help`) and the global ones everywhere.
    parser.build();
    command_in_spanish(parser, "")
}

/// `path` is what stands between the program's name and this command's words: empty, `retry`, `retry now`.
fn command_in_spanish(command: Command, path: &str) -> Command {
    let about = words::about(path).map(str::to_owned);
    let english = command.get_about().map(ToString::to_string);
    let command = command.mut_args(|argument| argument_in_spanish(argument, path));
    let usage = usage_in_spanish(&command);
    let command = command
        .about(about.or(english).unwrap_or_default())
        .long_about(None::<&str>)
        .help_template(TEMPLATE)
        .override_usage(usage)
        .subcommand_help_heading("Comandos");
    command.mut_subcommands(|child| {
        let below = format!("{path} {}", child.get_name());
        command_in_spanish(child, below.trim_start())
    })
}

fn argument_in_spanish(argument: Arg, path: &str) -> Arg {
    let key = key(&argument);
    let heading = match (argument.get_help_heading(), argument.is_positional()) {
        (Some(heading), _) => words::heading(heading),
        (None, true) => "Argumentos",
        (None, false) => "Opciones",
    };
    let english = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let (short, long) = help(&argument, path, words::help(path, &key).unwrap_or(&english));
    let value_name = value_name(&argument);
    let argument = argument.help_heading(heading).hide_default_value(true).hide_possible_values(true);
    let argument = argument.help(short).long_help(long);
    match value_name {
        Some(name) => argument.value_name(name),
        None => argument,
    }
}

/// The Spanish name of its value, where it takes one and the English name is another.
fn value_name(argument: &Arg) -> Option<&'static str> {
    if !argument.get_action().takes_values() {
        return None;
    }
    let english = match argument.get_value_names() {
        Some(names) => names.first()?.to_string(),
        None => argument.get_id().as_str().to_uppercase(),
    };
    words::value_name(&english)
}

/// The help, short and long: the words, then the values that can be chosen and the one that counts without the option.
fn help(argument: &Arg, path: &str, words: &str) -> (String, String) {
    let mut short = words.to_owned();
    let mut long = words.to_owned();
    if !argument.get_action().takes_values() {
        return (short, long);
    }
    let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !defaults.is_empty() {
        let said = format!(" [por omisión: {}]", defaults.join(" "));
        short.push_str(&said);
        long.push_str(&said);
    }
    let values: Vec<_> = argument
        .get_possible_values()
        .into_iter()
        .filter(|value| !value.is_hide_set())
        .map(|it| it.get_name().to_owned())
        .collect();
    if !values.is_empty() {
        short.push_str(&format!(" [valores: {}]", values.join(", ")));
        long.push_str("\n\nValores:");
        for value in values {
            let meaning = words::value(path, &key(argument), &value).map(|it| format!(": {it}")).unwrap_or_default();
            long.push_str(&format!("\n- {value}{meaning}"));
        }
    }
    (short, long)
}

/// How the table names an argument: `--dry-run`, or `<paths>` after the id of one that has no name.
fn key(argument: &Arg) -> String {
    argument.get_long().map(|long| format!("--{long}")).unwrap_or_else(|| format!("<{}>", argument.get_id()))
}

/// clap's usage line, whose two own words are English.
fn usage_in_spanish(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    usage.replace("[OPTIONS]", "[OPCIONES]").replace("<COMMAND>", "<COMANDO>").replace("[COMMAND]", "[COMANDO]")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What the parser has: the keys of its commands, arguments and value names.
    fn walk(command: &Command, path: &str, seen: &mut impl FnMut(&Command, &str, Option<&Arg>)) {
        seen(command, path, None);
        command.get_arguments().for_each(|argument| seen(command, path, Some(argument)));
        for child in command.get_subcommands().filter(|child| child.get_name() != "help") {
            walk(child, format!("{path} {}", child.get_name()).trim_start(), seen);
        }
    }

    fn built() -> Command {
        let mut parser = Cli::command();
        parser.build();
        parser
    }

    #[test]
    fn every_command_argument_and_value_has_its_spanish_words() {
        let mut missing = BTreeSet::new();
        walk(&built(), "", &mut |_, path, argument| match argument {
            None if words::about(path).is_none() => drop(missing.insert(path.to_owned())),
            None => {}
            Some(argument) => {
                let key = key(argument);
                if words::help(path, &key).is_none() {
                    missing.insert(format!("{path} {key}"));
                }
                let documented = argument.get_possible_values().into_iter().filter(|value| value.get_help().is_some());
                for value in documented.filter(|it| words::value(path, &key, it.get_name()).is_none()) {
                    missing.insert(format!("{path} {key}={}", value.get_name()));
                }
            }
        });
        assert!(missing.is_empty(), "without Spanish words in cli/spanish/words.rs: {missing:#?}");
    }

    #[test]
    fn no_word_is_about_something_that_the_parser_has_not() {
        let (mut commands, mut arguments) = (BTreeSet::new(), BTreeSet::new());
        walk(&built(), "", &mut |_, path, argument| {
            commands.insert(path.to_owned());
            arguments.extend(argument.map(|argument| format!("{path} {}", key(argument)).trim_start().to_owned()));
            arguments.extend(argument.map(key));
        });
        let idle: Vec<_> = words::keys()
            .filter(|key| match key.split_once('=') {
                Some((argument, _)) => !arguments.contains(argument),
                None => !commands.contains(*key) && !arguments.contains(*key),
            })
            .collect();
        assert!(idle.is_empty(), "{idle:#?}");
    }

    #[test]
    fn the_help_speaks_spanish_only() {
        for path in
            [&["--help"][..], &["sign", "--help"], &["retry", "now", "-h"], &["help", "list"], &["generate", "-h"]]
        {
            let line = [&["cr-einvoice"][..], path].concat();
            let help = in_spanish(Cli::command()).try_get_matches_from(line).unwrap_err().to_string();
            assert!(help.contains("Uso: cr-einvoice"), "{help}");
            for word in [
                "Usage",
                "Options:",
                "Commands:",
                "Arguments:",
                "[OPTIONS]",
                "COMMAND",
                "default",
                "possible",
                "Print ",
            ] {
                assert!(!help.contains(word), "{word} in {help}");
            }
        }
    }

    #[test]
    fn the_spanish_parser_takes_what_the_english_one_takes() {
        let line = ["cr-einvoice", "--company", "acme", "list", "--state", "draft", "--limit", "3", "--json"];
        let spanish = in_spanish(Cli::command()).try_get_matches_from(line).unwrap();
        assert_eq!(spanish.subcommand_name(), Some("list"));
    }
}
