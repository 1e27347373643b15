//! The head of a sheet: which place of the input each column stands for.

use super::spanish;
use crate::config::nearest;
use crate::document::Kind;
use crate::generate::names::{aliases, handled};
use crate::named::Named;
use crate::validation::structure::{self, Content, Element};

/// The column whose cells tell which rows are one document.
pub(super) const DOCUMENT: &str = "document";
/// More columns than every element of every kind would need.
const MOST: usize = 1000;

/// Where a column's cells belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// As the sheet calls it.
    pub(super) name: String,
    /// Keys from the document or the line down; empty for a column without a name.
    pub(super) path: Vec<String>,
    /// Said of the line of its row, not of the document.
    pub(super) of_line: bool,
}

/// Reads the head. The error is a sentence about the file.
pub(super) fn columns<'n>(names: impl Iterator<Item = &'n str>) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = Vec::new();
    let mut unknown = Vec::new();
    for name in names {
        if columns.len() == MOST {
            return Err(format!("has more than {MOST} columns"));
        }
        let column = column(name.trim()).unwrap_or_else(|| {
            unknown.push(name.trim().to_owned());
            Column { name: name.trim().to_owned(), path: Vec::new(), of_line: false }
        });
        columns.push(column);
    }
    if !unknown.is_empty() {
        return Err(unknown_columns(&unknown));
    }
    for (index, column) in columns.iter().enumerate().filter(|(_, column)| !column.path.is_empty()) {
        if let Some(other) = columns[..index].iter().find(|other| other.path == column.path) {
            return Err(format!("has two columns for one thing, `{}` and `{}`", other.name, column.name));
        }
    }
    if !columns.iter().any(|column| column.path == [DOCUMENT] || column.path == ["id"]) {
        return Err(format!(
            "has no column `{DOCUMENT}` (or `documento`): the number or word that the rows of one document have in common"
        ));
    }
    Ok(columns)
}

/// A column by its name; none where nobody knows it.
fn column(name: &str) -> Option<Column> {
    let of = |path: &str| {
        let path: Vec<String> = path.split('.').map(|part| part.trim().to_owned()).collect();
        let of_line = is_of_line(&path);
        Column { name: name.to_owned(), path, of_line }
    };
    if name.is_empty() {
        return Some(Column { name: String::new(), path: Vec::new(), of_line: false });
    }
    let compared = spanish::compared(name);
    let first = name.split('.').next().unwrap_or_default();
    // Spanish first: `Descuento` is an official name too, of a table that no cell can hold.
    match (spanish::place(&compared), official(&compared)) {
        (Some(place), _) if !name.contains('.') => Some(of(place)),
        _ if is_known(first) => Some(of(name)),
        (_, Some(name)) => Some(of(name)),
        _ => None,
    }
}

/// A word of both, like `code`, is the line's: the rows are lines.
fn is_of_line(path: &[String]) -> bool {
    let first = path.first().map(String::as_str).unwrap_or_default();
    first != DOCUMENT
        && first != "id"
        && (is_word_of("LineaDetalle", first) || line_elements().iter().any(|element| element.name == first))
}

fn is_word_of(group: &str, word: &str) -> bool {
    aliases(group).iter().any(|(known, official)| *known == word || *official == word) || handled(group).contains(&word)
}

fn is_known(word: &str) -> bool {
    word == DOCUMENT
        || ["LineaDetalle", "", "MensajeReceptor"].iter().any(|group| is_word_of(group, word))
        || elements().any(|element| element.name == word)
}

/// The official name that is the same without spaces: `Codigo CABYS`.
fn official(compared: &str) -> Option<&'static str> {
    let joined = compared.replace(' ', "");
    elements().map(|element| element.name).find(|name| name.to_lowercase() == joined)
}

/// What a line, a document and a message may say.
fn elements() -> impl Iterator<Item = &'static Element> {
    line_elements().iter().chain(structure::children(Kind::Factura)).chain(structure::children(Kind::MensajeReceptor))
}

fn line_elements() -> &'static [Element] {
    ["DetalleServicio", "LineaDetalle"].iter().fold(structure::children(Kind::Factura), |children, name| match children
        .iter()
        .find(|element| element.name == *name)
        .map(|element| &element.content)
    {
        Some(Content::Group(inside)) => inside,
        _ => &[],
    })
}

/// The sentence for columns that nobody knows.
fn unknown_columns(unknown: &[String]) -> String {
    const SHOWN: usize = 10;
    let words = ["LineaDetalle", ""]
        .into_iter()
        .flat_map(|group| aliases(group).iter().map(|(word, _)| *word).chain(handled(group).iter().copied()));
    let known: Vec<&str> = spanish::NAMES.iter().map(|(name, _)| *name).chain(words).collect();
    let shown: Vec<String> = unknown
        .iter()
        .take(SHOWN)
        .map(|name| match nearest(&spanish::compared(name), &known) {
            Some(near) => format!("`{name}` (did you mean `{near}`?)"),
            None => format!("`{name}`"),
        })
        .collect();
    let more = if unknown.len() > SHOWN { format!(" and {} more", unknown.len() - SHOWN) } else { String::new() };
    format!(
        "has columns that nobody knows: {}{more}; `cr-einvoice generate --template {} --csv` prints a sheet, and a \
         column without a name is passed over where it is empty",
        shown.join(", "),
        Kind::Factura.name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Result<Vec<String>, String> {
        let columns = columns(names.iter().copied())?;
        Ok(columns
            .iter()
            .map(|column| format!("{}{}", if column.of_line { "line:" } else { "" }, column.path.join(".")))
            .collect())
    }

    #[test]
    fn a_head_in_either_language() {
        let spanish = [
            "Documento",
            "Tipo",
            "Cliente",
            "Cédula del cliente",
            "Medio de pago",
            "CABYS",
            "Descripción",
            "Precio",
            "IVA",
        ];
        let english = [
            "document",
            "kind",
            "receptor.name",
            "receptor.identification",
            "payment",
            "cabys",
            "description",
            "price",
            "tax",
        ];
        assert_eq!(paths(&spanish).unwrap(), paths(&english).unwrap());
        assert_eq!(paths(&["Documento", "Código CABYS", "Precio Unitario"]).unwrap()[1], "line:CodigoCABYS");
        assert_eq!(paths(&["document", "tax", "total"]).unwrap(), ["document", "line:tax", "total"]);
    }

    #[test]
    fn a_head_that_cannot_be_meant() {
        let error = paths(&["documento", "Descripcon", "zzz"]).unwrap_err();
        assert!(error.contains("`Descripcon` (did you mean `descripcion`?), `zzz`;"), "{error}");
        assert!(paths(&["documento", "Cliente", "Nombre"]).unwrap_err().contains("`Cliente` and `Nombre`"));
        assert!(paths(&["kind", "cabys"]).unwrap_err().contains("no column `document`"));
        let many: Vec<String> = (0..2000).map(|n| format!("c{n}")).collect();
        assert!(paths(&many.iter().map(String::as_str).collect::<Vec<_>>()).unwrap_err().contains("more than 1000"));
    }
}
