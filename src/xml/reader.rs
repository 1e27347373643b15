//! The layer for those who read content: elements with their namespaces, text as it is meant.

use std::borrow::Cow;

use super::Limits;
use super::decode;
use super::error::{Position, XmlError};
use super::leaf::Leaf;
use super::scanner::{Scanner, Token};
use super::tag::Attribute;

/// A piece of content. Comments and processing instructions do not appear; text is whole between two tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// An element begins.
    Start(Element<'a>),
    /// Decoded text, CDATA sections joined to it.
    Text(Cow<'a, str>),
    /// The innermost open element ends.
    End,
    /// The document has ended, and was well formed.
    Eof,
}

/// An element as it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element<'a> {
    /// The namespace it is in, or `""`.
    pub namespace: &'a str,
    /// The name without its prefix.
    pub name: &'a str,
    attributes: Vec<Attribute<'a>>,
}

impl<'a> Element<'a> {
    /// The value of the attribute of this name in no namespace.
    pub fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(Attribute::value)
    }

    /// Every attribute as written, namespace declarations included.
    pub fn attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }

    /// The attributes, taken out of it.
    pub fn into_attributes(self) -> Vec<Attribute<'a>> {
        self.attributes
    }
}

/// Reads the content of a document.
#[derive(Debug)]
pub struct Reader<'a> {
    scanner: Scanner<'a>,
    /// The token after a text, read to know that the text was whole.
    ahead: Option<Token<'a>>,
    /// The place of the last event.
    offset: usize,
}

impl<'a> Reader<'a> {
    /// A reader of a whole document, within the default limits.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::with_limits(bytes, Limits::default())
    }

    /// A reader of a whole document.
    pub fn with_limits(bytes: &'a [u8], limits: Limits) -> Self {
        Self::over(Scanner::new(bytes, limits))
    }

    /// A reader of what a scanner is about to read.
    pub fn over(scanner: Scanner<'a>) -> Self {
        Self { scanner, ahead: None, offset: 0 }
    }

    /// The next piece of content.
    // Not an `Iterator`: each call may fail, and an error must not look like the end.
    #[expect(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Event<'a>, XmlError> {
        loop {
            let token = match self.ahead.take() {
                Some(token) => token,
                None => self.scanner.next()?,
            };
            self.offset = self.scanner.span().start;
            let text = match token {
                Token::Start(tag) => {
                    let namespace = self.scanner.namespace(tag.prefix()).unwrap_or_default();
                    let attributes = self.scanner.attributes().to_vec();
                    return Ok(Event::Start(Element { namespace, name: tag.local_name(), attributes }));
                }
                Token::End(_) => return Ok(Event::End),
                Token::Eof => return Ok(Event::Eof),
                Token::Text { raw, .. } => decode::text(raw),
                Token::CData(raw) => decode::cdata(raw),
                Token::Declaration | Token::Comment(_) | Token::ProcessingInstruction { .. } => continue,
            };
            return self.whole_text(text).map(Event::Text);
        }
    }

    /// Reads an element that is a leaf, and the white space before it; none when something else comes next.
    #[inline]
    pub fn leaf(&mut self) -> Option<Leaf<'a>> {
        if self.ahead.is_some() {
            return None;
        }
        let leaf = self.scanner.leaf()?;
        self.offset = leaf.start;
        Some(leaf)
    }

    /// The namespace of elements without a prefix, where the reader stands.
    #[inline]
    pub fn default_namespace(&self) -> &'a str {
        self.scanner.namespace("").unwrap_or_default()
    }

    /// The text that began with `text`: comments and section borders do not end it.
    fn whole_text(&mut self, mut text: Cow<'a, str>) -> Result<Cow<'a, str>, XmlError> {
        loop {
            match self.scanner.next()? {
                Token::Text { raw, .. } => text.to_mut().push_str(&decode::text(raw)),
                Token::CData(raw) => text.to_mut().push_str(&decode::cdata(raw)),
                Token::Comment(_) | Token::ProcessingInstruction { .. } => {}
                token => {
                    self.ahead = Some(token);
                    return Ok(text);
                }
            }
        }
    }

    /// The place of the last event.
    pub fn position(&self) -> Position {
        Position::of(self.scanner.source().as_bytes(), self.offset)
    }

    /// The byte at which the last event begins.
    pub fn offset(&self) -> usize {
        self.offset
    }
}
