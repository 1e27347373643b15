//! A comprobante read whole: the one reading that the header, the figures, validation and the makers of documents share.

use super::figures::figures_of;
use super::header::header_of;
use super::links::{Link, links_of};
use super::reading::read_tree;
use super::version::ROOTS;
use super::{DocumentError, Figures, Header, Kind, Node, Tree, Version, identify};
use crate::xml::Outline;

/// A comprobante with its kind and version, in memory whole. It borrows the bytes that it was read from.
///
/// What stands in it is well formed and within the limits of `xml`, and no more: whether its parts agree says
/// [`View::header`], whether Hacienda would take it says `validation`, what it comes to says [`View::figures`].
#[derive(Debug)]
pub struct View<'a> {
    tree: Tree<'a>,
    kind: Kind,
    version: Version,
}

impl<'a> View<'a> {
    /// Reads a comprobante. The whole file is read: broken XML is refused wherever the break is. What has another root
    /// is refused by its root, well formed or not.
    pub fn read(bytes: &'a [u8]) -> Result<Self, DocumentError> {
        let (tree, (kind, version)) = read_tree(bytes, |namespace, name| {
            let refusal = || DocumentError::Root { name: name.into(), namespace: namespace.into(), allowed: ROOTS };
            identify(namespace, name).ok_or_else(refusal)
        })?;
        Ok(View { tree, kind, version })
    }

    /// The kind, by root and namespace.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The version, by namespace.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What the tables, the service and the signer need; refuses a document whose parts do not agree.
    pub fn header(&self) -> Result<Header, DocumentError> {
        header_of(self)
    }

    /// What the books need of it. Tolerant: what cannot be read counts zero.
    pub fn figures(&self) -> Figures {
        figures_of(self)
    }

    /// The documents that its references say it adjusts, pays or replaces.
    pub fn links(&self) -> Vec<Link> {
        links_of(self.kind, self.root())
    }

    /// How many signatures stand directly under the root.
    pub fn signatures(&self) -> usize {
        self.root().children().filter(|child| child.is_signature()).count()
    }

    /// What the signer has to know of it, so that it need not read it again.
    pub(crate) fn outline(&self) -> &Outline<'a> {
        self.tree.outline()
    }

    /// The root element.
    pub(crate) fn root(&self) -> Node<'_, 'a> {
        self.tree.root()
    }

    /// The elements, to point at one.
    pub(crate) fn tree(&self) -> &Tree<'a> {
        &self.tree
    }
}
