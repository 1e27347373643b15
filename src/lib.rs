//! cr-einvoice: sign, submit and follow Costa Rica's comprobantes electrónicos.
//!
//! The modules are the life of a comprobante. `document` knows what it is, `signature` signs and checks it, `hacienda`
//! talks to the service, `store` remembers, `lifecycle` and `retry` decide, `pipeline` joins them, `commands` are what a
//! person types and `output` is what they see. The binary is the product; the library exists for it and its tests.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod catalogue;
pub mod clock;
pub mod document;
pub mod lifecycle;
pub mod retry;
pub mod secret;
pub mod validation;
pub mod xml;
