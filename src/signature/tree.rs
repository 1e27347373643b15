//! A signature as a small tree. The comprobante itself is never held so; its signature has some sixty elements.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use crate::cause::{SignatureFault, StructureFault};
use crate::xml::{self, Attribute, Context, Leaf, Scanner, StartTag, Token, XmlError};

/// An element with what is in it.
#[derive(Debug)]
pub(super) struct Node<'a> {
    namespace: &'a str,
    name: &'a str,
    attributes: Vec<Attribute<'a>>,
    text: Cow<'a, str>,
    children: Vec<Node<'a>>,
    /// The bytes of the element in the document.
    pub span: Range<usize>,
    /// What the element inherits.
    pub inherited: Rc<Context<'a>>,
    /// What its children inherit.
    pub passed_on: Rc<Context<'a>>,
}

impl<'a> Node<'a> {
    /// Reads on to the end of an element that has just begun. The scanner bounds how deep this goes.
    pub(super) fn read(
        scanner: &mut Scanner<'a>,
        tag: &StartTag<'a>,
        inherited: &Rc<Context<'a>>,
    ) -> Result<Self, XmlError> {
        let attributes = scanner.attributes().to_vec();
        let mut node = Self {
            namespace: scanner.namespace(tag.prefix()).unwrap_or_default(),
            name: tag.local_name(),
            passed_on: passed_on(&attributes, inherited),
            attributes,
            text: Cow::Borrowed(""),
            children: Vec::new(),
            span: scanner.span(),
            inherited: Rc::clone(inherited),
        };
        loop {
            match scanner.next()? {
                Token::Start(child) => {
                    let child = Self::read(scanner, &child, &node.passed_on)?;
                    node.children.push(child);
                }
                Token::Text { raw, .. } => node.append(xml::decode_text(raw)),
                Token::CData(raw) => node.append(xml::decode_cdata(raw)),
                Token::End(_) | Token::Eof => break,
                Token::Declaration | Token::Comment(_) | Token::ProcessingInstruction { .. } => {}
            }
        }
        node.span.end = scanner.span().end;
        Ok(node)
    }

    /// An element that holds a text alone, which has been passed up to `end`.
    pub(super) fn of_leaf(leaf: &Leaf<'a>, end: usize, namespace: &'a str, inherited: &Rc<Context<'a>>) -> Self {
        Self {
            namespace,
            name: leaf.name,
            attributes: Vec::new(),
            text: Cow::Borrowed(leaf.text),
            children: Vec::new(),
            span: leaf.start..end,
            inherited: Rc::clone(inherited),
            passed_on: Rc::clone(inherited),
        }
    }

    fn append(&mut self, text: Cow<'a, str>) {
        if self.text.is_empty() {
            self.text = text;
        } else {
            self.text.to_mut().push_str(&text);
        }
    }

    /// Whether it is this element of this namespace.
    pub(super) fn is(&self, namespace: &str, name: &str) -> bool {
        self.name == name && self.namespace == namespace
    }

    /// The name without its prefix.
    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    /// The value of the attribute of this name in no namespace.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(Attribute::value)
    }

    /// The text directly in it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text of an element that holds a value. One with elements in it says different things to different readers:
    /// one joins the text around them, another stops at the first.
    pub(super) fn value(&self) -> Result<&str, SignatureFault> {
        match self.children.is_empty() {
            true => Ok(self.text.trim()),
            false => Err(StructureFault::ElementsInValue { element: self.name.to_owned() }.into()),
        }
    }

    /// Its attributes as written, namespace declarations included.
    pub(super) fn attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }

    /// The elements directly in it.
    pub(super) fn children(&self) -> &[Node<'a>] {
        &self.children
    }

    /// The elements of this name directly in it.
    pub(super) fn all<'n>(&'n self, namespace: &'n str, name: &'n str) -> impl Iterator<Item = &'n Node<'a>> {
        self.children.iter().filter(move |child| child.is(namespace, name))
    }

    /// The only element of this name directly in it; `None` when there is none or more than one.
    pub(super) fn only(&self, namespace: &str, name: &str) -> Option<&Node<'a>> {
        let mut found = self.children.iter().filter(|child| child.is(namespace, name));
        match (found.next(), found.next()) {
            (Some(child), None) => Some(child),
            _ => None,
        }
    }

    /// The element at the end of a path of only children of one namespace.
    pub(super) fn path(&self, namespace: &str, names: &[&str]) -> Option<&Node<'a>> {
        names.iter().try_fold(self, |node, name| node.only(namespace, name))
    }

    /// The namespace that a prefix means inside it.
    pub(super) fn namespace_of(&self, prefix: &str) -> Option<&'a str> {
        let bindings = &self.passed_on.namespaces;
        bindings.iter().find(|(known, _)| *known == prefix).map(|(_, namespace)| *namespace)
    }

    /// The element whose tag begins at this byte, at any depth.
    pub(super) fn at(&self, start: usize) -> Option<&Node<'a>> {
        if self.span.start == start {
            return Some(self);
        }
        self.children.iter().find(|child| child.span.contains(&start)).and_then(|child| child.at(start))
    }
}

/// What an element passes on to its children; shared with what it inherits when it adds nothing.
fn passed_on<'a>(attributes: &[Attribute<'a>], inherited: &Rc<Context<'a>>) -> Rc<Context<'a>> {
    let adds = |attribute: &&Attribute| attribute.declared_prefix().is_some() || attribute.prefix() == "xml";
    if !attributes.iter().any(|attribute| adds(&attribute)) {
        return Rc::clone(inherited);
    }
    let mut context = Context::clone(inherited);
    for attribute in attributes.iter().filter(adds) {
        match attribute.declared_prefix() {
            Some(prefix) => context.declare(prefix, attribute.raw),
            None => context.inherit(attribute.name, attribute.value().into_owned()),
        }
    }
    Rc::new(context)
}
