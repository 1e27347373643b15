//! The sentences in English.

mod company;
mod event;
mod notice;
mod signature;
mod step;

pub use event::{detail, note, remark};
pub use notice::{LABELS, duty, headline, notice_fault, told};
pub use signature::{found, signature_check, signature_fault};
pub use step::{cause, transport};
