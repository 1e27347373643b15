//! What the runs of one command share: the companies, their keys and sessions, the clock, the ways of notices.

use std::sync::OnceLock;

use super::gate::Gate;
use super::keys::Keys;
use super::sessions::Sessions;
use crate::clock::Clock;
use crate::config::Company;
use crate::notice::Way;
use crate::store::{Store, StoreError};

/// Where errands are done. Dropping it logs out whoever was logged in.
pub struct Desk<'a> {
    pub(super) clock: Clock,
    /// How notices go out; none where nobody wants them.
    pub(super) ways: Vec<Way>,
    pub(super) keys: Keys<'a>,
    pub(super) sessions: Sessions<'a>,
    /// Known from the first errand on.
    gate: OnceLock<Gate>,
}

impl<'a> Desk<'a> {
    /// For errands of these companies. Opens nothing yet.
    pub fn new(companies: impl IntoIterator<Item = &'a Company>, clock: Clock, ways: Vec<Way>) -> Self {
        let companies: Vec<_> = companies.into_iter().collect();
        let (keys, sessions) = (Keys::of(companies.iter().copied()), Sessions::of(companies, clock));
        Desk { clock, ways, keys, sessions, gate: OnceLock::new() }
    }

    /// What is known of outages: what earlier runs found, and what any errand at this desk finds.
    pub(super) fn gate(&self, store: &Store) -> Result<&Gate, StoreError> {
        let known = store.breakers()?;
        Ok(self.gate.get_or_init(|| Gate::new(known)))
    }

    /// An errand has its turn.
    pub(super) fn begin_turn(&self) {
        if let Some(gate) = self.gate.get() {
            gate.begin_turn();
        }
    }
}
