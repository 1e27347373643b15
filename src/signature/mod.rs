//! Sign comprobantes and check signatures: XAdES-EPES, enveloped, as annex 2 of the resolution asks.
//!
//! `credential` opens the taxpayer's .p12, `sign` signs with it, `xades` writes a signature, `verify` checks one, and
//! `canonical` is the form of XML that both hash. Nothing here reads what an invoice says; a document is its bytes.

pub mod canonical;
mod certificate;
mod credential;
mod digest;
mod distinguished_name;
mod enveloped;
mod gathered;
mod markup;
mod moment;
mod names;
mod reference;
pub mod rehearsal;
mod report;
mod sign;
mod signer;
mod survey;
mod tree;
mod verify;
mod xades;

#[cfg(test)]
pub(crate) mod testing;

use std::fmt;

use chrono::{DateTime, Utc};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::cause::SigningFault;
use crate::clock::costa_rica_text;
use crate::named::{Named, unknown};
use crate::xml::XmlError;

pub(crate) use certificate::Certificate;
pub use credential::Credential;
pub(crate) use credential::CredentialError;
pub(crate) use enveloped::{gives_back, without_signature};
pub(crate) use names::{POLICY_DIGEST, POLICY_IDENTIFIER};
pub(crate) use report::Found;
pub(crate) use report::Part;
pub use report::Verification;
pub use sign::sign;
pub(crate) use sign::sign_outlined;
pub use verify::verify;

/// The shape of the signatures we write. Both are valid; they differ in who can check them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<Profile>)]
pub enum Profile {
    /// Inclusive canonicalisation and `enveloped-signature`: every verifier tried accepts it, and production uses it.
    #[default]
    Widest,
    /// The official example of annex 2: exclusive canonicalisation and the XPath filter.
    Annex,
}

impl Named for Profile {
    const WHAT: &'static str = "a signature profile";
}

/// The digest of the signature and its references.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<Digest>)]
pub enum Digest {
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Named for Digest {
    const WHAT: &'static str = "a signature digest";
}

/// The policy that a signature declares to obey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignaturePolicy {
    /// The address of the policy document.
    pub identifier: String,
    /// The SHA-256 of that document, Base64.
    pub digest: String,
}

impl Default for SignaturePolicy {
    fn default() -> Self {
        Self { identifier: POLICY_IDENTIFIER.into(), digest: POLICY_DIGEST.into() }
    }
}

/// How to sign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignOptions {
    /// The shape of the signature.
    pub profile: Profile,
    /// The digest of signature and references.
    pub digest: Digest,
    /// The policy it names.
    pub policy: SignaturePolicy,
}

/// Why a document was not signed.
#[derive(Debug)]
pub enum SignatureError {
    /// The document is not acceptable XML.
    Xml(XmlError),
    /// The document carries a signature already.
    AlreadySigned,
    /// The certificate's time begins then.
    NotYetValid(DateTime<Utc>),
    /// The certificate's time ended then.
    Expired(DateTime<Utc>),
    /// The provider refused to sign or to give random bytes.
    Provider(&'static str),
    /// What was written did not pass our own verification: a fault of this program.
    SelfCheck(Part),
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Xml(error) => write!(f, "the document is not XML that can be signed: {error}"),
            Self::AlreadySigned => {
                write!(f, "the document carries a signature already; import it as it is, or sign the unsigned original")
            }
            Self::NotYetValid(from) => write!(f, "the certificate is not valid before {}", costa_rica_text(*from)),
            Self::Expired(at) => write!(
                f,
                "the certificate expired on {}; get a new key in ATV and put its .p12 in place of this one",
                costa_rica_text(*at)
            ),
            Self::Provider(what) => write!(f, "the cryptographic provider failed to {what}"),
            Self::SelfCheck(part) => write!(
                f,
                "the new signature did not verify ({}: {}); nothing was stored; please report this document",
                part.name,
                part.message()
            ),
        }
    }
}

impl std::error::Error for SignatureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Xml(error) => Some(error),
            _ => None,
        }
    }
}

impl From<SignatureError> for SigningFault {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::Xml(error) => {
                let place = error.position();
                let detail = error.message().to_owned();
                SigningFault::NotXml { line: place.line, column: place.column, detail }
            }
            SignatureError::AlreadySigned => SigningFault::AlreadySigned,
            SignatureError::NotYetValid(from) => SigningFault::NotYetValid { from },
            SignatureError::Expired(at) => SigningFault::Expired { at },
            SignatureError::Provider(action) => SigningFault::Provider { action: action.to_owned() },
            SignatureError::SelfCheck(part) => SigningFault::SelfCheck(part.into()),
        }
    }
}

impl From<XmlError> for SignatureError {
    fn from(error: XmlError) -> Self {
        Self::Xml(error)
    }
}
