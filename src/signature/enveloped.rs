//! A document without the signature that was put into it.

use memchr::memmem;

/// How our signatures begin and end; `ds:SignatureMethod` and `ds:SignatureValue` begin otherwise.
const BEGIN: &[u8] = b"<ds:Signature ";
const END: &[u8] = b"</ds:Signature>";

/// What is left of signed bytes without the last `ds:Signature`. A cut and no reading: whether it gives the bytes that were signed
/// is seen when they are signed, by comparing, and what gave them once gives them always.
pub(crate) fn without_signature(signed: &[u8]) -> Option<Vec<u8>> {
    let end = memmem::rfind(signed, END)? + END.len();
    let begin = memmem::rfind(&signed[..end], BEGIN)?;
    let mut rest = Vec::with_capacity(signed.len() - (end - begin));
    rest.extend_from_slice(&signed[..begin]);
    rest.extend_from_slice(&signed[end..]);
    Some(rest)
}
