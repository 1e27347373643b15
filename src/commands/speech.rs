//! The language of this process, chosen before anything is said: the option, else the configuration, else the locale.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::config;
use crate::language::{self, Language};

/// Chooses the language by a command line that was understood.
pub fn speak(option: Option<Language>, config: Option<&Path>) {
    let variables = |name: &str| std::env::var_os(name);
    let chosen = option.or_else(|| config::language(config, &variables));
    language::speak(chosen.unwrap_or_else(|| Language::of_locale(variables)));
}

/// Chooses it by one that was not, or that asks for help: `--language` and `--config` are looked for among the words.
pub fn speak_by_words(arguments: impl IntoIterator<Item = OsString>) {
    let words: Vec<String> = arguments.into_iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let option = value_of(&words, "--language").and_then(|value| value.parse().ok());
    speak(option, value_of(&words, "--config").map(PathBuf::from).as_deref());
}

/// The value of an option, after a space or `=`.
fn value_of<'w>(words: &'w [String], option: &str) -> Option<&'w str> {
    words.iter().enumerate().find_map(|(position, word)| match word.strip_prefix(option)? {
        "" => words.get(position + 1).map(String::as_str),
        rest => rest.strip_prefix('='),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_found_in_both_of_its_forms() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(value_of(&words("cr-einvoice --language es sing"), "--language"), Some("es"));
        assert_eq!(value_of(&words("cr-einvoice sing --language=es"), "--language"), Some("es"));
        assert_eq!(value_of(&words("cr-einvoice --languages es"), "--language"), None);
        assert_eq!(value_of(&words("cr-einvoice sing --language"), "--language"), None);
    }
}
