//! What a validation says: findings with stable names, and the collector that gives each its place.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::document::{Node, Place, Tree, places};
use crate::language::Language;
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

impl Finding {
    /// What is wrong and what is allowed, in this language.
    pub fn message(&self, language: Language) -> &str {
        match language {
            Language::English => &self.message_en,
            Language::Spanish => &self.message_es,
        }
    }
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

/// Findings of one name that are told one by one; the others are counted. A document with a fault in each of its elements
/// would fill memory and screen with one sentence.
const MOST_OF_A_NAME: usize = 100;

/// A finding whose place has not been looked up.
struct Noted<'t, 'a> {
    node: Node<'t, 'a>,
    severity: Severity,
    name: &'static str,
    sentence: Sentence,
}

/// The findings of one document as they come up.
pub(crate) struct Report<'t, 'a> {
    tree: &'t Tree<'a>,
    noted: Vec<Noted<'t, 'a>>,
    /// How many there are of each name, those that are not noted too.
    counts: BTreeMap<(&'static str, Severity), usize>,
    total: usize,
}

impl<'t, 'a> Report<'t, 'a> {
    pub(crate) fn new(tree: &'t Tree<'a>) -> Self {
        Report { tree, noted: Vec::new(), counts: BTreeMap::new(), total: 0 }
    }

    /// Adds a finding about an element.
    #[cold]
    pub(crate) fn add(&mut self, node: Node<'t, 'a>, severity: Severity, name: &'static str, sentence: Sentence) {
        self.total += 1;
        let count = self.counts.entry((name, severity)).or_default();
        *count += 1;
        if *count <= MOST_OF_A_NAME {
            let sentence = Sentence { es: without_its_middle(sentence.es), en: without_its_middle(sentence.en) };
            self.noted.push(Noted { node, severity, name, sentence });
        }
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
        self.total
    }

    /// Whether something was found for which the document would be rejected.
    pub(crate) fn has_rejections(&self) -> bool {
        self.counts.keys().any(|(_, severity)| *severity == Severity::Reject)
    }

    /// The findings in the order of the document, and behind them how many more there are of a name.
    pub(crate) fn into_findings(mut self) -> Vec<Finding> {
        if self.noted.is_empty() {
            return Vec::new();
        }
        self.noted.sort_by_key(|noted| noted.node.index());
        let mut nodes: Vec<_> = self.noted.iter().map(|noted| noted.node).collect();
        nodes.insert(0, self.tree.root());
        let mut places = places(self.tree, &nodes).into_iter();
        let root = places.next();
        let told = self.noted.into_iter().zip(places).map(|(noted, place)| {
            let Noted { severity, name, sentence, .. } = noted;
            finding(name, severity, place, sentence)
        });
        let mut findings: Vec<Finding> = told.collect();
        for ((name, severity), count) in self.counts.into_iter().filter(|(_, count)| *count > MOST_OF_A_NAME) {
            let more = count - MOST_OF_A_NAME;
            let es = format!("y {more} hallazgos más de `{name}`, que no se muestran");
            let en = format!("and {more} more findings of `{name}`, which are not shown");
            findings.extend(root.clone().map(|place| finding("more-findings", severity, place, Sentence::new(es, en))));
        }
        findings
    }
}

fn finding(name: &'static str, severity: Severity, place: Place, sentence: Sentence) -> Finding {
    let Place { position, path: element } = place;
    let Sentence { es: message_es, en: message_en } = sentence;
    Finding { name, severity, position, element, message_es, message_en }
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
