//! Who someone is for the tax administration: the type and number of nota 4, and the padding of nota 4.1.
//! It knows formats only; whether a number is registered only Hacienda knows.

use std::fmt;

use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr};

use super::DocumentError;

/// The width of an identification inside a clave (nota 4.1).
const PADDED: usize = 12;

/// The type of an identification (nota 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Display, EnumString, IntoStaticStr)]
#[serde(into = "&'static str")]
#[strum(parse_err_ty = DocumentError, parse_err_fn = unknown)]
pub enum IdentificationType {
    /// 01: cédula física, of a natural person.
    #[strum(serialize = "01")]
    Fisica,
    /// 02: cédula jurídica, of a legal person; may hold letters since the revision of 2026-04-22.
    #[strum(serialize = "02")]
    Juridica,
    /// 03: DIMEX, of a resident foreigner.
    #[strum(serialize = "03")]
    Dimex,
    /// 04: NITE, of a taxpayer who has none of the others.
    #[strum(serialize = "04")]
    Nite,
    /// 05: a foreigner who does not reside in the country.
    #[strum(serialize = "05")]
    Extranjero,
    /// 06: someone who is not a taxpayer, as seller in a FEC.
    #[strum(serialize = "06")]
    NoContribuyente,
}

impl IdentificationType {
    /// The code as the XML writes it.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The format of its numbers, as a sentence for a person.
    pub fn format(self) -> &'static str {
        match self {
            IdentificationType::Fisica => "9 digits without a leading zero or dashes",
            IdentificationType::Juridica => {
                "10 characters, digits and (since the 2026 revision) letters, without dashes"
            }
            IdentificationType::Dimex => "11 or 12 digits without a leading zero or dashes",
            IdentificationType::Nite => "10 digits without dashes",
            IdentificationType::Extranjero | IdentificationType::NoContribuyente => "1 to 20 letters and digits",
        }
    }

    /// Whether a number has the format of this type (nota 4).
    pub fn admits(self, number: &str) -> bool {
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let alphanumeric = number.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let leading_zero = number.starts_with('0');
        match self {
            IdentificationType::Fisica => digits && number.len() == 9 && !leading_zero,
            // The first character classifies the legal person and stays a digit: `3-101-A00001`.
            IdentificationType::Juridica => {
                alphanumeric && number.len() == 10 && number.starts_with(|first: char| matches!(first, '1'..='9'))
            }
            IdentificationType::Dimex => digits && matches!(number.len(), 11 | 12) && !leading_zero,
            IdentificationType::Nite => digits && number.len() == 10,
            IdentificationType::Extranjero | IdentificationType::NoContribuyente => {
                alphanumeric && (1..=20).contains(&number.len())
            }
        }
    }
}

fn unknown(code: &str) -> DocumentError {
    DocumentError::Value {
        element: "identification type".into(),
        value: code.into(),
        allowed: "01 cédula física, 02 cédula jurídica, 03 DIMEX, 04 NITE, 05 extranjero, 06 no contribuyente".into(),
    }
}

/// A type and its number, without dashes or padding.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Identification {
    /// The type of nota 4.
    pub kind: IdentificationType,
    /// The number as the XML writes it, letters in capitals.
    pub number: String,
}

impl Identification {
    /// An identification whose number has the format of its type.
    pub fn new(kind: IdentificationType, number: &str) -> Result<Self, DocumentError> {
        let number = number.to_ascii_uppercase();
        if kind.admits(&number) {
            return Ok(Identification { kind, number });
        }
        Err(DocumentError::Value {
            element: format!("identification number of type {kind}"),
            value: number,
            allowed: kind.format().into(),
        })
    }

    /// The type guessed from the number alone, for the MensajeReceptor, which names its parties without a type.
    ///
    /// 9 digits are a física, 11 or 12 a DIMEX. 10 characters are a jurídica, except those that begin with `3120`, the
    /// class the NITE numbers are given in. Zeros before the number are padding and go. Anything else is a foreigner's.
    pub fn infer(number: &str) -> Self {
        let number = number.trim().trim_start_matches('0').to_ascii_uppercase();
        let kind = match number.len() {
            10 if number.starts_with("3120") => IdentificationType::Nite,
            _ => [IdentificationType::Fisica, IdentificationType::Juridica, IdentificationType::Dimex]
                .into_iter()
                .find(|kind| kind.admits(&number))
                .unwrap_or(IdentificationType::Extranjero),
        };
        Identification { kind, number }
    }

    /// The number with zeros before it up to 12, as the clave carries it (nota 4.1); none when it is longer than that.
    pub fn padded(&self) -> Option<String> {
        (self.number.len() <= PADDED).then(|| format!("{:0>PADDED$}", self.number))
    }
}

impl fmt::Display for Identification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_format() {
        let right = [
            ("01", "109990888"),
            ("02", "3101999888"),
            ("02", "3101A00001"),
            ("03", "15512345678"),
            ("03", "155123456789"),
            ("04", "3120123456"),
            ("05", "US998877665XA"),
            ("06", "109990888"),
        ];
        for (kind, number) in right {
            assert!(Identification::new(kind.parse().unwrap(), number).is_ok(), "{kind} {number}");
        }
        let wrong = [
            ("01", "1-0999-0888"),
            ("01", "009990888"),
            ("02", "310199988"),
            ("02", "A101999888"),
            ("03", "05512345678"),
            ("04", "31201234AB"),
            ("05", ""),
            ("05", "AB-1"),
        ];
        for (kind, number) in wrong {
            assert!(Identification::new(kind.parse().unwrap(), number).is_err(), "{kind} {number}");
        }
    }

    #[test]
    fn the_error_names_the_number_and_the_format() {
        let error = Identification::new(IdentificationType::Fisica, "1-0999-0888").unwrap_err();
        assert_eq!(
            error.to_string(),
            "identification number of type 01 `1-0999-0888` is not allowed: 9 digits without a leading zero or dashes"
        );
    }

    #[test]
    fn numbers_are_padded_to_twelve() {
        let padded = |number: &str| Identification::infer(number).padded();
        assert_eq!(padded("109990888").as_deref(), Some("000109990888"));
        assert_eq!(padded("3101123456").as_deref(), Some("003101123456"));
        assert_eq!(padded("15512345678").as_deref(), Some("015512345678"));
        assert_eq!(padded("155123456789").as_deref(), Some("155123456789"));
        assert_eq!(padded("US998877665XA"), None);
    }

    #[test]
    fn a_type_is_inferred_from_length_and_first_digits() {
        let kind = |number: &str| Identification::infer(number).kind.code();
        assert_eq!(kind("000109990888"), "01");
        assert_eq!(kind("3101a00001"), "02");
        assert_eq!(kind("3120123456"), "04");
        assert_eq!(kind("155123456789"), "03");
        assert_eq!(kind("US998877665XA"), "05");
    }
}
