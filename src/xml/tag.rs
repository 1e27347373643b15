//! Start tags and their attributes (XML 1.0, section 3.1; Namespaces, sections 3 to 6).

use std::borrow::Cow;

use super::chars;
use super::decode;
use super::error::XmlError;
use super::scanner::Scanner;

/// The tag that begins an element. Its attributes are the scanner's until the next token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartTag<'a> {
    /// The name as written, prefix included.
    pub name: &'a str,
    /// Bytes of the prefix, 0 when there is none.
    pub(super) prefix_length: u32,
    /// `<name/>`: an [`EndTag`] of no bytes follows as the next token.
    pub self_closing: bool,
    /// The bytes of the tag are its canonical form, as far as that does not depend on the namespaces around it.
    pub canonical: bool,
}

impl<'a> StartTag<'a> {
    /// The prefix, or `""`.
    pub fn prefix(&self) -> &'a str {
        &self.name[..self.prefix_length as usize]
    }

    /// The name without its prefix.
    pub fn local_name(&self) -> &'a str {
        local_name(self.name, self.prefix_length)
    }
}

/// The tag that ends an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndTag<'a> {
    /// The name as written, prefix included.
    pub name: &'a str,
    /// The bytes of the tag are its canonical form: no white space in it, and not the end of `<name/>`.
    pub canonical: bool,
}

/// One attribute as written; namespace declarations are attributes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The name as written, prefix included.
    pub name: &'a str,
    prefix_length: u32,
    /// The value as written, without its quotes.
    pub raw: &'a str,
}

impl<'a> Attribute<'a> {
    /// The prefix, or `""`.
    pub fn prefix(&self) -> &'a str {
        &self.name[..self.prefix_length as usize]
    }

    /// The name without its prefix.
    pub fn local_name(&self) -> &'a str {
        local_name(self.name, self.prefix_length)
    }

    /// The prefix that this attribute declares, when it is a namespace declaration; `""` for the default namespace.
    #[inline]
    pub fn declared_prefix(&self) -> Option<&'a str> {
        // Byte patterns are compared in place; string patterns would call a library function for every attribute.
        match self.name.as_bytes() {
            b"xmlns" => Some(""),
            [b'x', b'm', b'l', b'n', b's', b':', ..] => Some(self.local_name()),
            _ => None,
        }
    }

    /// The value it means: references replaced, white space made spaces.
    pub fn value(&self) -> Cow<'a, str> {
        decode::value(self.raw)
    }
}

fn local_name(name: &str, prefix_length: u32) -> &str {
    match prefix_length {
        0 => name,
        length => &name[length as usize + 1..],
    }
}

impl<'a> Scanner<'a> {
    /// `<name …>` or `<name …/>`; the scanner stands on the `<`.
    #[inline]
    pub(super) fn start_tag(&mut self) -> Result<StartTag<'a>, XmlError> {
        let (name, prefix_length) = self.qualified_name(self.at + 1)?;
        self.attributes.clear();
        let after_name = self.at + 1 + name.len();
        let plain = self.bytes.get(after_name) == Some(&b'>');
        let mut tag = StartTag { name, prefix_length, self_closing: false, canonical: plain };
        let depth = self.open.len() + 1;
        if plain {
            self.at = after_name + 1;
        } else {
            self.at = after_name;
            self.attributes_and_close(&mut tag, depth)?;
        }
        if prefix_length != 0 {
            self.check_prefix(tag.prefix(), self.token_start)?;
        }
        if depth > self.limits.max_depth {
            let message = format!("elements are nested deeper than {} levels", self.limits.max_depth);
            return Err(self.error(self.token_start, message));
        }
        self.open.push(name);
        self.self_closed = tag.self_closing;
        Ok(tag)
    }

    /// A name with at most one colon (Namespaces, production 7), and the length of its prefix.
    #[inline]
    fn qualified_name(&self, from: usize) -> Result<(&'a str, u32), XmlError> {
        let first_end = chars::name_end(self.text, from);
        if first_end == from {
            return Err(self.error(from, "a name is expected here; write `&lt;` for a `<` in text"));
        }
        let mut end = first_end;
        if self.bytes.get(first_end) == Some(&b':') {
            end = chars::name_end(self.text, first_end + 1);
            if end == first_end + 1 || self.bytes.get(end) == Some(&b':') {
                return Err(self.error(from, "a name has one colon at most, between a prefix and a name"));
            }
        }
        if end - from > self.limits.max_name {
            return Err(self.error(from, format!("a name is longer than {} bytes", self.limits.max_name)));
        }
        let prefix_length = if end == first_end { 0 } else { first_end - from };
        Ok((&self.text[from..end], prefix_length as u32))
    }

    /// Everything of a start tag after its name.
    fn attributes_and_close(&mut self, tag: &mut StartTag<'a>, depth: usize) -> Result<(), XmlError> {
        let mut canonical = true;
        loop {
            let spaces_from = self.at;
            self.skip_spaces();
            match self.bytes.get(self.at..).unwrap_or_default() {
                [b'>', ..] => {
                    // Two attributes may be in another order than the canonical one; to look is the canonicaliser's task.
                    tag.canonical = canonical && self.at == spaces_from && self.attributes.len() <= 1;
                    self.at += 1;
                    break;
                }
                [b'/', b'>', ..] => {
                    tag.self_closing = true;
                    self.at += 2;
                    break;
                }
                [] => return Err(self.error(self.token_start, "the document ends inside this tag")),
                _ if self.at == spaces_from => {
                    return Err(self.error(self.at, "white space, `>` or `/>` is expected here"));
                }
                _ => {
                    canonical &= &self.bytes[spaces_from..self.at] == b" ";
                    canonical &= self.attribute(depth)?;
                }
            }
        }
        self.check_attribute_prefixes()
    }

    /// One `name="value"`. True when its bytes are its canonical form.
    fn attribute(&mut self, depth: usize) -> Result<bool, XmlError> {
        let start = self.at;
        let (name, prefix_length) = self.qualified_name(start)?;
        if self.attributes.len() == self.limits.max_attributes {
            let message = format!("an element has more than {} attributes", self.limits.max_attributes);
            return Err(self.error(start, message));
        }
        if self.attributes.iter().any(|known| known.name == name) {
            return Err(self.error(start, format!("the attribute `{name}` stands twice in one tag")));
        }
        self.at = start + name.len();
        self.skip_spaces();
        if self.bytes.get(self.at) != Some(&b'=') {
            return Err(self.error(self.at, format!("`=` and a value in quotes are expected after `{name}`")));
        }
        self.at += 1;
        self.skip_spaces();
        let tight = self.at == start + name.len() + 1;
        let (raw, plain) = self.attribute_value()?;
        let attribute = Attribute { name, prefix_length, raw };
        self.attributes.push(attribute);
        if let Some(prefix) = attribute.declared_prefix() {
            self.declare(prefix, raw, depth, start)?;
            return Ok(false);
        }
        Ok(tight && plain && prefix_length == 0)
    }

    /// A quoted value, the scanner standing on its quote. True when it is its own canonical form.
    fn attribute_value(&mut self) -> Result<(&'a str, bool), XmlError> {
        let Some(quote @ (b'"' | b'\'')) = self.bytes.get(self.at).copied() else {
            return Err(self.error(self.at, "a value in quotes is expected here"));
        };
        let mut plain = quote == b'"';
        let start = self.at + 1;
        let mut at = start;
        loop {
            at = chars::plain_value_end(self.bytes, at, quote);
            match self.bytes.get(at) {
                None => return Err(self.error(self.at, "the document ends inside this value")),
                Some(byte) if *byte == quote => break,
                Some(b'<') => return Err(self.error(at, "`<` is not allowed in a value; write `&lt;`")),
                Some(b'&') => {
                    plain = false;
                    at = self.reference(at)?;
                }
                Some(_) => {
                    plain = false;
                    at += 1;
                }
            }
        }
        self.at = at + 1;
        Ok((&self.text[start..at], plain))
    }

    /// Puts a namespace declaration in force. A reference or a line end in a namespace name would let two programs
    /// read two names, and no comprobante has one: it is refused.
    fn declare(&mut self, prefix: &'a str, raw: &'a str, depth: usize, at: usize) -> Result<(), XmlError> {
        if raw.bytes().any(|byte| byte == b'&' || (byte != b' ' && chars::is_space(byte))) {
            return Err(self.error(at, "a namespace name with references or line ends is not read"));
        }
        self.namespaces.declare(prefix, raw, depth).map_err(|message| self.error(at, message))
    }

    fn check_prefix(&self, prefix: &str, at: usize) -> Result<(), XmlError> {
        match self.namespaces.resolve(prefix) {
            Some(_) => Ok(()),
            None => Err(self.error(at, format!("the prefix `{prefix}` is not declared"))),
        }
    }

    /// Attributes with a prefix: the prefix is bound, and no two of them mean the same name (Namespaces, section 6.3).
    /// Only once the whole tag is read, since a declaration may come after its use.
    fn check_attribute_prefixes(&self) -> Result<(), XmlError> {
        let prefixed = |attribute: &&Attribute| !attribute.prefix().is_empty() && attribute.prefix() != "xmlns";
        for (index, attribute) in self.attributes.iter().enumerate().filter(|(_, attribute)| prefixed(attribute)) {
            self.check_prefix(attribute.prefix(), self.token_start)?;
            let namespace = self.namespaces.resolve(attribute.prefix());
            let twin = self.attributes[..index].iter().filter(prefixed).find(|other| {
                other.local_name() == attribute.local_name() && self.namespaces.resolve(other.prefix()) == namespace
            });
            if let Some(twin) = twin {
                let message = format!("the attributes `{}` and `{}` are the same one", twin.name, attribute.name);
                return Err(self.error(self.token_start, message));
            }
        }
        Ok(())
    }
}
