//! The document in, the signed document out. Its bytes are kept, and the signature is put between them; what leaves here has been
//! verified.

use chrono::{DateTime, Utc};
use memchr::memmem;

use super::survey::Survey;
use super::verify::verify_with;
use super::{Credential, SignOptions, SignatureError, xades};
use crate::xml::Outline;

/// Signs a document. What comes back has passed our own verification, which shares no state with the signing.
pub fn sign(
    xml: &[u8],
    credential: &Credential,
    options: &SignOptions,
    signing_time: DateTime<Utc>,
) -> Result<Vec<u8>, SignatureError> {
    let survey = Survey::of(xml)?;
    if !survey.signatures.is_empty() || survey.misplaced_signature.is_some() {
        return Err(SignatureError::AlreadySigned);
    }
    sign_unsigned(&survey.outline, credential, options, signing_time)
}

/// The same of a document that has been read to its end.
pub(crate) fn sign_outlined(
    outline: &Outline<'_>,
    credential: &Credential,
    options: &SignOptions,
    signing_time: DateTime<Utc>,
) -> Result<Vec<u8>, SignatureError> {
    // The outline knows of no signatures; but where not even the word is, there is none.
    if memmem::find(outline.text().as_bytes(), b"Signature").is_some() {
        return sign(outline.text().as_bytes(), credential, options, signing_time);
    }
    sign_unsigned(outline, credential, options, signing_time)
}

fn sign_unsigned(
    outline: &Outline<'_>,
    credential: &Credential,
    options: &SignOptions,
    signing_time: DateTime<Utc>,
) -> Result<Vec<u8>, SignatureError> {
    check_dates(credential, signing_time)?;
    let signature = xades::signature(outline, credential, options, signing_time)?;
    let signed = insert(outline, &signature);
    match verify_with(&signed, Some(credential.certificate())).failure() {
        None => Ok(signed),
        Some(part) => Err(SignatureError::SelfCheck(part.clone())),
    }
}

/// Hacienda refuses what an expired certificate signed, so it is not signed.
fn check_dates(credential: &Credential, at: DateTime<Utc>) -> Result<(), SignatureError> {
    let certificate = credential.certificate();
    if certificate.is_valid_at(at) {
        return Ok(());
    }
    Err(if at < certificate.not_before {
        SignatureError::NotYetValid(certificate.not_before)
    } else {
        SignatureError::Expired(certificate.not_after)
    })
}

/// Puts the signature right before the end of the root. `<Root/>` gets an end tag first.
fn insert(outline: &Outline<'_>, signature: &[u8]) -> Vec<u8> {
    let bytes = outline.text().as_bytes();
    let end = &outline.root_end;
    let mut signed = Vec::with_capacity(bytes.len() + signature.len() + outline.root_tag.len() + 2);
    if outline.root_self_closing {
        signed.extend_from_slice(&bytes[..end.end - "/>".len()]);
        signed.push(b'>');
        signed.extend_from_slice(signature);
        signed.extend_from_slice(format!("</{}>", outline.root_tag).as_bytes());
    } else {
        signed.extend_from_slice(&bytes[..end.start]);
        signed.extend_from_slice(signature);
        signed.extend_from_slice(&bytes[end.clone()]);
    }
    signed.extend_from_slice(&bytes[end.end..]);
    signed
}
