//! Signatures from outside: what we sign, what others signed, and what must be refused.

mod canonical;
mod foreign;
mod hostile;
mod independent;
mod interop;
mod samples;
mod signing;
mod support;
