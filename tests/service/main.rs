//! The client, the stand-in for the service, and the TLS between a client and a server.
#![allow(clippy::unwrap_used)]

mod client;
mod simulator;
mod tls;
