//! What is stored reads back as it was, whoever wrote it, and what follows from a cause follows.

use std::collections::BTreeSet;
use std::fmt::Debug;

use proptest::prelude::*;
use strum::EnumCount;

use super::testing::{
    causes, details, reference_faults, remarks, signature_checks, signature_faults, signer_faults, structure_faults,
};
use super::*;
use crate::retry::Category;

#[track_caller]
fn reads_back<T: Stored + Debug + PartialEq>(value: &T) {
    assert_eq!(&T::of_text(&value.to_text()), value, "{}", value.to_text());
}

/// As [`reads_back`], for a value whose words are no JSON of their own.
#[track_caller]
fn all_read_back(text: &str) {
    causes(text).iter().for_each(reads_back);
    details(text).iter().for_each(reads_back);
    remarks(text).iter().for_each(reads_back);
    let data = signature_checks(text).into_iter().filter(|check| !matches!(check, SignatureCheck::Words(_)));
    data.for_each(|check| reads_back(&check));
}

proptest! {
    #[test]
    fn every_value_reads_back_whatever_its_text(text in any::<String>()) {
        all_read_back(&text);
    }

    /// Rows of earlier versions and of Hacienda stay to the letter.
    #[test]
    fn a_sentence_is_kept_to_the_letter(text in "[^\"{].*") {
        prop_assert_eq!(Cause::of_text(&text), Cause::Words(text.clone()));
        prop_assert_eq!(Cause::Words(text.clone()).to_text(), text);
    }
}

#[test]
fn words_that_look_like_a_value_stay_words() {
    for text in
        [Cause::Clock { seconds: 300 }.to_text(), "\"retry_cancelled\"".to_owned(), "{}".to_owned(), String::new()]
    {
        all_read_back(&text);
        reads_back(&Cause::Words(Cause::Words(text.clone()).to_text()));
        signature_checks(&text).iter().for_each(reads_back);
    }
}

#[test]
fn a_kind_of_a_later_version_is_words() {
    for text in [r#"{"comet":{"tail":3}}"#, r#"{"clock":{"minutes":3}}"#, r#""comet""#, "[1]", "7", "null"] {
        assert_eq!(Cause::of_text(text), Cause::Words(text.to_owned()));
        assert_eq!(Cause::of_text(text).to_text(), text);
        assert_eq!(Detail::of_text(text), Detail::Words(text.to_owned()));
    }
}

#[test]
fn a_value_is_stored_compactly_under_its_name() {
    assert_eq!(Cause::Clock { seconds: 300 }.to_text(), r#"{"clock":{"seconds":300}}"#);
    assert_eq!(Detail::RetryCancelled.to_text(), r#""retry_cancelled""#);
    assert_eq!(SignatureCheck::Valid.to_text(), "valid");
    for cause in causes("x").iter().filter(|cause| cause.words().is_none()) {
        assert!(cause.to_text().starts_with(&format!("{{\"{}\":", cause.name())), "{}", cause.to_text());
    }
}

#[test]
fn the_examples_hold_every_kind() {
    fn kinds<'a, T>(values: &'a [T]) -> usize
    where
        &'static str: From<&'a T>,
    {
        values.iter().map(<&'static str>::from).collect::<BTreeSet<_>>().len()
    }
    assert_eq!(kinds(&causes("")), Cause::COUNT);
    assert_eq!(kinds(&details("")), Detail::COUNT);
    assert_eq!(kinds(&remarks("")), Remark::COUNT);
    assert_eq!(kinds(&signature_checks("")), SignatureCheck::COUNT);
    assert_eq!(kinds(&signature_faults("")), SignatureFault::COUNT);
    assert_eq!(kinds(&structure_faults("")), StructureFault::COUNT);
    assert_eq!(kinds(&reference_faults("")), ReferenceFault::COUNT);
    assert_eq!(kinds(&signer_faults("")), SignerFault::COUNT);
}

/// Only what is no document's fault spares attempts, and only a request tells something about the service.
#[test]
fn what_follows_from_a_cause_is_consistent() {
    for cause in causes("x") {
        assert!(!cause.login_refused() || cause.spares_attempts(), "{cause:?}");
        assert_eq!(cause.from_service(), cause.stage().is_some(), "{cause:?}");
        let blames_the_document = cause.category() == Category::Validation && cause.stage().is_none();
        assert!(!blames_the_document || !cause.spares_attempts(), "{cause:?}");
        let lasting = Cause::OutageLasts { last: Box::new(cause.clone()) };
        assert!(lasting.spares_attempts());
        assert_eq!(lasting.category(), cause.category());
        assert_eq!(
            (lasting.delivery(), lasting.not_before(), lasting.from_service(), lasting.login_refused()),
            (cause.delivery(), cause.not_before(), cause.from_service(), cause.login_refused())
        );
    }
}
