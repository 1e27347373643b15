//! The clave: the 50 characters that Hacienda knows a document by (nota 3).

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use super::consecutivo::check_parts;
use super::{Consecutivo, DocumentError, Identification};

/// Costa Rica, the first three characters of every clave.
const COUNTRY: &str = "506";

/// A clave in capitals: `506`, day, month, year (2 digits each), issuer (12), consecutivo (20), situación (1), security
/// code (8).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Clave(String);

/// How a document reached Hacienda (nota 3, position 42).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Situation {
    /// 1: generated and transmitted in the act.
    Normal,
    /// 2: replaces a provisional document on paper.
    Contingency,
    /// 3: generated and signed in the act, sent later for lack of internet.
    Offline,
}

impl Situation {
    /// The digit in the clave.
    pub fn digit(self) -> char {
        match self {
            Situation::Normal => '1',
            Situation::Contingency => '2',
            Situation::Offline => '3',
        }
    }
}

impl Clave {
    /// The clave of a document; refuses an identification that does not fit the clave and a security code over 8
    /// digits.
    pub fn new(
        date: NaiveDate,
        identification: &Identification,
        consecutivo: &Consecutivo,
        situation: Situation,
        security_code: u32,
    ) -> Result<Self, DocumentError> {
        let padded = identification.padded().ok_or_else(|| DocumentError::Value {
            element: "identification number for the clave".into(),
            value: identification.number.clone(),
            allowed: "at most 12 characters".into(),
        })?;
        let (day, month, year) = (date.day(), date.month(), date.year() % 100);
        let situation = situation.digit();
        format!("{COUNTRY}{day:02}{month:02}{year:02}{padded}{consecutivo}{situation}{security_code:08}").parse()
    }

    /// For characters that have been checked, as those of a key have.
    pub(super) fn from_checked(characters: &str) -> Self {
        Clave(characters.into())
    }

    /// The 50 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The day the document was issued, in Costa Rica.
    pub fn date(&self) -> NaiveDate {
        date_of(&self.0).unwrap_or_default()
    }

    /// The issuer's number with its padding, 12 characters.
    pub fn identification(&self) -> &str {
        &self.0[9..21]
    }

    /// The consecutivo inside the clave.
    pub fn consecutivo(&self) -> Consecutivo {
        Consecutivo::from_digits(&self.0[21..41])
    }

    /// How the document reached Hacienda.
    pub fn situation(&self) -> Situation {
        match self.0.as_bytes()[41] {
            b'2' => Situation::Contingency,
            b'3' => Situation::Offline,
            _ => Situation::Normal,
        }
    }

    /// The eight digits that the issuing system chose.
    pub fn security_code(&self) -> &str {
        &self.0[42..]
    }
}

impl fmt::Display for Clave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Clave {
    type Err = DocumentError;

    /// Checks every part. Letters are put in capitals: the register gives them so, and one clave must have one
    /// spelling.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 50 || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(DocumentError::Value {
                element: "clave".into(),
                value: text.into(),
                allowed: "50 characters: digits, and letters only in positions 10 to 21".into(),
            });
        }
        let clave = text.to_ascii_uppercase();
        match check(&clave) {
            Ok(()) => Ok(Clave(clave)),
            Err((part, found, allowed)) => {
                Err(DocumentError::Part { whole: "clave", value: clave, part, found, allowed: allowed.into() })
            }
        }
    }
}

/// Checks the parts of 50 letters and digits; the error is the wrong part, its value and what it may be.
fn check(clave: &str) -> Result<(), (&'static str, String, &'static str)> {
    let wrong = |part, range: std::ops::Range<usize>, allowed| Err((part, clave[range].to_string(), allowed));
    let digits = |range: std::ops::Range<usize>| clave[range].bytes().all(|byte| byte.is_ascii_digit());
    if &clave[..3] != COUNTRY {
        return wrong("country", 0..3, "506");
    }
    if date_of(clave).is_none() {
        return wrong("date", 3..9, "a real day as DDMMYY");
    }
    if clave[9..21].bytes().all(|byte| byte == b'0') {
        return wrong("identification", 9..21, "the issuer's number with zeros before it up to 12");
    }
    if !digits(21..41) {
        return wrong("consecutivo", 21..41, "20 digits");
    }
    check_parts(&clave[21..41])?;
    if !matches!(clave.as_bytes()[41], b'1'..=b'3') {
        return wrong("situación", 41..42, "1 normal, 2 contingency, 3 without internet");
    }
    if !digits(42..50) {
        return wrong("security code", 42..50, "8 digits");
    }
    Ok(())
}

/// The real day in positions 4 to 9, of this century.
fn date_of(clave: &str) -> Option<NaiveDate> {
    let number = |range: std::ops::Range<usize>| {
        let part = &clave[range];
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten()
    };
    let year = i32::try_from(2000 + number(7..9)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(5..7)?, number(3..5)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::IdentificationType;

    #[test]
    fn the_official_example() {
        let clave: Clave = "50601011600310112345600100001010000000001199999999".parse().unwrap();
        assert_eq!(clave.date().to_string(), "2016-01-01");
        assert_eq!(clave.identification(), "003101123456");
        assert_eq!(clave.consecutivo().as_str(), "00100001010000000001");
        assert_eq!(clave.situation(), Situation::Normal);
        assert_eq!(clave.security_code(), "99999999");
    }

    #[test]
    fn letters_are_allowed_in_the_identification_alone() {
        let clave: Clave = "50601112600 3101a0000100100001010000000001100000000".replace(' ', "").parse().unwrap();
        assert_eq!(clave.identification(), "003101A00001");
        assert!("5060111260031019998880010000101000000000110000000A".parse::<Clave>().is_err());
    }

    #[test]
    fn every_part_is_checked() {
        let good = "50620112600310199988800100001010000000015112345678";
        let cases = [
            (0..3, "507", "country `507`"),
            (3..9, "310226", "date `310226`"),
            (3..9, "2A1126", "date `2A1126`"),
            (9..21, "000000000000", "identification `000000000000`"),
            (21..24, "000", "branch `000`"),
            (29..31, "11", "document type `11`"),
            (31..41, "0000000000", "number `0000000000`"),
            (31..41, "000000000A", "consecutivo `0010000101000000000A`"),
            (41..42, "9", "situación `9`"),
            (42..50, "1234567X", "security code `1234567X`"),
        ];
        for (range, part, expected) in cases {
            let mut text = good.to_string();
            text.replace_range(range, part);
            let error = text.parse::<Clave>().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(good[1..].parse::<Clave>().unwrap_err().to_string().contains("50 characters"));
        assert!("é".repeat(25).parse::<Clave>().is_err());
    }

    proptest! {
        #[test]
        fn parts_come_back_as_they_went_in(
            days in 0i64..36_500, number in "[1-9][0-9]{8}|3[A-Z0-9]{9}|[1-9][0-9]{10,11}", branch in 1u16..1000,
            terminal in 1u32..100_000, code in 1u8..=10, sequence in 1u64..=Consecutivo::MAX_NUMBER, security in 0u32..100_000_000,
        ) {
            let date = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(days as u64);
            let kind = match number.len() { 9 => IdentificationType::Fisica, 10 => IdentificationType::Juridica, _ => IdentificationType::Dimex };
            let identification = Identification::new(kind, &number).unwrap();
            let consecutivo = Consecutivo::new(branch, terminal, &format!("{code:02}"), sequence).unwrap();
            let clave = Clave::new(date, &identification, &consecutivo, Situation::Offline, security).unwrap();
            prop_assert_eq!(clave.to_string().parse::<Clave>().unwrap(), clave.clone());
            prop_assert_eq!(clave.date(), date);
            prop_assert_eq!(Some(clave.identification().to_string()), identification.padded());
            prop_assert_eq!(clave.consecutivo(), consecutivo);
            prop_assert_eq!(clave.security_code().parse::<u32>().unwrap(), security);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            let _ = text.parse::<Clave>();
        }
    }
}
