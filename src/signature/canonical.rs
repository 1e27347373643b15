//! Canonical XML: the one form of a document that is hashed, so that attribute order, quotes and line ends do not matter.
//!
//! Canonical XML 1.0 (inclusive) and Exclusive XML Canonicalization 1.0, with and without comments, of a document or of
//! one element. It streams: bytes that are already canonical, which in an invoice is nearly all of them, reach the sink
//! in long runs of the source itself, so that hashing is what takes the time.
//!
//! It is our own because `bergshamra-c14n`, the library that was measured beside it, needs ten times as long for its
//! tree (`benches/signing.rs`), and its reader keeps CRLF in CDATA sections and comments and tabs in attributes, which
//! XML 1.0 normalises: such a document would not verify elsewhere. The tests hold this one against the examples of the
//! recommendations, that library where it is right, and libxml2.

use std::borrow::Cow;
use std::ops::Range;

use super::gathered::Gathered;
pub use super::gathered::Sink;
use super::names::DS;
use crate::xml::{
    self, Attribute, Context, EndTag, Limits, Outline, Scanner, StartTag, Token, XML_NAMESPACE, XmlError,
};

/// Which canonicalisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Method {
    /// Only the namespaces that are visibly used, and `inclusive_prefixes`.
    pub exclusive: bool,
    /// Comments stay.
    pub comments: bool,
    /// The prefixes that exclusive canonicalisation treats as inclusive does; `""` is the default namespace.
    pub inclusive_prefixes: Vec<String>,
}

impl Method {
    /// Canonical XML 1.0 without comments.
    pub fn inclusive() -> Self {
        Self::default()
    }

    /// Exclusive canonicalisation without comments.
    pub fn exclusive() -> Self {
        Self { exclusive: true, ..Self::default() }
    }
}

/// Which elements are left out, with all that is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Omit {
    /// None.
    Nothing,
    /// Every `ds:Signature`: what `not(ancestor-or-self::ds:Signature)` leaves out.
    Signatures,
    /// The element that begins at this byte: what `enveloped-signature` leaves out.
    ElementAt(usize),
}

/// Writes the canonical form of a whole document.
pub fn document(bytes: &[u8], method: &Method, omit: Omit, sink: &mut impl Sink) -> Result<(), XmlError> {
    let context = Context::default();
    Canonicaliser::new(Scanner::new(bytes, Limits::default()), &context, method, omit, sink).run()
}

/// Writes the canonical form of the element that begins at `start` and ends with `text`, a text that has been read
/// before. `context` is what the element inherits.
pub fn element<'a>(
    text: &'a str,
    start: usize,
    context: &Context<'a>,
    method: &Method,
    omit: Omit,
    sink: &mut impl Sink,
) -> Result<(), XmlError> {
    let scanner = Scanner::fragment(text, start, context, Limits::default());
    Canonicaliser::new(scanner, context, method, omit, sink).run()
}

/// Writes the canonical form of the start tag alone that begins at `start`, with nothing inherited.
pub fn start_tag(text: &str, start: usize, method: &Method, sink: &mut impl Sink) -> Result<(), XmlError> {
    let context = Context::default();
    let scanner = Scanner::fragment(text, start, &context, Limits::default());
    let mut canonicaliser = Canonicaliser::new(scanner, &context, method, Omit::Nothing, sink);
    canonicaliser.step()?;
    canonicaliser.finish();
    Ok(())
}

/// Writes the canonical form of a document of which the outline says enough ([`Outline::is_plain`]): its start tag, then the
/// source itself, with `omitted` left out and the texts changed that must be. It need not be read again for that.
pub(super) fn outlined(
    outline: &Outline<'_>,
    omitted: &[Range<usize>],
    method: &Method,
    sink: &mut impl Sink,
) -> Result<(), XmlError> {
    start_tag(&outline.text()[..outline.body_start], outline.root_start, method, sink)?;
    let (text, mut at) = (outline.text(), outline.body_start);
    let mut gathered = Gathered::new(sink, outline.root_end.end - at);
    let mut changed = outline.changed_texts.iter().peekable();
    let end = outline.root_end.end..outline.root_end.end;
    for gap in omitted.iter().chain([&end]) {
        while let Some(span) = changed.next_if(|span| span.start < gap.start) {
            gathered.put(&text.as_bytes()[at..span.start]);
            gathered.text(&xml::decode_text(&text[span.clone()]));
            at = span.end;
        }
        gathered.put(&text.as_bytes()[at..gap.start]);
        at = gap.end;
    }
    gathered.finish();
    Ok(())
}

struct Canonicaliser<'a, 'c, S> {
    scanner: Scanner<'a>,
    context: &'c Context<'a>,
    method: &'c Method,
    omit: Omit,
    /// Source bytes that are canonical as they are and wait to be written as one piece.
    run: Range<usize>,
    /// What comes before the run.
    pieces: Gathered<'c, S>,
    /// The namespace declarations that the output has in force: prefix, namespace, depth of their element.
    written: Vec<(&'a str, &'a str, usize)>,
    after_root: bool,
}

impl<'a, 'c, S: Sink> Canonicaliser<'a, 'c, S> {
    fn new(scanner: Scanner<'a>, context: &'c Context<'a>, method: &'c Method, omit: Omit, sink: &'c mut S) -> Self {
        let pieces = Gathered::new(sink, scanner.source().len() + 512);
        Self { scanner, context, method, omit, run: 0..0, pieces, written: Vec::new(), after_root: false }
    }

    fn run(mut self) -> Result<(), XmlError> {
        while self.step()? {}
        self.finish();
        Ok(())
    }

    /// Canonicalises one token. False at the end.
    #[inline]
    fn step(&mut self) -> Result<bool, XmlError> {
        match self.scanner.next()? {
            Token::Start(tag) if self.is_omitted(&tag) => self.skip_element()?,
            Token::Start(tag) => self.start_tag(&tag),
            Token::End(tag) => self.end_tag(&tag),
            Token::Text { canonical: true, .. } => self.keep(),
            Token::Text { raw, .. } => self.text(&xml::decode_text(raw)),
            // A section becomes the text it stands for (C14N 1.0, section 2.3).
            Token::CData(raw) => self.text(&with_unix_line_ends(raw)),
            Token::Comment(content) if self.method.comments => self.outside_root(&["<!--", content, "-->"]),
            Token::ProcessingInstruction { target, content: "" } => self.outside_root(&["<?", target, "?>"]),
            Token::ProcessingInstruction { target, content } => self.outside_root(&["<?", target, " ", content, "?>"]),
            Token::Comment(_) | Token::Declaration => {}
            Token::Eof => return Ok(false),
        }
        Ok(true)
    }

    fn is_omitted(&self, tag: &StartTag<'a>) -> bool {
        match self.omit {
            Omit::Nothing => false,
            Omit::ElementAt(start) => self.scanner.span().start == start,
            Omit::Signatures => tag.local_name() == "Signature" && self.scanner.namespace(tag.prefix()) == Some(DS),
        }
    }

    /// Reads on to the end of the element that has just begun.
    fn skip_element(&mut self) -> Result<(), XmlError> {
        let depth = self.scanner.depth();
        while self.scanner.depth() >= depth {
            self.scanner.next()?;
        }
        Ok(())
    }

    /// The last token is canonical as it stands.
    #[inline]
    fn keep(&mut self) {
        let span = self.scanner.span();
        if self.run.end == span.start {
            self.run.end = span.end;
        } else {
            self.end_run();
            self.run = span;
        }
    }

    /// Puts the run behind the pieces.
    fn end_run(&mut self) {
        self.pieces.put(&self.scanner.source().as_bytes()[self.run.clone()]);
        self.run = 0..0;
    }

    /// Writes all that waits.
    fn finish(mut self) {
        self.end_run();
        self.pieces.finish();
    }

    /// The pieces, for one that comes behind the run.
    fn behind_run(&mut self) -> &mut Gathered<'c, S> {
        if !self.run.is_empty() {
            self.end_run();
        }
        &mut self.pieces
    }

    fn put(&mut self, text: &str) {
        self.behind_run().put(text.as_bytes());
    }

    fn text(&mut self, decoded: &str) {
        self.behind_run().text(decoded);
    }

    /// A comment or processing instruction. Outside the root each has a line of its own (C14N 1.0, section 2.3).
    fn outside_root(&mut self, parts: &[&str]) {
        let outside = self.scanner.depth() == 0;
        if outside && self.after_root {
            self.put("\n");
        }
        for part in parts {
            self.put(&with_unix_line_ends(part));
        }
        if outside && !self.after_root {
            self.put("\n");
        }
    }

    #[inline]
    fn end_tag(&mut self, tag: &EndTag<'a>) {
        let depth = self.scanner.depth();
        while self.written.last().is_some_and(|(_, _, declared_at)| *declared_at > depth) {
            self.written.pop();
        }
        self.after_root = depth == 0;
        if tag.canonical {
            self.keep();
        } else {
            self.put("</");
            self.put(tag.name);
            self.put(">");
        }
    }

    #[inline]
    fn start_tag(&mut self, tag: &StartTag<'a>) {
        // The apex carries the namespaces from outside; below it a canonical tag declares nothing, and only exclusive
        // canonicalisation may have to declare its prefix here.
        let unchanged =
            tag.canonical && self.scanner.depth() > 1 && (!self.method.exclusive || !self.must_declare(tag.prefix()));
        if unchanged { self.keep() } else { self.rewrite_start_tag(tag) }
    }

    fn rewrite_start_tag(&mut self, tag: &StartTag<'a>) {
        self.put("<");
        self.put(tag.name);
        for (prefix, namespace) in self.declarations(tag) {
            self.put(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.put(prefix);
            self.put("=\"");
            self.behind_run().value(namespace);
            self.put("\"");
            self.written.push((prefix, namespace, self.scanner.depth()));
        }
        for (_, name, value) in self.attributes() {
            self.put(" ");
            self.put(name);
            self.put("=\"");
            self.behind_run().value(&value);
            self.put("\"");
        }
        self.put(">");
    }

    /// The namespace declarations that the canonical tag has, in their order: the default first, then by prefix.
    fn declarations(&self, tag: &StartTag<'a>) -> Vec<(&'a str, &'a str)> {
        let mut prefixes = if self.method.exclusive { self.visibly_used(tag) } else { self.candidates() };
        prefixes.retain(|prefix| self.must_declare(prefix));
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes.into_iter().map(|prefix| (prefix, self.scanner.namespace(prefix).unwrap_or_default())).collect()
    }

    /// The prefixes that inclusive canonicalisation considers: all in force at the apex, the newly declared below it.
    fn candidates(&self) -> Vec<&'a str> {
        if self.scanner.depth() > 1 {
            return self.scanner.attributes().iter().filter_map(Attribute::declared_prefix).collect();
        }
        self.scanner.namespaces_in_scope().into_iter().map(|(prefix, _)| prefix).collect()
    }

    /// The prefixes that exclusive canonicalisation considers (Exclusive C14N, section 3): those of the element and its
    /// attributes, and those of the PrefixList that are in force.
    fn visibly_used(&self, tag: &StartTag<'a>) -> Vec<&'a str> {
        let of_attributes = self.scanner.attributes().iter().map(Attribute::prefix).filter(|prefix| !prefix.is_empty());
        let mut prefixes: Vec<&str> = of_attributes.filter(|prefix| *prefix != "xmlns").collect();
        prefixes.push(tag.prefix());
        if !self.method.inclusive_prefixes.is_empty() {
            let listed = |prefix: &&str| self.method.inclusive_prefixes.iter().any(|listed| listed == prefix);
            let in_scope = self.scanner.namespaces_in_scope().into_iter().map(|(prefix, _)| prefix);
            // A default namespace that is undeclared here is not in scope, but is in the list's care all the same.
            prefixes.extend(in_scope.chain([""]).filter(listed));
        }
        prefixes
    }

    /// Whether the output does not yet say what the prefix means here. `xml` needs no words.
    #[inline]
    fn must_declare(&self, prefix: &str) -> bool {
        let said = self.written.iter().rev().find(|(known, _, _)| *known == prefix);
        let said = said.map_or("", |(_, namespace, _)| namespace);
        prefix != "xml" && self.scanner.namespace(prefix) != Some(said)
    }

    /// The attributes of the canonical tag in their order: by namespace, then by local name (C14N 1.0, section 2.2).
    /// At the apex, inclusive canonicalisation adds the `xml:` attributes of the elements outside (section 2.4).
    fn attributes(&self) -> Vec<((&'a str, &'a str), &'a str, Cow<'c, str>)>
    where
        'a: 'c,
    {
        let own = self.scanner.attributes().iter().filter(|attribute| attribute.declared_prefix().is_none());
        let mut attributes: Vec<((&str, &str), &str, Cow<'c, str>)> = own
            .map(|attribute| {
                let namespace = match attribute.prefix() {
                    "" => "",
                    prefix => self.scanner.namespace(prefix).unwrap_or_default(),
                };
                ((namespace, attribute.local_name()), attribute.name, attribute.value())
            })
            .collect();
        if !self.method.exclusive && self.scanner.depth() == 1 {
            for (name, value) in &self.context.xml_attributes {
                if !attributes.iter().any(|(_, known, _)| known == name) {
                    let local_name = name.strip_prefix("xml:").unwrap_or(name);
                    attributes.push(((XML_NAMESPACE, local_name), name, Cow::Borrowed(value)));
                }
            }
        }
        attributes.sort_unstable_by_key(|(key, _, _)| *key);
        attributes
    }
}

fn with_unix_line_ends(text: &str) -> Cow<'_, str> {
    match text.contains('\r') {
        false => Cow::Borrowed(text),
        true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
    }
}
