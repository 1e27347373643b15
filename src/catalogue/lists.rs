//! Which lists there are, what each is called, and the file it comes from.

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::named::{Named, unknown};

/// A code list of the annex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<List>)]
pub enum List {
    /// Nota 15: UnidadMedida, case-sensitive.
    Units,
    /// Nota 13: CodigoMoneda.
    Currencies,
    /// Nota 14: Provincia.
    Provinces,
    /// Nota 14: Canton, as `province-canton`.
    Cantons,
    /// Nota 14: Distrito, as `province-canton-district`.
    Districts,
    /// Nota 4: Identificacion/Tipo.
    IdentificationTypes,
    /// Nota 3: digits 9 and 10 of the consecutivo.
    DocumentTypes,
    /// Nota 3: position 42 of the clave.
    Situations,
    /// Nota 5: CondicionVenta.
    SaleConditions,
    /// Nota 6: TipoMedioPago.
    PaymentMethods,
    /// Nota 8: Impuesto/Codigo.
    Taxes,
    /// Nota 8.1: CodigoTarifaIVA; the value is the rate.
    IvaRates,
    /// Nota 9: InformacionReferencia/Codigo.
    ReferenceCodes,
    /// Nota 10: TipoDocIR; the value `clave` asks for one in Numero.
    ReferenceDocuments,
    /// Nota 10.1: TipoDocumentoEX1; the value `article` asks for Articulo.
    ExonerationDocuments,
    /// Nota 11: Mensaje.
    Messages,
    /// Nota 12: CodigoComercial/Tipo.
    CommercialCodes,
    /// Nota 16: TipoDocumentoOC.
    OtherCharges,
    /// Nota 18: CondicionImpuesto.
    TaxConditions,
    /// Nota 19: FormaFarmaceutica.
    PharmaceuticalForms,
    /// Nota 20: CodigoDescuento.
    Discounts,
    /// Nota 21: IVACobradoFabrica.
    FactoryIva,
    /// Nota 22: TipoTransaccion.
    TransactionTypes,
    /// Nota 23: NombreInstitucion.
    Institutions,
}

impl Named for List {
    const WHAT: &'static str = "a code list";
}

impl List {
    /// The CSV file with its codes.
    pub(super) fn source(self) -> &'static str {
        match self {
            List::Units => include_str!("units.csv"),
            List::Currencies => include_str!("currencies.csv"),
            List::Provinces => include_str!("provinces.csv"),
            List::Cantons => include_str!("cantons.csv"),
            List::Districts => include_str!("districts.csv"),
            List::IdentificationTypes => include_str!("identification_types.csv"),
            List::DocumentTypes => include_str!("document_types.csv"),
            List::Situations => include_str!("situations.csv"),
            List::SaleConditions => include_str!("sale_conditions.csv"),
            List::PaymentMethods => include_str!("payment_methods.csv"),
            List::Taxes => include_str!("taxes.csv"),
            List::IvaRates => include_str!("iva_rates.csv"),
            List::ReferenceCodes => include_str!("reference_codes.csv"),
            List::ReferenceDocuments => include_str!("reference_documents.csv"),
            List::ExonerationDocuments => include_str!("exoneration_documents.csv"),
            List::Messages => include_str!("messages.csv"),
            List::CommercialCodes => include_str!("commercial_codes.csv"),
            List::OtherCharges => include_str!("other_charges.csv"),
            List::TaxConditions => include_str!("tax_conditions.csv"),
            List::PharmaceuticalForms => include_str!("pharmaceutical_forms.csv"),
            List::Discounts => include_str!("discounts.csv"),
            List::FactoryIva => include_str!("factory_iva.csv"),
            List::TransactionTypes => include_str!("transaction_types.csv"),
            List::Institutions => include_str!("institutions.csv"),
        }
    }
}
