//! A comprobante while it is made: elements by their official names, in any order. The writer puts them in the order of
//! the structure tables, so nothing here knows it.

use rust_decimal::Decimal;

/// A value or a group of elements.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Text, a code, a date: as the XML writes it.
    Text(String),
    /// A number; the structure says with how many decimals it is written.
    Number(Decimal),
    /// Elements inside an element.
    Group(Group),
    /// Text with the attribute `codigo`, in Otros.
    Coded {
        /// The attribute.
        code: String,
        /// The text.
        text: String,
    },
}

/// Elements inside one element. A name that begins with `@` is a remark of the input for the derivation (a percentage
/// of a discount, for example); no structure has it, so it is never written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Group(Vec<(&'static str, Node)>);

impl Group {
    /// Adds an element after the others.
    pub(super) fn add(&mut self, name: &'static str, node: Node) {
        self.0.push((name, node));
    }

    /// Adds text.
    pub(super) fn add_text(&mut self, name: &'static str, text: impl Into<String>) {
        self.add(name, Node::Text(text.into()));
    }

    /// Adds text where there is some.
    pub(super) fn add_some(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.add_text(name, text);
        }
    }

    /// Puts a number in the place of whatever had the name.
    pub(super) fn set(&mut self, name: &'static str, number: Decimal) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, node)) => *node = Node::Number(number),
            None => self.add(name, Node::Number(number)),
        }
    }

    /// Puts text in the place of whatever had the name.
    pub(super) fn set_text(&mut self, name: &'static str, text: impl Into<String>) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, node)) => *node = Node::Text(text.into()),
            None => self.add_text(name, text),
        }
    }

    /// The first element of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, node)| node)
    }

    /// Whether there is an element of a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The text of an element.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Node::Text(text) | Node::Coded { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The number in an element.
    pub(super) fn number(&self, name: &str) -> Option<Decimal> {
        match self.get(name)? {
            Node::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The number in an element, zero without it.
    pub(super) fn number_or_zero(&self, name: &str) -> Decimal {
        self.number(name).unwrap_or_default()
    }

    /// The group of a name.
    pub(super) fn group(&self, name: &str) -> Option<&Group> {
        match self.get(name)? {
            Node::Group(group) => Some(group),
            _ => None,
        }
    }

    /// The group of a name, made when it is not there.
    pub(super) fn group_mut(&mut self, name: &'static str) -> &mut Group {
        let at = match self.0.iter().position(|(known, node)| *known == name && matches!(node, Node::Group(_))) {
            Some(at) => at,
            None => {
                self.add(name, Node::Group(Group::default()));
                self.0.len() - 1
            }
        };
        match &mut self.0[at].1 {
            Node::Group(group) => group,
            _ => unreachable!("the position is that of a group"),
        }
    }

    /// Every element of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.0.iter().filter(move |(known, _)| *known == name).map(|(_, node)| node)
    }

    /// Every group of a name.
    pub(super) fn groups<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Group> {
        self.all(name).filter_map(|node| match node {
            Node::Group(group) => Some(group),
            _ => None,
        })
    }

    /// Every group of a name, to change them.
    pub(super) fn groups_mut<'a>(&'a mut self, name: &'a str) -> impl Iterator<Item = &'a mut Group> {
        self.0.iter_mut().filter(move |(known, _)| *known == name).filter_map(|(_, node)| match node {
            Node::Group(group) => Some(group),
            _ => None,
        })
    }

    /// Takes every element of a name away.
    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| *known != name);
    }

    /// Takes every element of a name out.
    pub(super) fn take(&mut self, name: &str) -> Vec<Node> {
        let (taken, kept) = std::mem::take(&mut self.0).into_iter().partition(|(known, _)| *known == name);
        self.0 = kept;
        let taken: Vec<(&'static str, Node)> = taken;
        taken.into_iter().map(|(_, node)| node).collect()
    }

    /// Every element with its name.
    pub(super) fn elements(&self) -> impl Iterator<Item = &(&'static str, Node)> {
        self.0.iter()
    }
}
