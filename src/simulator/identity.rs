//! Who signs the stand-in's answers: a key and a certificate of its own, made when first needed.

use std::sync::OnceLock;

use aws_lc_rs::rand;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256};

use crate::secret::Secret;
use crate::signature::{self, Credential, SignOptions};

/// Object identifier of the attribute `serialNumber`, where Costa Rican certificates carry the identification.
const SERIAL_NUMBER: &[u64] = &[2, 5, 4, 5];

/// The holder of a certificate for rehearsals.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Common name; say that it is not real.
    pub common_name: String,
    /// As Costa Rican certificates write it: `CPJ-3-101-123456`.
    pub serial_number: String,
    /// First day of validity.
    pub not_before: NaiveDate,
    /// The day at whose beginning it ends.
    pub not_after: NaiveDate,
}

/// Makes a key of 2048 bits with a self-signed certificate and packs both as a .p12, for rehearsals and tests.
pub fn make_p12(holder: &Holder, pin: &str) -> Result<Vec<u8>, String> {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).map_err(|cause| cause.to_string())?;
    let certificate = parameters(holder)?.self_signed(&key).map_err(|cause| cause.to_string())?;
    let private_key = PrivateKey::from_der(key.serialized_der()).map_err(|cause| cause.to_string())?;
    let certificate = Certificate::from_der(certificate.der()).map_err(|cause| cause.to_string())?;
    let mut store = KeyStore::new();
    let chain = PrivateKeyChain::new("rehearsal", private_key, [certificate]);
    store.add_entry("rehearsal", KeyStoreEntry::PrivateKeyChain(chain));
    store.writer(pin).write().map_err(|cause| cause.to_string())
}

fn parameters(holder: &Holder) -> Result<CertificateParams, String> {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, "CR");
    name.push(DnType::OrganizationName, "SOLO PARA PRUEBAS");
    name.push(DnType::CommonName, holder.common_name.as_str());
    name.push(DnType::CustomDnType(SERIAL_NUMBER.to_vec()), holder.serial_number.as_str());
    let midnight = |day: NaiveDate| rcgen::date_time_ymd(day.year(), day.month() as u8, day.day() as u8);
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = name;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    parameters.not_before = midnight(holder.not_before);
    parameters.not_after = midnight(holder.not_after);
    let mut serial = [0; 8];
    rand::fill(&mut serial).map_err(|_| "the provider gave no random bytes")?;
    // A serial number is positive and has no superfluous zero byte before it (RFC 5280, 4.1.2.2).
    serial[0] = serial[0] & 0x7f | 0x40;
    parameters.serial_number = Some(serial.to_vec().into());
    Ok(parameters)
}

/// The stand-in's own key, shared by all stand-ins of a process: making one takes longer than all else that they do.
fn own_credential() -> Result<Credential, String> {
    let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).ok_or("no such year");
    let holder = Holder {
        common_name: "MINISTERIO DE HACIENDA (PRUEBAS)".to_owned(),
        serial_number: "CPJ-2-100-042005".to_owned(),
        not_before: year(2016)?,
        not_after: year(2099)?,
    };
    // The file never leaves this process; its PIN protects nothing.
    let pin = "0000";
    Credential::open(&make_p12(&holder, pin)?, &Secret::new(pin)).map_err(|cause| cause.to_string())
}

/// Signs an answer.
pub(super) fn sign(unsigned: &[u8], now: DateTime<Utc>) -> Result<Vec<u8>, String> {
    static CREDENTIAL: OnceLock<Result<Credential, String>> = OnceLock::new();
    let credential = CREDENTIAL.get_or_init(own_credential).as_ref().map_err(Clone::clone)?;
    signature::sign(unsigned, credential, &SignOptions::default(), now).map_err(|cause| cause.to_string())
}
