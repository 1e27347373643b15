//! A signature as a small tree. The comprobante itself is never held so; its signature has some sixty elements.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use crate::xml::{Attribute, Context, Element, Event, Limits, Reader, Scanner, XmlError};

/// An element with what is in it.
#[derive(Debug)]
pub struct Node<'a> {
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
    /// Reads the element at `span` of a document that has been read before.
    pub fn read(text: &'a str, span: Range<usize>, inherited: &Context<'a>) -> Result<Self, XmlError> {
        let scanner = Scanner::fragment(&text[..span.end], span.start, inherited, Limits::default());
        let mut reader = Reader::over(scanner);
        let inherited = Rc::new(inherited.clone());
        loop {
            // The span begins with a start tag: nothing comes before it.
            if let Event::Start(element) = reader.next()? {
                return Self::of(&mut reader, element, &inherited);
            }
        }
    }

    /// Reads on to the end of an element that has just begun. The scanner bounds how deep this goes.
    fn of(reader: &mut Reader<'a>, element: Element<'a>, inherited: &Rc<Context<'a>>) -> Result<Self, XmlError> {
        let start = reader.offset();
        let mut node = Self {
            namespace: element.namespace,
            name: element.name,
            passed_on: passed_on(&element, inherited),
            attributes: element.into_attributes(),
            text: Cow::Borrowed(""),
            children: Vec::new(),
            span: start..start,
            inherited: Rc::clone(inherited),
        };
        loop {
            match reader.next()? {
                Event::Start(child) => node.children.push(Self::of(reader, child, &node.passed_on)?),
                Event::Text(text) if node.text.is_empty() => node.text = text,
                Event::Text(text) => node.text.to_mut().push_str(&text),
                Event::End | Event::Eof => break,
            }
        }
        node.span.end = reader.end_offset();
        Ok(node)
    }

    /// Whether it is this element of this namespace.
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.name == name && self.namespace == namespace
    }

    /// The name without its prefix.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The value of the attribute of this name in no namespace.
    pub fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(Attribute::value)
    }

    /// The text directly in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of an element that holds a value. One with elements in it says different things to different readers:
    /// one joins the text around them, another stops at the first.
    pub fn value(&self) -> Result<&str, String> {
        match self.children.is_empty() {
            true => Ok(self.text.trim()),
            false => Err(format!("{} holds elements where only a value may be", self.name)),
        }
    }

    /// The elements directly in it.
    pub fn children(&self) -> &[Node<'a>] {
        &self.children
    }

    /// The elements of this name directly in it.
    pub fn all<'n>(&'n self, namespace: &'n str, name: &'n str) -> impl Iterator<Item = &'n Node<'a>> {
        self.children.iter().filter(move |child| child.is(namespace, name))
    }

    /// The only element of this name directly in it; `None` when there is none or more than one.
    pub fn only(&self, namespace: &str, name: &str) -> Option<&Node<'a>> {
        let mut found = self.children.iter().filter(|child| child.is(namespace, name));
        match (found.next(), found.next()) {
            (Some(child), None) => Some(child),
            _ => None,
        }
    }

    /// The element at the end of a path of only children of one namespace.
    pub fn path(&self, namespace: &str, names: &[&str]) -> Option<&Node<'a>> {
        names.iter().try_fold(self, |node, name| node.only(namespace, name))
    }

    /// The namespace that a prefix means inside it.
    pub fn namespace_of(&self, prefix: &str) -> Option<&'a str> {
        let bindings = &self.passed_on.namespaces;
        bindings.iter().find(|(known, _)| *known == prefix).map(|(_, namespace)| *namespace)
    }

    /// The element whose tag begins at this byte, at any depth.
    pub fn at(&self, start: usize) -> Option<&Node<'a>> {
        if self.span.start == start {
            return Some(self);
        }
        self.children.iter().find(|child| child.span.contains(&start)).and_then(|child| child.at(start))
    }
}

/// What an element passes on to its children; shared with what it inherits when it adds nothing.
fn passed_on<'a>(element: &Element<'a>, inherited: &Rc<Context<'a>>) -> Rc<Context<'a>> {
    let adds = |attribute: &&Attribute| attribute.declared_prefix().is_some() || attribute.prefix() == "xml";
    if !element.attributes().iter().any(|attribute| adds(&attribute)) {
        return Rc::clone(inherited);
    }
    let mut context = Context::clone(inherited);
    for attribute in element.attributes().iter().filter(adds) {
        match attribute.declared_prefix() {
            Some(prefix) => context.declare(prefix, attribute.raw),
            None => context.inherit(attribute.name, attribute.value().into_owned()),
        }
    }
    Rc::new(context)
}
