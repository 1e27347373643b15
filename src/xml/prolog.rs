//! The first bytes of a document: byte order mark, encoding, XML declaration.

use super::Limits;
use super::chars;
use super::error::XmlError;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The document as text, once its size, encoding and characters are known to be acceptable.
pub(super) fn text_of<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, XmlError> {
    if bytes.len() > limits.max_bytes {
        let message = format!("the document has {} bytes; at most {} are read", bytes.len(), limits.max_bytes);
        return Err(XmlError::new(bytes, 0, message));
    }
    if matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, b'<', ..] | [b'<', 0, ..]) {
        return Err(XmlError::new(bytes, 0, "the document is UTF-16; Hacienda takes UTF-8 only"));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| XmlError::new(bytes, error.valid_up_to(), "this is not UTF-8; save the document as UTF-8"))?;
    match chars::first_illegal(text) {
        None => Ok(text),
        Some(offset) => {
            let character = text[offset..].chars().next().unwrap_or_default();
            let message = format!("the character U+{:04X} is not allowed in XML", u32::from(character));
            Err(XmlError::new(bytes, offset, message))
        }
    }
}

/// Where the document begins after its byte order mark.
pub(super) fn start(bytes: &[u8]) -> usize {
    if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 }
}

/// Whether the text between `<?xml` and `?>` is a declaration of XML 1.0 in UTF-8 (production 23).
pub(super) fn check_declaration(content: &str) -> Result<(), String> {
    const MALFORMED: &str = "the XML declaration is not of the form <?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    const ORDER: [&str; 3] = ["version", "encoding", "standalone"];
    let mut rest = content;
    let mut next_allowed = 0;
    while !rest.trim_start_matches([' ', '\t', '\r', '\n']).is_empty() {
        let (name, value, after) = pseudo_attribute(rest).ok_or(MALFORMED)?;
        let place = ORDER.iter().position(|known| *known == name).ok_or(MALFORMED)?;
        // The version comes first and must be there; the others may be left out but not turned round.
        if place < next_allowed || (next_allowed == 0 && place != 0) {
            return Err(MALFORMED.into());
        }
        check_pseudo_attribute(name, value)?;
        next_allowed = place + 1;
        rest = after;
    }
    if next_allowed == 0 { Err(MALFORMED.into()) } else { Ok(()) }
}

fn check_pseudo_attribute(name: &str, value: &str) -> Result<(), String> {
    let good = match name {
        "version" => value == "1.0",
        "encoding" => ["utf-8", "us-ascii"].iter().any(|known| value.eq_ignore_ascii_case(known)),
        _ => value == "yes" || value == "no",
    };
    if good {
        return Ok(());
    }
    Err(match name {
        "version" => format!("XML version `{value}` is not read; write 1.0"),
        "encoding" => format!("the document declares the encoding `{value}`; Hacienda takes UTF-8 only"),
        _ => format!("standalone is `yes` or `no`, not `{value}`"),
    })
}

/// ` name = "value"` at the start of `text`: the name, the value, and what follows.
fn pseudo_attribute(text: &str) -> Option<(&str, &str, &str)> {
    const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
    let trimmed = text.trim_start_matches(SPACE);
    if trimmed.len() == text.len() {
        return None;
    }
    let (name, rest) = trimmed.split_at(chars::name_end(trimmed, 0));
    let rest = rest.trim_start_matches(SPACE).strip_prefix('=')?.trim_start_matches(SPACE);
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (value, after) = rest[1..].split_once(quote)?;
    Some((name, value, after))
}
