//! The key of a document's row, which every table here refers to.

/// The key of a document's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentId(pub(super) i64);

impl DocumentId {
    /// The number of the row, as SQL shows it.
    pub fn number(self) -> i64 {
        self.0
    }
}
