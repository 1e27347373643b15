//! Words for people: the only place where a cause, an event, a remark or a notice becomes a sentence.
//!
//! Every sentence stands here in both languages, one under the other, in exhaustive matches over the closed types: a new kind
//! without both does not compile. To correct a sentence, search for any word of it in this folder.
//! What stays in one language is the log, what scripts read (JSON has its sentences in English), and the words of libraries
//! and of Hacienda.

mod company;
mod config;
mod decision;
mod discard;
mod event;
mod import;
mod next_step;
mod notice;
mod run;
mod signature;
mod step;
mod values;

use crate::cause::{Cause, Detail, Remark, SignatureCheck, SignatureFault, Transport};
use crate::config::ConfigError;
use crate::deadlines::LegalRule;
use crate::document::Decision;
use crate::intake::ImportNote;
use crate::language::{Language, reader};
use crate::named::Unknown;
use crate::notice::{NoticeFault, NoticeKind, Told};
use crate::pipeline::{Kinship, NextStep, Note};
use crate::signature::Found;
use crate::store::Held;
pub(super) use config::config_help;
pub(super) use decision::decision_on;
pub(super) use discard::{came_signed, fate};
pub(super) use notice::labels as mail_labels;
pub(super) use run::{remaining, try_now};

/// What can be said to a person.
pub(crate) trait InWords {
    /// The sentence, or the part of one.
    fn in_words(&self, language: Language) -> String;
}

/// The one of two sentences that is in the language: English, then Spanish, with the same values in both.
macro_rules! say {
    ($language:expr, $english:literal, $spanish:literal $(,)?) => {
        match $language {
            $crate::language::Language::English => format!($english),
            $crate::language::Language::Spanish => format!($spanish),
        }
    };
}
pub(super) use say;

/// Which function here has the sentence of a type.
macro_rules! said_by {
    ($type:ty, $sentence:path) => {
        impl InWords for $type {
            fn in_words(&self, language: Language) -> String {
                $sentence(self, language)
            }
        }
    };
}

said_by!(Cause, step::cause);
said_by!(ConfigError, config::config_error);
said_by!(Unknown, config::unknown);
said_by!(Remark, event::remark);
said_by!(SignatureCheck, signature::signature_check);
said_by!(SignatureFault, signature::signature_fault);
said_by!(Found, signature::found);
said_by!(Detail, event::detail);
said_by!(Decision, decision::decision);
said_by!(Note, event::note);
said_by!(NextStep, next_step::next_step);
said_by!(Kinship, next_step::kinship);
said_by!(ImportNote, import::import_note);
said_by!(Transport, step::transport);
said_by!(Told, notice::told);
said_by!(NoticeKind, notice::headline);
said_by!(NoticeFault, notice::notice_fault);
said_by!(LegalRule, notice::duty);
said_by!(Held, run::held);

/// An amount for the person who reads this process.
pub(super) fn money(text: &str) -> String {
    values::amount(text, reader())
}

/// `1 document`, `2 documents`.
pub(super) fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use strum::VariantArray;

    use super::*;
    use crate::cause::testing::{causes, details, remarks, signature_checks};
    use crate::cli::Cli;
    use crate::named::Named;
    use crate::notice;

    /// A sentence says something, and leaves no place of its form unfilled, in each language.
    #[track_caller]
    fn is_a_sentence(value: &(impl InWords + std::fmt::Debug)) {
        for &language in Language::ALL {
            let sentence = value.in_words(language);
            assert!(!sentence.trim().is_empty(), "{value:?}");
            assert!(!sentence.contains(['{', '}']) && !sentence.contains("  "), "{sentence}");
        }
    }

    #[test]
    fn every_kind_has_a_sentence() {
        causes("§").iter().for_each(is_a_sentence);
        remarks("§").iter().for_each(is_a_sentence);
        signature_checks("§").iter().for_each(is_a_sentence);
        details("§").iter().for_each(is_a_sentence);
        Note::examples().iter().for_each(is_a_sentence);
        NextStep::examples().iter().for_each(is_a_sentence);
        Kinship::VARIANTS.iter().for_each(is_a_sentence);
        notice::tests::facts().into_iter().map(Told::Fact).for_each(|told| is_a_sentence(&told));
        notice::tests::faults("§").iter().for_each(is_a_sentence);
        NoticeKind::ALL.iter().for_each(is_a_sentence);
        LegalRule::ALL.iter().for_each(is_a_sentence);
    }

    /// Advice names a command that works.
    #[test]
    fn every_command_that_a_sentence_names_can_be_typed() {
        let mut sentences = Vec::new();
        for &language in Language::ALL {
            sentences.extend(causes("§").iter().map(|it| it.in_words(language)));
            sentences.extend(details("§").iter().map(|it| it.in_words(language)));
            let told = |fact| Told::Fact(fact).in_words(language);
            sentences.extend(notice::tests::facts().into_iter().map(told));
        }
        let mut commands = 0;
        for sentence in &sentences {
            for command in sentence.split('`').skip(1).step_by(2).filter(|text| text.starts_with("cr-einvoice ")) {
                let typed = Cli::try_parse_from(command.split(' '));
                // What is missing, and nothing else may be wrong, is said right after it.
                let lacks = |error: &clap::Error| error.kind() == clap::error::ErrorKind::MissingRequiredArgument;
                let ends = typed.as_ref().err().is_some_and(lacks) || command == "cr-einvoice retry now";
                let is_told = [" with ", " con ", " beyond ", " después "]
                    .iter()
                    .any(|word| sentence.contains(&format!("{command}`{word}")));
                assert!(if ends { is_told } else { typed.is_ok() }, "{sentence}");
                commands += 1;
            }
        }
        assert!(commands > 9, "{commands}");
    }

    #[test]
    fn words_of_others_stay_to_the_letter() {
        for words in ["La firma no es válida {1}", " two  spaces "] {
            assert_eq!(Cause::Words(words.to_owned()).in_words(Language::Spanish), words);
            assert_eq!(Detail::Words(words.to_owned()).in_words(Language::Spanish), words);
            assert_eq!(Remark::Words(words.to_owned()).in_words(Language::Spanish), words);
        }
    }
}
