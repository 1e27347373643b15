//! The elements of a document, kept flat in document order so that a five-line invoice is one allocation and a few
//! texts.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::{SIGNATURE_NAMESPACE, parse_amount};
use crate::xml::{self, Attribute, Element, Event, Leaf, Reader, XmlError};

/// A document read whole.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    source: &'a [u8],
    records: Vec<Record<'a>>,
    /// The few attributes there are, namespace declarations apart: each with the index of its element, in order.
    attributes: Vec<(usize, Attribute<'a>)>,
}

#[derive(Debug)]
struct Record<'a> {
    namespace: &'a str,
    name: &'a str,
    mark: u32,
    text: Cow<'a, str>,
    /// In another namespace than the root, and so none of the document's own elements.
    foreign: bool,
    offset: usize,
    parent: usize,
    /// The index after the last descendant.
    end: usize,
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

/// Signatures are not looked into: the elements below one are passed over.
const SIGNATURE: &str = "Signature";

impl<'a> Tree<'a> {
    /// Reads a document whole, when `accept` takes its root: broken XML is refused wherever the break is, a root that is
    /// not taken without reading on. What `accept` says of the root comes with the tree.
    pub(crate) fn read<T, E: From<XmlError>>(
        bytes: &'a [u8],
        accept: impl FnOnce(&Element<'a>) -> Result<T, E>,
    ) -> Result<(Self, T), E> {
        let mut reader = Reader::new(bytes);
        // A document without a root is an error, so this ends.
        let root = loop {
            if let Event::Start(root) = reader.next()? {
                break root;
            }
        };
        let accepted = accept(&root)?;
        Ok((Self::read_below(bytes, root, reader)?, accepted))
    }

    fn read_below(bytes: &'a [u8], root: Element<'a>, mut reader: Reader<'a>) -> Result<Self, XmlError> {
        let records = Vec::with_capacity(bytes.len() / 32);
        let mut tree = Tree { source: bytes, records, attributes: Vec::new() };
        let mut open: Vec<usize> = Vec::with_capacity(16);
        tree.begin(root, &reader, &mut open);
        let mut skipped = 0usize;
        loop {
            while let Some(leaf) = reader.leaf() {
                if skipped == 0 {
                    tree.add_leaf(leaf, reader.default_namespace(), &open);
                }
            }
            match reader.next()? {
                Event::Start(_) if skipped > 0 => skipped += 1,
                Event::Start(element) => {
                    skipped = usize::from(element.name == SIGNATURE);
                    tree.begin(element, &reader, &mut open);
                }
                Event::Text(text) if skipped == 0 => {
                    if let Some(record) = open.last().and_then(|index| tree.records.get_mut(*index)) {
                        // White space between elements is of no account, and is most of the text.
                        if record.text.is_empty() {
                            record.text = text;
                        } else if !text.trim_ascii().is_empty() {
                            record.text.to_mut().push_str(&text);
                        }
                    }
                }
                Event::Text(_) => {}
                Event::End if skipped > 1 => skipped -= 1,
                Event::End => {
                    skipped = 0;
                    let end = tree.records.len();
                    if let Some(record) = open.pop().and_then(|index| tree.records.get_mut(index)) {
                        record.end = end;
                    }
                }
                Event::Eof => return Ok(tree),
            }
        }
    }

    /// An element begins, which the reader has just passed.
    fn begin(&mut self, element: Element<'a>, reader: &Reader<'a>, open: &mut Vec<usize>) {
        let (namespace, name) = (element.namespace, element.name);
        let parent = open.last().copied().unwrap_or_default();
        let index = self.records.len();
        open.push(index);
        let (mark, text, offset) = (mark(name), Cow::Borrowed(""), reader.offset());
        let foreign = self.is_foreign(namespace);
        self.records.push(Record { namespace, name, mark, text, foreign, offset, parent, end: 0 });
        let attributes = element.into_attributes().into_iter();
        let said = attributes.filter(|attribute| attribute.declared_prefix().is_none());
        self.attributes.extend(said.map(|attribute| (index, attribute)));
    }

    /// A leaf, which the reader has just passed.
    fn add_leaf(&mut self, leaf: Leaf<'a>, namespace: &'a str, open: &[usize]) {
        let Leaf { name, text, start: offset } = leaf;
        let parent = open.last().copied().unwrap_or_default();
        let (mark, text, end) = (mark(name), Cow::Borrowed(text), self.records.len() + 1);
        let foreign = self.is_foreign(namespace);
        self.records.push(Record { namespace, name, mark, text, foreign, offset, parent, end });
    }

    /// Whether a namespace is another than the root's. Nearly always it is the very same text, which is quicker to see.
    fn is_foreign(&self, namespace: &str) -> bool {
        let is_own = |root: &Record<'a>| std::ptr::eq(root.namespace, namespace) || root.namespace == namespace;
        !self.records.first().is_none_or(is_own)
    }

    /// The root element. A document that was read has one.
    pub(crate) fn root(&self) -> Node<'_, 'a> {
        Node { tree: self, index: 0 }
    }

    /// The bytes that it was read from.
    pub(crate) fn source(&self) -> &'a [u8] {
        self.source
    }
}

impl<'t, 'a> Node<'t, 'a> {
    /// Its place in the order of the document: the root's is 0.
    pub(crate) fn index(self) -> usize {
        self.index
    }

    /// The byte at which it begins.
    pub(crate) fn offset(self) -> usize {
        self.tree.records[self.index].offset
    }

    /// The local name.
    pub(crate) fn name(self) -> &'a str {
        self.tree.records[self.index].name
    }

    /// The namespace.
    pub(crate) fn namespace(self) -> &'a str {
        self.tree.records[self.index].namespace
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
        Node { tree: self.tree, index: self.tree.records[self.index].parent }
    }

    /// Its child elements, in order, those of other namespaces too.
    pub(crate) fn children(self) -> impl Iterator<Item = Node<'t, 'a>> {
        let tree = self.tree;
        let end = tree.records[self.index].end;
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let index = next;
            (index < end).then(|| {
                next = tree.records[index].end;
                Node { tree, index }
            })
        })
    }

    /// The child elements of a name, in the namespace of the document: another's are none of it.
    pub(crate) fn all(self, name: &'static str) -> impl Iterator<Item = Node<'t, 'a>> {
        let mark = mark(name);
        self.children().filter(move |child| child.is(mark, name) && child.is_own())
    }

    /// The first child element of a name, in the namespace of the document.
    pub(crate) fn child(self, name: &str) -> Option<Node<'t, 'a>> {
        let (records, mark) = (&self.tree.records, mark(name));
        let end = records[self.index].end;
        let mut index = self.index + 1;
        while index < end {
            let record = &records[index];
            if record.mark == mark && !record.foreign && xml::same(record.name.as_bytes(), name.as_bytes()) {
                return Some(Node { tree: self.tree, index });
            }
            index = record.end;
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
