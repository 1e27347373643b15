//! Numbers as a person writes them in a sheet: `1250.50`, `1.250,50`, `1 250,50`, `₡1.250,50`. What can be read in two
//! ways is never guessed: a price that is wrong by a factor of a thousand is a wrong invoice.

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::named::{Named, unknown};

/// The sign before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<DecimalSign>)]
pub enum DecimalSign {
    /// `1250,50`, as Costa Rica writes.
    Comma,
    /// `1250.50`, as programs write.
    Point,
}

impl Named for DecimalSign {
    const WHAT: &'static str = "a decimal sign";
}

impl DecimalSign {
    fn of(sign: char) -> Option<Self> {
        match sign {
            ',' => Some(DecimalSign::Comma),
            '.' => Some(DecimalSign::Point),
            _ => None,
        }
    }
}

/// A number read from a sheet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written<'t> {
    /// Its digits with a point: `1250.50`.
    pub(super) digits: String,
    /// The sign or the code of a currency beside it.
    pub(super) currency: Option<&'t str>,
}

/// Why a text is no number.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// One separator before three digits: of decimals or of thousands.
    Ambiguous {
        /// What it is with a point for the decimals.
        point: String,
        /// What it is with a comma for the decimals.
        comma: String,
    },
    /// It would be one with the other decimal sign than the one that was said.
    OtherSign(DecimalSign),
    /// Something else.
    NotANumber,
}

/// Reads a number; `sign` is the decimal sign of the whole sheet, where it was said.
pub(super) fn read(text: &str, sign: Option<DecimalSign>) -> Result<Written<'_>, Unread> {
    let (minus, text) = match text.trim().strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.trim()),
    };
    let (number, currency) = without_currency(text);
    let (minus, number) = match number.strip_prefix('-') {
        Some(rest) if minus.is_empty() => ("-", rest),
        _ => (minus, number),
    };
    let (digits, decimal) = split(number, sign)?;
    match (sign, decimal) {
        (Some(sign), Some(decimal)) if sign != decimal => Err(Unread::OtherSign(decimal)),
        _ => Ok(Written { digits: format!("{minus}{digits}"), currency }),
    }
}

/// The number alone, and the sign or the three letters of a currency before or after it.
fn without_currency(text: &str) -> (&str, Option<&str>) {
    let is_part = |c: char| matches!(c, '₡' | '¢' | '$' | '€') || c.is_ascii_alphabetic();
    let number = text.trim_matches(|c: char| is_part(c) || c.is_whitespace());
    let beside = text.strip_prefix(number).or_else(|| text.strip_suffix(number)).unwrap_or(text);
    let beside = beside.trim();
    let known = matches!(beside, "₡" | "¢" | "$" | "€" | "US$")
        || beside.len() == 3 && beside.bytes().all(|byte| byte.is_ascii_uppercase());
    match beside {
        "" => (number, None),
        _ if known => (number, Some(beside)),
        // Whatever else stands there is no number.
        _ => (text, None),
    }
}

/// White space and apostrophes stand for thousands alone.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\'' | '\u{2019}')
}

/// The digits with a point, and the decimal sign that was used where it is certain.
fn split(number: &str, sign: Option<DecimalSign>) -> Result<(String, Option<DecimalSign>), Unread> {
    let marks: Vec<(usize, char)> = number.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let spaced = number.contains(is_space);
    let (at, last) = match marks[..] {
        [] => return Ok((grouped(number, is_space)?, None)),
        [.., last] => last,
    };
    let (whole, fraction) = (&number[..at], &number[at + 1..]);
    let once = marks.iter().filter(|(_, mark)| *mark == last).count() == 1;
    let mixed = marks.iter().any(|(_, mark)| *mark != last);
    if !once {
        // Twice the same: thousands, `1.250.000`.
        let decimal = if last == ',' { DecimalSign::Point } else { DecimalSign::Comma };
        return if mixed { Err(Unread::NotANumber) } else { Ok((grouped(number, |c| c == last)?, Some(decimal))) };
    }
    let decimal = DecimalSign::of(last);
    if mixed {
        let thousands = if last == ',' { '.' } else { ',' };
        return Ok((joined(&grouped(whole, |c| c == thousands)?, fraction)?, decimal));
    }
    if spaced {
        return Ok((joined(&grouped(whole, is_space)?, fraction)?, decimal));
    }
    let as_decimal = joined(whole, fraction)?;
    let may_be_thousands = fraction.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    if !may_be_thousands {
        return Ok((as_decimal, decimal));
    }
    let as_thousands = format!("{whole}{fraction}");
    match (sign, decimal) {
        (Some(said), Some(used)) if said == used => Ok((as_decimal, decimal)),
        (Some(_), _) => Ok((as_thousands, None)),
        (None, Some(DecimalSign::Comma)) => Err(Unread::Ambiguous { point: as_thousands, comma: as_decimal }),
        (None, _) => Err(Unread::Ambiguous { point: as_decimal, comma: as_thousands }),
    }
}

fn joined(whole: &str, fraction: &str) -> Result<String, Unread> {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if digits(whole) && digits(fraction) && !fraction.is_empty() {
        let zero = if whole.is_empty() { "0" } else { "" };
        Ok(format!("{zero}{whole}.{fraction}"))
    } else {
        Err(Unread::NotANumber)
    }
}

/// Digits, or one to three of them and then threes between separators.
fn grouped(text: &str, separator: impl Fn(char) -> bool) -> Result<String, Unread> {
    let parts: Vec<&str> = text.split(separator).collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let threes = parts.len() == 1 || (parts[0].len() <= 3 && parts[1..].iter().all(|part| part.len() == 3));
    if threes && parts.iter().all(digits) { Ok(parts.concat()) } else { Err(Unread::NotANumber) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str, sign: Option<DecimalSign>) -> String {
        match read(text, sign) {
            Ok(written) => written.digits,
            Err(Unread::Ambiguous { point, comma }) => format!("{point} or {comma}"),
            Err(Unread::OtherSign(_)) => "other sign".to_owned(),
            Err(Unread::NotANumber) => "no".to_owned(),
        }
    }

    #[test]
    fn what_has_one_reading_is_read() {
        let cases = [
            ("1250.50", "1250.50"),
            ("1250,50", "1250.50"),
            ("1.250,50", "1250.50"),
            ("1,250.50", "1250.50"),
            ("1 250,50", "1250.50"),
            ("1\u{a0}250,500", "1250.500"),
            ("1'250.5", "1250.5"),
            ("₡1.250,50", "1250.50"),
            ("₡ 1 250,50", "1250.50"),
            ("1.250.000", "1250000"),
            ("1,250,000", "1250000"),
            ("0,500", "0.500"),
            ("1250.500", "1250.500"),
            ("12,5", "12.5"),
            (",5", "0.5"),
            ("40000", "40000"),
            ("-1.250,50", "-1250.50"),
            ("1250.5 USD", "1250.5"),
        ];
        for (text, expected) in cases {
            assert_eq!(digits(text, None), expected, "{text}");
        }
    }

    #[test]
    fn what_has_two_readings_is_refused_until_the_sign_is_said() {
        for (text, both, point, comma) in [
            ("40.000", "40.000 or 40000", "40.000", "40000"),
            ("40,000", "40000 or 40.000", "40000", "40.000"),
            ("₡1.250", "1.250 or 1250", "1.250", "1250"),
        ] {
            assert_eq!(digits(text, None), both, "{text}");
            assert_eq!(digits(text, Some(DecimalSign::Point)), point, "{text}");
            assert_eq!(digits(text, Some(DecimalSign::Comma)), comma, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_or_contradicts_the_sign_is_refused() {
        for text in ["", "1.25.0", "12 50", "1.2,3.4", "1e5", "8,31E+12", "doce", "1,", "1250 colones", "12.50,000.1"] {
            assert_eq!(digits(text, None), "no", "{text}");
        }
        assert_eq!(digits("1.250,50", Some(DecimalSign::Point)), "other sign");
        assert_eq!(digits("12.5", Some(DecimalSign::Comma)), "other sign");
        assert_eq!(digits("1.250.000", Some(DecimalSign::Point)), "other sign");
    }

    #[test]
    fn the_currency_beside_a_number_is_told() {
        assert_eq!(read("₡5", None).unwrap().currency, Some("₡"));
        assert_eq!(read("5 USD", None).unwrap().currency, Some("USD"));
        assert_eq!(read("5", None).unwrap().currency, None);
    }
}
