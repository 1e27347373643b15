//! The reading of a document into its tree, in the one pass in which it is checked and outlined.

use std::borrow::Cow;

use super::tree::{Record, SIGNATURE, Tree, bit, mark};
use crate::xml::{self, Leaf, Limits, Outline, Scanner, StartTag, Token, XmlError};

/// Reads a document whole, when `accept` takes its root, by namespace and name: broken XML is refused wherever the break is, a
/// root that is not taken without reading on. What `accept` says of the root comes with the tree.
pub(crate) fn read_tree<'a, T, E: From<XmlError>>(
    bytes: &'a [u8],
    accept: impl FnOnce(&'a str, &'a str) -> Result<T, E>,
) -> Result<(Tree<'a>, T), E> {
    let mut scanner = Scanner::new(bytes, Limits::default());
    let mut declared_only = true;
    // A document without a root is an error, so this ends.
    let root = loop {
        match scanner.next()? {
            Token::Start(root) => break root,
            Token::Declaration => {}
            _ => declared_only = false,
        }
    };
    let accepted = accept(scanner.namespace(root.prefix()).unwrap_or_default(), root.local_name())?;
    let outline = Outline::at_root(&scanner, &root, declared_only);
    Ok((Reading::of(outline, scanner, &root).finish()?, accepted))
}

/// A document on its way into a tree.
struct Reading<'a> {
    tree: Tree<'a>,
    scanner: Scanner<'a>,
    /// The indexes of the elements that are open and not below a signature.
    open: Vec<usize>,
    /// Elements that are open from a signature on.
    skipped: usize,
    /// The text that is being read: comments and section borders do not end it.
    text: Option<Cow<'a, str>>,
}

impl<'a> Reading<'a> {
    /// The root has just begun.
    fn of(outline: Outline<'a>, scanner: Scanner<'a>, root: &StartTag<'a>) -> Self {
        let records = Vec::with_capacity(scanner.source().len() / 32);
        let tree = Tree { outline, records, foreign: Vec::new(), attributes: Vec::new() };
        let mut reading = Reading { tree, scanner, open: Vec::with_capacity(16), skipped: 0, text: None };
        reading.begin(root);
        reading
    }

    fn finish(mut self) -> Result<Tree<'a>, XmlError> {
        loop {
            while let Some(leaf) = self.next_leaf() {
                self.tree.outline.note_leaf();
                if self.skipped == 0 {
                    self.add_leaf(&leaf);
                }
            }
            let token = self.scanner.next()?;
            self.tree.outline.note(&self.scanner, &token);
            match token {
                Token::Text { raw, .. } => self.add_text(xml::decode_text(raw)),
                Token::CData(raw) => self.add_text(xml::decode_cdata(raw)),
                Token::Start(tag) => {
                    self.end_text();
                    if self.skipped > 0 {
                        self.skipped += 1;
                    } else {
                        self.skipped = usize::from(tag.local_name() == SIGNATURE);
                        self.begin(&tag);
                    }
                }
                Token::End(_) => self.end(),
                Token::Eof => return Ok(self.tree),
                Token::Declaration | Token::Comment(_) | Token::ProcessingInstruction { .. } => {}
            }
        }
    }

    /// A leaf, where no text has begun that it would end.
    #[inline]
    fn next_leaf(&mut self) -> Option<Leaf<'a>> {
        if self.text.is_some() { None } else { self.scanner.leaf() }
    }

    /// An element begins.
    fn begin(&mut self, tag: &StartTag<'a>) {
        let namespace = self.scanner.namespace(tag.prefix()).unwrap_or_default();
        let index = self.add(tag.local_name(), Cow::Borrowed(""), self.scanner.span().start, namespace);
        self.open.push(index);
        let said = self.scanner.attributes().iter().filter(|attribute| attribute.declared_prefix().is_none());
        self.tree.attributes.extend(said.map(|attribute| (index, *attribute)));
    }

    fn add_leaf(&mut self, leaf: &Leaf<'a>) {
        let namespace = self.scanner.namespace("").unwrap_or_default();
        self.add(leaf.name, Cow::Borrowed(leaf.text), leaf.start, namespace);
    }

    /// Adds an element without children; its index.
    #[inline]
    fn add(&mut self, name: &'a str, text: Cow<'a, str>, offset: usize, namespace: &'a str) -> usize {
        let index = self.tree.records.len();
        let parent = self.open.last().copied().unwrap_or_default();
        let mark = mark(name);
        if let Some(parent) = self.tree.records.get_mut(parent) {
            parent.children |= bit(mark);
        }
        // Nearly always it is the very same text as the root's, which is quicker to see.
        let own = self.tree.outline.root_namespace();
        let foreign = !std::ptr::eq(own, namespace) && own != namespace;
        if foreign {
            self.tree.foreign.push((index, namespace));
        }
        let (offset, parent, end) = (offset as u32, parent as u32, index as u32 + 1);
        self.tree.records.push(Record { name, text, children: 0, mark, offset, parent, end, foreign });
        index
    }

    fn add_text(&mut self, text: Cow<'a, str>) {
        match &mut self.text {
            Some(begun) => begun.to_mut().push_str(&text),
            None => self.text = Some(text),
        }
    }

    /// Gives the element the text that ends.
    fn end_text(&mut self) {
        let Some(text) = self.text.take() else { return };
        let record = self.open.last().and_then(|index| self.tree.records.get_mut(*index));
        let Some(record) = record.filter(|_| self.skipped == 0) else { return };
        // White space between elements is of no account, and is most of the text.
        if record.text.is_empty() {
            record.text = text;
        } else if !text.trim_ascii().is_empty() {
            record.text.to_mut().push_str(&text);
        }
    }

    /// The innermost open element ends.
    fn end(&mut self) {
        self.end_text();
        if self.skipped > 1 {
            self.skipped -= 1;
            return;
        }
        self.skipped = 0;
        let end = self.tree.records.len();
        if let Some(record) = self.open.pop().and_then(|index| self.tree.records.get_mut(index)) {
            record.end = end as u32;
        }
    }
}
