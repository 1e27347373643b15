//! Who signs the stand-in's answers: a key and a certificate of its own, made when first needed.

use std::sync::OnceLock;

use chrono::{DateTime, NaiveDate, Utc};

use crate::signature::rehearsal::KeyHolder;
use crate::signature::{self, Credential, SignOptions};

/// The seal of the Ministry, as its certificates name it in production and in the sandbox.
const HACIENDA: (&str, &str) = ("MINISTERIO DE HACIENDA (PRUEBAS)", "CPJ-2-100-042005");
/// Somebody else, who can make a signature as good as any.
const ANOTHER: (&str, &str) = ("OTRA PERSONA INVENTADA", "CPJ-3-999-999999");

/// A key of its own, shared by all stand-ins of a process: making one takes longer than all else that they do.
fn credential_of((name, serial_number): (&str, &str)) -> Result<Credential, String> {
    let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).ok_or("no such year");
    let holder = KeyHolder { name, serial_number, from: year(2016)?, until: year(2099)?, long_key: false };
    let issued = holder.self_signed().map_err(|cause| cause.to_string())?;
    issued.credential().map_err(|cause| cause.to_string())
}

/// Signs an answer, as Hacienda or as somebody else.
pub(super) fn sign(unsigned: &[u8], now: DateTime<Utc>, as_another: bool) -> Result<Vec<u8>, String> {
    static OWN: OnceLock<Result<Credential, String>> = OnceLock::new();
    static OTHER: OnceLock<Result<Credential, String>> = OnceLock::new();
    let credential = match as_another {
        false => OWN.get_or_init(|| credential_of(HACIENDA)),
        true => OTHER.get_or_init(|| credential_of(ANOTHER)),
    };
    let credential = credential.as_ref().map_err(Clone::clone)?;
    signature::sign(unsigned, credential, &SignOptions::default(), now).map_err(|cause| cause.to_string())
}
