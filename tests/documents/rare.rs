//! More documents made wrong by one edit: the conditions that few documents meet.

use super::cases::Case;

pub const RARE: [Case; 32] = [
    ("fe-surtido.xml", &[("<TotalMontoImpuesto>260.00000<", "<TotalMontoImpuesto>261.00000<")], "tax-breakdown-sum"),
    ("fe.xml", &[("<MontoDescuento>199.87000<", "<MontoDescuento>199.77000<")], "line-subtotal"),
    ("fe-surtido.xml", &[("<Tipo>03</Tipo>", "<Tipo>01</Tipo>")], "surtido-code-missing"),
    (
        "fe-surtido.xml",
        &[(
            "<Codigo>01</Codigo>\n        <Monto>",
            "<Codigo>01</Codigo>\n        <CodigoTarifaIVA>08</CodigoTarifaIVA>\n        <Monto>",
        )],
        "surtido-tariff",
    ),
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
    (
        "fe.xml",
        &[(
            "</FacturaElectronica>",
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/></FacturaElectronica>",
        )],
        "several-signatures",
    ),
    ("nc.xml", &[("<TipoDocIR>01<", "<TipoDocIR>10<")], "note-on-rejected"),
    (
        "nc-financiera.xml",
        &[(
            "<SubTotal>5000.00000<",
            "<Descuento><MontoDescuento>0</MontoDescuento><CodigoDescuento>07</CodigoDescuento></Descuento><SubTotal>5000.00000<",
        )],
        "discount-on-financial-note",
    ),
    ("nc-financiera.xml", &[("<Codigo>09<", "<Codigo>02<")], "cabys-missing"),
    ("rep-sin-impuesto.xml", &[], "tax-missing"),
    (
        "fe.xml",
        &[(
            "<OtrasSenas>Frente a la playa inventada</OtrasSenas>\n    </Ubicacion>",
            "<OtrasSenas>Frente a la playa inventada</OtrasSenas>\n    </Ubicacion>\n    <OtrasSenasExtranjero>Musterstrasse 1</OtrasSenasExtranjero>",
        )],
        "foreign-address",
    ),
    (
        "nc.xml",
        &[("<Tipo>02</Tipo>\n      <Numero>3102999666", "<Tipo>05</Tipo>\n      <Numero>3102999666")],
        "foreign-receptor-place",
    ),
    ("fe.xml", &[("<PrecioUnitario>1250.75<", "<PrecioUnitario>0<")], "price-zero"),
    ("fe.xml", &[("<Cantidad>12<", "<Cantidad>0<")], "quantity-zero"),
    ("te-solo-cargos.xml", &[("<TipoDocumentoOC>09<", "<TipoDocumentoOC>06<")], "detail-missing"),
    ("fe-exonerada.xml", &[("<TotalExonerado>51276.73077<", "<TotalExonerado>51277.73077<")], "total-exonerado"),
    (
        "fe-exonerada.xml",
        &[("<TotalServExonerado>38769.23077<", "<TotalServExonerado>38759.23077<")],
        "total-serv-exonerado",
    ),
    (
        "rep.xml",
        &[
            ("<TotalComprobante>37666.66666<", "<TotalComprobante>33333.33333<"),
            ("<TotalMedioPago>37666.66666<", "<TotalMedioPago>33333.33333<"),
        ],
        "total-without-tax",
    ),
    ("fee.xml", &[("<TipoCambio>503.81000<", "<TipoCambio>1<")], "exchange-rate-odd"),
    ("fe.xml", &[("</Detalle>", "</Detalle><RegistroMedicamento>CR-1</RegistroMedicamento>")], "medicine-incomplete"),
    (
        "te.xml",
        &[
            ("<CodigoCABYS>6331100000000<", "<CodigoCABYS>9312100000000<"),
            ("<TipoMedioPago>06<", "<TipoMedioPago>02<"),
            ("<TotalMedioPago>6857.52212</TotalMedioPago>", ""),
            ("<TotalOtrosCargos>", "<TotalIVADevuelto>724.88</TotalIVADevuelto><TotalOtrosCargos>"),
            ("<TotalComprobante>6857.52212<", "<TotalComprobante>6132.64212<"),
        ],
        "returned-tax-too-high",
    ),
    (
        "fe-impuestos-especiales.xml",
        &[("<Registrofiscal8707>8707-0001</Registrofiscal8707>", "")],
        "alcohol-register-missing",
    ),
    ("fe-impuestos-especiales.xml", &[("<BaseImponible>7000.00000<", "<BaseImponible>0<")], "base-zero"),
    ("fe-impuestos-especiales.xml", &[("<Monto>16200.00000<", "<Monto>16210.00000<")], "tax-amount"),
    (
        "fe-regalia.xml",
        &[
            ("<ImpuestoAsumidoEmisorFabrica>1300.00000<", "<ImpuestoAsumidoEmisorFabrica>0<"),
            ("<TotalImpAsumEmisorFabrica>1300.00000</TotalImpAsumEmisorFabrica>", ""),
        ],
        "line-assumed-tax",
    ),
    (
        "fe.xml",
        &[(
            "<TotalDesgloseImpuesto>\n      <Codigo>01</Codigo>\n      <CodigoTarifaIVA>10</CodigoTarifaIVA>\n      <TotalMontoImpuesto>0.00000</TotalMontoImpuesto>\n    </TotalDesgloseImpuesto>",
            "",
        )],
        "tax-breakdown-zero-missing",
    ),
    ("fe-letras-2026-03.xml", &[], "clave-letters"),
    ("fe-surtido.xml", &[("<PrecioUnitarioSurtido>1000.00000<", "<PrecioUnitarioSurtido>0<")], "component-zero"),
    ("fe-surtido.xml", &[("<MontoTotalSurtido>500.00000<", "<MontoTotalSurtido>501.00000<")], "component-total"),
    ("fe-surtido.xml", &[("<SubTotalSurtido>500.00000<", "<SubTotalSurtido>501.00000<")], "component-subtotal"),
    ("fe-surtido.xml", &[("<BaseImponibleSurtido>500.00000<", "<BaseImponibleSurtido>501.00000<")], "component-base"),
    (
        "fe-surtido.xml",
        &[
            ("<TotalMontoImpuesto>260", "<TotalMontoImpuesto>262"),
            ("<MontoImpuestoSurtido>130.00000<", "<MontoImpuestoSurtido>131.00000<"),
            ("<Monto>270.00000<", "<Monto>272.00000<"),
            ("<ImpuestoNeto>270", "<ImpuestoNeto>272"),
            ("<MontoTotalLinea>3270", "<MontoTotalLinea>3272"),
            ("<TotalImpuesto>270", "<TotalImpuesto>272"),
            ("<TotalComprobante>3270", "<TotalComprobante>3272"),
        ],
        "component-tax",
    ),
];
