//! What can be wrong with a document that comes in: each sentence says what, on which value, and what is allowed.

use std::fmt;

use crate::xml::XmlError;

/// Why a document was refused.
#[derive(Debug, Clone, PartialEq)]
pub enum DocumentError {
    /// The file is not XML within the limits.
    Xml(XmlError),
    /// The root element is not one of a comprobante that is taken.
    Root {
        /// Local name of the root.
        name: String,
        /// Its namespace, empty without one.
        namespace: String,
        /// The roots that are taken here.
        allowed: &'static str,
    },
    /// An element that is needed is absent or empty.
    Missing {
        /// Path below the root.
        element: &'static str,
    },
    /// An element that may occur once occurs again.
    Repeated {
        /// Path below the root.
        element: &'static str,
    },
    /// A value has not the form it must have.
    Value {
        /// What the value is: a path below the root, or the noun.
        element: String,
        /// The value as found.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// One part of a clave or consecutivo is wrong.
    Part {
        /// `clave` or `consecutivo`.
        whole: &'static str,
        /// All of it.
        value: String,
        /// The name of the wrong part.
        part: &'static str,
        /// The wrong part.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// Two values that must agree do not.
    Disagreement {
        /// What the first value is.
        one: &'static str,
        /// The first value.
        one_value: String,
        /// What the second value is.
        other: &'static str,
        /// The second value.
        other_value: String,
        /// What must hold.
        rule: &'static str,
    },
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DocumentError::Xml(error) => write!(f, "not a readable XML document: {error}"),
            DocumentError::Root { name, namespace, allowed } => {
                write!(f, "root element `{}` in namespace `{}` is not taken: {allowed}", short(name), short(namespace))
            }
            DocumentError::Missing { element } => write!(f, "element {element} is missing or empty"),
            DocumentError::Repeated { element } => write!(f, "element {element} occurs twice; it may occur once"),
            DocumentError::Value { element, value, allowed } => {
                write!(f, "{element} `{}` is not allowed: {allowed}", short(value))
            }
            DocumentError::Part { whole, value, part, found, allowed } => {
                write!(f, "{part} `{found}` in {whole} `{value}` is not allowed: {allowed}")
            }
            DocumentError::Disagreement { one, one_value, other, other_value, rule } => {
                write!(f, "{one} `{}` and {other} `{}` disagree: {rule}", short(one_value), short(other_value))
            }
        }
    }
}

/// The value as far as a sentence can carry it.
fn short(value: &str) -> String {
    const LONGEST: usize = 120;
    match value.char_indices().nth(LONGEST) {
        None => value.escape_debug().to_string(),
        Some((end, _)) => format!("{}…", value[..end].escape_debug()),
    }
}

impl std::error::Error for DocumentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            DocumentError::Xml(error) => Some(error),
            _ => None,
        }
    }
}

impl From<XmlError> for DocumentError {
    fn from(error: XmlError) -> Self {
        DocumentError::Xml(error)
    }
}
