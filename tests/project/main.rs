//! The project says what is so: its architecture, its README, its manual, its examples, its exit codes, and that no secret
//! is ever told.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod architecture;
mod command_line;
mod examples;
mod exit_codes;
mod json;
mod man;
mod names;
mod readme;
mod redaction;
mod source;
