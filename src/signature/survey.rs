//! The one pass over a document before anything else: is it well formed, where are its root and its signatures, which
//! Ids does it use, and is it canonical already.

use std::ops::Range;
use std::rc::Rc;

use crate::xml::{Attribute, Context, Limits, Outline, Scanner, StartTag, Token, XmlError};

use super::canonical::{self, Method, Omit, Sink};
use super::names::DS;
use super::tree::Node;

/// What the pass found.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    pub outline: Outline<'a>,
    /// The signatures that are children of the root, in their order.
    pub signatures: Vec<Node<'a>>,
    /// A signature that is neither a child of the root nor inside another signature.
    pub misplaced_signature: Option<usize>,
    /// Every Id in the document, by whatever spelling.
    pub ids: Vec<Id>,
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
        let mut declared_only = true;
        loop {
            match scanner.next()? {
                Token::Start(tag) => {
                    let outline = Outline::at_root(&scanner, &tag, declared_only);
                    let mut survey =
                        Self { outline, signatures: Vec::new(), misplaced_signature: None, ids: Vec::new() };
                    survey.note_ids(&scanner);
                    survey.read_root(&mut scanner)?;
                    return Ok(survey);
                }
                Token::Declaration => {}
                _ => declared_only = false,
            }
        }
    }

    fn read_root(&mut self, scanner: &mut Scanner<'a>) -> Result<(), XmlError> {
        loop {
            while let Some(leaf) = scanner.leaf() {
                self.outline.note_leaf();
                if leaf.name == "Signature" && scanner.namespace("") == Some(DS) {
                    match scanner.depth() {
                        1 => {
                            let context = Rc::new(self.outline.context.clone());
                            self.signatures.push(Node::of_leaf(&leaf, scanner.span().end, DS, &context));
                        }
                        _ => _ = self.misplaced_signature.get_or_insert(leaf.start),
                    }
                }
            }
            match scanner.next()? {
                Token::Start(tag) if is_signature(scanner, &tag) => self.read_signature(scanner, &tag)?,
                Token::Eof => return Ok(()),
                token => {
                    self.outline.note(scanner, &token);
                    if let Token::Start(_) = token {
                        self.note_ids(scanner);
                    }
                }
            }
        }
    }

    /// Reads a signature to its end; it has just begun.
    fn read_signature(&mut self, scanner: &mut Scanner<'a>, tag: &StartTag<'a>) -> Result<(), XmlError> {
        let depth = scanner.depth();
        if depth == 2 {
            let context = Rc::new(self.outline.context.clone());
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
        self.outline.text()
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
        if self.is_outlined_without(omit) {
            return canonical::outlined(&self.outline, &self.signature_spans(), method, sink);
        }
        canonical::document(self.text().as_bytes(), method, omit, sink)
    }

    /// Writes the canonical form of the root element alone.
    pub(super) fn canonicalize_root(&self, method: &Method, omit: Omit, sink: &mut impl Sink) -> Result<(), XmlError> {
        if self.is_outlined_without(omit) {
            return canonical::outlined(&self.outline, &self.signature_spans(), method, sink);
        }
        let text = &self.text()[..self.outline.root_end.end];
        canonical::element(text, self.outline.root_start, &Context::default(), method, omit, sink)
    }

    /// Whether the outline says all that canonicalisation has to know of what is not omitted.
    fn is_outlined_without(&self, omit: Omit) -> bool {
        let every_signature_is_omitted = match omit {
            Omit::Nothing => self.signatures.is_empty(),
            Omit::Signatures => true,
            Omit::ElementAt(start) => self.signatures.iter().all(|signature| signature.span.start == start),
        };
        self.outline.is_plain() && self.misplaced_signature.is_none() && every_signature_is_omitted
    }

    fn signature_spans(&self) -> Vec<Range<usize>> {
        self.signatures.iter().map(|signature| signature.span.clone()).collect()
    }
}

#[inline]
fn is_signature(scanner: &Scanner, tag: &StartTag) -> bool {
    tag.local_name() == "Signature" && scanner.namespace(tag.prefix()) == Some(DS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(write: impl FnOnce(&mut Vec<u8>) -> Result<(), XmlError>) -> String {
        let mut written = Vec::new();
        write(&mut written).expect("well formed");
        String::from_utf8(written).expect("UTF-8")
    }

    /// The short way and the long one give the same bytes.
    fn assert_same(xml: &str) {
        let survey = Survey::of(xml.as_bytes()).expect("well formed");
        let own = survey.signatures.first().map_or(Omit::Nothing, |signature| Omit::ElementAt(signature.span.start));
        for method in [Method::inclusive(), Method::exclusive()] {
            for omit in [Omit::Nothing, Omit::Signatures, own] {
                let long = canonical(|sink| canonical::document(xml.as_bytes(), &method, omit, sink));
                assert_eq!(canonical(|sink| survey.canonicalize_document(&method, omit, sink)), long, "{xml}");
            }
        }
    }

    #[test]
    fn texts_that_are_not_canonical_leave_the_short_way_open() {
        let xml = "<?xml version=\"1.0\"?>\r\n<a xmlns=\"u\" c='1'>\r\n <b>&quot;x&quot; &amp; &#241;</b>\r\n\
                   <ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\r\n</ds:Signature>\r\n<b>&apos;</b></a>\r\n";
        let survey = Survey::of(xml.as_bytes()).expect("well formed");
        assert!(survey.is_outlined_without(Omit::Signatures) && !survey.is_outlined_without(Omit::Nothing));
        assert_eq!(survey.outline.changed_texts.len(), 5);
        assert_same(xml);
        for far in ["<a><b/></a>", "<a><b c='1'>x</b></a>", "<a><![CDATA[x]]></a>", "<a><!-- x --></a>", "<a></a><?x?>"]
        {
            assert!(!Survey::of(far.as_bytes()).expect("well formed").is_outlined_without(Omit::Nothing), "{far}");
            assert_same(far);
        }
    }

    proptest! {
        #[test]
        fn random_documents_come_out_the_same_either_way(pieces in prop::collection::vec(0usize..16, 0..30), long in 0usize..3) {
            const PIECES: [&str; 16] = [
                "<b>x</b>", "<b>&quot;</b>", "\r\n", "\n ", "&amp;", "&#13;", "text", "<c><b>\r</b></c>", "&gt;", "<b></b>",
                "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">&quot;\r\n</ds:Signature>", "ñ&apos;",
                "<c>\r\n<b>y</b>&lt;</c>", "<b xmlns=\"v\">z</b>", "<b/>", "<p:b xmlns:p='p'>x</p:b>",
            ];
            let filling = "long text ".repeat(long * 300);
            let inside: String = pieces.iter().map(|piece| format!("{}{filling}", PIECES[*piece])).collect();
            assert_same(&format!("<a xmlns=\"u\">{inside}</a>"));
        }
    }
}
