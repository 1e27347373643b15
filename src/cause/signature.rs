//! What is wrong with a signature.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Why a part of a signature does not hold: the likeliest cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumCount)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SignatureFault {
    /// The document is not acceptable XML.
    NotXml {
        /// The parser's word, with the place.
        detail: String,
    },
    /// A piece could not be brought into canonical form.
    NotCanonical {
        /// The parser's word, with the place.
        detail: String,
    },
    /// A signature stands inside the body: the document may be forged.
    Misplaced,
    /// There is no signature.
    Unsigned,
    /// More signatures than Hacienda allows.
    TooMany {
        /// How many there are.
        count: usize,
        /// How many may be.
        allowed: usize,
    },
    /// A further signature does not hold.
    CoSignature {
        /// Its place, from 1.
        place: usize,
        /// The part that does not hold; none where the signature could not be taken apart.
        part: Option<String>,
        /// Why.
        fault: Box<SignatureFault>,
    },
    /// No reference covers the whole document.
    WholeNotCovered,
    /// No reference covers the document.
    DocumentNotCovered,
    /// The signature's algorithm is not one of annex 2.
    Algorithm {
        /// Its identifier.
        name: String,
    },
    /// The certificate's key is so short that nothing is proved with it.
    WeakKey {
        /// Its bits.
        bits: usize,
    },
    /// `ds:SignedInfo` was changed, or another key signed it.
    SignedInfoChanged,
    /// There are no signed properties: not a XAdES signature.
    NotXades,
    /// No reference covers the signed properties.
    PropertiesNotCovered,
    /// The signature names no policy.
    NoPolicy,
    /// The signing time is no date and time.
    NotATime {
        /// As written.
        text: String,
    },
    /// The certificate was not valid when it signed.
    Dates {
        /// When it signed, or when the document was issued.
        at: DateTime<Utc>,
        /// The signature itself says when it was made.
        by_signature: bool,
        /// Since when the certificate is valid.
        from: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// It is not built as it must be.
    Structure(StructureFault),
    /// A reference does not hold.
    Reference(ReferenceFault),
    /// It cannot be said whose it is.
    Signer(SignerFault),
}

/// How a signature is not built as the standards say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumCount)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum StructureFault {
    /// An Id stands on more than one element: the document may have been forged.
    IdTwice {
        /// The Id.
        id: String,
    },
    /// More references than any profile has, or none.
    ReferenceCount {
        /// How many there are.
        count: usize,
        /// How many may be.
        allowed: usize,
    },
    /// An element names no algorithm.
    NoAlgorithm {
        /// Its name.
        element: String,
    },
    /// An element is missing.
    NoElement {
        /// Where.
        parent: String,
        /// Its name.
        name: String,
    },
    /// An element that may occur once occurs again.
    SeveralElements {
        /// Where.
        parent: String,
        /// Its name.
        name: String,
        /// How often.
        count: usize,
    },
    /// More than one set of properties, which would leave it to the reader which one counts.
    SeveralQualifyingProperties,
    /// More than one set of signed properties.
    SeveralSignedProperties,
    /// The properties say that they are another signature's.
    OtherTarget {
        /// Their Target.
        target: String,
    },
    /// An element that holds a value holds elements too.
    ElementsInValue {
        /// Its name.
        element: String,
    },
    /// A value is not Base64.
    NotBase64 {
        /// The element with its prefix.
        element: String,
    },
}

/// Why a reference is refused, or what it covers is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumCount)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ReferenceFault {
    /// A reference's digest is made in a way that annex 2 does not take.
    DigestAlgorithm {
        /// Its identifier.
        name: String,
    },
    /// The digest was made with the other kind of canonicalisation than the signature declares.
    OtherCanonicalization {
        /// It was made with the exclusive one.
        made_exclusive: bool,
    },
    /// Another signature was added later.
    SignatureAddedLater,
    /// The document was changed after it was signed.
    DocumentChanged,
    /// The digest was made without the namespaces of the root.
    WithoutNamespaces,
    /// A part of the signature was changed after it was signed.
    PartChanged,
    /// A reference has no URI.
    NoUri,
    /// A reference points outside the document.
    Outside {
        /// Its URI.
        uri: String,
    },
    /// A reference points at nothing.
    Dangling {
        /// Its URI.
        uri: String,
    },
    /// A reference covers a part of the document instead of the whole.
    Partial {
        /// Its URI.
        uri: String,
    },
    /// A transform comes after the canonicalisation.
    LateTransform {
        /// Its identifier.
        name: String,
    },
    /// A transform that is accepted for the whole document only.
    PartTransform {
        /// Its identifier.
        name: String,
    },
    /// An XPath filter is not the one that is in use.
    OtherFilter {
        /// The filter.
        filter: String,
        /// The one in use.
        accepted: String,
    },
    /// A transform or canonicalisation that is not accepted.
    UnknownTransform {
        /// Its identifier.
        name: String,
    },
}

/// What is wrong with the certificate of a signature, or with how it is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumCount)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SignerFault {
    /// There is no `ds:KeyInfo`, so no certificate.
    NoKeyInfo,
    /// `ds:KeyInfo` holds no certificate.
    NoCertificate,
    /// The certificate cannot be read.
    Unreadable {
        /// The parser's word.
        detail: String,
    },
    /// The certificate's key is not RSA.
    NotRsa,
    /// The certificate's serial number is negative, which no authority gives.
    NegativeSerial,
    /// The signature does not name its certificate.
    NotNamed,
    /// The certificate is named without its digest.
    NoDigest,
    /// The digest of the certificate is made in a way that is not accepted.
    DigestAlgorithm {
        /// Its identifier.
        name: String,
    },
    /// The certificate is not the one that the signature names.
    OtherCertificate,
    /// The certificate has another serial number than the signature says.
    OtherSerial {
        /// The one that the signature names.
        named: String,
        /// The one in the certificate.
        actual: String,
    },
    /// `ds:KeyValue` is another key than that of the certificate.
    OtherKeyValue,
}

impl From<StructureFault> for SignatureFault {
    fn from(fault: StructureFault) -> Self {
        SignatureFault::Structure(fault)
    }
}

impl From<ReferenceFault> for SignatureFault {
    fn from(fault: ReferenceFault) -> Self {
        SignatureFault::Reference(fault)
    }
}

impl From<SignerFault> for SignatureFault {
    fn from(fault: SignerFault) -> Self {
        SignatureFault::Signer(fault)
    }
}
