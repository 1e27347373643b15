//! The lexical forms that need care: decimals and instants as XML Schema writes them, and amounts as people do.

use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use rust_decimal::Decimal;

use crate::clock::costa_rica;

/// A decimal as `xs:decimal` writes it: `13`, `13.00`, `.00`, `5.` and a sign, but no exponent and no separators.
/// None for any other text, and for more digits than money can have here (28).
pub(crate) fn parse_amount(text: &str) -> Option<Decimal> {
    short_amount(text).or_else(|| long_amount(text))
}

/// An amount of at most 18 digits, which is any that a document should have: a machine word holds it.
fn short_amount(text: &str) -> Option<Decimal> {
    const MOST_DIGITS: usize = 18;
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let (mut value, mut digits, mut point) = (0i64, 0, None);
    for byte in unsigned {
        match byte {
            b'0'..=b'9' if digits < MOST_DIGITS => {
                value = value * 10 + i64::from(byte - b'0');
                digits += 1;
            }
            b'.' if point.is_none() => point = Some(digits),
            _ => return None,
        }
    }
    let scale = u32::try_from(digits - point.unwrap_or(digits)).ok()?;
    (digits > 0).then(|| Decimal::new(if negative { -value } else { value }, scale))
}

/// An amount of any length.
fn long_amount(text: &str) -> Option<Decimal> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
        return None;
    }
    match (whole, fraction) {
        ("", _) | (_, "") => {
            Decimal::from_str(&format!("{}0{whole}.{fraction}0", &text[..text.len() - unsigned.len()]))
        }
        _ => Decimal::from_str_exact(text),
    }
    .ok()
}

/// What a person may mean by an amount: `135603.42`, `135 603,42`, `₡135,603.42`; `1.250` is read in both ways. Nothing for any other
/// text.
pub(crate) fn typed_amounts(text: &str) -> Vec<Decimal> {
    let bare: String = text.chars().filter(|it| !it.is_whitespace() && !matches!(it, '₡' | '$' | '€' | '\'')).collect();
    if !bare.chars().all(|it| it.is_ascii_digit() || it == '.' || it == ',') {
        return Vec::new();
    }
    let Some(last) = bare.rfind(['.', ',']) else { return parse_amount(&bare).into_iter().collect() };
    let without = |part: &str| part.replace(['.', ','], "");
    let (whole, fraction) = (&bare[..last], &bare[last + 1..]);
    let is_grouped = |group: &str| group.len() == 3;
    let decimal = parse_amount(&format!("{}.{fraction}", without(whole)));
    let grouped = parse_amount(&without(&bare));
    let sign = &bare[last..=last];
    match (bare.matches(sign).count(), whole.contains(['.', ','])) {
        // One sign, once: the decimal one, or with three digits behind it perhaps that of the thousands.
        (1, false) if is_grouped(fraction) && matches!(whole.len(), 1..=3) && !whole.starts_with('0') => {
            decimal.into_iter().chain(grouped).collect()
        }
        (1, _) => decimal.into_iter().collect(),
        // The same sign again and again, and no other: thousands.
        (_, _) if bare.split(sign).skip(1).all(is_grouped) => grouped.into_iter().collect(),
        _ => Vec::new(),
    }
}

/// An instant as `xs:dateTime` writes it; without an offset it is taken as Costa Rica's, where these documents are
/// made.
pub(crate) fn parse_date_time(text: &str) -> Option<DateTime<FixedOffset>> {
    // RFC 3339 readers take a space or a small `t` too; XML Schema does not.
    if text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    DateTime::parse_from_rfc3339(text).ok().or_else(|| {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
        local.and_local_timezone(costa_rica()).single()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_of_every_spelling() {
        for (text, value) in
            [("13", "13"), ("13.00", "13.00"), (".00", "0.00"), ("5.", "5"), ("+1.5", "1.5"), ("-.5", "-0.5")]
        {
            assert_eq!(parse_amount(text), Some(value.parse().unwrap()), "{text}");
        }
        for text in ["", ".", "-", "1,5", "1e3", "1.2.3", "٣", " 1", &"9".repeat(40)] {
            assert_eq!(parse_amount(text), None, "{text}");
        }
    }

    #[test]
    fn short_and_long_amounts_are_read_alike() {
        for digits in ["0", "7", "10", "123456789", "000001", "999999999999999999", "9999999999999999999999"] {
            for point in 0..=digits.len() {
                for sign in ["", "+", "-"] {
                    let text = format!("{sign}{}.{}", &digits[..point], &digits[point..]);
                    let long = long_amount(&text);
                    assert!(long.is_some(), "{text}");
                    assert_eq!(short_amount(&text), long.filter(|_| digits.len() <= 18), "{text}");
                    assert_eq!(parse_amount(&text), long, "{text}");
                }
            }
        }
    }

    #[test]
    fn amounts_as_people_write_them() {
        let cases: [(&str, &[&str]); 14] = [
            ("135603.42", &["135603.42"]),
            ("135603", &["135603"]),
            ("135 603,42", &["135603.42"]),
            ("₡135,603.42", &["135603.42"]),
            ("1.250.000", &["1250000"]),
            ("1.250.000,5", &["1250000.5"]),
            ("1.250", &["1.250", "1250"]),
            ("1,25", &["1.25"]),
            ("0.125", &["0.125"]),
            ("1234.567", &["1234.567"]),
            ("1.25.000", &[]),
            ("3-101", &[]),
            ("", &[]),
            ("hotel", &[]),
        ];
        for (text, read) in cases {
            let expected: Vec<Decimal> = read.iter().map(|text| text.parse().unwrap()).collect();
            assert_eq!(typed_amounts(text), expected, "{text}");
        }
    }

    #[test]
    fn instants_with_and_without_offset() {
        let at = |text: &str| parse_date_time(text).map(|at| at.to_rfc3339());
        assert_eq!(at("2026-11-20T09:15:00-06:00").as_deref(), Some("2026-11-20T09:15:00-06:00"));
        assert_eq!(at("2026-11-20T09:15:00.123").as_deref(), Some("2026-11-20T09:15:00.123-06:00"));
        assert_eq!(at("2026-11-20T15:15:00Z").as_deref(), Some("2026-11-20T15:15:00+00:00"));
        for text in ["2026-11-20", "2026-13-20T00:00:00-06:00", "2026-11-20 09:15:00-06:00", "20/11/2026"] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
