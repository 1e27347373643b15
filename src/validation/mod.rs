//! What Hacienda would refuse or warn about, said before sending: structure, codes, conditions and arithmetic of the annex.

mod finding;
pub mod structure;
mod tree;

pub use finding::{Finding, Severity};
