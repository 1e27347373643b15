//! The JSON Schema of the input, made from the same tables that read it, so that the two cannot differ.

use serde_json::{Map, Value, json};

use super::names::{aliases, handled};
use crate::document::Kind;
use crate::validation::structure::{self, Content, Element, Type};

/// The schema of one document; a file holds one or a list of them.
pub fn schema() -> Value {
    let kinds: Vec<Value> = Kind::ALL.into_iter().map(|kind| json!({"$ref": format!("#/$defs/{kind}")})).collect();
    let mut defs = Map::new();
    for kind in Kind::ALL {
        let group = if kind == Kind::MensajeReceptor { "MensajeReceptor" } else { "" };
        let mut definition = group_schema(kind, group, structure::children(kind));
        definition["properties"]["kind"] = json!({"const": kind.name()});
        definition["required"] = json!(["kind"]);
        defs.insert(kind.name().to_owned(), definition);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Input of `cr-einvoice generate`",
        "oneOf": [{"$ref": "#/$defs/document"}, {"type": "array", "items": {"$ref": "#/$defs/document"}}],
        "$defs": Value::Object({
            defs.insert("document".to_owned(), json!({"oneOf": kinds}));
            defs
        }),
    })
}

fn group_schema(kind: Kind, group: &str, structure: &'static [Element]) -> Value {
    let mut properties = Map::new();
    for word in handled(group) {
        properties.insert((*word).to_owned(), handled_schema(kind, group, word));
    }
    for element in structure.iter().filter(|element| element.occurrence(kind).is_some()) {
        if matches!(element.content, Content::Signature) {
            continue;
        }
        let most = element.occurrence(kind).map_or(1, |(_, most)| most);
        let one = element_schema(kind, element);
        let schema =
            if most > 1 { json!({"anyOf": [one, {"type": "array", "items": one, "maxItems": most}]}) } else { one };
        if let Some((word, _)) = aliases(group).iter().find(|(_, official)| *official == element.name) {
            let mut named = schema.clone();
            named["description"] = json!(format!("{} ({group})", element.name).replace(" ()", ""));
            properties.insert((*word).to_owned(), named);
        }
        properties.insert(element.name.to_owned(), schema);
    }
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn element_schema(kind: Kind, element: &'static Element) -> Value {
    match &element.content {
        Content::Group(children) => group_schema(kind, element.name, children),
        Content::Value(value_type) => value_schema(*value_type),
        Content::Signature => json!(false),
    }
}

fn value_schema(value_type: Type) -> Value {
    match value_type {
        Type::Text { min, max } => json!({"type": ["string", "number"], "minLength": min, "maxLength": max}),
        Type::Digits { min, max } => json!({"type": "string", "pattern": format!("^[0-9]{{{min},{max}}}$")}),
        Type::Clave => json!({"type": "string", "pattern": "^[0-9A-Za-z]{50}$"}),
        Type::Code(list) => json!({
            "type": ["string", "number"],
            "description": format!("a code, or the words of its description: `cr-einvoice codes {}`", list.name()),
        }),
        Type::Decimal { fraction, .. } => json!({
            "type": ["number", "string"],
            "pattern": format!("^[0-9]+([.][0-9]{{1,{fraction}}})?$"),
        }),
        Type::Integer { .. } | Type::Place { .. } => json!({"type": ["integer", "string"], "pattern": "^[0-9]+$"}),
        Type::DateTime => json!({"type": "string", "description": "2026-11-20, or 2026-11-20T09:15:00 in Costa Rica"}),
    }
}

/// The words that are more than another name.
fn handled_schema(kind: Kind, group: &str, word: &str) -> Value {
    let inside = |path: &[&str], name: &str| {
        let children = path.iter().fold(structure::children(kind), |children, name| {
            match children.iter().find(|element| element.name == *name).map(|element| &element.content) {
                Some(Content::Group(children)) => children,
                _ => &[],
            }
        });
        group_schema(kind, name, children)
    };
    match (group, word) {
        ("", "lines") => {
            json!({"type": "array", "items": inside(&["DetalleServicio", "LineaDetalle"], "LineaDetalle")})
        }
        ("", "payment") => {
            let table = inside(&["ResumenFactura", "MedioPago"], "MedioPago");
            json!({"anyOf": [{"type": ["string", "number"]}, table.clone(), {"type": "array", "maxItems": 4,
                "items": {"anyOf": [{"type": ["string", "number"]}, table]}}]})
        }
        (_, "id") => {
            json!({"type": "string", "description": "your own word for the document; the same again makes no second one"})
        }
        ("", "situation") => {
            json!({"enum": [1, 2, 3, "1", "2", "3"], "description": "1 normal, 2 contingency, 3 without internet"})
        }
        ("", "iva_returned") => json!({"type": ["boolean", "number", "string"]}),
        ("LineaDetalle", "components") => {
            let path = ["DetalleServicio", "LineaDetalle", "DetalleSurtido", "LineaDetalleSurtido"];
            json!({"type": "array", "maxItems": 20, "items": inside(&path, "LineaDetalleSurtido")})
        }
        ("LineaDetalle", "exoneration") => {
            inside(&["DetalleServicio", "LineaDetalle", "Impuesto", "Exoneracion"], "Exoneracion")
        }
        ("Emisor" | "Receptor", "identification") => json!({"type": ["string", "object"]}),
        ("OtrosCargos", "third_party") => json!({"type": "object"}),
        (_, "discount" | "percent") => json!({"type": ["number", "string"], "pattern": "^[0-9]+([.][0-9]+)? ?%?$"}),
        (_, "tax") => {
            json!({"type": ["number", "string"], "description": "the rate of the IVA: 13, 4, 2, 1, 0.5 or `exento`"})
        }
        (_, "soap") => json!({"type": "boolean"}),
        _ => json!({"type": ["string", "number"]}),
    }
}
