//! The elements of a document that its header is made of, and the texts found in them.

use strum::VariantArray;

use super::{DocumentError, Node};

/// An element that the header reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
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
    /// The path below the root.
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
#[derive(Debug)]
pub(super) struct Fields<'t>([Option<&'t str>; Field::VARIANTS.len()]);

impl<'t> Fields<'t> {
    /// The fields below a root. A second element of a field is refused, so that no two readers see two different
    /// documents.
    pub(super) fn of(root: Node<'t, '_>) -> Result<Self, DocumentError> {
        let mut fields = Fields([None; Field::VARIANTS.len()]);
        for &field in Field::VARIANTS {
            fields.take(root, field, field.path())?;
        }
        Ok(fields)
    }

    /// Takes every element at a path: an element around the field may stand twice, the field may not.
    fn take(&mut self, node: Node<'t, '_>, field: Field, path: &'static str) -> Result<(), DocumentError> {
        if let Some((name, rest)) = path.split_once('/') {
            return node.all(name).try_for_each(|child| self.take(child, field, rest));
        }
        for child in node.all(path) {
            if self.0[field as usize].replace(child.text()).is_some() {
                return Err(DocumentError::Repeated { element: field.path() });
            }
        }
        Ok(())
    }

    /// The text without white space around it, none when absent or empty.
    pub(super) fn optional(&self, field: Field) -> Option<&'t str> {
        self.0[field as usize].filter(|text| !text.is_empty())
    }

    /// The text of an element that every document of its kind has.
    pub(super) fn required(&self, field: Field) -> Result<&'t str, DocumentError> {
        self.optional(field).ok_or(DocumentError::Missing { element: field.path() })
    }
}
