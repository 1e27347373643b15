//! A document without the signature that was put into it.

use memchr::memmem;

/// How our signatures begin and end; `ds:SignatureMethod` and `ds:SignatureValue` begin otherwise.
const BEGIN: &[u8] = b"<ds:Signature ";
const END: &[u8] = b"</ds:Signature>";

/// What is left of signed bytes without the last `ds:Signature`. A cut and no reading: whether it gives the bytes that were signed
/// is seen when they are signed, by comparing, and what gave them once gives them always.
pub(crate) fn without_signature(signed: &[u8]) -> Option<Vec<u8>> {
    around_signature(signed).map(|around| around.concat())
}

/// Whether [`without_signature`] gives these bytes.
pub(crate) fn gives_back(signed: &[u8], draft: &[u8]) -> bool {
    around_signature(signed).is_some_and(|[before, after]| draft.strip_prefix(before).is_some_and(|rest| rest == after))
}

fn around_signature(signed: &[u8]) -> Option<[&[u8]; 2]> {
    let end = memmem::rfind(signed, END)? + END.len();
    let begin = memmem::rfind(&signed[..end], BEGIN)?;
    Some([&signed[..begin], &signed[end..]])
}
