//! The issuer's own number of a document: 20 digits, `branch terminal kind number` (nota 3).

use std::fmt;
use std::str::FromStr;

use super::{DocumentError, Kind};
use crate::named::Named;

/// A NumeroConsecutivo: 3 digits of branch, 5 of terminal, 2 of kind, 10 of number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Consecutivo(String);

impl Consecutivo {
    /// The largest number of a series; after it the series begins again at 1.
    pub const MAX_NUMBER: u64 = 9_999_999_999;

    /// The largest branch.
    pub const MAX_BRANCH: u16 = 999;
    /// The largest terminal.
    pub const MAX_TERMINAL: u32 = 99_999;

    /// Puts the parts together; refuses what does not fit its digits.
    pub fn new(branch: u16, terminal: u32, kind_code: &str, number: u64) -> Result<Self, DocumentError> {
        format!("{branch:03}{terminal:05}{kind_code}{number:010}").parse()
    }

    /// For digits that a clave has already checked.
    pub(super) fn from_digits(digits: &str) -> Self {
        Consecutivo(digits.into())
    }

    /// The 20 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two digits of the kind of document, `01` to `10`.
    pub fn kind_code(&self) -> &str {
        &self.0[8..10]
    }

    /// The kind of document that the digits name.
    pub fn kind(&self) -> Option<Kind> {
        kind_of_code(self.kind_code())
    }
}

/// The kind that carries this code in its consecutivo.
pub(super) fn kind_of_code(code: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| kind.codes().contains(&code))
}

/// Checks the four parts; the error is the name of the wrong part and what it may be.
pub(super) fn check_parts(digits: &str) -> Result<(), (&'static str, String, &'static str)> {
    let wrong = |part, range: std::ops::Range<usize>, allowed| Err((part, digits[range].to_string(), allowed));
    let zero = |range: std::ops::Range<usize>| digits[range].bytes().all(|byte| byte == b'0');
    if zero(0..3) {
        return wrong("branch", 0..3, "001 (head office) to 999");
    }
    if zero(3..8) {
        return wrong("terminal", 3..8, "00001 to 99999");
    }
    if kind_of_code(&digits[8..10]).is_none() {
        return wrong("document type", 8..10, "01 to 10");
    }
    if zero(10..20) {
        return wrong("number", 10..20, "0000000001 to 9999999999");
    }
    Ok(())
}

impl fmt::Display for Consecutivo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Consecutivo {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 20 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(DocumentError::Value {
                element: "consecutivo".into(),
                value: text.into(),
                allowed: "20 digits: branch (3), terminal (5), document type (2), number (10)".into(),
            });
        }
        match check_parts(text) {
            Ok(()) => Ok(Consecutivo(text.into())),
            Err((part, value, allowed)) => Err(DocumentError::Part {
                whole: "consecutivo",
                value: text.into(),
                part,
                found: value,
                allowed: allowed.into(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_apart_and_together() {
        let consecutivo: Consecutivo = "00200003040000000042".parse().unwrap();
        assert_eq!(consecutivo.kind(), Some(Kind::Tiquete));
        assert_eq!(Consecutivo::new(2, 3, "04", 42).unwrap(), consecutivo);
        assert!(Consecutivo::new(1, 1, "01", Consecutivo::MAX_NUMBER + 1).is_err());
    }

    #[test]
    fn every_part_is_checked() {
        let cases = [
            ("00000001010000000001", "branch `000`"),
            ("00100000010000000001", "terminal `00000`"),
            ("00100001110000000001", "document type `11`"),
            ("00100001010000000000", "number `0000000000`"),
            ("0010000101000000001", "20 digits"),
            ("0010000101000000000A", "20 digits"),
        ];
        for (text, expected) in cases {
            let error = text.parse::<Consecutivo>().unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains(text), "{error}");
        }
    }
}
