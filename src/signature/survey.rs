//! The one pass over a document before anything else: is it well formed, where are its root and its signatures, which
//! Ids does it use, and is it canonical already.

use std::ops::Range;
use std::rc::Rc;

use crate::xml::{Attribute, Context, Limits, Scanner, StartTag, Token, XmlError};

use super::canonical::{self, Method, Omit, Sink};
use super::names::DS;
use super::tree::Node;

/// What the pass found.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    text: &'a str,
    /// The root's name without its prefix.
    pub root_name: &'a str,
    /// The root's name as written.
    pub root_tag: &'a str,
    /// Where the root's start tag begins.
    pub root_start: usize,
    /// The start tag of the root is also its end.
    pub root_self_closing: bool,
    /// The bytes of the root's end tag; of its start tag when that is also its end.
    pub root_end: Range<usize>,
    /// What the children of the root inherit.
    pub context: Context<'a>,
    /// The signatures that are children of the root, in their order.
    pub signatures: Vec<Node<'a>>,
    /// A signature that is neither a child of the root nor inside another signature.
    pub misplaced_signature: Option<usize>,
    /// Every Id in the document, by whatever spelling.
    pub ids: Vec<Id>,
    /// After the root's start tag the bytes are their own canonical form, save for the signatures.
    body_is_canonical: bool,
    body_start: usize,
}

/// An attribute that names an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id {
    /// The name.
    pub value: String,
    /// Where the tag of the element begins.
    pub element: usize,
}

/// Whether some verifier takes the attribute for an Id: a name that two of them find in two places is an attack.
#[inline]
fn is_id(attribute: &&Attribute) -> bool {
    matches!(attribute.name.as_bytes(), b"Id" | b"ID" | b"id" | b"xml:id")
}

impl<'a> Survey<'a> {
    /// Surveys a document.
    pub(super) fn of(bytes: &'a [u8]) -> Result<Self, XmlError> {
        let mut scanner = Scanner::new(bytes, Limits::default());
        let mut before_root_is_plain = true;
        loop {
            match scanner.next()? {
                Token::Start(tag) => {
                    let mut survey = Self::at_root(&scanner, &tag, before_root_is_plain);
                    survey.read_root(&mut scanner)?;
                    return Ok(survey);
                }
                Token::Declaration => {}
                _ => before_root_is_plain = false,
            }
        }
    }

    fn at_root(scanner: &Scanner<'a>, tag: &StartTag<'a>, plain: bool) -> Self {
        let xml_attributes = scanner.attributes().iter().filter(|attribute| attribute.prefix() == "xml");
        let mut survey = Self {
            text: scanner.source(),
            root_name: tag.local_name(),
            root_tag: tag.name,
            root_start: scanner.span().start,
            root_self_closing: tag.self_closing,
            root_end: scanner.span(),
            context: Context {
                namespaces: scanner.namespaces_in_scope(),
                xml_attributes: xml_attributes
                    .map(|attribute| (attribute.name, attribute.value().into_owned()))
                    .collect(),
            },
            signatures: Vec::new(),
            misplaced_signature: None,
            ids: Vec::new(),
            body_is_canonical: plain && !tag.self_closing,
            body_start: scanner.span().end,
        };
        survey.note_ids(scanner);
        survey
    }

    fn read_root(&mut self, scanner: &mut Scanner<'a>) -> Result<(), XmlError> {
        let root_prefix = self.root_tag.strip_suffix(self.root_name).unwrap_or_default().trim_end_matches(':');
        let mut plain = self.body_is_canonical;
        loop {
            while let Some(leaf) = scanner.leaf() {
                plain &= root_prefix.is_empty();
                if leaf.name == "Signature" && scanner.namespace("") == Some(DS) {
                    match scanner.depth() {
                        1 => {
                            let context = Rc::new(self.context.clone());
                            self.signatures.push(Node::of_leaf(&leaf, scanner.span().end, DS, &context));
                        }
                        _ => _ = self.misplaced_signature.get_or_insert(leaf.start),
                    }
                }
            }
            match scanner.next()? {
                Token::Start(tag) if is_signature(scanner, &tag) => self.read_signature(scanner, &tag)?,
                Token::Start(tag) => {
                    // Exclusive canonicalisation would declare another prefix where it is first used.
                    let alike = tag.prefix().is_empty() == root_prefix.is_empty()
                        && (root_prefix.is_empty() || tag.prefix() == root_prefix);
                    plain &= tag.canonical && alike;
                    self.note_ids(scanner);
                }
                Token::End(tag) => {
                    plain &= tag.canonical;
                    if scanner.depth() == 0 {
                        if !self.root_self_closing {
                            self.root_end = scanner.span();
                        }
                        break;
                    }
                }
                Token::Text { canonical, .. } => plain &= canonical,
                _ => plain = false,
            }
        }
        while scanner.next()? != Token::Eof {
            plain = false;
        }
        self.body_is_canonical = plain && self.misplaced_signature.is_none();
        Ok(())
    }

    /// Reads a signature to its end; it has just begun.
    fn read_signature(&mut self, scanner: &mut Scanner<'a>, tag: &StartTag<'a>) -> Result<(), XmlError> {
        let depth = scanner.depth();
        if depth == 2 {
            let context = Rc::new(self.context.clone());
            let signature = Node::read(scanner, tag, &context)?;
            self.note_ids_in(&signature);
            self.signatures.push(signature);
            return Ok(());
        }
        self.misplaced_signature.get_or_insert(scanner.span().start);
        self.note_ids(scanner);
        while scanner.depth() >= depth {
            if let Token::Start(_) = scanner.next()? {
                self.note_ids(scanner);
            }
        }
        Ok(())
    }

    fn note_ids_in(&mut self, node: &Node<'a>) {
        for attribute in node.attributes().iter().filter(is_id) {
            self.ids.push(Id { value: attribute.value().into_owned(), element: node.span.start });
        }
        for child in node.children() {
            self.note_ids_in(child);
        }
    }

    #[inline]
    fn note_ids(&mut self, scanner: &Scanner<'a>) {
        for attribute in scanner.attributes().iter().filter(is_id) {
            self.ids.push(Id { value: attribute.value().into_owned(), element: scanner.span().start });
        }
    }

    /// The text of the document.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The elements that have this Id.
    pub(super) fn elements_with_id<'s>(&'s self, value: &'s str) -> impl Iterator<Item = usize> + 's {
        self.ids.iter().filter(move |id| id.value == value).map(|id| id.element)
    }

    /// Writes the canonical form of the document.
    pub(super) fn canonicalize_document(
        &self,
        method: &Method,
        omit: Omit,
        sink: &mut impl Sink,
    ) -> Result<(), XmlError> {
        if self.is_canonical_without(omit) {
            return self.canonicalize_start_and_copy(method, sink);
        }
        canonical::document(self.text.as_bytes(), method, omit, sink)
    }

    /// Writes the canonical form of the root element alone.
    pub(super) fn canonicalize_root(&self, method: &Method, omit: Omit, sink: &mut impl Sink) -> Result<(), XmlError> {
        if self.is_canonical_without(omit) {
            return self.canonicalize_start_and_copy(method, sink);
        }
        let text = &self.text[..self.root_end.end];
        canonical::element(text, self.root_start, &Context::default(), method, omit, sink)
    }

    fn is_canonical_without(&self, omit: Omit) -> bool {
        let every_signature_is_omitted = match omit {
            Omit::Nothing => self.signatures.is_empty(),
            Omit::Signatures => true,
            Omit::ElementAt(start) => self.signatures.iter().all(|signature| signature.span.start == start),
        };
        self.body_is_canonical && every_signature_is_omitted
    }

    fn canonicalize_start_and_copy(&self, method: &Method, sink: &mut impl Sink) -> Result<(), XmlError> {
        canonical::start_tag(&self.text[..self.body_start], self.root_start, method, sink)?;
        let bytes = self.text.as_bytes();
        let mut at = self.body_start;
        for signature in &self.signatures {
            sink.write(&bytes[at..signature.span.start]);
            at = signature.span.end;
        }
        sink.write(&bytes[at..self.root_end.end]);
        Ok(())
    }
}

#[inline]
fn is_signature(scanner: &Scanner, tag: &StartTag) -> bool {
    tag.local_name() == "Signature" && scanner.namespace(tag.prefix()) == Some(DS)
}
