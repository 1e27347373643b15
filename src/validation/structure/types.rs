//! The types of values, as the XSDs define them, and the check of a value against its type.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::catalogue::List;
use crate::document::{Kind, parse_amount, parse_date_time};
use crate::named::Named;
use crate::validation::finding::Sentence;

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text of so many characters.
    Text {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// So many digits, and nothing else.
    Digits {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// A clave: 50 digits in the XSDs of 2024, letters too in those of 2026.
    Clave,
    /// A code of a list.
    Code(List),
    /// A decimal number.
    Decimal {
        /// The most digits in all.
        digits: usize,
        /// The most digits after the point.
        fraction: usize,
        /// The values it may have.
        range: Range,
    },
    /// A whole number.
    Integer {
        /// The least.
        min: i128,
        /// The largest.
        max: i128,
    },
    /// A code of nota 14: a positive number of exactly so many digits.
    Place {
        /// How many digits.
        digits: usize,
    },
    /// `xs:dateTime`.
    DateTime,
}

/// The values a decimal may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Any, also below zero.
    Any,
    /// Zero or more.
    NotNegative,
    /// Zero to 9999999999999.99999.
    Money,
}

pub(super) const MONEY: Type = decimal(18, 5, Range::Money);

pub(super) const fn text(min: usize, max: usize) -> Type {
    Type::Text { min, max }
}

pub(super) const fn digits(min: usize, max: usize) -> Type {
    Type::Digits { min, max }
}

pub(super) const fn code(list: List) -> Type {
    Type::Code(list)
}

pub(super) const fn decimal(digits: usize, fraction: usize, range: Range) -> Type {
    Type::Decimal { digits, fraction, range }
}

pub(super) const fn integer(min: i128, max: i128) -> Type {
    Type::Integer { min, max }
}

pub(super) const fn place(digits: usize) -> Type {
    Type::Place { digits }
}

impl Type {
    /// Whether the XSD takes an empty value.
    pub fn admits_empty(self) -> bool {
        matches!(self, Type::Text { min: 0, .. })
    }

    /// The first thing wrong with a value: the name of the finding and its sentence.
    pub(crate) fn check(self, value: &str, kind: Kind, day: NaiveDate) -> Result<(), (&'static str, Sentence)> {
        match self {
            Type::Text { min, max } => check_length(value, min, max),
            Type::Digits { min, max } => check_digits(value, min, max),
            Type::Clave => {
                let right = value.len() == 50 && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
                right.then_some(()).ok_or_else(|| format_error(value, "50 dígitos o letras", "50 digits or letters"))
            }
            Type::Code(list) => check_code(value, list, kind, day),
            Type::Decimal { digits, fraction, range } => check_decimal(value.trim(), digits, fraction, range),
            Type::Integer { min, max } => check_integer(value.trim(), min, max),
            Type::Place { digits } => {
                let value = value.trim();
                let right = value.len() == digits
                    && value.bytes().all(|byte| byte.is_ascii_digit())
                    && value.bytes().any(|byte| byte != b'0');
                right.then_some(()).ok_or_else(|| {
                    let es = format!("{digits} dígitos, mayor que cero");
                    format_error(value, &es, &format!("{digits} digits, above zero"))
                })
            }
            Type::DateTime => match parse_date_time(value.trim()) {
                Some(_) => Ok(()),
                None => {
                    let (es, en) = ("fecha y hora como", "a date and time as");
                    let example = "2026-11-20T09:15:00-06:00";
                    Err(format_error(value, &format!("{es} {example}"), &format!("{en} {example}")))
                }
            },
        }
    }
}

fn format_error(value: &str, es: &str, en: &str) -> (&'static str, Sentence) {
    (
        "value-format",
        Sentence::new(
            format!("`{value}` no tiene el formato pedido: {es}"),
            format!("`{value}` has not the form asked for: {en}"),
        ),
    )
}

fn check_length(value: &str, min: usize, max: usize) -> Result<(), (&'static str, Sentence)> {
    // Bytes are never fewer than characters: most values are settled without counting.
    let length = if value.len() <= max && value.is_ascii() { value.len() } else { value.chars().count() };
    let error = |name, es: &str, en: &str| {
        let es = format!("`{value}` tiene {length} caracteres: {es} {min} y como máximo {max}");
        let en = format!("`{value}` has {length} characters: {en} {min} and at most {max}");
        Err((name, Sentence::new(es, en)))
    };
    match length {
        _ if length < min => error("value-too-short", "como mínimo", "at least"),
        _ if length > max => error("value-too-long", "como mínimo", "at least"),
        _ => Ok(()),
    }
}

fn check_digits(value: &str, min: usize, max: usize) -> Result<(), (&'static str, Sentence)> {
    if (min..=max).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    let count = if min == max { max.to_string() } else { format!("{min}-{max}") };
    Err(format_error(value, &format!("{count} dígitos"), &format!("{count} digits")))
}

fn check_code(value: &str, list: List, kind: Kind, day: NaiveDate) -> Result<(), (&'static str, Sentence)> {
    let Some(entry) = list.find(value) else {
        let es = format!("`{value}` no es un código de la lista `{}`", list.name());
        let en = format!("`{value}` is not a code of the list `{}`", list.name());
        return Err(("code-unknown", Sentence::new(es, en)));
    };
    if let Some(since) = entry.since.filter(|since| day < *since) {
        let es = format!("el código `{value}` ({}) rige desde {since}", entry.name);
        let en = format!("code `{value}` ({}) counts from {since}", entry.name);
        return Err(("code-not-yet", Sentence::new(es, en)));
    }
    if !entry.in_schema(kind, day) || !entry.is_for(kind) {
        let es = format!("el código `{value}` ({}) no se admite en este tipo de documento, {kind}", entry.name);
        let en = format!("code `{value}` ({}) is not allowed in this kind of document, {kind}", entry.name);
        return Err(("code-not-for-kind", Sentence::new(es, en)));
    }
    Ok(())
}

fn check_decimal(value: &str, digits: usize, fraction: usize, range: Range) -> Result<(), (&'static str, Sentence)> {
    let Some(amount) = parse_amount(value) else {
        let es = "un decimal con punto, sin separadores ni exponente";
        return Err(format_error(value, es, "a decimal with a point, without separators or exponent"));
    };
    if is_far_within(amount, digits, fraction, range) {
        return Ok(());
    }
    // The XSD counts the digits of the value: zeros at either end do not count.
    let normal = amount.normalize();
    let decimals = normal.scale() as usize;
    if decimals > fraction {
        let es = format!("`{value}` tiene {decimals} decimales: como máximo {fraction}");
        return Err((
            "too-many-decimals",
            Sentence::new(es, format!("`{value}` has {decimals} decimals: at most {fraction}")),
        ));
    }
    if range != Range::Any && amount.is_sign_negative() && !amount.is_zero() {
        let es = format!("`{value}` es negativo: el signo lo da el tipo de documento");
        return Err((
            "negative-amount",
            Sentence::new(es, format!("`{value}` is negative: the kind of document gives the sign")),
        ));
    }
    let mantissa = normal.mantissa().unsigned_abs();
    let count = mantissa.checked_ilog10().map_or(1, |log| log as usize + 1).max(decimals);
    let too_large = range == Range::Money && normal.trunc() > Decimal::from(9_999_999_999_999_i64);
    if count > digits || too_large {
        let es = format!("`{value}` tiene demasiados dígitos: como máximo {digits}, de ellos {fraction} decimales");
        let en = format!("`{value}` has too many digits: at most {digits}, {fraction} of them decimals");
        return Err(("too-many-digits", Sentence::new(es, en)));
    }
    Ok(())
}

/// Whether an amount is within its bounds even with the zeros at its end, which nearly every amount is: to strip them
/// takes longer than all the rest.
fn is_far_within(amount: Decimal, digits: usize, fraction: usize, range: Range) -> bool {
    const WHOLE_DIGITS_OF_MONEY: usize = 13;
    let Ok(mantissa) = u64::try_from(amount.mantissa()) else { return false };
    let count = mantissa.checked_ilog10().map_or(1, |log| log as usize + 1);
    let scale = amount.scale() as usize;
    let most = if range == Range::Money { digits.min(WHOLE_DIGITS_OF_MONEY + scale) } else { digits };
    scale <= fraction && count.max(scale) <= most
}

fn check_integer(value: &str, min: i128, max: i128) -> Result<(), (&'static str, Sentence)> {
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
    let number = unsigned.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse::<i128>().ok()).flatten();
    match number {
        Some(number) if (min..=max).contains(&number) => Ok(()),
        _ => Err(format_error(
            value,
            &format!("un número entero de {min} a {max}"),
            &format!("a whole number from {min} to {max}"),
        )),
    }
}
