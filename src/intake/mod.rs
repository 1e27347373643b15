//! What comes in: files found once and read within limits, documents accepted for a company of ours, given their
//! numbers, and stored.
//!
//! Every file that a user names is found and read here and nowhere else, so that no folder is visited twice, no pipe is
//! waited for and no file is read beyond the limits, whatever the command. It knows neither the command line nor the
//! terminal: what it has to say it gives back as values.

mod accept;
mod confirmation;
mod confirmed;
mod generated;
mod given;
mod import;
mod known;
mod notes;
mod number;
mod origin;
mod pending;
mod problem;
mod read;
mod ready;
mod selector;
mod shelves;
mod walk;

pub(crate) use confirmation::{Message, confirmation};
pub(crate) use generated::{Generated, GeneratedLine, Label};
pub(crate) use given::Given;
pub(crate) use import::{ImportLine, ImportNote, ImportResult, Imports, import, import_file};
pub(crate) use number::Issuance;
pub(crate) use problem::Problem;
pub(crate) use read::{Unread, read_document, read_input};
pub(crate) use selector::{document, is_key, is_ours, no_such_document, refuse_mistyped_key};
pub(crate) use shelves::Shelves;
pub(crate) use walk::Walk;
