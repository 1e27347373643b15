//! Keys for rehearsals: an authority, holders and .p12 files made on the spot, for the demo, the stand-in for Hacienda
//! and the tests. Their names say that they are invented; nobody but this program trusts them.

use chrono::{Datelike, NaiveDate};
use p12_keystore::{
    Certificate as P12Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKey,
    PrivateKeyChain,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_RSA_SHA256, RsaKeySize, SanType,
};

use super::{Credential, CredentialError};
use crate::secret::Secret;

/// The object identifier of `serialNumber`, where Costa Rican certificates keep the identification.
const SERIAL_NUMBER: [u64; 4] = [2, 5, 4, 5];

/// An authority that issues certificates for rehearsals.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// Whose certificate it is and when it is valid.
#[derive(Debug, Clone)]
pub struct KeyHolder<'h> {
    /// The name.
    pub name: &'h str,
    /// The identification as certificates write it: `CPJ-3-101-123456`.
    pub serial_number: &'h str,
    /// The first day.
    pub from: NaiveDate,
    /// The day at whose beginning it ends.
    pub until: NaiveDate,
    /// The RSA modulus is 4096 bits long instead of 2048.
    pub long_key: bool,
}

/// A key with its certificates.
pub struct Issued {
    key: Vec<u8>,
    certificates: Vec<Vec<u8>>,
}

/// How a .p12 file is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// 3DES with a SHA-1 MAC, as Hacienda has issued them.
    TripleDes,
    /// RC2-40 with a SHA-1 MAC, older still.
    Rc2,
    /// PBES2: AES-256 with a SHA-256 MAC.
    Pbes2,
}

impl Authority {
    /// A new authority with a key of its own.
    pub fn new() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = name("CA DE ENSAYO (INVENTADA)", "CPJ-9-999-999999");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        CertifiedIssuer::self_signed(params, key).map(Self)
    }

    /// Its certificate, for a verifier that follows the chain.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Its certificate, DER.
    pub fn der(&self) -> &[u8] {
        self.0.der()
    }

    /// Makes a key and certifies it.
    pub fn issue(&self, holder: &KeyHolder<'_>) -> Result<Issued, rcgen::Error> {
        let mut params = holder.parameters()?;
        params.use_authority_key_identifier_extension = true; // strict verifiers want it (RFC 5280, 4.2.1.1)
        let key = holder.key()?;
        let certificate = params.signed_by(&key, &self.0)?;
        Ok(Issued { key: key.serialize_der(), certificates: vec![certificate.der().to_vec(), self.0.der().to_vec()] })
    }
}

impl KeyHolder<'_> {
    /// Makes a key with a certificate that nobody else vouches for.
    pub fn self_signed(&self) -> Result<Issued, rcgen::Error> {
        let key = self.key()?;
        let certificate = self.parameters()?.self_signed(&key)?;
        Ok(Issued { key: key.serialize_der(), certificates: vec![certificate.der().to_vec()] })
    }

    fn key(&self) -> Result<KeyPair, rcgen::Error> {
        let size = if self.long_key { RsaKeySize::_4096 } else { RsaKeySize::_2048 };
        KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size)
    }

    fn parameters(&self) -> Result<CertificateParams, rcgen::Error> {
        let midnight = |day: NaiveDate| rcgen::date_time_ymd(day.year(), day.month() as u8, day.day() as u8);
        let mut params = CertificateParams::default();
        params.distinguished_name = name(self.name, self.serial_number);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
        // Strict verifiers want it (RFC 5280, 4.2.1.6).
        params.subject_alt_names = vec![SanType::Rfc822Name("ensayo@example.test".try_into()?)];
        params.not_before = midnight(self.from);
        params.not_after = midnight(self.until);
        Ok(params)
    }
}

impl Issued {
    /// The certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificates[0]
    }

    /// The .p12 file with the key and its chain.
    pub fn p12(&self, pin: &str, protection: Protection) -> Result<Vec<u8>, CredentialError> {
        let certificates = self.certificates.iter().map(|der| P12Certificate::from_der(der));
        let certificates = certificates.collect::<p12_keystore::Result<Vec<_>>>()?;
        let chain = PrivateKeyChain::new("1", PrivateKey::from_der(&self.key)?, certificates);
        let mut store = KeyStore::new();
        store.add_entry("1", KeyStoreEntry::PrivateKeyChain(chain));
        let (encryption, mac) = match protection {
            Protection::TripleDes => (EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc, MacAlgorithm::HmacSha1),
            Protection::Rc2 => (EncryptionAlgorithm::PbeWithShaAnd40BitRc4Cbc, MacAlgorithm::HmacSha1),
            Protection::Pbes2 => (EncryptionAlgorithm::PbeWithHmacSha256AndAes256, MacAlgorithm::HmacSha256),
        };
        // 2,048 rounds, as Hacienda's files have: more would only slow the rehearsal of what they do.
        const ROUNDS: u32 = 2048;
        let writer = store.writer(pin).encryption_algorithm(encryption).encryption_iterations(ROUNDS);
        Ok(writer.mac_algorithm(mac).mac_iterations(ROUNDS).write()?)
    }

    /// The credential that its .p12 file opens to.
    pub fn credential(&self) -> Result<Credential, CredentialError> {
        const PIN: &str = "1234";
        Credential::open(&self.p12(PIN, Protection::TripleDes)?, &Secret::new(PIN))
    }
}

fn name(common_name: &str, serial_number: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CustomDnType(SERIAL_NUMBER.to_vec()), serial_number);
    name.push(DnType::CountryName, "CR");
    name.push(DnType::OrganizationName, "ENSAYO");
    name.push(DnType::CommonName, common_name);
    name
}
