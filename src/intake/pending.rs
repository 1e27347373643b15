//! Documents of one batch before they are stored, as far as the others of the batch must know them.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use crate::document::{Kind, Link, Relation};

/// What the documents of the batch will be to others, and their words: they count as if they were stored.
#[derive(Default)]
pub(super) struct Pending {
    /// Kind and total of the notes on a document.
    pub(super) notes: HashMap<String, Vec<(Kind, Decimal)>>,
    /// Documents that will have a replacement.
    pub(super) replaced: HashSet<String>,
    /// Documents that will be confirmed.
    pub(super) confirmed: HashSet<String>,
    /// Company and word, with the number of the document.
    pub(super) words: HashMap<(String, String), u64>,
}

impl Pending {
    /// Adds what a document with this kind and total is to others.
    pub(super) fn add(&mut self, links: &[Link], note: (Kind, Decimal)) {
        for link in links {
            match link.relation {
                Relation::Adjusts => self.notes.entry(link.target.clone()).or_default().push(note),
                Relation::Replaces => {
                    self.replaced.insert(link.target.clone());
                }
            }
        }
    }
}
