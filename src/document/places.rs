//! Where elements stand, as people are told: line, column, path. Asked of many elements at once, so that a document with
//! a fault in each of its elements is gone through once and not once for each.

use std::collections::{BTreeMap, HashMap};

use super::{Node, Tree};
use crate::xml::Position;

/// Where an element stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where it begins, as an editor shows it.
    pub(crate) position: Position,
    /// The path from the root; an element that has brothers of its name carries its number.
    pub(crate) path: String,
}

/// The places of elements that come in the order of the document.
pub(crate) fn places(tree: &Tree<'_>, nodes: &[Node<'_, '_>]) -> Vec<Place> {
    let numbers = numbers(nodes);
    let mut cursor = Position { line: 1, column: 1, offset: 0 };
    let place = |node: &Node<'_, '_>| {
        cursor = moved(tree.source(), cursor, node.offset());
        Place { position: cursor, path: path(*node, &numbers) }
    };
    nodes.iter().map(place).collect()
}

/// The position of a byte behind a known one.
fn moved(source: &[u8], from: Position, offset: usize) -> Position {
    let between = source.get(from.offset..offset).unwrap_or_default();
    let characters = |bytes: &[u8]| bytes.iter().filter(|byte| (**byte & 0b1100_0000) != 0b1000_0000).count();
    match memchr::memrchr(b'\n', between) {
        None => Position { column: from.column + characters(between), offset, ..from },
        Some(end) => {
            let line = from.line + memchr::memchr_iter(b'\n', between).count();
            Position { line, column: 1 + characters(&between[end + 1..]), offset }
        }
    }
}

/// The numbers that the paths of these elements need: of themselves and of those around them, where there are several of
/// a name. Each parent's children are gone through once.
fn numbers(nodes: &[Node<'_, '_>]) -> HashMap<usize, usize> {
    let mut families: BTreeMap<usize, BTreeMap<usize, Node<'_, '_>>> = BTreeMap::new();
    for node in nodes {
        let mut node = *node;
        while node.index() > 0 {
            let parent = node.parent();
            if families.entry(parent.index()).or_default().insert(node.index(), node).is_some() {
                break; // those around it are known too
            }
            node = parent;
        }
    }
    let mut numbers = HashMap::new();
    for wanted in families.values() {
        let mut counts: HashMap<&str, usize> = wanted.values().map(|node| (node.name(), 0)).collect();
        let Some(parent) = wanted.values().next().map(|node| node.parent()) else { continue };
        for child in parent.children() {
            let Some(count) = counts.get_mut(child.name()) else { continue };
            *count += 1;
            if wanted.contains_key(&child.index()) {
                numbers.insert(child.index(), *count);
            }
        }
        for node in wanted.values().filter(|node| counts.get(node.name()) == Some(&1)) {
            numbers.remove(&node.index());
        }
    }
    numbers
}

fn path(node: Node<'_, '_>, numbers: &HashMap<usize, usize>) -> String {
    if node.index() == 0 {
        return node.name().into();
    }
    let suffix = numbers.get(&node.index()).map(|number| format!("[{number}]")).unwrap_or_default();
    format!("{}/{}{suffix}", path(node.parent(), numbers), node.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::reading::read_tree;
    use crate::xml::XmlError;

    #[test]
    fn each_element_is_found_where_an_editor_shows_it() {
        let document = "<?xml version=\"1.0\"?>\n<r>\n ñ<a>1</a><b><a/><c/><a>\n</a></b>\n\n  <a/></r>";
        let (tree, ()) = read_tree(document.as_bytes(), |_, _| Ok::<(), XmlError>(())).expect("well formed");
        let mut nodes = vec![tree.root()];
        let mut at = 0;
        while at < nodes.len() {
            nodes.extend(nodes[at].children());
            at += 1;
        }
        nodes.sort_by_key(|node| node.index());
        let shown: Vec<String> = places(&tree, &nodes)
            .iter()
            .map(|place| format!("{}:{} {}", place.position.line, place.position.column, place.path))
            .collect();
        assert_eq!(
            shown,
            ["2:1 r", "3:3 r/a[1]", "3:11 r/b", "3:14 r/b/a[1]", "3:18 r/b/c", "3:22 r/b/a[2]", "6:3 r/a[2]"]
        );
    }
}
