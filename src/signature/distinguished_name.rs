//! Distinguished names as text: RFC 2253 the way Java's `X500Principal` and the official example write it, most
//! specific part first, no space after a comma, attributes without a short name as `OID=#hex of the DER value`.

use std::fmt::Write;

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{BmpString, Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::der::{Encode, Tag, Tagged};
use x509_cert::name::Name;

/// The attributes that RFC 2253 names (section 2.3).
const SHORT_NAMES: [(&str, &str); 9] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.11", "OU"),
    ("2.5.4.10", "O"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("0.9.2342.19200300.100.1.1", "UID"),
];

/// The whole name, most specific part first.
pub(super) fn rfc2253(name: &Name) -> String {
    let mut parts: Vec<String> =
        name.iter_rdn().map(|part| part.iter().map(attribute_text).collect::<Vec<_>>().join("+")).collect();
    parts.reverse();
    parts.join(",")
}

/// The text of the first attribute of this type.
pub(super) fn attribute(name: &Name, oid: &str) -> Option<String> {
    name.iter().find(|attribute| attribute.oid.to_string() == oid).and_then(value_text)
}

fn attribute_text(attribute: &AttributeTypeAndValue) -> String {
    let oid = attribute.oid.to_string();
    let short_name = SHORT_NAMES.iter().find(|(known, _)| *known == oid).map(|(_, name)| *name);
    match (short_name, value_text(attribute)) {
        (Some(name), Some(value)) => format!("{name}={}", escape(&value)),
        (name, _) => {
            let mut text = format!("{}=#", name.unwrap_or(&oid));
            for byte in attribute.value.to_der().unwrap_or_default() {
                // Writing to a string cannot fail.
                let _ = write!(text, "{byte:02x}");
            }
            text
        }
    }
}

/// The value as text, when its type is one of the string types of certificates.
fn value_text(attribute: &AttributeTypeAndValue) -> Option<String> {
    let value = &attribute.value;
    match value.tag() {
        Tag::Utf8String => value.decode_as::<Utf8StringRef>().ok().map(|text| text.as_str().to_owned()),
        Tag::PrintableString => value.decode_as::<PrintableStringRef>().ok().map(|text| text.as_str().to_owned()),
        Tag::Ia5String => value.decode_as::<Ia5StringRef>().ok().map(|text| text.as_str().to_owned()),
        Tag::TeletexString => value.decode_as::<TeletexStringRef>().ok().map(|text| text.as_str().to_owned()),
        Tag::BmpString => value.decode_as::<BmpString>().ok().map(|text| text.to_string()),
        _ => None,
    }
}

/// Escapes what would be read as structure (RFC 2253, section 2.4).
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (place, character) in value.chars().enumerate() {
        let special = matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';');
        let leading = place == 0 && matches!(character, '#' | ' ');
        let trailing = place == last && character == ' ';
        if special || leading || trailing {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_in_a_value_is_escaped() {
        assert_eq!(escape("ACME, S.A. \"+<>;\\"), "ACME\\, S.A. \\\"\\+\\<\\>\\;\\\\");
        assert_eq!(escape(" a b "), "\\ a b\\ ");
        assert_eq!(escape("#1"), "\\#1");
        assert_eq!(escape(" "), "\\ ");
    }
}
