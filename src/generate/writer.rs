//! XML out: the elements of a document in the order of the structure tables, and only those that its kind has.

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use rust_decimal::{Decimal, RoundingStrategy};

use super::group::{Group, Node};
use crate::document::{Kind, Version, namespace};
use crate::validation::structure::{self, Content, Element, Type};

/// Writes go to memory and do not fail; this is what the writer's signature says.
type Result = std::io::Result<()>;
type Writer = quick_xml::Writer<Vec<u8>>;

/// Roughly what a line and the rest of a document take.
const USUAL_SIZE: usize = 8 * 1024;

/// The XML of a document, UTF-8, indented by two spaces so that a person can point at a line of it.
pub(super) fn write(kind: Kind, root: &Group) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::with_capacity(USUAL_SIZE), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut start = BytesStart::new(kind.root());
    start.push_attribute(("xmlns", namespace(kind, Version::V44).as_str()));
    writer.write_event(Event::Start(start))?;
    write_children(&mut writer, kind, structure::children(kind), root)?;
    writer.write_event(Event::End(BytesEnd::new(kind.root())))?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn write_children(writer: &mut Writer, kind: Kind, structure: &'static [Element], group: &Group) -> Result {
    for element in structure {
        let Some((_, most)) = element.occurrence(kind) else { continue };
        for node in group.all(element.name).take(usize::from(most)) {
            write_element(writer, kind, element, node)?;
        }
    }
    Ok(())
}

fn write_element(writer: &mut Writer, kind: Kind, element: &'static Element, node: &Node) -> Result {
    let mut start = BytesStart::new(element.name);
    if let Node::Coded { code, .. } = node {
        start.push_attribute(("codigo", code.as_str()));
    }
    writer.write_event(Event::Start(start))?;
    match (&element.content, node) {
        (Content::Group(children), Node::Group(group)) => write_children(writer, kind, children, group)?,
        (Content::Value(_), Node::Text(text) | Node::Coded { text, .. }) => {
            writer.write_event(Event::Text(BytesText::new(text)))?;
        }
        (Content::Value(value_type), Node::Number(number)) => {
            let text = number_text(*number, *value_type);
            writer.write_event(Event::Text(BytesText::from_escaped(text)))?;
        }
        _ => {}
    }
    writer.write_event(Event::End(BytesEnd::new(element.name)))
}

/// A number with all the decimals of its type: `1000.00000`, `2.000`, `13.00`.
fn number_text(number: Decimal, value_type: Type) -> String {
    let Type::Decimal { fraction, .. } = value_type else { return number.normalize().to_string() };
    let decimals = u32::try_from(fraction).unwrap_or_default();
    let mut number = number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    number.rescale(decimals);
    number.to_string()
}
