//! What those who fill the new file work with.

use std::path::Path;

use rusqlite::Connection;

use super::super::{Result, StoreError};

/// A connection to the new file that sees the old one as `old`.
pub(super) struct Building<'a> {
    pub connection: Connection,
    /// The old file, for messages.
    pub path: &'a Path,
}

impl Building<'_> {
    pub(super) fn ask<T>(&self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        question(&self.connection).map_err(|source| StoreError::sqlite(self.path, source))
    }
}
