//! Digests by the names that signatures give them, and Base64 as signatures carry it.

use aws_lc_rs::digest::{Algorithm, Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256 as SHA_256, SHA512 as SHA_512, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Digest;
use super::names::{RSA_SHA256, RSA_SHA512, SHA1, SHA256, SHA512};

impl Digest {
    /// The name of the digest in a `ds:DigestMethod`.
    pub(super) fn uri(self) -> &'static str {
        match self {
            Self::Sha256 => SHA256,
            Self::Sha512 => SHA512,
        }
    }

    /// The name of RSA with this digest in a `ds:SignatureMethod`.
    pub(super) fn signature_uri(self) -> &'static str {
        match self {
            Self::Sha256 => RSA_SHA256,
            Self::Sha512 => RSA_SHA512,
        }
    }

    /// The digest of a `ds:DigestMethod`, when it is one that annex 2 allows.
    pub(super) fn of_uri(uri: &str) -> Option<Self> {
        [Self::Sha256, Self::Sha512].into_iter().find(|digest| digest.uri() == uri)
    }

    /// The digest of a `ds:SignatureMethod`, when it is RSA with one that annex 2 allows.
    pub(super) fn of_signature_uri(uri: &str) -> Option<Self> {
        [Self::Sha256, Self::Sha512].into_iter().find(|digest| digest.signature_uri() == uri)
    }

    fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::Sha256 => &SHA_256,
            Self::Sha512 => &SHA_512,
        }
    }

    /// A running digest, which is a sink for canonical XML.
    pub(super) fn context(self) -> Context {
        Context::new(self.algorithm())
    }

    /// The digest of these bytes, Base64.
    pub(super) fn base64_of(self, bytes: &[u8]) -> String {
        STANDARD.encode(digest(self.algorithm(), bytes))
    }
}

/// The digest that a running one has come to, Base64.
pub(super) fn finish_base64(context: Context) -> String {
    STANDARD.encode(context.finish())
}

/// The digest of a certificate by the name of its algorithm: those of [`Digest`], and SHA-1, which Hacienda's own
/// answers use here (observed in production in August 2026).
pub(super) fn of_certificate(uri: &str, der: &[u8]) -> Option<Vec<u8>> {
    Some(digest(algorithm_of_certificates(uri)?, der).as_ref().to_vec())
}

/// Whether a certificate may be named by this digest.
pub(super) fn is_of_certificates(uri: &str) -> bool {
    algorithm_of_certificates(uri).is_some()
}

fn algorithm_of_certificates(uri: &str) -> Option<&'static Algorithm> {
    match uri {
        SHA1 => Some(&SHA1_FOR_LEGACY_USE_ONLY),
        _ => Digest::of_uri(uri).map(Digest::algorithm),
    }
}

/// Encodes without line breaks: a break in a signature comes out of some programs as `&#13;`.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes Base64 with the white space that XML allows in it.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    if !text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return STANDARD.decode(text).ok();
    }
    let compact: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(compact).ok()
}
