//! What the runs of one command share: the companies, their keys and sessions, the clock, the ways of notices.

use super::keys::Keys;
use super::sessions::Sessions;
use crate::clock::Clock;
use crate::config::Company;
use crate::notice::Way;

/// Where errands are done. Dropping it logs out whoever was logged in.
pub struct Desk<'a> {
    pub(super) clock: Clock,
    /// How notices go out; none where nobody wants them.
    pub(super) ways: Vec<Way>,
    pub(super) keys: Keys<'a>,
    pub(super) sessions: Sessions<'a>,
}

impl<'a> Desk<'a> {
    /// For errands of these companies. Opens nothing yet.
    pub fn new(companies: impl IntoIterator<Item = &'a Company>, clock: Clock, ways: Vec<Way>) -> Self {
        let companies: Vec<_> = companies.into_iter().collect();
        let (keys, sessions) = (Keys::of(companies.iter().copied()), Sessions::of(companies, clock));
        Desk { clock, ways, keys, sessions }
    }
}
