//! The one text form of each closed enum: in tables, JSON, configuration, the command line and the database. The words
//! themselves stand at the enum, as attributes of the derives; the rest follows here.

use strum::VariantArray;

/// A closed enum whose values have names. Derive strum's `Display`, `EnumString`, `IntoStaticStr` and `VariantArray`, and
/// let [`unknown`] make the error of `FromStr`.
pub trait Named: Copy + Into<&'static str> + VariantArray {
    /// What a value is, with its article: `a state`.
    const WHAT: &'static str;

    /// Every value, in the order of the definition.
    const ALL: &'static [Self] = Self::VARIANTS;

    /// The word.
    fn name(self) -> &'static str {
        self.into()
    }
}

/// The words of all values, in the order of the definition.
pub fn names<T: Named>() -> Vec<&'static str> {
    T::ALL.iter().map(|value| value.name()).collect()
}

/// A word that is the name of no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The word.
    pub text: String,
    /// What it should have been, with its article.
    pub what: &'static str,
    /// The names of all values.
    pub names: Vec<&'static str>,
}

impl std::error::Error for Unknown {}

/// What refuses a word which is the name of no value.
pub(crate) fn unknown<T: Named>(text: &str) -> Unknown {
    Unknown { text: text.to_owned(), what: T::WHAT, names: names::<T>() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Kind;
    use crate::lifecycle::{Operation, State};

    #[test]
    fn names_read_back_and_others_are_refused_with_the_list() {
        for &state in State::ALL {
            assert_eq!(state.name().parse(), Ok(state));
            assert_eq!(state.to_string(), state.name());
        }
        for &operation in Operation::ALL {
            assert_eq!(operation.name().parse(), Ok(operation));
        }
        assert_eq!(
            "sent".parse::<State>().map_err(|unknown| unknown.to_string()),
            Err("`sent` is not a state: draft, signed, submitted, accepted, rejected, error or discarded".to_owned())
        );
    }

    #[test]
    fn a_name_fills_its_column() {
        assert_eq!(format!("{:<10}|", State::Draft), "draft     |");
    }

    #[test]
    fn the_kind_of_a_document_may_be_typed_in_small_letters() {
        assert_eq!("fec".parse(), Ok(Kind::FacturaCompra));
    }
}
