//! The binary, command by command, against a live stand-in and a temporary database.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod answers;
mod causes;
mod confirmed;
mod discard;
mod examined;
mod finding;
mod held;
mod import;
mod intake;
mod looking;
mod lost;
mod poll;
mod retry;
mod seals;
mod shown;
mod sign;
mod speaking;
mod starting;
mod story;
mod submit;
