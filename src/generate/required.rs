//! What the structure asks for and the input has not given, said by the words of the input.

use super::error::Path;
use super::group::{Group, Node};
use super::names::aliases;
use super::read::Reader;
use crate::document::Kind;
use crate::validation::structure::{self, Content, Element};

/// Elements that are written when the document gets its number.
const NUMBERED: [&str; 3] = ["Clave", "NumeroConsecutivo", "NumeroConsecutivoReceptor"];

/// Complains of every element that is missing and that the kind must have. Where nothing could be `computed`, only of
/// what the input has to say.
pub(super) fn check(reader: Reader<'_>, root: &Group, computed: bool) {
    let kind = reader.kind;
    let name = if kind == Kind::MensajeReceptor { "MensajeReceptor" } else { "" };
    check_group(reader, computed, name, structure::children(kind), root, Path::Root);
}

fn check_group(
    reader: Reader<'_>,
    computed: bool,
    name: &'static str,
    structure: &'static [Element],
    group: &Group,
    path: Path<'_>,
) {
    let kind = reader.kind;
    if reader.complaints.are_of(&path) {
        return;
    }
    // A line that was complained of has no amounts of its own.
    let uncomputed = name == "LineaDetalle" && reader.complaints.concern(&path);
    let is_looked_at = |element: &&Element| match uncomputed {
        true => matches!(element.name, "CodigoCABYS" | "Detalle"),
        false => computed || element.name != "ResumenFactura",
    };
    for element in structure.iter().filter(is_looked_at) {
        let Some((least, _)) = element.occurrence(kind) else { continue };
        let word = word(name, element.name);
        let Content::Group(children) = &element.content else {
            if least > 0 && !group.has(element.name) && is_for_input(name, element) {
                complain(reader, path.key(word), name, element.name);
            }
            continue;
        };
        if least > 0 && !group.has(element.name) {
            complain(reader, path.key(word), name, element.name);
        }
        for (index, node) in group.all(element.name).enumerate() {
            let Node::Group(inside) = node else { continue };
            let here = match element.name {
                // The input knows lines, not the element around them.
                "DetalleServicio" => path,
                _ => path.key(word),
            };
            let member = here.member(index);
            let repeated = element.occurrence(kind).is_some_and(|(_, most)| most > 1);
            check_group(reader, computed, element.name, children, inside, if repeated { member } else { here });
        }
    }
}

/// Unless something is wrong at that very place.
fn complain(reader: Reader<'_>, path: Path<'_>, group: &str, name: &str) {
    if !reader.complaints.concern(&path) {
        reader.complaints.add(path.refuse(missing(group, name)));
    }
}

fn is_for_input(group: &str, element: &Element) -> bool {
    !(matches!(element.content, Content::Signature)
        || (matches!(group, "" | "MensajeReceptor")
            && NUMBERED.contains(&element.name)
            && !(group == "MensajeReceptor" && element.name == "Clave")))
}

/// The word that a person writes for an element.
fn word(group: &str, name: &'static str) -> &'static str {
    match name {
        "DetalleServicio" | "LineaDetalle" => "lines",
        "LineaDetalleSurtido" => "components",
        "Identificacion" => "identification",
        "MedioPago" => "payment",
        _ => aliases(group).iter().find(|(_, official)| *official == name).map_or(name, |(word, _)| word),
    }
}

fn missing(group: &str, name: &str) -> String {
    let configured = match (group, name) {
        ("", "CodigoActividadEmisor" | "CodigoActividadReceptor") => "; [company.issuer] has `activity` for it",
        ("Emisor", "Ubicacion" | "CorreoElectronico" | "OtrasSenas") => {
            "; the company's own stands in [company.issuer] of the configuration"
        }
        _ => "",
    };
    format!("is missing ({name}){configured}")
}
