//! The sentences in English.

mod company;
mod discard;
mod event;
mod import;
mod notice;
mod run;
mod signature;
mod step;

pub(crate) use discard::{came_signed, fate};
pub(crate) use event::{detail, note, remark};
pub(crate) use import::import_note;
pub(crate) use notice::{LABELS, duty, headline, notice_fault, told};
pub(crate) use run::{held, remaining, try_now};
pub(crate) use signature::{found, signature_check, signature_fault};
pub(crate) use step::{cause, transport};
