//! Which prefix means which namespace at the present element (Namespaces in XML 1.0, third edition).

use super::chars;
use super::context::Context;

/// What the prefix `xml` always means.
pub(crate) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
/// What the prefix `xmlns` always means; it cannot be used for anything.
pub(super) const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// More declarations in force than any document needs. Each prefix is looked up among them.
const MOST_BINDINGS: usize = 128;

/// The declarations in force, innermost last.
#[derive(Debug, Clone, Default)]
pub(super) struct Namespaces<'a> {
    bindings: Vec<Binding<'a>>,
}

#[derive(Debug, Clone, Copy)]
struct Binding<'a> {
    prefix: &'a str,
    namespace: &'a str,
    depth: usize,
}

impl<'a> Namespaces<'a> {
    /// The bindings that a fragment inherits from the elements around it.
    pub(super) fn inherited(context: &Context<'a>) -> Self {
        let bindings = context.namespaces.iter();
        Self { bindings: bindings.map(|(prefix, namespace)| Binding { prefix, namespace, depth: 0 }).collect() }
    }

    /// Adds a declaration of the element at `depth`, or says why the recommendation forbids it (section 3 and 5).
    pub(super) fn declare(&mut self, prefix: &'a str, namespace: &'a str, depth: usize) -> Result<(), String> {
        match (prefix, namespace) {
            ("xml", XML_NAMESPACE) => return Ok(()),
            ("xml", _) => return Err("the prefix `xml` cannot be bound to another namespace".into()),
            ("xmlns", _) => return Err("the prefix `xmlns` cannot be declared".into()),
            (_, XML_NAMESPACE | XMLNS_NAMESPACE) => {
                return Err(format!("`{namespace}` is reserved and cannot be bound to `{prefix}`"));
            }
            ("", _) => {}
            (_, "") => return Err(format!("the prefix `{prefix}` is bound to nothing")),
            _ => {}
        }
        if self.bindings.len() == MOST_BINDINGS {
            return Err(format!("more than {MOST_BINDINGS} namespace declarations are in force"));
        }
        self.bindings.push(Binding { prefix, namespace, depth });
        Ok(())
    }

    /// Forgets the declarations of the element at `depth`, which ends.
    #[inline]
    pub(super) fn close(&mut self, depth: usize) {
        while self.bindings.last().is_some_and(|binding| binding.depth == depth) {
            self.bindings.pop();
        }
    }

    /// The namespace of a prefix; `""` is the default namespace, which is `""` when none is declared.
    #[inline]
    pub(super) fn resolve(&self, prefix: &str) -> Option<&'a str> {
        match self.bindings.iter().rev().find(|binding| chars::same(binding.prefix.as_bytes(), prefix.as_bytes())) {
            Some(binding) => Some(binding.namespace),
            None if prefix.is_empty() => Some(""),
            None if prefix == "xml" => Some(XML_NAMESPACE),
            None => None,
        }
    }

    /// Every prefix in force with its namespace, the undeclared default left out.
    pub(super) fn in_scope(&self) -> Vec<(&'a str, &'a str)> {
        let mut scope: Vec<(&str, &str)> = Vec::new();
        for binding in self.bindings.iter().rev() {
            if !scope.iter().any(|(prefix, _)| *prefix == binding.prefix) {
                scope.push((binding.prefix, binding.namespace));
            }
        }
        scope.retain(|(_, namespace)| !namespace.is_empty());
        scope
    }
}
