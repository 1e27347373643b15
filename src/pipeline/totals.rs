//! What documents come to, by company, kind and currency: what a person looks at before they are signed or sent.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::document::{Kind, parse_amount};
use crate::named::Named;
use crate::store::Document;

/// The documents of one kind in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Total {
    /// What they are.
    pub kind: Kind,
    /// How many.
    pub documents: u64,
    /// The sum of their totals. A MensajeReceptor counts with the total of what it confirms.
    pub total: Decimal,
}

/// What documents come to. Notes of credit are not taken off: each kind stands for itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals(BTreeMap<(String, usize, String), Total>);

impl Totals {
    /// Counts one more.
    pub(super) fn add(&mut self, document: &Document) {
        let place = Kind::ALL.iter().position(|kind| *kind == document.kind).unwrap_or_default();
        let key = (document.company.clone(), place, document.currency.clone());
        let none = Total { kind: document.kind, documents: 0, total: Decimal::ZERO };
        let total = self.0.entry(key).or_insert(none);
        total.documents += 1;
        total.total = total.total.saturating_add(parse_amount(&document.total).unwrap_or_default());
    }

    /// Company and currency with each total, in the order of the companies, the kinds and the currencies.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&str, &str, &Total)> {
        self.0.iter().map(|((company, _, currency), total)| (company.as_str(), currency.as_str(), total))
    }
}
