//! What a pass over a document notes beside what it reads: where its root is, and which of its bytes are their own canonical form.
//! Whoever reads a document whole can hand this to the signer, which then need not read it again.

use std::ops::Range;

use super::context::Context;
use super::scanner::{Scanner, Token};
use super::tag::StartTag;

/// More texts than this to put into their canonical form, and the outline is no shorter than the document.
const MOST_CHANGES: usize = 200_000;

/// The outline of a document that has been read to its end.
#[derive(Debug)]
pub(crate) struct Outline<'a> {
    text: &'a str,
    root_namespace: &'a str,
    /// The root's name without its prefix.
    pub(crate) root_name: &'a str,
    /// The root's name as written.
    pub(crate) root_tag: &'a str,
    /// Where the root's start tag begins.
    pub(crate) root_start: usize,
    /// The start tag of the root is also its end.
    pub(crate) root_self_closing: bool,
    /// The bytes of the root's end tag; of its start tag when that is also its end.
    pub(crate) root_end: Range<usize>,
    /// Where the root's start tag ends.
    pub(crate) body_start: usize,
    /// What the children of the root inherit.
    pub(crate) context: Context<'a>,
    /// The texts below the root that are not their own canonical form, in their order.
    pub(crate) changed_texts: Vec<Range<usize>>,
    /// But for these texts, and for what the pass does not show this, all after the root's start tag is its own canonical form.
    is_plain: bool,
}

impl<'a> Outline<'a> {
    /// Of a document whose root has just begun. `declared_only`: before it came nothing but the XML declaration.
    pub(crate) fn at_root(scanner: &Scanner<'a>, tag: &StartTag<'a>, declared_only: bool) -> Self {
        let xml_attributes = scanner.attributes().iter().filter(|attribute| attribute.prefix() == "xml");
        Self {
            text: scanner.source(),
            root_namespace: scanner.namespace(tag.prefix()).unwrap_or_default(),
            root_name: tag.local_name(),
            root_tag: tag.name,
            root_start: scanner.span().start,
            root_self_closing: tag.self_closing,
            root_end: scanner.span(),
            body_start: scanner.span().end,
            context: Context {
                namespaces: scanner.namespaces_in_scope(),
                xml_attributes: xml_attributes
                    .map(|attribute| (attribute.name, attribute.value().into_owned()))
                    .collect(),
            },
            changed_texts: Vec::new(),
            is_plain: declared_only && !tag.self_closing,
        }
    }

    /// Notes a token below the root, or behind it.
    #[inline]
    pub(crate) fn note(&mut self, scanner: &Scanner<'a>, token: &Token<'a>) {
        match token {
            // Exclusive canonicalisation would declare another prefix than the root's where it is first used.
            Token::Start(tag) => self.is_plain &= tag.canonical && tag.prefix() == self.root_prefix(),
            Token::End(tag) => {
                self.is_plain &= tag.canonical;
                if scanner.depth() == 0 && !self.root_self_closing {
                    self.root_end = scanner.span();
                }
            }
            Token::Text { canonical: true, .. } | Token::Eof => {}
            Token::Text { .. } if self.changed_texts.len() < MOST_CHANGES => self.changed_texts.push(scanner.span()),
            _ => self.is_plain = false,
        }
    }

    /// Notes a leaf, whose bytes are their own canonical form; it has no prefix.
    #[inline]
    pub(crate) fn note_leaf(&mut self) {
        self.is_plain &= self.root_name.len() == self.root_tag.len();
    }

    fn root_prefix(&self) -> &'a str {
        let length = self.root_tag.len() - self.root_name.len();
        &self.root_tag[..length.saturating_sub(1)]
    }

    /// The namespace of the root.
    #[inline]
    pub(crate) fn root_namespace(&self) -> &'a str {
        self.root_namespace
    }

    /// Whether nothing but its texts has to be changed after the root's start tag.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// The text of the document.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }
}
