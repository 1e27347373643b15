//! What a receiver decided about a document (nota 11), as the number of its MensajeReceptor says it.

use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::named::{Named, unknown};

/// What a receiver decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Display, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<Decision>)]
pub enum Decision {
    /// 1, numbered under 05: accepted.
    Accepted,
    /// 2, under 06: accepted in part.
    Partial,
    /// 3, under 07: rejected.
    Rejected,
}

impl Named for Decision {
    const WHAT: &'static str = "a decision of a receiver";
}

impl Decision {
    /// By the document type in the consecutivo of a MensajeReceptor (nota 3).
    pub fn of_consecutivo(consecutivo: &str) -> Option<Self> {
        match consecutivo.get(8..10)? {
            "05" => Some(Decision::Accepted),
            "06" => Some(Decision::Partial),
            "07" => Some(Decision::Rejected),
            _ => None,
        }
    }

    /// The value of Mensaje.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Decision::Accepted => "1",
            Decision::Partial => "2",
            Decision::Rejected => "3",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_the_number_tells_it() {
        let told = |kind: &str| Decision::of_consecutivo(&format!("00100001{kind}0000000001"));
        assert_eq!(
            ["05", "06", "07", "01", "10"].map(told),
            [Some(Decision::Accepted), Some(Decision::Partial), Some(Decision::Rejected), None, None]
        );
        assert_eq!(Decision::of_consecutivo("001"), None);
    }
}
