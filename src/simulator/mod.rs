//! A stand-in for Hacienda on this machine, for rehearsals and tests: identity provider, reception and query.
//!
//! It speaks real HTTP over a loopback port, checks what Hacienda is known to check, answers with signed verdicts, and
//! misbehaves as its [`Script`] says. It keeps everything in memory and writes down every request, so that a test can prove
//! that nothing was lost, doubled or changed. What it knows of the service is from the documentation, not from our client.

mod action;
mod asked;
mod docket;
mod form;
mod identity;
mod idp;
mod judge;
mod limiter;
mod mensaje;
mod reception;
mod record;
mod rules;
mod script;
mod server;
mod service;
mod tokens;
mod wire;

pub use action::{Action, Endpoint, ResetForm};
pub use record::RecordedRequest;
pub use script::{RateLimit, Rule, Script, User};
pub use server::{Simulator, SimulatorError, SimulatorOptions};
