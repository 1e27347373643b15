//! Who signs the stand-in's answers: a key and a certificate of its own, made when first needed.

use std::sync::OnceLock;

use chrono::{DateTime, NaiveDate, Utc};

use crate::signature::rehearsal::KeyHolder;
use crate::signature::{self, Credential, SignOptions};

/// The stand-in's own key, shared by all stand-ins of a process: making one takes longer than all else that they do.
fn own_credential() -> Result<Credential, String> {
    let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).ok_or("no such year");
    let holder = KeyHolder {
        name: "MINISTERIO DE HACIENDA (PRUEBAS)",
        serial_number: "CPJ-2-100-042005",
        from: year(2016)?,
        until: year(2099)?,
        long_key: false,
    };
    let issued = holder.self_signed().map_err(|cause| cause.to_string())?;
    issued.credential().map_err(|cause| cause.to_string())
}

/// Signs an answer.
pub(super) fn sign(unsigned: &[u8], now: DateTime<Utc>) -> Result<Vec<u8>, String> {
    static CREDENTIAL: OnceLock<Result<Credential, String>> = OnceLock::new();
    let credential = CREDENTIAL.get_or_init(own_credential).as_ref().map_err(Clone::clone)?;
    signature::sign(unsigned, credential, &SignOptions::default(), now).map_err(|cause| cause.to_string())
}
