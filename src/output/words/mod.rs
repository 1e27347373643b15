//! Words for people: the only place where a cause, an event, a remark or a notice becomes a sentence.
//!
//! One table a language, each an exhaustive match over the closed types: a new kind without its sentence does not compile.
//! What stays in one language is the log, JSON's names and the words of the libraries and of Hacienda.

pub(super) mod en;

use crate::cause::{Cause, Detail, Remark, SignatureCheck, SignatureFault, Transport};
use crate::deadlines::LegalRule;
use crate::document::Kind;
use crate::intake::ImportNote;
use crate::notice::{NoticeFault, NoticeKind, Told};
use crate::pipeline::{Fate, Note};
use crate::signature::Found;
use crate::store::Held;

/// The language of a sentence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    #[default]
    English,
}

/// What can be said to a person.
pub(crate) trait InWords {
    /// The sentence, or the part of one.
    fn in_words(&self, language: Language) -> String;
}

/// Takes the sentence of a type from the table of its language.
macro_rules! said_by {
    ($type:ty, $sentence:ident) => {
        impl InWords for $type {
            fn in_words(&self, language: Language) -> String {
                match language {
                    Language::English => en::$sentence(self),
                }
            }
        }
    };
}

said_by!(Cause, cause);
said_by!(Remark, remark);
said_by!(SignatureCheck, signature_check);
said_by!(SignatureFault, signature_fault);
said_by!(Found, found);
said_by!(Detail, detail);
said_by!(Note, note);
said_by!(ImportNote, import_note);
said_by!(Transport, transport);
said_by!(Told, told);
said_by!(NoticeKind, headline);
said_by!(NoticeFault, notice_fault);
said_by!(LegalRule, duty);
said_by!(Held, held);

/// The command that has entries of the queue tried at once.
pub(super) fn try_now(language: Language, count: u64, command: &str) -> String {
    match language {
        Language::English => en::try_now(count, command),
    }
}

/// What a run did not come to.
pub(super) fn remaining(language: Language, count: u64, interrupted: bool) -> String {
    match language {
        Language::English => en::remaining(count, interrupted),
    }
}

/// The words before company, consecutivo, clave, receiver and time in a mail.
pub(super) fn mail_labels(language: Language) -> [&'static str; 5] {
    match language {
        Language::English => en::LABELS,
    }
}

/// What became of a document of this kind and clave that a person wanted to end.
pub(super) fn fate(fate: Fate, kind: Kind, clave: &str, dry_run: bool, language: Language) -> String {
    match language {
        Language::English => en::fate(fate, kind, clave, dry_run),
    }
}

/// What is said of an ended document that came with its signature.
pub(super) fn came_signed(language: Language) -> &'static str {
    match language {
        Language::English => en::came_signed(),
    }
}

/// An amount for people: thousands apart, two decimals at least, no needless zeros beyond.
pub(super) fn money(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut grouped = String::new();
    for (position, digit) in whole.chars().enumerate() {
        let left = whole.len() - position;
        if position > 0 && left % 3 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if grouped.is_empty() {
        grouped.push('0');
    }
    format!("{grouped}.{fraction:0<2}")
}

/// `1 document`, `2 documents`.
pub(super) fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cause::testing::{causes, details, remarks, signature_checks};
    use crate::cli::Cli;
    use crate::named::Named;
    use crate::notice;

    /// A sentence says something, and leaves no place of its form unfilled.
    #[track_caller]
    fn is_a_sentence(value: &(impl InWords + std::fmt::Debug)) {
        let sentence = value.in_words(Language::English);
        assert!(!sentence.trim().is_empty(), "{value:?}");
        assert!(!sentence.contains(['{', '}']) && !sentence.contains("  "), "{sentence}");
    }

    #[test]
    fn every_kind_has_a_sentence() {
        causes("§").iter().for_each(is_a_sentence);
        remarks("§").iter().for_each(is_a_sentence);
        signature_checks("§").iter().for_each(is_a_sentence);
        details("§").iter().for_each(is_a_sentence);
        Note::examples().iter().for_each(is_a_sentence);
        notice::tests::facts().into_iter().map(Told::Fact).for_each(|told| is_a_sentence(&told));
        notice::tests::faults("§").iter().for_each(is_a_sentence);
        NoticeKind::ALL.iter().for_each(is_a_sentence);
        LegalRule::ALL.iter().for_each(is_a_sentence);
    }

    /// Advice names a command that works.
    #[test]
    fn every_command_that_a_sentence_names_can_be_typed() {
        let english = |value: &dyn InWords| value.in_words(Language::English);
        let mut sentences: Vec<String> = causes("§").iter().map(|it| english(it)).collect();
        sentences.extend(details("§").iter().map(|it| english(it)));
        sentences.extend(notice::tests::facts().into_iter().map(|fact| english(&Told::Fact(fact))));
        let mut commands = 0;
        for sentence in &sentences {
            for command in sentence.split('`').skip(1).step_by(2).filter(|text| text.starts_with("cr-einvoice ")) {
                let typed = Cli::try_parse_from(command.split(' '));
                // The one word that is missing is said after it.
                let told = sentence.contains(&format!("{command}` with its clave"));
                assert!(told || typed.is_ok() && command != "cr-einvoice retry now", "{sentence}");
                commands += 1;
            }
        }
        assert!(commands > 9, "{commands}");
    }

    #[test]
    fn words_of_others_stay_to_the_letter() {
        for words in ["La firma no es válida {1}", " two  spaces "] {
            assert_eq!(Cause::Words(words.to_owned()).in_words(Language::English), words);
            assert_eq!(Detail::Words(words.to_owned()).in_words(Language::English), words);
            assert_eq!(Remark::Words(words.to_owned()).in_words(Language::English), words);
        }
    }

    #[test]
    fn amounts_are_grouped_and_lose_only_needless_zeros() {
        assert_eq!(money("135603.41550"), "135 603.4155");
        assert_eq!(money("1000"), "1 000.00");
        assert_eq!(money("999.10000"), "999.10");
        assert_eq!(money(".00"), "0.00");
        assert_eq!(money("9999999999999.99999"), "9 999 999 999 999.99999");
    }
}
