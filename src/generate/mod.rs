//! Comprobantes from what a person knows: the input read, everything derivable derived by the annex's arithmetic, the
//! XML written in the order of the structure tables.
//!
//! The input says each thing by a plain word (`lines`, `price`) or by the official name of its element, so every
//! element of every kind can be reached. It knows no database: numbers are given by `store`, documents are made from
//! others by value.

mod arithmetic;
mod confirmation;
mod document;
mod error;
mod group;
mod issuer;
mod line;
mod names;
mod natural;
mod original;
mod party;
mod payment;
mod read;
mod references;
mod required;
mod schema;
mod security;
mod source;
mod spreadsheet;
mod summary;
mod surtido;
mod taxes;
mod template;
mod value;
mod verbatim;
mod writer;

pub(crate) use confirmation::{Confirmation, Received};
pub use document::Maker;
pub(crate) use document::{Draft, Numbered, kind_of};
pub use error::InputError;
pub(crate) use original::Original;
pub(crate) use schema::schema;
pub(crate) use security::security_code;
pub(crate) use source::{Format, each_document};
pub use template::template;
pub use value::Value;

#[cfg(test)]
mod tests;
