//! The elements of a document, kept flat in document order so that a five-line invoice is one allocation and a few
//! texts.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::{SIGNATURE_NAMESPACE, parse_amount};
use crate::xml::{self, Attribute, Outline};

/// A document read whole.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    pub(super) outline: Outline<'a>,
    pub(super) records: Vec<Record<'a>>,
    /// The namespaces of the few elements that are not in the root's: each with the index of its element, in order.
    pub(super) foreign: Vec<(usize, &'a str)>,
    /// The few attributes there are, namespace declarations apart: each with the index of its element, in order.
    pub(super) attributes: Vec<(usize, Attribute<'a>)>,
}

/// An element. A document has at most 20 MB, so that its places fit into 32 bits.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) name: &'a str,
    pub(super) text: Cow<'a, str>,
    /// The names of its children, each one bit: a name whose bit is not there needs no search.
    pub(super) children: u64,
    pub(super) mark: u32,
    pub(super) offset: u32,
    pub(super) parent: u32,
    /// The index after the last descendant.
    pub(super) end: u32,
    /// In another namespace than the root, and so none of the document's own elements.
    pub(super) foreign: bool,
}

/// An element of a tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'t, 'a> {
    tree: &'t Tree<'a>,
    index: usize,
}

/// Length and three letters of a name: tells nearly all names apart, so that a search compares few of them whole.
pub(crate) const fn mark(name: &str) -> u32 {
    let bytes = name.as_bytes();
    match bytes.len() {
        0 => 0,
        length => u32::from_le_bytes([length as u8, bytes[0], bytes[length / 2], bytes[length - 1]]),
    }
}

/// The bit that stands for a name in [`Record::children`].
pub(super) fn bit(mark: u32) -> u64 {
    // The golden ratio spreads marks that are alike over all the bits.
    1 << (mark.wrapping_mul(0x9E37_79B1) >> 26)
}

/// Signatures are not looked into: the elements below one are passed over.
pub(super) const SIGNATURE: &str = "Signature";

impl<'a> Tree<'a> {
    /// The root element. A document that was read has one.
    pub(crate) fn root(&self) -> Node<'_, 'a> {
        Node { tree: self, index: 0 }
    }

    /// The bytes that it was read from.
    pub(crate) fn source(&self) -> &'a [u8] {
        self.outline.text().as_bytes()
    }

    /// What the signer has to know of the document.
    pub(crate) fn outline(&self) -> &Outline<'a> {
        &self.outline
    }

    fn namespace_of(&self, index: usize) -> &'a str {
        let place = self.foreign.binary_search_by_key(&index, |(index, _)| *index);
        place.map_or(self.outline.root_namespace(), |place| self.foreign[place].1)
    }
}

impl<'t, 'a> Node<'t, 'a> {
    /// Its place in the order of the document: the root's is 0.
    pub(crate) fn index(self) -> usize {
        self.index
    }

    /// The byte at which it begins.
    pub(crate) fn offset(self) -> usize {
        self.tree.records[self.index].offset as usize
    }

    /// The local name.
    pub(crate) fn name(self) -> &'a str {
        self.tree.records[self.index].name
    }

    /// The namespace.
    pub(crate) fn namespace(self) -> &'a str {
        self.tree.namespace_of(self.index)
    }

    /// The value of its attribute of this name in no namespace.
    pub(crate) fn attribute(self, name: &str) -> Option<Cow<'a, str>> {
        let all = &self.tree.attributes;
        let first = all.partition_point(|(index, _)| *index < self.index);
        let own = all[first..].iter().take_while(|(index, _)| *index == self.index);
        own.map(|(_, attribute)| attribute).find(|attribute| attribute.name == name).map(Attribute::value)
    }

    /// The text as it stands.
    pub(crate) fn raw_text(self) -> &'t str {
        &self.tree.records[self.index].text
    }

    /// The text without white space around it.
    pub(crate) fn text(self) -> &'t str {
        let text = self.raw_text();
        // Nearly no text has white space around it, which its first and last byte show.
        let is_mark = |byte: &u8| byte.is_ascii_graphic();
        match text.as_bytes() {
            [first, .., last] if is_mark(first) && is_mark(last) => text,
            _ => text.trim(),
        }
    }

    /// The element around it; the root's is the root.
    pub(crate) fn parent(self) -> Self {
        Node { tree: self.tree, index: self.tree.records[self.index].parent as usize }
    }

    /// Whether it has child elements.
    pub(crate) fn has_children(self) -> bool {
        self.tree.records[self.index].end as usize > self.index + 1
    }

    /// Its child elements, in order, those of other namespaces too.
    pub(crate) fn children(self) -> impl Iterator<Item = Node<'t, 'a>> {
        let tree = self.tree;
        let end = tree.records[self.index].end as usize;
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let index = next;
            (index < end).then(|| {
                next = tree.records[index].end as usize;
                Node { tree, index }
            })
        })
    }

    /// The child elements of a name, in the namespace of the document: another's are none of it.
    pub(crate) fn all(self, name: &'static str) -> impl Iterator<Item = Node<'t, 'a>> {
        let mark = mark(name);
        let children = self.may_have(mark).then(|| self.children()).into_iter().flatten();
        children.filter(move |child| child.is(mark, name) && child.is_own())
    }

    /// Whether a child may have a name of this mark. Most elements that are asked for are not there.
    fn may_have(self, mark: u32) -> bool {
        self.tree.records[self.index].children & bit(mark) != 0
    }

    /// The first child element of a name, in the namespace of the document.
    pub(crate) fn child(self, name: &str) -> Option<Node<'t, 'a>> {
        let (records, mark) = (&self.tree.records, mark(name));
        if !self.may_have(mark) {
            return None;
        }
        let (mut index, end) = (self.index + 1, records[self.index].end as usize);
        while index < end {
            let record = &records[index];
            if record.mark == mark && !record.foreign && xml::same(record.name.as_bytes(), name.as_bytes()) {
                return Some(Node { tree: self.tree, index });
            }
            index = record.end as usize;
        }
        None
    }

    /// Whether it is in the namespace of the document.
    pub(crate) fn is_own(self) -> bool {
        !self.tree.records[self.index].foreign
    }

    /// Whether it is an XML signature.
    pub(crate) fn is_signature(self) -> bool {
        self.name() == SIGNATURE && self.namespace() == SIGNATURE_NAMESPACE
    }

    /// The mark of its name.
    pub(crate) fn mark(self) -> u32 {
        self.tree.records[self.index].mark
    }

    /// Whether it has this name, of which the mark is known.
    pub(crate) fn is(self, mark: u32, name: &str) -> bool {
        self.tree.records[self.index].mark == mark && xml::same(self.name().as_bytes(), name.as_bytes())
    }

    /// The element at a path of names below this one.
    pub(crate) fn at(self, path: &[&str]) -> Option<Node<'t, 'a>> {
        path.iter().try_fold(self, |node, name| node.child(name))
    }

    /// The text of a child; an empty child is as good as none.
    pub(crate) fn text_of(self, name: &str) -> Option<&'t str> {
        self.child(name).map(Node::text).filter(|text| !text.is_empty())
    }

    /// The number in a child; none when it is absent or no number.
    pub(crate) fn amount_of(self, name: &str) -> Option<Decimal> {
        parse_amount(self.child(name)?.text())
    }

    /// The number in a child, zero when it is absent.
    pub(crate) fn amount_or_zero(self, name: &str) -> Decimal {
        self.amount_of(name).unwrap_or_default()
    }

    /// The child of a name, or the element itself: the place to point at when the child may be missing.
    pub(crate) fn child_or_self(self, name: &str) -> Self {
        self.child(name).unwrap_or(self)
    }

    /// The root element.
    pub(crate) fn root(self) -> Self {
        self.tree.root()
    }

    /// The lines of a document, asked of its root.
    pub(crate) fn lines(self) -> impl Iterator<Item = Node<'t, 'a>> {
        self.child("DetalleServicio").into_iter().flat_map(|detail| detail.all("LineaDetalle"))
    }

    /// Whether this element or one around it has the name.
    pub(crate) fn is_in(self, name: &str) -> bool {
        self.name() == name || self.index > 0 && self.parent().is_in(name)
    }
}
