//! The sentences in English.

mod cause;
mod company;
mod event;
mod notice;

pub use cause::{cause, transport};
pub use event::{detail, note, remark, signature_check};
pub use notice::{LABELS, duty, headline, notice_fault, told};
