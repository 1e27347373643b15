//! The arithmetic of the annex: round half up at the sixth decimal, and what a difference means.

use std::ops::{Add, AddAssign, Mul, Sub};

use rust_decimal::{Decimal, RoundingStrategy};

use super::finding::{Report, Sentence, Severity};
use crate::document::Node;

/// A result as the document writes it beside what it should be. Later formulas are satisfied by either, so that one
/// wrong amount is found once and not again in everything computed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Amount {
    pub(super) written: Decimal,
    pub(super) right: Decimal,
}

impl Amount {
    /// A value that nothing computes: it is what it is.
    pub(super) fn given(value: Decimal) -> Self {
        Amount { written: value, right: value }
    }

    /// Both rounded to five decimals.
    pub(super) fn rounded(self) -> Self {
        Amount { written: round(self.written), right: round(self.right) }
    }
}

impl Add for Amount {
    type Output = Amount;

    fn add(self, other: Amount) -> Amount {
        Amount { written: self.written.saturating_add(other.written), right: self.right.saturating_add(other.right) }
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Amount) {
        *self = *self + other;
    }
}

impl Sub for Amount {
    type Output = Amount;

    fn sub(self, other: Amount) -> Amount {
        Amount { written: self.written.saturating_sub(other.written), right: self.right.saturating_sub(other.right) }
    }
}

impl Mul<Decimal> for Amount {
    type Output = Amount;

    fn mul(self, factor: Decimal) -> Amount {
        Amount { written: product(self.written, factor), right: product(self.right, factor) }
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Amount>>(amounts: I) -> Amount {
        amounts.fold(Amount::default(), Add::add)
    }
}

/// The product; absurdly large factors end at the largest decimal instead of failing.
pub(super) fn product(one: Decimal, other: Decimal) -> Decimal {
    one.checked_mul(other).unwrap_or(Decimal::MAX)
}

/// A percentage of 13 as the factor 0.13.
pub(super) fn percent(rate: Decimal) -> Decimal {
    product(rate, Decimal::new(1, 2))
}

/// Five decimals; the sixth rounds up from 5 on (annex: `20.203518` is `20.20352`).
pub(super) fn round(value: Decimal) -> Decimal {
    if value.scale() <= 5 { value } else { value.round_dp_with_strategy(5, RoundingStrategy::MidpointAwayFromZero) }
}

/// The amount in a child of `parent` against its formula. An absent child is zero where zero is right.
pub(super) fn settle<'t, 'a>(
    report: &mut Report<'t, 'a>,
    parent: Node<'t, 'a>,
    element: &str,
    name: &'static str,
    expected: Amount,
) -> Amount {
    settle_any(report, parent, element, name, &[expected], 0)
}

/// The same with several readings of the annex, each satisfied within so many units of the last decimal.
pub(super) fn settle_any<'t, 'a>(
    report: &mut Report<'t, 'a>,
    parent: Node<'t, 'a>,
    element: &str,
    name: &'static str,
    expected: &[Amount],
    slack: i64,
) -> Amount {
    let found = parent.amount_or_zero(element);
    // Nearly every amount is right, and then nothing has to be counted.
    if let Some(right) = expected.iter().find(|amount| amount.written == found || amount.right == found) {
        return Amount { written: found, right: right.right };
    }
    let apart = |value: Decimal| found.saturating_sub(value).abs();
    let difference = |amount: &Amount| apart(amount.written).min(apart(amount.right));
    let (mut nearest, mut least) = (Amount::default(), Decimal::MAX);
    for amount in expected {
        if difference(amount) < least {
            (nearest, least) = (*amount, difference(amount));
        }
    }
    if least > Decimal::new(slack, 5) {
        report_difference(report, parent.child_or_self(element), element, name, (found, nearest.right, least));
    }
    Amount { written: found, right: nearest.right }
}

/// Hacienda publishes no tolerance. Systems that count in two decimals are off by up to a hundredth in each line, and
/// are accepted: that much is a warning, more is a rejection.
#[cold]
fn report_difference<'t, 'a>(
    report: &mut Report<'t, 'a>,
    node: Node<'t, 'a>,
    element: &str,
    name: &'static str,
    (found, right, difference): (Decimal, Decimal, Decimal),
) {
    let hundredths = if node.is_in("ResumenFactura") { node.root().lines().count().max(1) } else { 1 };
    let tolerance = Decimal::new(i64::try_from(hundredths).unwrap_or(1), 2);
    let severity = if difference <= tolerance { Severity::Warn } else { Severity::Reject };
    let right = right.normalize();
    let es = format!("{element} es {found} y según su fórmula debe ser {right}");
    report.add(
        node,
        severity,
        name,
        Sentence::new(es, format!("{element} is {found} and by its formula must be {right}")),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_decimal_rounds_half_up() {
        for (value, rounded) in [("20.203512", "20.20351"), ("20.203518", "20.20352"), ("0.000005", "0.00001")] {
            assert_eq!(round(value.parse().unwrap()), rounded.parse().unwrap(), "{value}");
        }
    }
}
