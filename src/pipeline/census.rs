//! All that Hacienda's list says of a company, for those who ask outside of a run.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Budget;
use super::desk::Desk;
use super::number_guard::numbered_by;
use crate::cause::Cause;
use crate::config::Company;
use crate::document::DocumentKey;
use crate::hacienda::{PAGE, Page, Session, interpret_list, read_list};
use crate::retry::Category;

/// Requests for one company: 180,000 documents.
const MOST_REQUESTS: u32 = 4000;
/// The service asks for pauses; so many of them for one page, and it is given up.
const MOST_PAUSES: u32 = 5;
/// Where the service asks for fewer requests and does not say for how long.
const SHORT_PAUSE: Duration = Duration::from_secs(2);

/// The documents that Hacienda's list says the company has numbered.
#[derive(Debug)]
pub(crate) struct Census {
    /// Their keys, and their dates where the list says them.
    pub documents: Vec<(DocumentKey, Option<DateTime<Utc>>)>,
    /// The list was read to its end, or to what is older than was wanted.
    pub complete: bool,
}

/// Reads the list down to `since`, or all of it.
pub(crate) fn census(
    desk: &Desk<'_>,
    company: &Company,
    since: Option<DateTime<Utc>>,
    budget: &Budget,
) -> Result<Census, Cause> {
    let session = desk.sessions.open(company, None)?;
    let list = read_list(since, MOST_REQUESTS, |offset| page(&session, offset, budget))?;
    Ok(Census { documents: numbered_by(company, &list.items), complete: list.complete })
}

fn page(session: &Session, offset: u64, budget: &Budget) -> Result<Page, Cause> {
    let mut pauses = 0;
    loop {
        let found = session.list(offset, PAGE).and_then(|answer| interpret_list(&answer));
        match found {
            Err(cause) if cause.category() == Category::RateLimit && pauses < MOST_PAUSES => {
                pauses += 1;
                let pause = session.pause().unwrap_or(SHORT_PAUSE);
                if !budget.allows(pause) || !budget.pause(pause) {
                    return Err(cause);
                }
            }
            found => return found,
        }
    }
}
