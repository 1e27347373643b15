//! The sentences in English.

mod cause;
mod company;
mod event;

pub use cause::{cause, transport};
pub use event::{detail, note, remark, signature_check};
