//! The structure of every kind, as the XSDs of v4.4 give it: element order, occurrence and type. One table for all,
//! since the kinds share one order and differ in what may be absent; a test holds it equal to the XSDs of both
//! generations.
//!
//! The columns of an occurrence are FE, ND, NC, TE, FEC, FEE, REP: `1` once, `?` at most once, `+` once or more, `*`
//! any number, `-` never. The number after `+` and `*` is the most.

use super::{Element, MONEY, Range, Type, UNBOUNDED};
use super::{code, decimal, digits, group, groups, integer, place, signature, text, value, values};
use crate::catalogue::List;

/// The children of the root of every kind but the MensajeReceptor.
pub(super) static COMPROBANTE: &[Element] = &[
    value("Clave", "1111111", Type::Clave),
    value("ProveedorSistemas", "1111111", text(0, 20)),
    value("CodigoActividadEmisor", "1??1?1-", text(6, 6)),
    value("CodigoActividadReceptor", "???-1--", text(6, 6)),
    value("NumeroConsecutivo", "1111111", digits(20, 20)),
    value("FechaEmision", "1111111", Type::DateTime),
    group("Emisor", "1111111", EMISOR),
    group("Receptor", "1???1?1", RECEPTOR),
    value("CondicionVenta", "1111111", code(List::SaleConditions)),
    value("CondicionVentaOtros", "??????-", text(5, 100)),
    value("PlazoCredito", "??????-", integer(-99_999, 99_999)),
    group("DetalleServicio", "????111", DETALLE_SERVICIO),
    groups("OtrosCargos", "******-", 15, OTROS_CARGOS),
    group("ResumenFactura", "1111111", RESUMEN_FACTURA),
    groups("InformacionReferencia", "*++*+*+", 10, INFORMACION_REFERENCIA),
    group("Otros", "??????-", OTROS),
    signature("+++++++"),
];

/// Who issues; in a FEC who sells.
static EMISOR: &[Element] = &[
    value("Nombre", "1111111", text(5, 100)),
    group("Identificacion", "1111111", IDENTIFICACION),
    value("Registrofiscal8707", "??????-", text(0, 12)),
    value("NombreComercial", "??????-", text(3, 80)),
    group("Ubicacion", "1??1?1-", UBICACION),
    value("OtrasSenasExtranjero", "----?--", text(5, 300)),
    group("Telefono", "??????-", TELEFONO),
    values("CorreoElectronico", "+**+*++", 4, text(0, 160)),
];

/// Type and number of someone (nota 4).
static IDENTIFICACION: &[Element] =
    &[value("Tipo", "1111111", code(List::IdentificationTypes)), value("Numero", "1111111", text(0, 20))];

/// A place in the country (nota 14).
static UBICACION: &[Element] = &[
    value("Provincia", "111111-", place(1)),
    value("Canton", "111111-", place(2)),
    value("Distrito", "111111-", place(2)),
    value("Barrio", "??????-", text(5, 50)),
    value("OtrasSenas", "111111-", text(5, 250)),
];

/// A telephone.
static TELEFONO: &[Element] = &[
    value("CodigoPais", "111111-", integer(-999, 999)),
    value("NumTelefono", "111111-", integer(100, 99_999_999_999_999_999_999)),
];

/// Who receives.
static RECEPTOR: &[Element] = &[
    value("Nombre", "1111111", text(3, 100)),
    group("Identificacion", "1???1?1", IDENTIFICACION),
    value("NombreComercial", "??????-", text(3, 80)),
    group("Ubicacion", "?????--", UBICACION),
    value("OtrasSenasExtranjero", "????-?-", text(5, 300)),
    group("Telefono", "??????-", TELEFONO),
    value("CorreoElectronico", "???????", text(0, 160)),
];

/// The lines.
static DETALLE_SERVICIO: &[Element] = &[groups("LineaDetalle", "+++++++", 1000, LINEA_DETALLE)];

/// A line of goods or services; in a REP a payment.
static LINEA_DETALLE: &[Element] = &[
    value("NumeroLinea", "1111111", integer(1, 1_000)),
    value("PartidaArancelaria", "-??--?-", text(12, 12)),
    value("CodigoCABYS", "1??111-", text(13, 13)),
    groups("CodigoComercial", "******-", 5, CODIGO_COMERCIAL),
    value("Cantidad", "111111-", decimal(16, 3, Range::Any)),
    value("UnidadMedida", "111111-", code(List::Units)),
    value("TipoTransaccion", "???-??-", code(List::TransactionTypes)),
    value("UnidadMedidaComercial", "??????-", text(0, 20)),
    value("Detalle", "1111111", text(3, 200)),
    values("NumeroVINoSerie", "******-", 1000, text(0, 17)),
    value("RegistroMedicamento", "??????-", text(0, 100)),
    value("FormaFarmaceutica", "??????-", text(0, 3)),
    group("DetalleSurtido", "????-?-", DETALLE_SURTIDO),
    value("PrecioUnitario", "111111-", MONEY),
    value("MontoTotal", "1111111", MONEY),
    groups("Descuento", "******-", 5, DESCUENTO),
    value("SubTotal", "1111111", MONEY),
    value("IVACobradoFabrica", "????---", code(List::FactoryIva)),
    value("BaseImponible", "11111--", MONEY),
    groups("Impuesto", "++++++*", 1000, IMPUESTO),
    value("ImpuestoAsumidoEmisorFabrica", "1??1---", MONEY),
    value("ImpuestoNeto", "11111-1", MONEY),
    value("MontoTotalLinea", "1111111", MONEY),
];

/// A code of trade (nota 12).
static CODIGO_COMERCIAL: &[Element] =
    &[value("Tipo", "111111-", code(List::CommercialCodes)), value("Codigo", "111111-", text(0, 20))];

/// What an assortment is composed of.
static DETALLE_SURTIDO: &[Element] = &[groups("LineaDetalleSurtido", "++++-+-", 20, LINEA_DETALLE_SURTIDO)];

/// A component of one unit of an assortment.
static LINEA_DETALLE_SURTIDO: &[Element] = &[
    value("CodigoCABYSSurtido", "1111-1-", text(13, 13)),
    groups("CodigoComercialSurtido", "****-*-", 5, CODIGO_COMERCIAL_SURTIDO),
    value("CantidadSurtido", "1111-1-", decimal(16, 3, Range::NotNegative)),
    value("UnidadMedidaSurtido", "1111-1-", code(List::Units)),
    value("UnidadMedidaComercialSurtido", "????-?-", text(0, 20)),
    value("DetalleSurtido", "1111-1-", text(3, 200)),
    value("PrecioUnitarioSurtido", "1111-1-", MONEY),
    value("MontoTotalSurtido", "1111-1-", MONEY),
    groups("DescuentoSurtido", "****-*-", 5, DESCUENTO_SURTIDO),
    value("SubTotalSurtido", "1111-1-", MONEY),
    value("IVACobradoFabricaSurtido", "????---", code(List::FactoryIva)),
    value("BaseImponibleSurtido", "1111---", MONEY),
    groups("ImpuestoSurtido", "++++-+-", 1000, IMPUESTO_SURTIDO),
];

/// A component's code of trade.
static CODIGO_COMERCIAL_SURTIDO: &[Element] =
    &[value("TipoSurtido", "1111-1-", code(List::CommercialCodes)), value("CodigoSurtido", "1111-1-", text(1, 20))];

/// A component's discount.
static DESCUENTO_SURTIDO: &[Element] = &[
    value("MontoDescuentoSurtido", "1111-1-", MONEY),
    value("CodigoDescuentoSurtido", "1111-1-", code(List::Discounts)),
    value("DescuentoSurtidoOtros", "????-?-", text(3, 80)),
];

/// A component's tax.
static IMPUESTO_SURTIDO: &[Element] = &[
    value("CodigoImpuestoSurtido", "1111-1-", code(List::Taxes)),
    value("CodigoImpuestoOTROSurtido", "????-?-", text(5, 100)),
    value("CodigoTarifaIVASurtido", "????-?-", code(List::IvaRates)),
    value("TarifaSurtido", "????-?-", decimal(4, 2, Range::Any)),
    group("DatosImpuestoEspecificoSurtido", "????---", DATOS_IMPUESTO_ESPECIFICO_SURTIDO),
    value("MontoImpuestoSurtido", "1111-1-", MONEY),
];

/// The measures of a component's specific tax.
static DATOS_IMPUESTO_ESPECIFICO_SURTIDO: &[Element] = &[
    value("CantidadUnidadMedidaSurtido", "1111---", decimal(7, 2, Range::Any)),
    value("PorcentajeSurtido", "????---", decimal(4, 2, Range::Any)),
    value("ProporcionSurtido", "????---", decimal(10, 5, Range::Any)),
    value("VolumenUnidadConsumoSurtido", "????---", decimal(7, 2, Range::Any)),
    value("ImpuestoUnidadSurtido", "1111---", MONEY),
];

/// A discount (nota 20).
static DESCUENTO: &[Element] = &[
    value("MontoDescuento", "111111-", MONEY),
    value("CodigoDescuento", "111111-", code(List::Discounts)),
    value("CodigoDescuentoOTRO", "??????-", text(5, 100)),
    value("NaturalezaDescuento", "??????-", text(3, 80)),
];

/// A tax of a line (nota 8).
static IMPUESTO: &[Element] = &[
    value("Codigo", "1111111", code(List::Taxes)),
    value("CodigoImpuestoOTRO", "???????", text(5, 100)),
    value("CodigoTarifaIVA", "???????", code(List::IvaRates)),
    value("Tarifa", "???????", decimal(4, 2, Range::Any)),
    value("FactorCalculoIVA", "???????", decimal(5, 4, Range::Any)),
    group("DatosImpuestoEspecifico", "????---", DATOS_IMPUESTO_ESPECIFICO),
    value("Monto", "1111111", MONEY),
    value("MontoExportacion", "-??--?-", MONEY),
    group("Exoneracion", "?????--", EXONERACION),
];

/// The measures of a specific tax.
static DATOS_IMPUESTO_ESPECIFICO: &[Element] = &[
    value("CantidadUnidadMedida", "1111---", decimal(7, 2, Range::Any)),
    value("Porcentaje", "????---", decimal(4, 2, Range::Any)),
    value("Proporcion", "????---", decimal(10, 5, Range::Any)),
    value("VolumenUnidadConsumo", "????---", decimal(7, 2, Range::Any)),
    value("ImpuestoUnidad", "1111---", MONEY),
];

/// An exoneration (nota 10.1).
static EXONERACION: &[Element] = &[
    value("TipoDocumentoEX1", "11111--", code(List::ExonerationDocuments)),
    value("TipoDocumentoOTRO", "?????--", text(5, 100)),
    value("NumeroDocumento", "11111--", text(3, 40)),
    value("Articulo", "?????--", integer(-999_999, 999_999)),
    value("Inciso", "?????--", integer(-999_999, 999_999)),
    value("NombreInstitucion", "11111--", code(List::Institutions)),
    value("NombreInstitucionOtros", "?????--", text(5, 160)),
    value("FechaEmisionEX", "11111--", Type::DateTime),
    value("TarifaExonerada", "11111--", decimal(4, 2, Range::Any)),
    value("MontoExoneracion", "11111--", MONEY),
];

/// A charge beside the lines (nota 16).
static OTROS_CARGOS: &[Element] = &[
    value("TipoDocumentoOC", "111111-", code(List::OtherCharges)),
    value("TipoDocumentoOTROS", "??????-", text(5, 100)),
    group("IdentificacionTercero", "??????-", IDENTIFICACION),
    value("NombreTercero", "??????-", text(5, 100)),
    value("Detalle", "111111-", text(0, 160)),
    value("PorcentajeOC", "??????-", decimal(9, 5, Range::NotNegative)),
    value("MontoCargo", "111111-", MONEY),
];

/// The totals.
static RESUMEN_FACTURA: &[Element] = &[
    group("CodigoTipoMoneda", "1111111", CODIGO_TIPO_MONEDA),
    value("TotalServGravados", "??????-", MONEY),
    value("TotalServExentos", "??????-", MONEY),
    value("TotalServExonerado", "?????--", MONEY),
    value("TotalServNoSujeto", "?????--", MONEY),
    value("TotalMercanciasGravadas", "??????-", MONEY),
    value("TotalMercanciasExentas", "??????-", MONEY),
    value("TotalMercExonerada", "?????--", MONEY),
    value("TotalMercNoSujeta", "?????--", MONEY),
    value("TotalGravado", "??????-", MONEY),
    value("TotalExento", "??????-", MONEY),
    value("TotalExonerado", "?????--", MONEY),
    value("TotalNoSujeto", "?????--", MONEY),
    value("TotalVenta", "1111111", MONEY),
    value("TotalDescuentos", "??????-", MONEY),
    value("TotalVentaNeta", "1111111", MONEY),
    groups("TotalDesgloseImpuesto", "*******", 1000, TOTAL_DESGLOSE_IMPUESTO),
    value("TotalImpuesto", "???????", MONEY),
    value("TotalImpAsumEmisorFabrica", "??????-", MONEY),
    value("TotalIVADevuelto", "????---", MONEY),
    value("TotalOtrosCargos", "??????-", MONEY),
    groups("MedioPago", "******+", 4, MEDIO_PAGO),
    value("TotalComprobante", "1111111", MONEY),
];

/// Currency and rate.
static CODIGO_TIPO_MONEDA: &[Element] =
    &[value("CodigoMoneda", "1111111", code(List::Currencies)), value("TipoCambio", "1111111", MONEY)];

/// The total of one tax and tariff.
static TOTAL_DESGLOSE_IMPUESTO: &[Element] = &[
    value("Codigo", "1111111", code(List::Taxes)),
    value("CodigoTarifaIVA", "???????", code(List::IvaRates)),
    value("TotalMontoImpuesto", "1111111", MONEY),
];

/// A means of payment (nota 6).
static MEDIO_PAGO: &[Element] = &[
    value("TipoMedioPago", "??????1", code(List::PaymentMethods)),
    value("MedioPagoOtros", "???????", text(3, 100)),
    value("TotalMedioPago", "???????", MONEY),
];

/// A document this one refers to (notas 9 and 10).
static INFORMACION_REFERENCIA: &[Element] = &[
    value("TipoDocIR", "1111111", code(List::ReferenceDocuments)),
    value("TipoDocRefOTRO", "???????", text(5, 100)),
    value("Numero", "??????1", text(0, 50)),
    value("FechaEmisionIR", "1111111", Type::DateTime),
    value("Codigo", "???????", code(List::ReferenceCodes)),
    value("CodigoReferenciaOTRO", "???????", text(5, 100)),
    value("Razon", "???????", text(0, 180)),
];

/// Free content of trade.
static OTROS: &[Element] = &[
    values("OtroTexto", "******-", UNBOUNDED, text(0, 500)),
    values("OtroContenido", "******-", UNBOUNDED, text(0, 500)),
];

/// The children of the root of a MensajeReceptor; one kind, one column.
pub(super) static MENSAJE_RECEPTOR: &[Element] = &[
    value("Clave", "1", Type::Clave),
    value("NumeroCedulaEmisor", "1", text(0, 20)),
    value("FechaEmisionDoc", "1", Type::DateTime),
    value("Mensaje", "1", code(List::Messages)),
    value("DetalleMensaje", "?", text(0, 160)),
    value("MontoTotalImpuesto", "?", decimal(18, 5, Range::Any)),
    value("CodigoActividad", "?", text(0, 6)),
    value("CondicionImpuesto", "?", code(List::TaxConditions)),
    value("MontoTotalImpuestoAcreditar", "?", MONEY),
    value("MontoTotalDeGastoAplicable", "?", MONEY),
    value("TotalFactura", "1", decimal(18, 5, Range::Any)),
    value("NumeroCedulaReceptor", "1", digits(9, 12)),
    value("NumeroConsecutivoReceptor", "1", digits(20, 20)),
    signature("+"),
];
