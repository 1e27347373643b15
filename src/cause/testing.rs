//! One value of every kind, for the tests that say something of all of them.

use strum::VariantArray;

use super::*;
use crate::document::{DetailRow, Difference};
use crate::lifecycle::State;

/// Every cause, holding this text wherever it holds any.
pub(crate) fn causes(text: &str) -> Vec<Cause> {
    let text = || text.to_owned();
    let since = "2026-11-20T12:00:00Z".parse().unwrap();
    let answer = |stage, http_status, fault| Cause::Answer {
        stage,
        http_status,
        fault,
        words: Some(text()),
        not_before: (http_status == 429).then_some(since),
    };
    let mut causes: Vec<_> = Stage::VARIANTS
        .iter()
        .flat_map(|stage| Transport::VARIANTS.iter().map(|kind| (*stage, *kind)))
        .map(|(stage, kind)| Cause::Disturbance { stage, host: text(), kind, detail: text() })
        .collect();
    causes.extend(
        Stage::VARIANTS.iter().flat_map(|stage| answer_faults(&text()).map(|fault| answer(*stage, 429, fault))),
    );
    let bare = Cause::Answer {
        stage: Stage::Submit,
        http_status: 503,
        fault: AnswerFault::Failed,
        words: None,
        not_before: None,
    };
    causes.extend(company_faults(&text()).map(|fault| Cause::of_company(text(), fault)));
    causes.extend(signing_faults(&text()).map(Cause::Signing));
    for more in 0..3 {
        let rejection = Rejection { clave: text(), name: text(), element: text(), es: text(), en: text(), more };
        causes.push(Cause::WouldBeRejected(Box::new(rejection)));
    }
    for last in [LastWord::Status(text()), LastWord::NotFound] {
        causes.push(Cause::WindowClosed { clave: text(), hours: 24, last });
    }
    causes.extend([
        Cause::Outage { since, last: Box::new(bare.clone()) },
        Cause::OutageLasts { last: Box::new(bare.clone()) },
        bare,
        Cause::Unwritable { detail: text() },
        Cause::OtherClave { clave: None },
        Cause::OtherClave { clave: Some(text()) },
        Cause::OtherClaveInPaper { clave: text() },
        Cause::Clock { seconds: 300 },
        Cause::Clock { seconds: -300 },
        Cause::Words(text()),
    ]);
    let faults =
        [PaperFault::Missing, PaperFault::Dictionary { id: 5 }, PaperFault::Frame { detail: text() }, PaperFault::Hash];
    causes.extend(faults.map(|fault| Cause::Damaged { fault }));
    causes
}

fn answer_faults(text: &str) -> impl Iterator<Item = AnswerFault> + use<> {
    [
        AnswerFault::WebPage,
        AnswerFault::Redirect,
        AnswerFault::Empty,
        AnswerFault::Refused,
        AnswerFault::TokenRefused,
        AnswerFault::NotAllowed,
        AnswerFault::NothingThere,
        AnswerFault::GaveUpWaiting,
        AnswerFault::TooMany,
        AnswerFault::Failed,
        AnswerFault::Undocumented,
        AnswerFault::NotJson { detail: Some(text.to_owned()) },
        AnswerFault::NotJson { detail: None },
        AnswerFault::NoStatus,
        AnswerFault::Ambiguous { key: text.to_owned() },
        AnswerFault::OtherClave { clave: text.to_owned() },
        AnswerFault::NoToken,
        AnswerFault::LoginBlocked,
        AnswerFault::ClientUnknown,
        AnswerFault::CredentialsRefused,
    ]
    .into_iter()
}

/// Every way in which an address is refused.
pub(crate) fn address_faults(text: &str) -> [AddressFault; 5] {
    [
        AddressFault::NotAnAddress { detail: text.to_owned() },
        AddressFault::HoldsLogin,
        AddressFault::HoldsQuery,
        AddressFault::PlainHttp,
        AddressFault::OtherScheme { scheme: text.to_owned() },
    ]
}

fn company_faults(text: &str) -> impl Iterator<Item = CompanyFault> + use<> {
    let text = || text.to_owned();
    let day = "2026-11-20".parse().unwrap();
    let address = |fault| CompanyFault::Address { key: text(), address: text(), fault };
    let mut faults: Vec<CompanyFault> = address_faults(&text()).into_iter().map(address).collect();
    faults.extend([
        CompanyFault::NotConfigured,
        CompanyFault::ExtraRootUnreadable { path: text(), detail: text() },
        CompanyFault::ExtraRootUnusable { detail: text() },
        CompanyFault::Tls { detail: text() },
        CompanyFault::CertificateUnreadable { path: text(), detail: text() },
        CompanyFault::LoginRefused {
            since: "2026-11-20T12:00:00Z".parse().unwrap(),
            last: Box::new(Cause::Words(text())),
        },
    ]);
    for fault in [
        CertificateFault::WrongPin,
        CertificateFault::UnsupportedAlgorithm { detail: text() },
        CertificateFault::Damaged { detail: text() },
        CertificateFault::NoKey,
        CertificateFault::NoCertificate,
        CertificateFault::KeyLength { bits: 1024 },
        CertificateFault::NotYetValid { from: day },
        CertificateFault::Expired { on: day },
        CertificateFault::OtherHolder { holder: text(), ours: text() },
        CertificateFault::NoHolder,
    ] {
        faults.push(CompanyFault::Certificate { path: text(), fault });
    }
    for fault in secret_faults(&text()) {
        faults.extend([
            CompanyFault::Pin(fault.clone()),
            CompanyFault::NamedFile(fault.clone()),
            CompanyFault::Password(fault),
        ]);
    }
    faults.into_iter()
}

fn secret_faults(text: &str) -> Vec<SecretFault> {
    let text = || text.to_owned();
    let mut faults = vec![
        SecretFault::Unreadable { path: text(), detail: text() },
        SecretFault::NotAFile { path: text() },
        SecretFault::Exposed { path: text(), mode: 0o644 },
        SecretFault::EmptyFile { path: text() },
        SecretFault::EmptyVariable { name: text() },
        SecretFault::EmptyOutput { program: text() },
        SecretFault::EmptyCredential { name: text() },
        SecretFault::TooLong { path: text(), limit: 9 },
        SecretFault::NoVariable { name: text() },
        SecretFault::NoCredentials { name: text() },
    ];
    for fault in [
        CommandFault::NotStarted { detail: text() },
        CommandFault::TimedOut { seconds: 10 },
        CommandFault::Failed { status: text() },
        CommandFault::TooMuch { limit: 9 },
        CommandFault::Lost { detail: text() },
    ] {
        faults.push(SecretFault::Command { program: text(), fault });
    }
    faults
}

fn signing_faults(text: &str) -> impl Iterator<Item = SigningFault> + use<> {
    let at = "2026-11-20T12:00:00Z".parse().unwrap();
    [
        SigningFault::NotXml { line: 1, column: 2, detail: text.to_owned() },
        SigningFault::AlreadySigned,
        SigningFault::NotYetValid { from: at },
        SigningFault::Expired { at },
        SigningFault::Provider { action: text.to_owned() },
        SigningFault::SelfCheck(SignatureCheck::Fails { part: text.to_owned(), fault: SignatureFault::Unsigned }),
    ]
    .into_iter()
}

/// Every remark on an answer.
pub(crate) fn remarks(text: &str) -> Vec<Remark> {
    let row = |row, column| DetailRow { code: Some(text.to_owned()), message: text.to_owned(), row, column };
    let rows = vec![row(Some(7), Some(3)), row(None, None)];
    let difference = || Difference { element: text.to_owned(), answer: text.to_owned(), document: text.to_owned() };
    vec![
        Remark::Rows(rows.clone()),
        Remark::Differs { rows, differences: vec![difference(), difference()] },
        Remark::Differs { rows: Vec::new(), differences: vec![difference()] },
        Remark::NotFound,
        Remark::NotBase64 { detail: text.to_owned() },
        Remark::UnreadablePaper { detail: text.to_owned() },
        Remark::Failed(Cause::Clock { seconds: 300 }),
        Remark::Discarded { reason: text.to_owned() },
        Remark::Words(text.to_owned()),
    ]
}

/// Every outcome of the check of a signature.
pub(crate) fn signature_checks(text: &str) -> Vec<SignatureCheck> {
    let fails = |fault| SignatureCheck::Fails { part: text.to_owned(), fault };
    let mut checks: Vec<_> = signature_faults(text).into_iter().map(fails).collect();
    let signer = |text: Option<String>| SignatureCheck::OtherSigner { identification: text.clone(), name: text };
    checks.extend([signer(Some(text.to_owned())), signer(None)]);
    checks.extend([SignatureCheck::Valid, SignatureCheck::None, SignatureCheck::Words(text.to_owned())]);
    checks
}

/// Everything that may be wrong with a signature.
pub(crate) fn signature_faults(text: &str) -> Vec<SignatureFault> {
    let text = || text.to_owned();
    let at = "2026-11-20T12:00:00Z".parse().unwrap();
    let mut faults = vec![
        SignatureFault::NotXml { detail: text() },
        SignatureFault::NotCanonical { detail: text() },
        SignatureFault::Misplaced,
        SignatureFault::Unsigned,
        SignatureFault::TooMany { count: 9, allowed: 5 },
        SignatureFault::CoSignature { place: 2, part: Some(text()), fault: Box::new(SignatureFault::NotXades) },
        SignatureFault::CoSignature { place: 2, part: None, fault: Box::new(SignatureFault::Unsigned) },
        SignatureFault::WholeNotCovered,
        SignatureFault::DocumentNotCovered,
        SignatureFault::Algorithm { name: text() },
        SignatureFault::WeakKey { bits: 1024 },
        SignatureFault::SignedInfoChanged,
        SignatureFault::NotXades,
        SignatureFault::PropertiesNotCovered,
        SignatureFault::NoPolicy,
        SignatureFault::NotATime { text: text() },
    ];
    faults.extend([true, false].map(|by_signature| SignatureFault::Dates { at, by_signature, from: at, until: at }));
    faults.extend(structure_faults(&text()).into_iter().map(SignatureFault::from));
    faults.extend(reference_faults(&text()).into_iter().map(SignatureFault::from));
    faults.extend(signer_faults(&text()).into_iter().map(SignatureFault::from));
    faults
}

pub(crate) fn structure_faults(text: &str) -> Vec<StructureFault> {
    let text = || text.to_owned();
    vec![
        StructureFault::IdTwice { id: text() },
        StructureFault::ReferenceCount { count: 9, allowed: 8 },
        StructureFault::NoAlgorithm { element: text() },
        StructureFault::NoElement { parent: text(), name: text() },
        StructureFault::SeveralElements { parent: text(), name: text(), count: 2 },
        StructureFault::SeveralQualifyingProperties,
        StructureFault::SeveralSignedProperties,
        StructureFault::OtherTarget { target: text() },
        StructureFault::ElementsInValue { element: text() },
        StructureFault::NotBase64 { element: text() },
    ]
}

pub(crate) fn reference_faults(text: &str) -> Vec<ReferenceFault> {
    let text = || text.to_owned();
    vec![
        ReferenceFault::DigestAlgorithm { name: text() },
        ReferenceFault::OtherCanonicalization { made_exclusive: true },
        ReferenceFault::OtherCanonicalization { made_exclusive: false },
        ReferenceFault::SignatureAddedLater,
        ReferenceFault::DocumentChanged,
        ReferenceFault::WithoutNamespaces,
        ReferenceFault::PartChanged,
        ReferenceFault::NoUri,
        ReferenceFault::Outside { uri: text() },
        ReferenceFault::Dangling { uri: text() },
        ReferenceFault::Partial { uri: text() },
        ReferenceFault::LateTransform { name: text() },
        ReferenceFault::PartTransform { name: text() },
        ReferenceFault::OtherFilter { filter: text(), accepted: text() },
        ReferenceFault::UnknownTransform { name: text() },
    ]
}

pub(crate) fn signer_faults(text: &str) -> Vec<SignerFault> {
    let text = || text.to_owned();
    vec![
        SignerFault::NoKeyInfo,
        SignerFault::NoCertificate,
        SignerFault::Unreadable { detail: text() },
        SignerFault::NotRsa,
        SignerFault::NegativeSerial,
        SignerFault::NotNamed,
        SignerFault::NoDigest,
        SignerFault::DigestAlgorithm { name: text() },
        SignerFault::OtherCertificate,
        SignerFault::OtherSerial { named: text(), actual: text() },
        SignerFault::OtherKeyValue,
    ]
}

/// Everything that an event tells.
pub(crate) fn details(text: &str) -> Vec<Detail> {
    let sha256 = || text.to_owned();
    let mut details: Vec<_> = remarks(text).into_iter().map(Detail::Resolved).collect();
    details.extend(
        [
            Receipt::Location(text.to_owned()),
            Receipt::Confirmed,
            Receipt::AlreadyReceived,
            Receipt::ReceivedBefore,
            Receipt::ArrivedEarlier { status: text.to_owned() },
            Receipt::Judged,
        ]
        .map(Detail::Received),
    );
    details.extend([
        Detail::Imported { sha256: sha256() },
        Detail::Generated { sha256: sha256() },
        Detail::Signed { sha256: sha256() },
        Detail::Posted { sha256: sha256() },
        Detail::PostedAgain,
        Detail::VerdictStands { said: State::Rejected, stands: State::Accepted },
        Detail::Failed(Cause::Clock { seconds: 300 }),
        Detail::OutcomeNotUsed,
        Detail::RetryCancelled,
        Detail::SeriesContinued { company: text.to_owned(), series: text.to_owned(), last: 7 },
        Detail::Restored { knows_until: None },
        Detail::Restored { knows_until: Some(text.to_owned()) },
        Detail::Words(text.to_owned()),
    ]);
    details
}
