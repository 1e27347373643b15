//! The check of a document's elements against the table of its kind: order, occurrence, types.

use chrono::NaiveDate;

use super::{Content, Element, Type, children};
use crate::document::{Kind, Node};
use crate::validation::finding::{Report, Severity};

/// How far the structure of a document can be relied on.
pub(crate) struct Shape {
    /// The elements are those of the kind, in its order.
    pub(crate) elements: bool,
    /// The numbers are numbers in their bounds.
    pub(crate) numbers: bool,
}

/// Checks the whole tree.
pub(crate) fn check_structure<'t, 'a>(
    report: &mut Report<'t, 'a>,
    root: Node<'t, 'a>,
    kind: Kind,
    day: NaiveDate,
) -> Shape {
    let mut walk = Walk { report, kind, day, shape: Shape { elements: true, numbers: true } };
    walk.group(root, children(kind));
    walk.shape
}

struct Walk<'r, 't, 'a> {
    report: &'r mut Report<'t, 'a>,
    kind: Kind,
    day: NaiveDate,
    shape: Shape,
}

impl<'t, 'a> Walk<'_, 't, 'a> {
    /// Checks the children of an element against a sequence.
    fn group(&mut self, parent: Node<'t, 'a>, sequence: &'static [Element]) {
        // The largest sequence, a line's, has 25 elements.
        let mut counts = [0u16; 32];
        let mut cursor = 0;
        for child in parent.children() {
            let Some(place) = self.place(child, sequence, cursor) else {
                self.misshapen(
                    child,
                    "unknown-element",
                    "no existe aquí en este tipo de documento",
                    "does not exist here in this kind of document",
                );
                continue;
            };
            if place < cursor {
                let expected = format!("debe ir antes de `{}`", sequence[cursor].name);
                self.misshapen(
                    child,
                    "element-order",
                    &expected,
                    &format!("must come before `{}`", sequence[cursor].name),
                );
            }
            cursor = cursor.max(place);
            counts[place] = counts[place].saturating_add(1);
            let most = sequence[place].occurrence(self.kind).map_or(0, |(_, most)| most);
            if most != super::UNBOUNDED && counts[place] == most + 1 {
                self.misshapen(
                    child,
                    "repeated-element",
                    &format!("aparece más de {most} veces"),
                    &format!("occurs more than {most} times"),
                );
            }
            self.content(child, &sequence[place]);
        }
        self.missing(parent, sequence, &counts);
    }

    /// Where in the sequence an element belongs: from the cursor on, else before it.
    fn place(&self, child: Node<'t, 'a>, sequence: &[Element], cursor: usize) -> Option<usize> {
        let mark = child.mark();
        let fits = |element: &Element| {
            mark == element.mark
                && child.is(element.mark, element.name)
                && element.occurrence(self.kind).is_some()
                && match element.content {
                    Content::Signature => child.is_signature(),
                    _ => child.is_own(),
                }
        };
        let after = sequence[cursor..].iter().position(fits).map(|at| cursor + at);
        after.or_else(|| sequence[..cursor].iter().position(fits))
    }

    /// Reports the elements that must be there and are not. A draft has no signature yet.
    fn missing(&mut self, parent: Node<'t, 'a>, sequence: &'static [Element], counts: &[u16]) {
        for (element, count) in sequence.iter().zip(counts) {
            let needed = || element.occurrence(self.kind).is_some_and(|(least, _)| least > 0);
            if *count == 0 && needed() && !matches!(element.content, Content::Signature) {
                let (es, en) = (format!("falta `{}`", element.name), format!("`{}` is missing", element.name));
                self.misshapen(parent, "missing-element", &es, &en);
            }
        }
    }

    /// Checks what is inside an element.
    fn content(&mut self, node: Node<'t, 'a>, element: &'static Element) {
        match element.content {
            Content::Group(children) => {
                if !node.text().is_empty() {
                    self.misshapen(
                        node,
                        "unexpected-text",
                        "contiene texto donde solo van elementos",
                        "holds text where only elements may be",
                    );
                }
                let optional = || element.occurrence(self.kind).is_some_and(|(least, _)| least == 0);
                if !node.has_children() && !children.is_empty() && optional() {
                    let needs = |child: &Element| child.occurrence(self.kind).is_some_and(|(least, _)| least > 0);
                    let severity = if children.iter().any(needs) { Severity::Warn } else { Severity::Advice };
                    self.empty(node, severity);
                } else {
                    self.group(node, children);
                }
            }
            Content::Value(kind) => self.value(node, element, kind),
            Content::Signature => {}
        }
    }

    fn value(&mut self, node: Node<'t, 'a>, element: &Element, kind: Type) {
        if node.has_children() {
            self.misshapen(
                node,
                "unknown-element",
                "contiene elementos donde solo va un valor",
                "holds elements where only a value may be",
            );
            return;
        }
        let value = node.raw_text();
        let optional = || element.occurrence(self.kind).is_some_and(|(least, _)| least == 0);
        if value.is_empty() && matches!(kind, Type::Text { .. }) && optional() {
            // Accepted documents of every vendor have them, although the annex asks to leave them out.
            let severity = if kind.admits_empty() { Severity::Advice } else { Severity::Warn };
            self.empty(node, severity);
        } else if let Err((name, sentence)) = kind.check(value, self.kind, self.day) {
            self.shape.numbers &= !matches!(kind, Type::Decimal { .. });
            self.report.add(node, Severity::Reject, name, sentence);
        }
    }

    fn empty(&mut self, node: Node<'t, 'a>, severity: Severity) {
        let sentence = crate::validation::finding::Sentence::new(
            "está vacío: un elemento opcional sin valor se omite",
            "is empty: an optional element without a value is left out",
        );
        self.report.add(node, severity, "empty-element", sentence);
    }

    fn misshapen(&mut self, node: Node<'t, 'a>, name: &'static str, es: &str, en: &str) {
        self.shape.elements = false;
        self.report.reject(node, name, es, en);
    }
}
