//! `generate` from the outside: whole lives of what it makes, its totals against a checker that shares no code with it,
//! golden files, and its numbers under many processes and kills.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod arithmetic;
mod checker;
mod confirmations;
mod golden;
mod identity;
mod notes;
mod numbering;
mod originals;
mod sheets;
mod support;
mod volume;
mod whole;
