//! The pull parser: bytes in, one token at a time out, everything borrowed.
//!
//! It is written for invoices: tens of thousands of short elements without attributes. The characters of the whole
//! document are checked in one pass at the start, names are checked once in their start tag and compared in their end
//! tag, and nothing is allocated for an element.

use super::Limits;
use super::chars;
use super::context::Context;
use super::decode;
use super::error::XmlError;
use super::namespaces::Namespaces;
use super::prolog;
use super::tag::{Attribute, EndTag, StartTag};

/// One piece of a document. Text is as written: see [`super::decode_text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// The XML declaration.
    Declaration,
    /// An element begins.
    Start(StartTag<'a>),
    /// An element ends; also after a self-closing tag.
    End(EndTag<'a>),
    /// Character data inside the root, between two pieces of markup.
    Text {
        /// As written, references and line ends untouched.
        raw: &'a str,
        /// Whether the bytes are their own canonical form.
        canonical: bool,
    },
    /// The text of a CDATA section.
    CData(&'a str),
    /// The text of a comment.
    Comment(&'a str),
    /// A processing instruction.
    ProcessingInstruction {
        /// The word after `<?`.
        target: &'a str,
        /// What follows it, without the white space between; may be empty.
        content: &'a str,
    },
    /// The document has ended, and was well formed.
    Eof,
}

/// A strict pull parser over the bytes of one document.
#[derive(Debug)]
pub struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    /// Where the next token begins.
    pub(super) at: usize,
    /// Where the present token began.
    pub(super) token_start: usize,
    pub(super) limits: Limits,
    /// The names of the open elements, the root first.
    pub(super) open: Vec<&'a str>,
    /// The attributes of the last start tag.
    pub(super) attributes: Vec<Attribute<'a>>,
    pub(super) namespaces: Namespaces<'a>,
    /// The last start tag was `<name/>`: its end is the next token.
    pub(super) self_closed: bool,
    root_seen: bool,
    /// Where an XML declaration may stand: at the first byte of a document, nowhere in a fragment.
    declaration_at: Option<usize>,
    /// Why the document cannot be read at all; told at the first call of `next`.
    unreadable: Option<XmlError>,
}

impl<'a> Scanner<'a> {
    /// A scanner at the start of a document. What is wrong with the document as a whole is told by the first `next`.
    pub fn new(bytes: &'a [u8], limits: Limits) -> Self {
        let (text, unreadable) = match prolog::text_of(bytes, &limits) {
            Ok(text) => (text, None),
            Err(error) => ("", Some(error)),
        };
        let start = prolog::start(text.as_bytes());
        Self { declaration_at: Some(start), unreadable, ..Self::over(text, start, limits, Namespaces::default()) }
    }

    /// A scanner of one element inside a text that a scanner has already read, with what it inherits there.
    /// `text` ends where the element ends.
    pub fn fragment(text: &'a str, start: usize, context: &Context<'a>, limits: Limits) -> Self {
        Self::over(text, start, limits, Namespaces::inherited(context))
    }

    fn over(text: &'a str, start: usize, limits: Limits, namespaces: Namespaces<'a>) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: start,
            token_start: start,
            limits,
            open: Vec::with_capacity(16),
            attributes: Vec::new(),
            namespaces,
            self_closed: false,
            root_seen: false,
            declaration_at: None,
            unreadable: None,
        }
    }

    /// The next token.
    // Not an `Iterator`: each call may fail, and an error must not look like the end.
    #[expect(clippy::should_implement_trait)]
    #[inline]
    pub fn next(&mut self) -> Result<Token<'a>, XmlError> {
        self.token_start = self.at;
        if self.self_closed {
            self.self_closed = false;
            return Ok(self.close_element(false));
        }
        match self.bytes.get(self.at) {
            Some(b'<') => self.markup(),
            Some(_) if !self.open.is_empty() => self.character_data(),
            Some(_) => self.between_roots(),
            None => self.finish(),
        }
    }

    #[inline]
    fn markup(&mut self) -> Result<Token<'a>, XmlError> {
        match self.bytes.get(self.at + 1) {
            Some(b'/') => self.end_tag(),
            Some(b'!') => self.declaration_like(),
            Some(b'?') => self.processing_instruction(),
            _ => {
                if self.open.is_empty() {
                    if self.root_seen {
                        return Err(self.error(self.at, "a document has one root element; this is a second one"));
                    }
                    self.root_seen = true;
                }
                self.start_tag().map(Token::Start)
            }
        }
    }

    #[inline]
    fn end_tag(&mut self) -> Result<Token<'a>, XmlError> {
        let Some(name) = self.open.last().copied() else {
            return Err(self.error(self.at, "this end tag has no start tag"));
        };
        let after_name = self.at + 2 + name.len();
        if self.bytes.get(self.at + 2..after_name).is_some_and(|written| chars::same(written, name.as_bytes())) {
            self.at = after_name;
            if self.bytes.get(after_name) == Some(&b'>') {
                self.at += 1;
                return Ok(self.close_element(true));
            }
            self.skip_spaces();
            if self.bytes.get(self.at) == Some(&b'>') {
                self.at += 1;
                return Ok(self.close_element(false));
            }
        }
        Err(self.error(self.token_start, format!("`</{name}>` is expected here")))
    }

    #[inline]
    fn close_element(&mut self, canonical: bool) -> Token<'a> {
        self.namespaces.close(self.open.len());
        let name = self.open.pop().unwrap_or_default();
        Token::End(EndTag { name, canonical })
    }

    #[inline]
    fn character_data(&mut self) -> Result<Token<'a>, XmlError> {
        let start = self.at;
        let mut at = start;
        let mut canonical = true;
        loop {
            at = chars::plain_text_end(self.bytes, at);
            match self.bytes.get(at) {
                None | Some(b'<') => break,
                Some(b'&') => {
                    let end = self.reference(at)?;
                    // The forms that canonical XML itself writes (C14N 1.0, section 2.3, text nodes).
                    canonical &= matches!(&self.bytes[at..end], b"&amp;" | b"&lt;" | b"&gt;" | b"&#xD;");
                    at = end;
                }
                Some(b'>') if self.bytes[start..at].ends_with(b"]]") => {
                    return Err(self.error(at - 2, "`]]>` is not allowed in text; write `]]&gt;`"));
                }
                Some(_) => {
                    canonical = false;
                    at += 1;
                }
            }
        }
        self.at = at;
        Ok(Token::Text { raw: &self.text[start..at], canonical })
    }

    /// Checks the reference at `at`, which is a `&`; tells where it ends.
    pub(super) fn reference(&self, at: usize) -> Result<usize, XmlError> {
        let after = &self.text[at + 1..];
        let Some(length) = decode::reference_length(after) else {
            return Err(self.error(at, "a `&` must begin a reference; write `&amp;`"));
        };
        match decode::reference(&after[..length]) {
            Ok(_) => Ok(at + length + 2),
            Err(message) => Err(self.error(at, message)),
        }
    }

    /// White space before and after the root; anything else there is refused.
    fn between_roots(&mut self) -> Result<Token<'a>, XmlError> {
        self.skip_spaces();
        match self.bytes.get(self.at) {
            None | Some(b'<') => self.next(),
            Some(_) if self.root_seen => Err(self.error(self.at, "there is text after the root element")),
            Some(_) => Err(self.error(self.at, "this is not XML: there is text before the root element")),
        }
    }

    /// `<!…`: a comment, a CDATA section, or what is not allowed.
    fn declaration_like(&mut self) -> Result<Token<'a>, XmlError> {
        let start = self.at;
        let rest = &self.bytes[start..];
        if rest.starts_with(b"<!--") {
            let content = self.up_to(start + 4, "-->", "comment")?;
            // A comment that ends in `-` would hold `--` together with its end (production 15).
            if content.contains("--") || content.ends_with('-') {
                return Err(self.error(start, "`--` is not allowed inside a comment"));
            }
            return Ok(Token::Comment(content));
        }
        if rest.starts_with(b"<![CDATA[") && !self.open.is_empty() {
            return Ok(Token::CData(self.up_to(start + 9, "]]>", "CDATA section")?));
        }
        Err(self
            .error(start, "a DOCTYPE or other declaration is not allowed; only elements, text and comments are read"))
    }

    /// `<?…?>`, also the XML declaration.
    fn processing_instruction(&mut self) -> Result<Token<'a>, XmlError> {
        let start = self.at;
        let name_end = chars::name_end(self.text, start + 2);
        let target = &self.text[start + 2..name_end];
        let content = self.up_to(name_end, "?>", "processing instruction")?;
        if target == "xml" && self.declaration_at == Some(start) {
            prolog::check_declaration(content).map_err(|message| self.error(start, message))?;
            return Ok(Token::Declaration);
        }
        let content_start = content.trim_start_matches([' ', '\t', '\r', '\n']);
        if target.is_empty() || (content_start.len() == content.len() && !content.is_empty()) {
            return Err(self.error(start, "a processing instruction begins with a name"));
        }
        if target.eq_ignore_ascii_case("xml") {
            return Err(
                self.error(start, "the XML declaration stands at the very start of a document and nowhere else")
            );
        }
        Ok(Token::ProcessingInstruction { target, content: content_start })
    }

    /// The text from `from` to the next `end`, which is passed over.
    fn up_to(&mut self, from: usize, end: &str, what: &str) -> Result<&'a str, XmlError> {
        let Some(length) = memchr::memmem::find(&self.bytes[from..], end.as_bytes()) else {
            return Err(self.error(self.token_start, format!("the document ends inside this {what}")));
        };
        self.at = from + length + end.len();
        Ok(&self.text[from..from + length])
    }

    #[cold]
    fn finish(&mut self) -> Result<Token<'a>, XmlError> {
        if let Some(error) = &self.unreadable {
            return Err(error.clone());
        }
        if let Some(name) = self.open.last() {
            return Err(self.error(self.at, format!("the document ends before `</{name}>`; it was cut off")));
        }
        if !self.root_seen {
            return Err(self.error(self.at, "the document is empty"));
        }
        Ok(Token::Eof)
    }

    #[inline]
    pub(super) fn skip_spaces(&mut self) {
        while self.bytes.get(self.at).copied().is_some_and(chars::is_space) {
            self.at += 1;
        }
    }

    #[cold]
    pub(super) fn error(&self, offset: usize, message: impl Into<String>) -> XmlError {
        XmlError::new(self.bytes, offset, message)
    }

    /// The attributes of the start tag that was the last token.
    #[inline]
    pub fn attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }

    /// The namespace of a prefix at the last start tag; `""` stands for the default namespace.
    pub fn namespace(&self, prefix: &str) -> Option<&'a str> {
        self.namespaces.resolve(prefix)
    }

    /// Every prefix in force at the last start tag.
    pub fn namespaces_in_scope(&self) -> Vec<(&'a str, &'a str)> {
        self.namespaces.in_scope()
    }

    /// The bytes of the last token.
    #[inline]
    pub fn span(&self) -> std::ops::Range<usize> {
        self.token_start..self.at
    }

    /// How many elements are open.
    #[inline]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The text that is being read; empty when it could not be read at all.
    pub fn source(&self) -> &'a str {
        self.text
    }
}
