//! What a validation says: findings with stable names, and the collector that gives each its place.

use serde::Serialize;

use crate::document::{Node, Tree};
use crate::xml::Position;

/// What Hacienda does about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It rejects the document.
    Reject,
    /// It accepts and remarks, or accepts today what the annex forbids.
    Warn,
    /// It says nothing; a person should look.
    Advice,
}

/// One thing found in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its stable name, in kebab-case.
    pub name: &'static str,
    /// What Hacienda does about it.
    pub severity: Severity,
    /// Where the element begins.
    pub position: Position,
    /// The path of the element from the root, `FacturaElectronica/DetalleServicio/LineaDetalle[2]/SubTotal`.
    pub element: String,
    /// What is wrong and what is allowed, in Spanish.
    pub message_es: String,
    /// The same in English.
    pub message_en: String,
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) es: String,
    pub(crate) en: String,
}

impl Sentence {
    pub(crate) fn new(es: impl Into<String>, en: impl Into<String>) -> Self {
        Sentence { es: es.into(), en: en.into() }
    }
}

/// The findings of one document as they come up.
pub(crate) struct Report<'t, 'a> {
    tree: &'t Tree<'a>,
    findings: Vec<Finding>,
}

impl<'t, 'a> Report<'t, 'a> {
    pub(crate) fn new(tree: &'t Tree<'a>) -> Self {
        Report { tree, findings: Vec::new() }
    }

    /// Adds a finding about an element.
    #[cold]
    pub(crate) fn add(&mut self, node: Node<'t, 'a>, severity: Severity, name: &'static str, sentence: Sentence) {
        let position = self.tree.position(node);
        let (message_es, message_en) = (without_its_middle(sentence.es), without_its_middle(sentence.en));
        self.findings.push(Finding { name, severity, position, element: node.path(), message_es, message_en });
    }

    /// Adds a finding for which Hacienda rejects.
    #[cold]
    pub(crate) fn reject(
        &mut self,
        node: Node<'t, 'a>,
        name: &'static str,
        es: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.add(node, Severity::Reject, name, Sentence::new(es, en));
    }

    /// Adds a finding about which Hacienda warns.
    #[cold]
    pub(crate) fn warn(
        &mut self,
        node: Node<'t, 'a>,
        name: &'static str,
        es: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.add(node, Severity::Warn, name, Sentence::new(es, en));
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.findings.len()
    }

    /// Whether something was found for which the document would be rejected.
    pub(crate) fn has_rejections(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Reject)
    }

    /// The findings in the order of the document.
    pub(crate) fn into_findings(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| finding.position.offset);
        self.findings
    }
}

/// A sentence that quotes a value of megabytes keeps its beginning and its end, where it says what is wrong.
fn without_its_middle(sentence: String) -> String {
    const KEPT: usize = 240;
    let length = sentence.chars().count();
    if length <= 2 * KEPT {
        return sentence;
    }
    let beginning: String = sentence.chars().take(KEPT).collect();
    let end: String = sentence.chars().skip(length - KEPT).collect();
    format!("{beginning} … {end}")
}
