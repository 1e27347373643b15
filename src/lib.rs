//! cr-einvoice: sign, submit and follow Costa Rica's comprobantes electrónicos.
//!
//! The modules are the life of a comprobante. `document` knows what it is, `generate` makes one and `intake` takes one in,
//! `signature` signs and checks it, `hacienda` talks to the service, `store` remembers, `lifecycle` and `retry` decide,
//! `cause` is why a step failed, `pipeline` joins them, `commands` are what a person types and `output` is what they see.
//! The binary is the product; the library exists for it and its tests, and shows what they use.
#![deny(unreachable_pub)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod actor;
pub mod catalogue;
pub mod cause;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
mod deadlines;
mod doctor;
pub mod document;
mod ending;
pub mod error;
pub mod generate;
pub mod hacienda;
mod init;
mod intake;
pub mod language;
pub mod lifecycle;
pub mod memory;
pub mod named;
mod new_file;
mod notice;
pub mod output;
mod pipeline;
pub mod retry;
pub mod secret;
mod sha256;
pub mod signature;
pub mod simulator;
pub mod store;
mod subprocess;
pub mod validation;
pub mod xml;
