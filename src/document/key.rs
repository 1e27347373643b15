//! The key of a document: what the tables, the service and a person know it by.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::Serialize;

use super::{Clave, Consecutivo, DocumentError};

/// How many characters a clave has.
const CLAVE: usize = 50;

/// A clave; of a MensajeReceptor `CLAVE-CONSECUTIVO`, whose clave is that of the document it confirms and whose
/// consecutivo is the receiver's. Letters are capitals.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct DocumentKey(String);

impl DocumentKey {
    /// The key of a MensajeReceptor.
    pub fn of_message(confirmed: &Clave, consecutivo: &Consecutivo) -> Self {
        DocumentKey(format!("{confirmed}-{consecutivo}"))
    }

    /// The clave, and of a MensajeReceptor the consecutivo, in a text that is meant as a key and need not be one.
    pub fn parts_of(text: &str) -> (&str, Option<&str>) {
        match text.split_once('-') {
            Some((clave, consecutivo)) => (clave, Some(consecutivo)),
            None => (text, None),
        }
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The clave in it; of a MensajeReceptor that of the document it confirms.
    pub fn clave(&self) -> Clave {
        Clave::from_checked(&self.0[..CLAVE])
    }

    /// Whether a text of the service means this document: the key, or of a MensajeReceptor the clave alone, in whatever
    /// letters.
    pub fn is_meant_by(&self, text: &str) -> bool {
        text.eq_ignore_ascii_case(&self.0) || text.eq_ignore_ascii_case(&self.0[..CLAVE])
    }
}

impl From<&Clave> for DocumentKey {
    fn from(clave: &Clave) -> Self {
        DocumentKey(clave.as_str().to_owned())
    }
}

impl Deref for DocumentKey {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for DocumentKey {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (clave, consecutivo) = DocumentKey::parts_of(text);
        let clave = clave.parse::<Clave>()?;
        match consecutivo {
            None => Ok(DocumentKey::from(&clave)),
            Some(consecutivo) => Ok(DocumentKey::of_message(&clave, &consecutivo.parse()?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVOICE: &str = "50620112600310199988800100001010000000015112345678";

    #[test]
    fn a_clave_and_that_of_a_message_are_keys() {
        let invoice: DocumentKey = INVOICE.parse().unwrap();
        assert_eq!((invoice.as_str(), invoice.clave().as_str()), (INVOICE, INVOICE));
        let text = format!("{INVOICE}-00100001050000000007");
        let message: DocumentKey = text.parse().unwrap();
        assert_eq!((message.to_string(), message.clave().as_str()), (text.clone(), INVOICE));
        assert_ne!(invoice, message);
        for wrong in
            ["", "-", INVOICE[1..].as_ref(), &format!("{INVOICE}-"), &format!("{text}-1"), &format!("-{INVOICE}")]
        {
            assert!(wrong.parse::<DocumentKey>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_service_may_name_a_message_by_its_clave_alone() {
        let clave = INVOICE.replacen("003101999888", "003101a99888", 1);
        let message: DocumentKey = format!("{clave}-00100001050000000007").parse().unwrap();
        for text in [&clave, &clave.to_uppercase(), &format!("{clave}-00100001050000000007")] {
            assert!(message.is_meant_by(text), "{text}");
        }
        for text in ["", INVOICE, &format!("{clave}-00100001050000000008")] {
            assert!(!message.is_meant_by(text), "{text}");
        }
    }
}
