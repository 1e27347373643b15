//! The JSON Schema of the input, made from the same tables that read it, so that the two cannot differ.

use serde_json::{Map, Value, json};

use super::names::{aliases, handled};
use crate::document::Kind;
use crate::named::Named;
use crate::validation::structure::{self, Content, Element, Type};

/// The schema of one document; a file holds one or a list of them.
pub(crate) fn schema() -> Value {
    let mut schemas = Schemas(Map::new());
    let mut kinds = Vec::new();
    for &kind in Kind::ALL {
        let group = if kind == Kind::MensajeReceptor { "MensajeReceptor" } else { "" };
        let mut definition = schemas.group(kind, group, structure::children(kind));
        definition["properties"]["kind"] = json!({"const": kind.name()});
        definition["required"] = json!(["kind"]);
        schemas.0.insert(kind.name().to_owned(), definition);
        kinds.push(json!({"$ref": format!("#/$defs/{kind}")}));
    }
    schemas.0.insert("document".to_owned(), json!({"oneOf": kinds}));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Input of `cr-einvoice generate`",
        "oneOf": [{"$ref": "#/$defs/document"}, {"type": "array", "items": {"$ref": "#/$defs/document"}}],
        "$defs": schemas.0,
    })
}

/// The definitions so far: each group of each kind once, as `FE.LineaDetalle`.
struct Schemas(Map<String, Value>);

impl Schemas {
    fn group(&mut self, kind: Kind, group: &'static str, structure: &'static [Element]) -> Value {
        let mut properties = Map::new();
        for word in handled(group) {
            let schema = self.word(kind, group, word);
            properties.insert((*word).to_owned(), schema);
        }
        for element in structure {
            let Some((_, most)) = element.occurrence(kind) else { continue };
            let one = match &element.content {
                Content::Group(children) => self.reference(kind, element.name, children),
                Content::Value(value_type) => value_schema(*value_type),
                Content::Signature => continue,
            };
            let schema = match most {
                1 => one,
                _ => json!({"anyOf": [one, {"type": "array", "items": one, "maxItems": most}]}),
            };
            if let Some((word, _)) = aliases(group).iter().find(|(_, official)| *official == element.name) {
                properties.insert((*word).to_owned(), json!({"$comment": element.name, "allOf": [schema]}));
            }
            properties.insert(element.name.to_owned(), schema);
        }
        json!({"type": "object", "properties": properties, "additionalProperties": false})
    }

    /// Defines a group, once, and refers to it.
    fn reference(&mut self, kind: Kind, group: &'static str, structure: &'static [Element]) -> Value {
        let name = format!("{kind}.{group}");
        if !self.0.contains_key(&name) {
            self.0.insert(name.clone(), Value::Null);
            let definition = self.group(kind, group, structure);
            self.0.insert(name.clone(), definition);
        }
        json!({"$ref": format!("#/$defs/{name}")})
    }

    /// The group at a path of names below the root of a kind.
    fn reference_at(&mut self, kind: Kind, path: &[&'static str]) -> Value {
        let children = path.iter().fold(structure::children(kind), |children, name| {
            match children.iter().find(|element| element.name == *name).map(|element| &element.content) {
                Some(Content::Group(children)) => children,
                _ => &[],
            }
        });
        match path.last() {
            Some(group) if !children.is_empty() => self.reference(kind, group, children),
            _ => json!(false),
        }
    }

    /// The words that are more than another name.
    fn word(&mut self, kind: Kind, group: &str, word: &str) -> Value {
        const LINE: [&str; 2] = ["DetalleServicio", "LineaDetalle"];
        match (group, word) {
            ("", "lines") => json!({"type": "array", "items": self.reference_at(kind, &LINE)}),
            ("", "payment") => {
                let table = self.reference_at(kind, &["ResumenFactura", "MedioPago"]);
                let one = json!({"anyOf": [{"type": ["string", "number"]}, table]});
                json!({"anyOf": [one, {"type": "array", "maxItems": 4, "items": one}]})
            }
            ("LineaDetalle", "components") => {
                let path = [LINE[0], LINE[1], "DetalleSurtido", "LineaDetalleSurtido"];
                json!({"type": "array", "maxItems": 20, "items": self.reference_at(kind, &path)})
            }
            ("LineaDetalle", "exoneration") => self.reference_at(kind, &[LINE[0], LINE[1], "Impuesto", "Exoneracion"]),
            _ => word_schema(group, word),
        }
    }
}

/// The words whose value is no group of elements.
fn word_schema(group: &str, word: &str) -> Value {
    match (group, word) {
        (_, "id") => {
            json!({"type": "string", "description": "your own word for the document; the same again makes no second one"})
        }
        ("", "situation") => {
            json!({"enum": [1, 2, 3, "1", "2", "3"], "description": "1 normal, 2 contingency, 3 without internet"})
        }
        ("", "iva_returned") => json!({"type": ["boolean", "number", "string"]}),
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
