//! Comprobantes from what a person knows: the input read, everything derivable derived by the annex's arithmetic, the
//! XML written in the order of the structure tables.
//!
//! The input says each thing by a plain word (`lines`, `price`) or by the official name of its element, so every
//! element of every kind can be reached. It knows no database: numbers are given by `store`, documents are made from
//! others by value.

mod arithmetic;
mod confirmation;
mod content;
mod document;
mod encoding;
mod error;
mod group;
mod input;
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
mod sheet;
mod source;
mod strip;
mod summary;
mod surtido;
mod taxes;
mod template;
mod value;
mod verbatim;
mod writer;
mod written;

pub(crate) use confirmation::Received;
pub(crate) use content::content_hash;
pub use document::Maker;
pub(crate) use document::{Draft, Numbered, kind_of};
pub(crate) use error::InputError;
pub use error::InputErrors;
pub(crate) use input::Input;
pub(crate) use issuer::check_issuer;
pub(crate) use original::Original;
pub(crate) use schema::schema;
pub(crate) use security::security_code;
pub(crate) use sheet::sheet_template;
pub(crate) use source::{Format, each_document};
pub use template::template;
pub use value::Value;
pub(crate) use written::DecimalSign;

#[cfg(test)]
mod tests;
