//! Money: decimals, rounded half up at the sixth decimal (annex: `20.203518` is `20.20352`), never above what the XSD
//! holds.

use rust_decimal::{Decimal, RoundingStrategy};

use super::error::{InputError, Path};
use super::group::Group;

/// Five decimals, half up.
pub(super) fn round(value: Decimal) -> Decimal {
    if value.scale() <= 5 { value } else { value.round_dp_with_strategy(5, RoundingStrategy::MidpointAwayFromZero) }
}

/// The product; far beyond every amount it ends at the largest decimal, which no amount may be.
pub(super) fn product(one: Decimal, other: Decimal) -> Decimal {
    one.checked_mul(other).unwrap_or(Decimal::MAX)
}

/// So many percent of an amount, rounded.
pub(super) fn percent_of(amount: Decimal, percent: Decimal) -> Decimal {
    round(product(product(amount, percent), Decimal::new(1, 2)))
}

/// Puts a derived amount in its place. An amount that the input gave there must be the same.
pub(super) fn settle(
    group: &mut Group,
    name: &'static str,
    derived: Decimal,
    path: Path<'_>,
) -> Result<Decimal, InputError> {
    if derived > Decimal::from(10_000_000_000_000_i64) - Decimal::new(1, 5) {
        return Err(
            path.refuse(format!("{name} comes to more than 9999999999999.99999, the most that a document can say"))
        );
    }
    if derived.is_sign_negative() && !derived.is_zero() {
        return Err(path.refuse(format!("{name} comes to {derived}; no amount of a document is below zero")));
    }
    if let Some(given) = group.number(name).filter(|given| *given != derived) {
        let message = format!(
            "{name} is given as {} and comes to {}; correct the input, or leave it out",
            given.normalize(),
            derived.normalize()
        );
        return Err(path.refuse(message));
    }
    group.set(name, derived);
    Ok(derived)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_annex() {
        for (value, rounded) in [("20.203512", "20.20351"), ("20.203518", "20.20352"), ("0.000005", "0.00001")] {
            assert_eq!(round(value.parse().unwrap()), rounded.parse().unwrap(), "{value}");
        }
        assert_eq!(percent_of(Decimal::from(100), Decimal::new(5, 1)), Decimal::new(5, 1));
    }
}
