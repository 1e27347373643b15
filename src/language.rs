//! The language in which a person is spoken to: chosen once at the start, for everything that this process says.
//!
//! What scripts read (JSON, codes, names, the exposition for Prometheus) and the log stay English.

use std::ffi::{OsStr, OsString};
use std::sync::OnceLock;

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::named::{Named, unknown};

/// The variables of the locale, the most pressing first (POSIX, "Environment Variables").
const LOCALE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// The language of a sentence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(parse_err_fn = unknown::<Language>, parse_err_ty = crate::named::Unknown)]
pub enum Language {
    /// English.
    #[default]
    #[strum(serialize = "en")]
    English,
    /// Spanish, as written in Costa Rica: usted, the law's own nouns.
    #[strum(serialize = "es")]
    Spanish,
}

impl Named for Language {
    const WHAT: &'static str = "a language";
}

impl Language {
    /// The language of the locale that these variables set. English is what every other locale reads.
    pub fn of_locale(variables: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = LOCALE.iter().find_map(|name| variables(name).filter(|value| !value.is_empty()));
        match set {
            Some(locale) if is_spanish(&locale) => Language::Spanish,
            _ => Language::English,
        }
    }
}

/// `es`, `es_CR.UTF-8`, `es-419`; not `eso` or `est_EE`.
fn is_spanish(locale: &OsStr) -> bool {
    let locale = locale.to_string_lossy();
    locale.split(['_', '.', '-', '@']).next().is_some_and(|language| language.eq_ignore_ascii_case("es"))
}

/// The choice of this process.
static READER: OnceLock<Language> = OnceLock::new();

/// Fixes the language of this process. The first choice stands.
pub fn speak(language: Language) {
    let _ = READER.set(language);
}

/// The language of the person who reads what this process says; English until [`speak`] chose.
pub fn reader() -> Language {
    READER.get().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_read(locale: &[(&str, &str)], language: Language) {
        let variables = |name: &str| locale.iter().find(|(it, _)| *it == name).map(|(_, value)| value.into());
        assert_eq!(Language::of_locale(variables), language, "{locale:?}");
    }

    #[test]
    fn the_locale_says_the_language() {
        is_read(&[], Language::English);
        is_read(&[("LANG", "es_CR.UTF-8")], Language::Spanish);
        is_read(&[("LANG", "es")], Language::Spanish);
        is_read(&[("LANG", "ES-419")], Language::Spanish);
        is_read(&[("LANG", "est_EE.UTF-8")], Language::English);
        is_read(&[("LANG", "C.UTF-8")], Language::English);
    }

    #[test]
    fn the_most_pressing_variable_that_says_something_counts() {
        is_read(&[("LANG", "es_CR.UTF-8"), ("LC_MESSAGES", "en_US.UTF-8")], Language::English);
        is_read(&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "es_CR")], Language::Spanish);
        is_read(&[("LANG", "es_CR.UTF-8"), ("LC_ALL", "C")], Language::English);
        is_read(&[("LANG", "es_CR.UTF-8"), ("LC_ALL", "")], Language::Spanish);
    }
}
