//! Hacienda's service: where it is, how one logs in, what is sent and what comes back.
//!
//! `http` is the only file that sends, `transport` names what can go wrong with it. `form`, `token`, `messages` and `list` turn values into bodies and bodies into values,
//! `ratelimit` reads the service's wishes, `fault` turns what went wrong into a cause. Nothing here knows the database, the
//! configuration file or the states of a document.

mod client;
mod endpoints;
mod fault;
mod fields;
pub(crate) mod form;
mod heartbeat;
mod http;
mod list;
mod messages;
mod ratelimit;
mod redact;
mod session;
mod token;
mod transport;

pub use client::{Client, ClientError, ClientOptions, Target};
pub(crate) use endpoints::check_address;
pub use endpoints::{Endpoints, Environment};
pub(crate) use heartbeat::{Beat, Heartbeat, Unheard};
pub use http::RawAnswer;
pub(crate) use list::{ListItem, PAGE, Page, interpret_list, read_list};
pub use messages::{Answer, Reception, ServiceStatus, Submission, interpret_status};
pub(crate) use messages::{StatusAnswer, paper_in};
pub(crate) use redact::Redactor;
pub use session::{Credentials, Session};
