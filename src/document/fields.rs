//! The elements of a document that its header is made of, and the texts found in them.

use super::DocumentError;

/// An element that the header reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Clave,
    NumeroConsecutivo,
    FechaEmision,
    EmisorNombre,
    EmisorTipo,
    EmisorNumero,
    ReceptorNombre,
    ReceptorTipo,
    ReceptorNumero,
    CodigoMoneda,
    TotalComprobante,
    NumeroCedulaEmisor,
    FechaEmisionDoc,
    Mensaje,
    TotalFactura,
    NumeroCedulaReceptor,
    NumeroConsecutivoReceptor,
}

impl Field {
    /// How many elements stand between the root and the deepest field, that field included.
    pub(super) const DEEPEST: usize = 3;
    const COUNT: usize = Field::NumeroConsecutivoReceptor as usize + 1;

    /// The field at a path below the root.
    pub(super) fn at(path: &[&str]) -> Option<Field> {
        Some(match path {
            ["Clave"] => Field::Clave,
            ["NumeroConsecutivo"] => Field::NumeroConsecutivo,
            ["FechaEmision"] => Field::FechaEmision,
            ["Emisor", "Nombre"] => Field::EmisorNombre,
            ["Emisor", "Identificacion", "Tipo"] => Field::EmisorTipo,
            ["Emisor", "Identificacion", "Numero"] => Field::EmisorNumero,
            ["Receptor", "Nombre"] => Field::ReceptorNombre,
            ["Receptor", "Identificacion", "Tipo"] => Field::ReceptorTipo,
            ["Receptor", "Identificacion", "Numero"] => Field::ReceptorNumero,
            ["ResumenFactura", "CodigoTipoMoneda", "CodigoMoneda"] => Field::CodigoMoneda,
            ["ResumenFactura", "TotalComprobante"] => Field::TotalComprobante,
            ["NumeroCedulaEmisor"] => Field::NumeroCedulaEmisor,
            ["FechaEmisionDoc"] => Field::FechaEmisionDoc,
            ["Mensaje"] => Field::Mensaje,
            ["TotalFactura"] => Field::TotalFactura,
            ["NumeroCedulaReceptor"] => Field::NumeroCedulaReceptor,
            ["NumeroConsecutivoReceptor"] => Field::NumeroConsecutivoReceptor,
            _ => return None,
        })
    }

    /// The path below the root, for sentences.
    pub(super) fn path(self) -> &'static str {
        match self {
            Field::Clave => "Clave",
            Field::NumeroConsecutivo => "NumeroConsecutivo",
            Field::FechaEmision => "FechaEmision",
            Field::EmisorNombre => "Emisor/Nombre",
            Field::EmisorTipo => "Emisor/Identificacion/Tipo",
            Field::EmisorNumero => "Emisor/Identificacion/Numero",
            Field::ReceptorNombre => "Receptor/Nombre",
            Field::ReceptorTipo => "Receptor/Identificacion/Tipo",
            Field::ReceptorNumero => "Receptor/Identificacion/Numero",
            Field::CodigoMoneda => "ResumenFactura/CodigoTipoMoneda/CodigoMoneda",
            Field::TotalComprobante => "ResumenFactura/TotalComprobante",
            Field::NumeroCedulaEmisor => "NumeroCedulaEmisor",
            Field::FechaEmisionDoc => "FechaEmisionDoc",
            Field::Mensaje => "Mensaje",
            Field::TotalFactura => "TotalFactura",
            Field::NumeroCedulaReceptor => "NumeroCedulaReceptor",
            Field::NumeroConsecutivoReceptor => "NumeroConsecutivoReceptor",
        }
    }
}

/// The texts found, each at its field.
#[derive(Debug, Default)]
pub(super) struct Fields([Option<String>; Field::COUNT]);

impl Fields {
    /// An element of the field begins; a second one is refused, so that no two readers see two different documents.
    pub(super) fn open(&mut self, field: Field) -> Result<(), DocumentError> {
        match self.0[field as usize].replace(String::new()) {
            None => Ok(()),
            Some(_) => Err(DocumentError::Repeated { element: field.path() }),
        }
    }

    /// Text inside the element of the field.
    pub(super) fn append(&mut self, field: Field, text: &str) {
        if let Some(value) = &mut self.0[field as usize] {
            value.push_str(text);
        }
    }

    /// The text without white space around it, none when absent or empty.
    pub(super) fn optional(&self, field: Field) -> Option<String> {
        self.text(field).map(Into::into)
    }

    /// The text of an element that every document of its kind has.
    pub(super) fn required(&self, field: Field) -> Result<&str, DocumentError> {
        self.text(field).ok_or(DocumentError::Missing { element: field.path() })
    }

    fn text(&self, field: Field) -> Option<&str> {
        self.0[field as usize].as_deref().map(str::trim).filter(|text| !text.is_empty())
    }
}
