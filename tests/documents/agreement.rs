//! Documents that contradict themselves, or the document they refer to, in ways that structure and sums do not show; with
//! what Hacienda makes of each.

use cr_einvoice::validation::Severity;

use super::cases::Case;

const RECEIPT: &str = "<Numero>50602102600310199988800100001010000000044140506070</Numero>";

/// Each with the severity that the rules of the annex give it.
pub const AGREEMENT: [(Severity, Case); 35] = [
    // Nota 5: 09 and 11 in a REP alone, 12 in a FE alone, 13 in a FEC alone, although the XSDs of the notes list them.
    (Severity::Reject, ("nc.xml", &[("<CondicionVenta>01<", "<CondicionVenta>09<")], "code-not-for-kind")),
    (Severity::Reject, ("nd.xml", &[("<CondicionVenta>01<", "<CondicionVenta>11<")], "code-not-for-kind")),
    (Severity::Reject, ("nc.xml", &[("<CondicionVenta>01<", "<CondicionVenta>12<")], "code-not-for-kind")),
    (Severity::Reject, ("te.xml", &[("<CondicionVenta>01<", "<CondicionVenta>12<")], "code-not-for-kind")),
    (Severity::Reject, ("nd.xml", &[("<CondicionVenta>01<", "<CondicionVenta>13<")], "code-not-for-kind")),
    // An assortment.
    (Severity::Reject, ("fe-surtido.xml", &[("<Codigo>7441999000017<", "<Codigo>74<")], "surtido-code-short")),
    (
        Severity::Reject,
        ("fe-surtido-con-descuento.xml", &[("<MontoDescuento>200<", "<MontoDescuento>150<")], "surtido-discounts"),
    ),
    (
        Severity::Reject,
        (
            "fe-surtido-con-descuento.xml",
            &[("<Descuento><MontoDescuento>200</MontoDescuento><CodigoDescuento>04</CodigoDescuento></Descuento>", "")],
            "surtido-discounts",
        ),
    ),
    (
        Severity::Warn,
        ("fe-surtido-con-descuento.xml", &[("<MontoDescuento>200<", "<MontoDescuento>199.985<")], "surtido-discounts"),
    ),
    // IVA devuelto.
    (
        Severity::Reject,
        (
            "te.xml",
            &[
                ("<TipoMedioPago>06<", "<TipoMedioPago>02<"),
                ("<TotalMedioPago>6857.52212</TotalMedioPago>", ""),
                ("<TotalOtrosCargos>", "<TotalIVADevuelto>10</TotalIVADevuelto><TotalOtrosCargos>"),
                ("<TotalComprobante>6857.52212<", "<TotalComprobante>6847.52212<"),
            ],
            "returned-tax-not-health",
        ),
    ),
    // What a reference refers to.
    (Severity::Reject, ("nc.xml", &[("<TipoDocIR>01<", "<TipoDocIR>04<")], "reference-kind")),
    (Severity::Reject, ("nc.xml", &[("01010000000101140506070</N", "01040000000101140506070</N")], "reference-kind")),
    (Severity::Warn, ("nc.xml", &[("01010000000101140506070</N", "01090000000101140506070</N")], "reference-kind")),
    (Severity::Warn, ("nc.xml", &[("01010000000101140506070</N", "01080000000101140506070</N")], "reference-kind")),
    (Severity::Warn, ("nc.xml", &[("<TipoDocIR>01<", "<TipoDocIR>15<")], "reference-kind")),
    (
        Severity::Reject,
        (
            "nc.xml",
            &[(
                "<Numero>50618112600310199988800100001010000000101140506070<",
                "<Numero>50619112600310199988800100001030000000012140506070<",
            )],
            "reference-to-itself",
        ),
    ),
    (
        Severity::Warn,
        ("nc.xml", &[("<FechaEmisionIR>2026-11-18T10", "<FechaEmisionIR>2026-11-19T10")], "reference-in-future"),
    ),
    (Severity::Warn, ("nc.xml", &[("<Numero>50618112", "<Numero>50620112")], "reference-in-future")),
    // A receipt pays a sale.
    (
        Severity::Reject,
        (
            "rep.xml",
            &[
                ("<TipoDocIR>01<", "<TipoDocIR>03<"),
                (RECEIPT, "<Numero>50602102600310199988800100001030000000044140506070</Numero>"),
            ],
            "receipt-on-credit-note",
        ),
    ),
    (
        Severity::Reject,
        (
            "rep.xml",
            &[(
                "<InformacionReferencia>",
                "<InformacionReferencia><TipoDocIR>03</TipoDocIR><Numero>50603102600310199988800100001030000000044140506070</Numero><FechaEmisionIR>2026-10-03T09:00:00-06:00</FechaEmisionIR><Codigo>17</Codigo><Razon>Pago</Razon></InformacionReferencia><InformacionReferencia>",
            )],
            "receipt-on-credit-note",
        ),
    ),
    // A situación 2 without a reference was accepted in 2026; a sale of condition 12 asks for it.
    (Severity::Warn, ("te.xml", &[("340506070</Clave>", "240506070</Clave>")], "reference-missing")),
    (Severity::Reject, ("fe.xml", &[("<CondicionVenta>01<", "<CondicionVenta>12<")], "reference-missing")),
    // Payment.
    (Severity::Warn, ("te.xml", &[("<TotalMedioPago>6857.52212<", "<TotalMedioPago>6000<")], "payment-sum")),
    (Severity::Warn, ("fe.xml", &[("<TipoMedioPago>04<", "<TipoMedioPago>01<")], "payment-repeated")),
    // Two taxes of one kind on a line.
    (
        Severity::Warn,
        (
            "te.xml",
            &[(
                "</Impuesto>",
                "</Impuesto><Impuesto><Codigo>01</Codigo><CodigoTarifaIVA>10</CodigoTarifaIVA><Tarifa>0</Tarifa><Monto>0</Monto></Impuesto>",
            )],
            "tax-iva-twice tax-breakdown-zero-missing",
        ),
    ),
    // A confirmation.
    (
        Severity::Reject,
        (
            "mensaje-aceptacion.xml",
            &[("<MontoTotalImpuesto>2600.00000<", "<MontoTotalImpuesto>22600.01<")],
            "message-amount",
        ),
    ),
    (
        Severity::Reject,
        (
            "mensaje-aceptacion.xml",
            &[(
                "<TotalFactura>",
                "<MontoTotalImpuestoAcreditar>2600.00001</MontoTotalImpuestoAcreditar><TotalFactura>",
            )],
            "message-amount",
        ),
    ),
    (
        Severity::Reject,
        (
            "mensaje-aceptacion.xml",
            &[("<TotalFactura>", "<MontoTotalDeGastoAplicable>22600.00001</MontoTotalDeGastoAplicable><TotalFactura>")],
            "message-amount",
        ),
    ),
    (
        Severity::Warn,
        (
            "mensaje-aceptacion.xml",
            &[(
                "<TotalFactura>",
                "<MontoTotalImpuestoAcreditar>2600</MontoTotalImpuestoAcreditar><MontoTotalDeGastoAplicable>22600</MontoTotalDeGastoAplicable><TotalFactura>",
            )],
            "message-amount",
        ),
    ),
    (
        Severity::Warn,
        (
            "mensaje-aceptacion.xml",
            &[("<TotalFactura>", "<MontoTotalImpuestoAcreditar>100</MontoTotalImpuestoAcreditar><TotalFactura>")],
            "message-condition",
        ),
    ),
    (
        Severity::Warn,
        (
            "mensaje-aceptacion.xml",
            &[("<TotalFactura>", "<MontoTotalDeGastoAplicable>20000.01</MontoTotalDeGastoAplicable><TotalFactura>")],
            "message-condition",
        ),
    ),
    (
        Severity::Warn,
        ("mensaje-aceptacion.xml", &[("<CondicionImpuesto>01<", "<CondicionImpuesto>02<")], "message-condition"),
    ),
    (Severity::Warn, ("mensaje-aceptacion.xml", &[("0100001010000000812", "0100001030000000812")], "message-kind")),
    (Severity::Warn, ("mensaje-rechazo.xml", &[("0100001010000000812", "0100001040000000812")], "message-kind")),
    (Severity::Reject, ("mensaje-aceptacion.xml", &[("0100001010000000812", "0100001050000000812")], "message-clave")),
];
