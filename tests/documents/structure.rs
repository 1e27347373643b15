//! The structure tables are equal to the official XSDs of both generations, read here with a reader of their own.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use cr_einvoice::document::Kind;
use cr_einvoice::named::Named;
use cr_einvoice::validation::structure::{Content, Element, Range, Type, UNBOUNDED, children};
use cr_einvoice::xml::{Event, Reader};

const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";

/// An element of a schema file.
#[derive(Debug, Default)]
struct Node {
    name: String,
    attributes: HashMap<String, String>,
    children: Vec<Node>,
}

impl Node {
    fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }

    fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }
}

fn parse(bytes: &[u8]) -> Node {
    let mut reader = Reader::new(bytes);
    let mut open = vec![Node::default()];
    loop {
        match reader.next().unwrap() {
            Event::Start(element) => {
                assert_eq!(element.namespace, SCHEMA);
                let names = ["name", "type", "base", "value", "ref", "minOccurs", "maxOccurs", "use"];
                let attributes =
                    names.iter().filter_map(|name| Some((name.to_string(), element.attribute(name)?.into_owned())));
                open.push(Node { name: element.name.into(), attributes: attributes.collect(), children: Vec::new() });
            }
            Event::End => {
                let node = open.pop().unwrap();
                open.last_mut().unwrap().children.push(node);
            }
            Event::Text(_) => {}
            Event::Eof => return open.pop().unwrap().children.pop().unwrap(),
        }
    }
}

/// A schema with its named types.
struct Schema<'s> {
    types: HashMap<&'s str, &'s Node>,
    kind: Kind,
    generation: &'static str,
}

impl<'s> Schema<'s> {
    fn complain(&self, path: &str, what: impl std::fmt::Debug) -> String {
        format!("{} {} {path}: {what:?}", self.generation, self.kind)
    }

    /// The definition of an element's type; none for a built-in.
    fn definition(&self, element: &'s Node) -> Option<&'s Node> {
        match element.get("type") {
            Some(name) => self.types.get(name).copied(),
            None => element.child("complexType").or(element.child("simpleType")),
        }
    }

    /// Compares a sequence with a table; the elements the kind has not are no part of it.
    fn compare(&self, sequence: &'s Node, table: &'static [Element], path: &str) {
        let ours: Vec<&Element> = table.iter().filter(|element| element.occurrence(self.kind).is_some()).collect();
        let theirs: Vec<&Node> = sequence.children.iter().filter(|child| child.name != "annotation").collect();
        let name = |node: &Node| node.get("name").or(node.get("ref")).unwrap().trim_start_matches("ds:").to_string();
        let names: Vec<String> = theirs.iter().map(|node| name(node)).collect();
        assert_eq!(
            ours.iter().map(|element| element.name).collect::<Vec<_>>(),
            names,
            "{}",
            self.complain(path, "order")
        );
        for (element, node) in ours.iter().zip(theirs) {
            let path = format!("{path}/{}", element.name);
            let number = |attribute, default| match node.get(attribute) {
                Some("unbounded") => UNBOUNDED,
                Some(text) => text.parse().unwrap(),
                None => default,
            };
            let occurrence = (number("minOccurs", 1), number("maxOccurs", 1));
            assert_eq!(element.occurrence(self.kind), Some(occurrence), "{}", self.complain(&path, "occurrence"));
            match element.content {
                Content::Signature => assert_eq!(node.get("ref"), Some("ds:Signature")),
                Content::Group(children) => {
                    let inner = self.definition(node).and_then(|definition| definition.child("sequence"));
                    self.compare(
                        inner.unwrap_or_else(|| panic!("{}", self.complain(&path, "no sequence"))),
                        children,
                        &path,
                    );
                }
                Content::Value(kind) => self.compare_value(kind, node, &path),
            }
        }
    }

    /// The facets of a simple type, its base's included.
    fn facets(&self, definition: &'s Node, into: &mut Vec<(String, String)>) -> String {
        let holder = definition.child("simpleContent").unwrap_or(definition);
        let restriction = holder.child("restriction").or(holder.child("extension")).unwrap();
        let base = restriction.get("base").unwrap();
        let base = match self.types.get(base) {
            Some(named) => self.facets(named, into),
            None => base.trim_start_matches("xs:").to_string(),
        };
        let facet = |child: &&Node| child.get("value").is_some();
        into.extend(
            restriction
                .children
                .iter()
                .filter(facet)
                .map(|child| (child.name.clone(), child.get("value").unwrap().to_string())),
        );
        base
    }

    fn compare_value(&self, kind: Type, node: &'s Node, path: &str) {
        let mut facets = Vec::new();
        let base = match self.definition(node) {
            Some(definition) => self.facets(definition, &mut facets),
            None => node.get("type").unwrap().trim_start_matches("xs:").to_string(),
        };
        let codes: BTreeSet<&str> =
            facets.iter().filter(|(name, _)| name == "enumeration").map(|(_, value)| value.as_str()).collect();
        let facet = |name: &str| facets.iter().rev().find(|(facet, _)| facet == name).map(|(_, value)| value.as_str());
        let number = |name: &str| facet(name).map(|value| value.parse::<i128>().unwrap());
        let complaint = self.complain(path, (&kind, &base, &facets));
        let day: NaiveDate = if self.generation == "2024" { "2024-11-19" } else { "2026-11-01" }.parse().unwrap();
        match kind {
            Type::Code(list) => {
                let ours = list.codes().iter().filter(|entry| entry.in_schema(self.kind, day));
                assert_eq!(ours.map(|entry| entry.code.as_str()).collect::<BTreeSet<_>>(), codes, "{complaint}");
                return;
            }
            Type::Text { min, max } => {
                assert_eq!(base, "string", "{complaint}");
                assert_eq!(
                    (min as i128, Some(max as i128)),
                    (number("minLength").unwrap_or(0), number("maxLength")),
                    "{complaint}"
                );
                assert!(facet("pattern").is_none(), "{complaint}");
            }
            Type::Digits { min, max } => {
                let patterns = [format!("\\d{{{min},{max}}}"), format!("\\d{{{max}}}")];
                assert!(patterns.iter().any(|pattern| facet("pattern") == Some(pattern)), "{complaint}");
            }
            Type::Clave => {
                let pattern = if self.generation == "2024" { "\\d{50,50}" } else { "[a-zA-Z0-9]{50,50}" };
                assert_eq!(facet("pattern"), Some(pattern), "{complaint}");
            }
            Type::Decimal { .. } | Type::Integer { .. } | Type::Place { .. } => {
                compare_number(kind, &base, &facets, &complaint)
            }
            Type::DateTime => assert_eq!(base, "dateTime", "{complaint}"),
        }
        assert!(codes.is_empty(), "{complaint}");
    }
}

/// Compares the types of numbers by their bounds.
fn compare_number(kind: Type, base: &str, facets: &[(String, String)], complaint: &str) {
    let facet = |name: &str| facets.iter().rev().find(|(facet, _)| facet == name).map(|(_, value)| value.as_str());
    let number = |name: &str| facet(name).map(|value| value.parse::<i128>().unwrap());
    match kind {
        Type::Decimal { digits, fraction, range } => {
            assert_eq!(base, "decimal", "{complaint}");
            assert_eq!(
                (number("totalDigits"), number("fractionDigits")),
                (Some(digits as i128), Some(fraction as i128)),
                "{complaint}"
            );
            let bounds = match range {
                Range::Any => (None, None),
                Range::NotNegative => (Some("0"), None),
                Range::Money => (Some("0"), Some("9999999999999.99999")),
            };
            assert_eq!((facet("minInclusive"), facet("maxInclusive")), bounds, "{complaint}");
        }
        Type::Integer { min, max } => {
            let span = number("totalDigits").map(|digits| 10i128.pow(digits as u32) - 1);
            let expected = (number("minInclusive").or(span.map(|most| -most)), number("maxInclusive").or(span));
            assert_eq!((Some(min), Some(max)), expected, "{complaint}");
            assert!(base.ends_with("nteger"), "{complaint}");
        }
        Type::Place { digits } => {
            assert_eq!(
                (base, facet("pattern")),
                ("positiveInteger", Some("\\d".repeat(digits).as_str())),
                "{complaint}"
            );
        }
        _ => panic!("{complaint}"),
    }
}

#[test]
fn the_tables_are_the_official_schemas() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/spec/xsd");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not here", folder.display());
        return;
    }
    for generation in ["2024", "2026"] {
        for &kind in Kind::ALL {
            let bytes =
                fs::read(folder.join(generation).join("v4.4").join(format!("{}_V4.4.xsd", kind.root()))).unwrap();
            let root = parse(&bytes);
            let named = root.children.iter().filter(|child| child.name.ends_with("Type"));
            let types = named.map(|child| (child.get("name").unwrap(), child)).collect();
            let schema = Schema { types, kind, generation };
            let element = root.child("element").unwrap();
            assert_eq!(element.get("name"), Some(kind.root()));
            schema.compare(schema.definition(element).unwrap().child("sequence").unwrap(), children(kind), kind.root());
        }
    }
}
