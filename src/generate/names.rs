//! The words a person writes for the official names, group by group. Every official name is understood too; what the
//! words in [`HANDLED`] mean is said by the modules that own them.

use crate::document::Kind;

/// A word and the official name of the element it stands for.
type Alias = (&'static str, &'static str);

/// The kind that a person calls by its Spanish name.
pub(super) fn kind(text: &str) -> Option<Kind> {
    match crate::catalogue::fold(text.trim()).trim_end_matches(" electronica").trim_end_matches(" electronico") {
        "factura" => Some(Kind::Factura),
        "tiquete" => Some(Kind::Tiquete),
        "nota de credito" => Some(Kind::NotaCredito),
        "nota de debito" => Some(Kind::NotaDebito),
        "factura de compra" | "factura electronica de compra" => Some(Kind::FacturaCompra),
        "factura de exportacion" | "factura electronica de exportacion" => Some(Kind::FacturaExportacion),
        "recibo de pago" | "recibo electronico de pago" => Some(Kind::ReciboPago),
        "mensaje receptor" => Some(Kind::MensajeReceptor),
        _ => None,
    }
}

/// The words of the group of this element; the root of a document is `""`.
pub(super) fn aliases(group: &str) -> &'static [Alias] {
    match group {
        "" => ROOT,
        "MensajeReceptor" => MESSAGE,
        "Emisor" | "Receptor" => PARTY,
        "Ubicacion" => PLACE,
        "Identificacion" | "IdentificacionTercero" => IDENTIFICATION,
        "LineaDetalle" => LINE,
        "CodigoComercial" => &[("type", "Tipo"), ("code", "Codigo")],
        "LineaDetalleSurtido" => COMPONENT,
        "CodigoComercialSurtido" => &[("type", "TipoSurtido"), ("code", "CodigoSurtido")],
        "Descuento" => DISCOUNT,
        "DescuentoSurtido" => &[
            ("amount", "MontoDescuentoSurtido"),
            ("code", "CodigoDescuentoSurtido"),
            ("code_other", "DescuentoSurtidoOtros"),
        ],
        "Impuesto" => TAX,
        "ImpuestoSurtido" => COMPONENT_TAX,
        "DatosImpuestoEspecifico" => MEASURES,
        "DatosImpuestoEspecificoSurtido" => COMPONENT_MEASURES,
        "Exoneracion" => EXONERATION,
        "OtrosCargos" => CHARGE,
        "MedioPago" => PAYMENT,
        "InformacionReferencia" => REFERENCE,
        _ => &[],
    }
}

/// The words of a group that are more than another name for one element.
pub(super) fn handled(group: &str) -> &'static [&'static str] {
    match group {
        "" => &[
            "id",
            "kind",
            "company",
            "branch",
            "terminal",
            "situation",
            "date",
            "lines",
            "payment",
            "currency",
            "exchange_rate",
            "iva_returned",
            "total",
            "of",
            "code",
            "reason",
        ],
        "MensajeReceptor" => &["id", "kind", "company", "branch", "terminal"],
        "Emisor" | "Receptor" => {
            &["identification", "identification_type", "location", "neighbourhood", "address", "phone"]
        }
        "Ubicacion" => &["location"],
        "LineaDetalle" => &["line", "code", "discount", "tax", "tariff", "exoneration", "components"],
        "LineaDetalleSurtido" => &["code", "discount", "tax", "tariff"],
        "Descuento" | "DescuentoSurtido" => &["percent"],
        "Impuesto" | "ImpuestoSurtido" => &["soap"],
        "OtrosCargos" => &["third_party"],
        "OtroTexto" | "OtroContenido" => &["codigo", "text"],
        _ => &[],
    }
}

static ROOT: &[Alias] = &[
    ("systems_provider", "ProveedorSistemas"),
    ("activity", "CodigoActividadEmisor"),
    ("receptor_activity", "CodigoActividadReceptor"),
    ("emisor", "Emisor"),
    ("receptor", "Receptor"),
    ("condition", "CondicionVenta"),
    ("condition_other", "CondicionVentaOtros"),
    ("credit_days", "PlazoCredito"),
    ("charges", "OtrosCargos"),
    ("references", "InformacionReferencia"),
    ("others", "Otros"),
];

static MESSAGE: &[Alias] = &[
    ("clave", "Clave"),
    ("emisor", "NumeroCedulaEmisor"),
    ("message", "Mensaje"),
    ("reason", "DetalleMensaje"),
    ("tax", "MontoTotalImpuesto"),
    ("activity", "CodigoActividad"),
    ("condition", "CondicionImpuesto"),
    ("creditable", "MontoTotalImpuestoAcreditar"),
    ("expense", "MontoTotalDeGastoAplicable"),
    ("total", "TotalFactura"),
];

static PARTY: &[Alias] = &[
    ("name", "Nombre"),
    ("registro_fiscal_8707", "Registrofiscal8707"),
    ("commercial_name", "NombreComercial"),
    ("foreign_address", "OtrasSenasExtranjero"),
    ("email", "CorreoElectronico"),
];

static PLACE: &[Alias] = &[
    ("province", "Provincia"),
    ("canton", "Canton"),
    ("district", "Distrito"),
    ("neighbourhood", "Barrio"),
    ("address", "OtrasSenas"),
];

static IDENTIFICATION: &[Alias] = &[("type", "Tipo"), ("number", "Numero")];

static LINE: &[Alias] = &[
    ("heading", "PartidaArancelaria"),
    ("cabys", "CodigoCABYS"),
    ("codes", "CodigoComercial"),
    ("quantity", "Cantidad"),
    ("unit", "UnidadMedida"),
    ("transaction", "TipoTransaccion"),
    ("commercial_unit", "UnidadMedidaComercial"),
    ("description", "Detalle"),
    ("vin", "NumeroVINoSerie"),
    ("medicine_register", "RegistroMedicamento"),
    ("pharmaceutical_form", "FormaFarmaceutica"),
    ("price", "PrecioUnitario"),
    ("amount", "MontoTotal"),
    ("discounts", "Descuento"),
    ("factory_iva", "IVACobradoFabrica"),
    ("tax_base", "BaseImponible"),
    ("taxes", "Impuesto"),
    ("assumed_tax", "ImpuestoAsumidoEmisorFabrica"),
];

static COMPONENT: &[Alias] = &[
    ("cabys", "CodigoCABYSSurtido"),
    ("codes", "CodigoComercialSurtido"),
    ("quantity", "CantidadSurtido"),
    ("unit", "UnidadMedidaSurtido"),
    ("commercial_unit", "UnidadMedidaComercialSurtido"),
    ("description", "DetalleSurtido"),
    ("price", "PrecioUnitarioSurtido"),
    ("discounts", "DescuentoSurtido"),
    ("factory_iva", "IVACobradoFabricaSurtido"),
    ("tax_base", "BaseImponibleSurtido"),
    ("taxes", "ImpuestoSurtido"),
];

static DISCOUNT: &[Alias] = &[
    ("amount", "MontoDescuento"),
    ("code", "CodigoDescuento"),
    ("code_other", "CodigoDescuentoOTRO"),
    ("nature", "NaturalezaDescuento"),
];

static TAX: &[Alias] = &[
    ("code", "Codigo"),
    ("code_other", "CodigoImpuestoOTRO"),
    ("tariff", "CodigoTarifaIVA"),
    ("rate", "Tarifa"),
    ("factor", "FactorCalculoIVA"),
    ("measures", "DatosImpuestoEspecifico"),
    ("amount", "Monto"),
    ("export_amount", "MontoExportacion"),
    ("exoneration", "Exoneracion"),
];

static COMPONENT_TAX: &[Alias] = &[
    ("code", "CodigoImpuestoSurtido"),
    ("code_other", "CodigoImpuestoOTROSurtido"),
    ("tariff", "CodigoTarifaIVASurtido"),
    ("rate", "TarifaSurtido"),
    ("measures", "DatosImpuestoEspecificoSurtido"),
    ("amount", "MontoImpuestoSurtido"),
];

static MEASURES: &[Alias] = &[
    ("content", "CantidadUnidadMedida"),
    ("percentage", "Porcentaje"),
    ("proportion", "Proporcion"),
    ("volume", "VolumenUnidadConsumo"),
    ("unit_tax", "ImpuestoUnidad"),
];

static COMPONENT_MEASURES: &[Alias] = &[
    ("content", "CantidadUnidadMedidaSurtido"),
    ("percentage", "PorcentajeSurtido"),
    ("proportion", "ProporcionSurtido"),
    ("volume", "VolumenUnidadConsumoSurtido"),
    ("unit_tax", "ImpuestoUnidadSurtido"),
];

static EXONERATION: &[Alias] = &[
    ("document", "TipoDocumentoEX1"),
    ("document_other", "TipoDocumentoOTRO"),
    ("number", "NumeroDocumento"),
    ("article", "Articulo"),
    ("subsection", "Inciso"),
    ("institution", "NombreInstitucion"),
    ("institution_other", "NombreInstitucionOtros"),
    ("date", "FechaEmisionEX"),
    ("rate", "TarifaExonerada"),
    ("amount", "MontoExoneracion"),
];

static CHARGE: &[Alias] = &[
    ("type", "TipoDocumentoOC"),
    ("type_other", "TipoDocumentoOTROS"),
    ("description", "Detalle"),
    ("percent", "PorcentajeOC"),
    ("amount", "MontoCargo"),
];

static PAYMENT: &[Alias] =
    &[("means", "TipoMedioPago"), ("means_other", "MedioPagoOtros"), ("amount", "TotalMedioPago")];

static REFERENCE: &[Alias] = &[
    ("document", "TipoDocIR"),
    ("document_other", "TipoDocRefOTRO"),
    ("number", "Numero"),
    ("date", "FechaEmisionIR"),
    ("code", "Codigo"),
    ("code_other", "CodigoReferenciaOTRO"),
    ("reason", "Razon"),
];
