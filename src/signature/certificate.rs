//! An X.509 certificate as a signature needs it: who holds it, who issued it, since when and until when.

use std::fmt;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512};
use chrono::{DateTime, Utc};
use x509_cert::der::asn1::UintRef;
use x509_cert::der::{Decode, Reader, SliceReader};

use super::distinguished_name;
use crate::cause::SignerFault;

const COMMON_NAME: &str = "2.5.4.3";
const SERIAL_NUMBER: &str = "2.5.4.5";
const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";

/// A certificate with an RSA key. Made from DER, which it keeps.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The holder's distinguished name, RFC 2253.
    pub subject: String,
    /// The issuer's distinguished name, RFC 2253, as XAdES writes it.
    pub issuer: String,
    /// The serial number, decimal.
    pub serial: String,
    /// Valid from this instant.
    pub not_before: DateTime<Utc>,
    /// Valid until this instant.
    pub not_after: DateTime<Utc>,
    /// The holder's name.
    pub common_name: Option<String>,
    /// The holder's identification as Costa Rican authorities write it: `CPJ-3-101-123456`.
    pub serial_number: Option<String>,
    /// The length of the RSA modulus.
    pub key_bits: usize,
    der: Vec<u8>,
    /// The key as `RSAPublicKey` (RFC 8017), parsed once: a run verifies thousands of signatures of one certificate.
    public_key: Vec<u8>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    sha256_verifier: ParsedPublicKey,
    sha512_verifier: ParsedPublicKey,
}

/// Why bytes are no certificate that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateError {
    /// Not a DER certificate.
    Damaged(String),
    /// A key that is not RSA.
    NotRsa,
    /// A serial number below zero (RFC 5280, section 4.1.2.2): two readers make two numbers of it.
    NegativeSerial,
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(cause) => write!(f, "the certificate cannot be read ({cause})"),
            Self::NegativeSerial => write!(f, "the certificate's serial number is negative; no authority issues such"),
            Self::NotRsa => write!(f, "the certificate's key is not RSA; Hacienda takes RSA 2048 and 4096 only"),
        }
    }
}

impl std::error::Error for CertificateError {}

impl From<CertificateError> for SignerFault {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::Damaged(detail) => SignerFault::Unreadable { detail },
            CertificateError::NotRsa => SignerFault::NotRsa,
            CertificateError::NegativeSerial => SignerFault::NegativeSerial,
        }
    }
}

impl Certificate {
    /// Reads a DER certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let damaged = |error: x509_cert::der::Error| CertificateError::Damaged(error.to_string());
        let parsed = x509_cert::Certificate::from_der(der).map_err(damaged)?;
        let body = parsed.tbs_certificate();
        let key_info = body.subject_public_key_info();
        if key_info.algorithm.oid.to_string() != RSA_ENCRYPTION {
            return Err(CertificateError::NotRsa);
        }
        if body.serial_number().as_bytes().first().is_some_and(|first| first & 0x80 != 0) {
            return Err(CertificateError::NegativeSerial);
        }
        let public_key = key_info.subject_public_key.raw_bytes().to_vec();
        let (modulus, exponent) = numbers_of(&public_key).map_err(damaged)?;
        let unusable = |_| CertificateError::Damaged("its RSA key is not usable".into());
        Ok(Self {
            subject: distinguished_name::rfc2253(body.subject()),
            issuer: distinguished_name::rfc2253(body.issuer()),
            serial: decimal(body.serial_number().as_bytes()),
            not_before: instant(body.validity().not_before),
            not_after: instant(body.validity().not_after),
            common_name: distinguished_name::attribute(body.subject(), COMMON_NAME),
            serial_number: distinguished_name::attribute(body.subject(), SERIAL_NUMBER),
            key_bits: bits(&modulus),
            modulus,
            exponent,
            der: der.to_vec(),
            sha256_verifier: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public_key).map_err(unusable)?,
            sha512_verifier: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA512, &public_key).map_err(unusable)?,
            public_key,
        })
    }

    /// The bytes it was made from.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The key as `RSAPublicKey` of RFC 8017.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// Whether its key is one that is used to verify: from 2048 bits, below which annex 2 takes none and a forger needs no
    /// key, to 8192.
    pub fn has_usable_key(&self) -> bool {
        VERIFIED_BITS.contains(&self.key_bits)
    }

    /// The modulus of its key, big-endian without leading zeros.
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The public exponent of its key, big-endian without leading zeros.
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    /// Whether the holder's key made this PKCS #1 signature; a key that is not usable has made none.
    pub fn verifies(&self, message: &[u8], signature: &[u8], digest: super::Digest) -> bool {
        let verifier = match digest {
            super::Digest::Sha256 => &self.sha256_verifier,
            super::Digest::Sha512 => &self.sha512_verifier,
        };
        verifier.verify_sig(message, signature).is_ok()
    }

    /// Whether the instant is within its dates.
    pub fn is_valid_at(&self, at: DateTime<Utc>) -> bool {
        self.not_before <= at && at <= self.not_after
    }

    /// The holder's identification number as comprobantes write it: without kind, dashes and the zero that pads the
    /// province of a cédula física. `CPF-01-1302-0487` is 113020487, `CPJ-3-101-123456` is 3101123456.
    pub fn holder(&self) -> Option<String> {
        let (kind, number) = self.serial_number.as_deref()?.trim().split_once('-')?;
        let digits: String = number.chars().filter(|character| *character != '-').collect();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let padded = kind.eq_ignore_ascii_case("CPF") && digits.len() == CPF_DIGITS + 1 && digits.starts_with('0');
        Some(if padded { digits[1..].to_owned() } else { digits })
    }
}

/// The lengths of a key that signatures are verified with.
const VERIFIED_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Digits of a cédula física: province 1, volume 4, entry 4.
const CPF_DIGITS: usize = 9;

fn instant(time: x509_cert::time::Time) -> DateTime<Utc> {
    // The format ends in the year 9999, and chrono goes far beyond it.
    DateTime::from_timestamp(time.to_unix_duration().as_secs() as i64, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Modulus and exponent of an `RSAPublicKey`.
fn numbers_of(public_key: &[u8]) -> x509_cert::der::Result<(Vec<u8>, Vec<u8>)> {
    let (modulus, exponent) = SliceReader::new(public_key)?.sequence(|reader| {
        Ok::<_, x509_cert::der::Error>((reader.decode::<UintRef>()?, reader.decode::<UintRef>()?))
    })?;
    Ok((modulus.as_bytes().to_vec(), exponent.as_bytes().to_vec()))
}

/// The significant bits of a big-endian number without leading zeros.
fn bits(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// A big-endian number in decimal. Serial numbers have up to 20 bytes, more than any integer type holds.
fn decimal(number: &[u8]) -> String {
    let mut digits = vec![0u8];
    for byte in number {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            let value = u32::from(*digit) * 256 + carry;
            *digit = (value % 10) as u8;
            carry = value / 10;
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn serials_are_decimal() {
        assert_eq!(decimal(&[]), "0");
        assert_eq!(decimal(&[0, 255]), "255");
        assert_eq!(
            decimal(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            "340282366920938463463374607431768211456"
        );
    }

    #[test]
    fn a_certificate_is_read() {
        let certificate = testing::certificate();
        // The identification has no short name in RFC 2253: its DER value follows in hexadecimal.
        assert_eq!(
            certificate.issuer,
            "CN=CA DE ENSAYO (INVENTADA),O=ENSAYO,C=CR,2.5.4.5=#0c1043504a2d392d3939392d393939393939"
        );
        assert_eq!(certificate.common_name.as_deref(), Some("EMPRESA INVENTADA SOCIEDAD ANÓNIMA"));
        assert_eq!(certificate.key_bits, 2048);
        assert_eq!(certificate.not_before.to_rfc3339(), "2026-01-01T00:00:00+00:00");
        assert_eq!(certificate.not_after.to_rfc3339(), "2030-01-01T00:00:00+00:00");
        assert!(matches!(Certificate::from_der(&certificate.der()[1..]), Err(CertificateError::Damaged(_))));
    }

    #[test]
    fn the_holder_is_the_number_that_comprobantes_write() {
        let cases = [
            ("CPF-01-1302-0487", Some("113020487")),
            ("CPF-1-1302-0487", Some("113020487")),
            ("CPJ-3-101-123456", Some("3101123456")),
            ("DIMEX-155812345678", Some("155812345678")),
            ("DIMEX-01-55812345678", Some("0155812345678")),
            ("NITE-1234567890", Some("1234567890")),
            ("113020487", None),
            ("CPF-", None),
            ("CPF-1X", None),
        ];
        for (serial_number, holder) in cases {
            let certificate = Certificate { serial_number: Some(serial_number.into()), ..testing::certificate() };
            assert_eq!(certificate.holder().as_deref(), holder, "{serial_number}");
        }
    }
}
