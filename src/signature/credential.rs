//! The taxpayer's key: opening the .p12 file that Hacienda issues, or that holds a Firma Digital.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512};
use p12_keystore::error::Error as P12Error;
use p12_keystore::{CertificateBag, Pkcs12Archive};

use super::{Certificate, Digest, SignatureError, digest};
use crate::cause::CertificateFault;
use crate::secret::Secret;

/// The lengths of an RSA modulus that annex 2 takes; nothing between them.
const KEY_BITS: [usize; 2] = [2048, 4096];

/// A private key with its certificate. What is the same in every signature is computed once, here.
pub struct Credential {
    key: KeyPair,
    certificate: Arc<Certificate>,
    certificate_base64: String,
    certificate_digest: String,
}

/// Why a .p12 file gave no key to sign with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialError {
    /// The PIN does not open the file.
    WrongPin,
    /// The file is protected in a way that is not supported, or its key is not RSA.
    UnsupportedAlgorithm(String),
    /// The file is not a whole .p12.
    Damaged(String),
    /// The file holds no private key.
    NoKey,
    /// The file holds no certificate for its key.
    NoCertificate,
    /// The RSA key has a length that annex 2 does not take; its bits.
    KeyLength(usize),
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongPin => {
                write!(f, "the PIN does not open the .p12 file; check it against the one that ATV showed")
            }
            Self::UnsupportedAlgorithm(what) => write!(
                f,
                "the .p12 file uses what is not supported here ({what}); export it again with AES-256 or 3DES and an RSA key"
            ),
            Self::Damaged(cause) => {
                write!(f, "the .p12 file is damaged or no .p12 file ({cause}); download it again")
            }
            Self::NoKey => write!(f, "the .p12 file holds no private key; export it again with its key"),
            Self::NoCertificate => write!(f, "the .p12 file holds no certificate for its private key"),
            Self::KeyLength(bits) => write!(
                f,
                "the RSA key has {bits} bits; annex 2 takes 2048 and 4096 alone: have a new key issued with one of them"
            ),
        }
    }
}

impl std::error::Error for CredentialError {}

impl From<CredentialError> for CertificateFault {
    fn from(error: CredentialError) -> Self {
        match error {
            CredentialError::WrongPin => CertificateFault::WrongPin,
            CredentialError::UnsupportedAlgorithm(detail) => CertificateFault::UnsupportedAlgorithm { detail },
            CredentialError::Damaged(detail) => CertificateFault::Damaged { detail },
            CredentialError::NoKey => CertificateFault::NoKey,
            CredentialError::NoCertificate => CertificateFault::NoCertificate,
            CredentialError::KeyLength(bits) => CertificateFault::KeyLength { bits },
        }
    }
}

impl From<P12Error> for CredentialError {
    fn from(error: P12Error) -> Self {
        let text = error.to_string();
        match error {
            P12Error::MacError(_) | P12Error::UnpadError => Self::WrongPin,
            P12Error::UnsupportedEncryptionScheme
            | P12Error::UnsupportedMacAlgorithm
            | P12Error::UnsupportedContentType
            | P12Error::UnsupportedCertificateType => Self::UnsupportedAlgorithm(text),
            // These two hand on their cause as text only.
            P12Error::DerError(_) if text.contains("unsupported OID") => Self::UnsupportedAlgorithm(text),
            P12Error::Pkcs5Error(cause) if cause.contains("unsupported") => Self::UnsupportedAlgorithm(cause),
            P12Error::Pkcs5Error(_) => Self::WrongPin,
            _ => Self::Damaged(text),
        }
    }
}

impl Credential {
    /// Opens a .p12 file: RC2-40 and 3DES with a SHA-1 MAC, as Hacienda has issued them, and PBES2.
    pub fn open(p12: &[u8], pin: &Secret) -> Result<Self, CredentialError> {
        // PKCS #12 derives its keys from the PIN as UTF-16: a PIN that is not text opens nothing.
        let pin = pin.expose_text().ok_or(CredentialError::WrongPin)?;
        let archive = Pkcs12Archive::from_pkcs12(p12, pin)?;
        if archive.keys.is_empty() {
            return Err(CredentialError::NoKey);
        }
        let mut certificates: Vec<Certificate> = archive.certs.iter().filter_map(readable).collect();
        let key = archive
            .keys
            .iter()
            .find_map(|bag| KeyPair::from_pkcs8(bag.key.as_der()).ok())
            .ok_or_else(|| why_no_key(&certificates))?;
        let leaf = newest_of_key(&certificates, key.public_key().as_ref()).ok_or(CredentialError::NoCertificate)?;
        let leaf = certificates.swap_remove(leaf);
        if !KEY_BITS.contains(&leaf.key_bits) {
            return Err(CredentialError::KeyLength(leaf.key_bits));
        }
        Ok(Self::new(key, leaf))
    }

    fn new(key: KeyPair, certificate: Certificate) -> Self {
        Self {
            certificate_base64: digest::base64(certificate.der()),
            // Annex 2 asks for SHA-256 or SHA-512 here; every verifier knows the first.
            certificate_digest: Digest::Sha256.base64_of(certificate.der()),
            key,
            certificate: Arc::new(certificate),
        }
    }

    /// The certificate of the key.
    pub fn certificate(&self) -> &Arc<Certificate> {
        &self.certificate
    }

    /// The certificate, Base64.
    pub(super) fn certificate_base64(&self) -> &str {
        &self.certificate_base64
    }

    /// The SHA-256 of the certificate, Base64.
    pub(super) fn certificate_digest(&self) -> &str {
        &self.certificate_digest
    }

    /// The RSA signature of a message, PKCS #1 v1.5.
    pub(super) fn sign(&self, message: &[u8], digest: Digest) -> Result<Vec<u8>, SignatureError> {
        let padding = match digest {
            Digest::Sha256 => &RSA_PKCS1_SHA256,
            Digest::Sha512 => &RSA_PKCS1_SHA512,
        };
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(padding, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| SignatureError::Provider("sign"))?;
        Ok(signature)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("subject", &self.certificate.subject).finish_non_exhaustive()
    }
}

/// A certificate of the file that can be read at all; a chain may hold one with another kind of key.
fn readable(bag: &CertificateBag) -> Option<Certificate> {
    Certificate::from_der(bag.cert.as_der()).ok()
}

/// The provider loads no RSA key that is too short; the certificate beside it tells its length.
fn why_no_key(certificates: &[Certificate]) -> CredentialError {
    match certificates.iter().find(|certificate| !certificate.has_usable_key()) {
        Some(certificate) => CredentialError::KeyLength(certificate.key_bits),
        None => CredentialError::UnsupportedAlgorithm("its private key is not an RSA key".into()),
    }
}

/// Which certificate belongs to the key; the one that lasts longest when it was renewed with the same key.
fn newest_of_key(certificates: &[Certificate], public_key: &[u8]) -> Option<usize> {
    let of_key = certificates.iter().enumerate().filter(|(_, certificate)| certificate.public_key() == public_key);
    of_key.max_by_key(|(_, certificate)| certificate.not_after).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::super::rehearsal::Protection;
    use super::super::testing;
    use super::*;

    #[test]
    fn every_protection_that_is_in_use_opens() {
        for protection in [Protection::TripleDes, Protection::Rc2, Protection::Pbes2] {
            for pin in ["1234", "Clave#Larga$2026", "ñandú", ""] {
                let p12 = testing::issued().p12(pin, protection).unwrap();
                let credential = Credential::open(&p12, &Secret::new(pin)).unwrap();
                assert_eq!(credential.certificate().serial_number.as_deref(), Some("CPJ-3-101-999888"));
            }
        }
    }

    #[test]
    fn a_wrong_pin_a_damaged_file_and_a_strange_algorithm_are_told_apart() {
        for protection in [Protection::TripleDes, Protection::Rc2, Protection::Pbes2] {
            let p12 = testing::issued().p12("1234", protection).unwrap();
            let open = |p12: &[u8], pin: &str| Credential::open(p12, &Secret::new(pin)).expect_err("refused");
            assert_eq!(open(&p12, "1235"), CredentialError::WrongPin);
            assert_eq!(open(&p12, ""), CredentialError::WrongPin);
            assert!(matches!(open(&p12[..p12.len() / 2], "1234"), CredentialError::Damaged(_)));
            assert!(matches!(open(b"-----BEGIN CERTIFICATE-----", "1234"), CredentialError::Damaged(_)));
            assert!(matches!(open(b"", "1234"), CredentialError::Damaged(_)));
        }
        let strange = include_bytes!("../../tests/fixtures/signatures/p12/camellia.p12");
        let refused = Credential::open(strange, &Secret::new("1234")).expect_err("refused");
        assert!(matches!(refused, CredentialError::UnsupportedAlgorithm(_)), "{refused:?}");
    }

    #[test]
    fn files_made_by_openssl_open_and_keys_of_other_lengths_are_refused() {
        let open = |p12: &[u8]| Credential::open(p12, &Secret::new("1234"));
        let legacy = open(include_bytes!("../../tests/fixtures/signatures/p12/legacy.p12")).unwrap();
        assert_eq!(legacy.certificate().holder().as_deref(), Some("109990888"));
        let weak = open(include_bytes!("../../tests/fixtures/signatures/p12/weak.p12")).expect_err("refused");
        assert_eq!(weak, CredentialError::KeyLength(1024));
        // Long enough, and still no length that annex 2 takes.
        let between = open(include_bytes!("../../tests/fixtures/signatures/p12/between.p12")).expect_err("refused");
        assert_eq!(between, CredentialError::KeyLength(3072));
        assert!(between.to_string().contains("3072 bits; annex 2 takes 2048 and 4096"), "{between}");
        let curve = open(include_bytes!("../../tests/fixtures/signatures/p12/curve.p12")).expect_err("refused");
        assert!(matches!(curve, CredentialError::UnsupportedAlgorithm(_)), "{curve:?}");
        let no_key = open(include_bytes!("../../tests/fixtures/signatures/p12/no-key.p12")).expect_err("refused");
        assert_eq!(no_key, CredentialError::NoKey);
        let no_certificate = open(include_bytes!("../../tests/fixtures/signatures/p12/no-certificate.p12"));
        assert_eq!(no_certificate.expect_err("refused"), CredentialError::NoCertificate);
    }

    #[test]
    fn debug_shows_nothing_of_the_key() {
        let shown = format!("{:?}", testing::credential());
        assert!(shown.starts_with("Credential { subject: \"CN=EMPRESA INVENTADA"), "{shown}");
        assert!(shown.len() < 200, "{shown}");
    }
}
