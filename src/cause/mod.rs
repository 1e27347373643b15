//! Why something went wrong, and what happened to a document, as data: closed values with their fields, never sentences.
//!
//! A step's failure is one [`Cause`] from the wire to the queue, and what follows from it (category, delivery, whether an
//! attempt is spent) is asked of it. What the database keeps for people is such a value too, as JSON; the words are made
//! when somebody reads them, by `output::words`, in that person's language. Pure: no clock, no file, no network. No value
//! here ever holds a secret.

mod answer;
mod company;
mod detail;
mod exchange;
mod signature;
mod step;
mod stored;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use answer::{Remark, SignatureCheck};
pub(crate) use company::{AddressFault, CertificateFault, CommandFault, CompanyFault, SecretFault};
pub(crate) use detail::{Detail, Receipt};
pub(crate) use exchange::AnswerFault;
pub use exchange::{Delivery, Stage, Transport};
pub(crate) use signature::{ReferenceFault, SignatureFault, SignerFault, StructureFault};
pub use step::Cause;
pub(crate) use step::{LastWord, PaperFault, Rejection, SigningFault};
pub(crate) use stored::Stored;

#[cfg(test)]
mod tests;
