//! The sentences in English.

mod company;
mod event;
mod notice;
mod step;

pub(crate) use event::{detail, note, remark, signature_check};
pub(crate) use notice::{LABELS, duty, headline, notice_fault, told};
pub(crate) use step::{cause, transport};
