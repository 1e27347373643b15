//! The sentences in English.

mod company;
mod event;
mod notice;
mod step;

pub use event::{detail, note, remark, signature_check};
pub use notice::{LABELS, duty, headline, notice_fault, told};
pub use step::{cause, transport};
