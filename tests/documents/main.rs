//! Documents as files: how they are read, what validation says of them, and what the official XSDs say of them and of us.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod agreement;
mod cases;
mod rare;
mod reading;
mod structure;
mod validation;
mod xsd;
