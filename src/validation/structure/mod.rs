//! What the structure of a comprobante is made of, and the trees of the kinds. `generate` writes in this order and
//! `validation` checks against it.

mod check;
mod tables;
mod types;

pub(crate) use check::check_structure;
use types::{MONEY, code, decimal, digits, integer, place, text};
pub use types::{Range, Type};

use crate::document::{Kind, mark};

/// As many as one likes.
pub const UNBOUNDED: u16 = u16::MAX;

/// An element and how often it occurs in each kind.
#[derive(Debug)]
pub struct Element {
    /// The local name.
    pub name: &'static str,
    mark: u32,
    occurs: &'static str,
    most: u16,
    /// What is inside it.
    pub content: Content,
}

/// What is inside an element.
#[derive(Debug)]
pub enum Content {
    /// Other elements, in this order.
    Group(&'static [Element]),
    /// A value.
    Value(Type),
    /// An XML signature, which `signature` looks into.
    Signature,
}

impl Element {
    /// The least and the most of it in a kind; none where the kind has no such element.
    pub fn occurrence(&self, kind: Kind) -> Option<(u16, u16)> {
        match self.occurs.as_bytes().get(column(kind))? {
            b'1' => Some((1, 1)),
            b'?' => Some((0, 1)),
            b'+' => Some((1, self.most)),
            b'*' => Some((0, self.most)),
            _ => None,
        }
    }
}

/// The children of the root of a kind.
pub fn children(kind: Kind) -> &'static [Element] {
    match kind {
        Kind::MensajeReceptor => tables::MENSAJE_RECEPTOR,
        _ => tables::COMPROBANTE,
    }
}

/// The column of a kind in the tables.
fn column(kind: Kind) -> usize {
    match kind {
        Kind::Factura | Kind::MensajeReceptor => 0,
        Kind::NotaDebito => 1,
        Kind::NotaCredito => 2,
        Kind::Tiquete => 3,
        Kind::FacturaCompra => 4,
        Kind::FacturaExportacion => 5,
        Kind::ReciboPago => 6,
    }
}

const fn group(name: &'static str, occurs: &'static str, children: &'static [Element]) -> Element {
    groups(name, occurs, 1, children)
}

const fn groups(name: &'static str, occurs: &'static str, most: u16, children: &'static [Element]) -> Element {
    Element { name, mark: mark(name), occurs, most, content: Content::Group(children) }
}

const fn value(name: &'static str, occurs: &'static str, kind: Type) -> Element {
    values(name, occurs, 1, kind)
}

const fn values(name: &'static str, occurs: &'static str, most: u16, kind: Type) -> Element {
    Element { name, mark: mark(name), occurs, most, content: Content::Value(kind) }
}

const fn signature(occurs: &'static str) -> Element {
    Element { name: "Signature", mark: mark("Signature"), occurs, most: 5, content: Content::Signature }
}
