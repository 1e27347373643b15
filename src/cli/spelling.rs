//! How days, months and amounts are spelt on the command line.

use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;

use crate::document::typed_amounts;

/// A month, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(NaiveDate);

impl Month {
    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        self.0
    }

    /// Its last day.
    pub fn last_day(self) -> NaiveDate {
        self.0 + Months::new(1) - Days::new(1)
    }
}

/// `2026-11-20` or `20/11/2026`.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let spelt = match parts[..] {
        [year, month, day] if text.contains('-') && year.len() == 4 => Some((year, month, day)),
        [day, month, year] if !text.contains('-') && year.len() == 4 => Some((year, month, day)),
        _ => None,
    };
    let read = |(year, month, day): (&str, &str, &str)| {
        NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    };
    spelt.and_then(read).ok_or_else(|| "a day is YYYY-MM-DD or DD/MM/YYYY".to_owned())
}

/// `2026-11` or `11/2026`.
pub(super) fn month(text: &str) -> Result<Month, String> {
    let spelt = match text.split_once('-') {
        Some((year, month)) => Some((year, month)),
        None => text.split_once('/').map(|(month, year)| (year, month)),
    };
    let read = |(year, month): (&str, &str)| {
        let year = Some(year).filter(|year| year.len() == 4)?;
        NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)
    };
    spelt.and_then(read).map(Month).ok_or_else(|| "a month is YYYY-MM".to_owned())
}

/// An amount as people write it; what can be read in two ways is refused with both.
pub(super) fn amount(text: &str) -> Result<Decimal, String> {
    match typed_amounts(text)[..] {
        [amount] => Ok(amount),
        [decimal, grouped] => Err(format!("it is {decimal} or {grouped}; write {:.2} or {grouped}.00", decimal)),
        _ => Err("an amount is written like 1250000 or 1250000.50".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;

    use super::*;

    #[test]
    fn days_and_months_are_spelt_in_two_ways() {
        let expected = NaiveDate::from_ymd_opt(2026, 11, 2).unwrap();
        for text in ["2026-11-02", "02/11/2026", "2/11/2026"] {
            assert_eq!(day(text), Ok(expected), "{text}");
        }
        for text in ["2026-11-31", "11/20/2026", "02/11/26", "2026/11/02", "02-11-2026", "yesterday", "", "+2/11/2026x"]
        {
            assert!(day(text).is_err(), "{text}");
        }
        for text in ["2026-02", "02/2026"] {
            let month = month(text).unwrap();
            assert_eq!(
                (month.first_day().day(), month.last_day().day(), month.last_day().month()),
                (1, 28, 2),
                "{text}"
            );
        }
        for text in ["2026-13", "26-02", "2026", "noviembre"] {
            assert!(month(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_amount_that_could_be_two_is_refused_with_both() {
        assert_eq!(amount("1 250,50"), Ok("1250.50".parse().unwrap()));
        let refused = amount("1.250").unwrap_err();
        assert_eq!(refused, "it is 1.250 or 1250; write 1.25 or 1250.00");
        assert!(amount("many").is_err() && amount("").is_err());
    }
}
