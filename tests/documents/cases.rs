//! Documents made wrong by one edit each, by the part of the validation that must catch them.

/// A document, what is edited in it (first occurrence of each), and the finding that must come of it.
pub type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

pub const SHAPE: [Case; 11] = [
    ("fe.xml", &[("</FacturaElectronica>", "")], "not-xml"),
    ("fe.xml", &[("v4.4/facturaElectronica", "v4.2/facturaElectronica")], "unknown-root"),
    ("fe.xml", &[("<BaseImponible>15009.00000</BaseImponible>", "")], "missing-element"),
    ("fe.xml", &[("<NumeroLinea>1<", "<NumeroLinha>1</NumeroLinha><NumeroLinea>1<")], "unknown-element"),
    ("fe.xml", &[("<Clave>", "<Clave xmlns=\"urn:x\">1</Clave><Clave>")], "unknown-element"),
    (
        "fe.xml",
        &[
            ("<SubTotal>15009.00000</SubTotal>", ""),
            (
                "<BaseImponible>15009.00000</BaseImponible>",
                "<BaseImponible>15009</BaseImponible><SubTotal>15009</SubTotal>",
            ),
        ],
        "element-order",
    ),
    ("fe.xml", &[("<CondicionVenta>", "<CondicionVenta>01</CondicionVenta><CondicionVenta>")], "repeated-element"),
    ("fe.xml", &[("<DetalleServicio>", "<DetalleServicio>suelto")], "unexpected-text"),
    (
        "te.xml",
        &[(
            "<UnidadMedida>Unid</UnidadMedida>",
            "<UnidadMedida>Unid</UnidadMedida><TipoTransaccion>01</TipoTransaccion>",
        )],
        "unknown-element",
    ),
    (
        "fe.xml",
        &[("<CondicionVenta>01</CondicionVenta>", "<CondicionVenta><b>01</b></CondicionVenta>")],
        "unknown-element",
    ),
    ("fe.xml", &[("<Barrio>El Puerto</Barrio>", "<Barrio/>")], "empty-element"),
];

pub const VALUES: [Case; 16] = [
    ("fe.xml", &[("<Nombre>Cooperativa Imaginaria del Sur R.L.<", "<Nombre>Coop<")], "value-too-short"),
    ("fe.xml", &[(">4690.1<", ">4690.12<")], "value-too-long"),
    ("fe.xml", &[("<TipoCambio>1.00000", "<TipoCambio>1,00000")], "value-format"),
    ("fe.xml", &[("<TotalServExentos>0.00000</TotalServExentos>", "<TotalServExentos/>")], "value-format"),
    ("fe.xml", &[("<Canton>01<", "<Canton>1<")], "value-format"),
    ("fe.xml", &[("<NumTelefono>26610000<", "<NumTelefono>2661-0000<")], "value-format"),
    ("nc.xml", &[("<FechaEmisionIR>2026-11-18T10:05:00-06:00<", "<FechaEmisionIR>18/11/2026<")], "value-format"),
    ("fe.xml", &[("<Cantidad>12<", "<Cantidad>12.0001<"), ("15009.00000", "15009.12508")], "too-many-decimals"),
    ("fe.xml", &[("<TotalMercExonerada>0.00000<", "<TotalMercExonerada>-0.00001<")], "negative-amount"),
    ("fe.xml", &[("<Tarifa>13.00<", "<Tarifa>13000<")], "too-many-digits"),
    ("fe.xml", &[("<UnidadMedida>Kg<", "<UnidadMedida>kg<")], "code-unknown"),
    ("fe.xml", &[("<CondicionVenta>01<", "<CondicionVenta>16<")], "code-unknown"),
    ("fe.xml", &[("<CondicionVenta>01<", "<CondicionVenta>13<")], "code-not-for-kind"),
    ("fe.xml", &[("<CondicionVenta>01<", "<CondicionVenta>11<")], "code-not-for-kind"),
    ("nd.xml", &[("<Codigo>02</Codigo>\n    <Razon>", "<Codigo>12</Codigo>\n    <Razon>")], "code-not-for-kind"),
    ("nc-2026-03.xml", &[("<Codigo>06</Codigo>\n    <Razon>", "<Codigo>13</Codigo>\n    <Razon>")], "code-not-yet"),
];

pub const KEYS: [Case; 8] = [
    ("fe.xml", &[("140506070</Clave>", "940506070</Clave>")], "clave-format"),
    ("fe.xml", &[("0000000101140506070</Clave>", "0000000102140506070</Clave>")], "clave-consecutivo"),
    ("fe.xml", &[("<Clave>50618", "<Clave>50617")], "clave-date"),
    ("fe.xml", &[("<Clave>506181126003101999888", "<Clave>506181126003101999889")], "clave-issuer"),
    ("fec.xml", &[("<Clave>506181126003101999888", "<Clave>506181126003101999889")], "clave-issuer"),
    (
        "fe.xml",
        &[
            ("00001010000000101140506070</Clave>", "00001040000000101140506070</Clave>"),
            ("<NumeroConsecutivo>0010000101", "<NumeroConsecutivo>0010000104"),
        ],
        "consecutivo-kind",
    ),
    ("fe.xml", &[("<NumeroConsecutivo>001", "<NumeroConsecutivo>000")], "consecutivo-format"),
    (
        "fe.xml",
        &[("<Clave>506181126", "<Clave>506181127"), ("<FechaEmision>2026", "<FechaEmision>2027")],
        "date-in-future",
    ),
];

pub const PARTIES: [Case; 15] = [
    ("fe.xml", &[("<Numero>3102999666<", "<Numero>3-102-999666<")], "identification-format"),
    ("fe.xml", &[("<Numero>3102999666<", "<Numero>310299966<")], "identification-format"),
    ("fe.xml", &[("<ProveedorSistemas>3101999888<", "<ProveedorSistemas>3-101-999888<")], "provider-format"),
    ("fe.xml", &[("<Tipo>02</Tipo>", "<Tipo>05</Tipo>")], "issuer-type"),
    ("fec.xml", &[("<Tipo>06</Tipo>", "<Tipo>05</Tipo>")], "foreign-seller-reference"),
    ("fec.xml", &[("<CondicionVenta>13<", "<CondicionVenta>01<")], "non-taxpayer-condition"),
    ("rep.xml", &[("<Tipo>01</Tipo>", "<Tipo>05</Tipo>")], "receptor-type"),
    (
        "nc.xml",
        &[("<Tipo>02</Tipo>\n      <Numero>3102999666", "<Tipo>06</Tipo>\n      <Numero>3102999666")],
        "receptor-type",
    ),
    (
        "fee.xml",
        &[("<Identificacion>\n      <Tipo>05</Tipo>\n      <Numero>DE999888777</Numero>\n    </Identificacion>", "")],
        "receptor-identification",
    ),
    ("fe.xml", &[("<Canton>01<", "<Canton>19<")], "place-unknown"),
    ("fe.xml", &[("<Distrito>08<", "<Distrito>99<")], "place-unknown"),
    ("fe.xml", &[("<NumTelefono>26610000<", "<NumTelefono>266100<")], "telephone-too-short"),
    ("fe.xml", &[("ventas@imaginaria.test", "ventas@imaginaria")], "email-format"),
    ("fe.xml", &[("ventas@imaginaria.test", "ventas@imaginaria.test; otra@imaginaria.test")], "email-format"),
    (
        "fe.xml",
        &[(
            "Frente a la playa inventada",
            "Frente a la playa inventada, Frente a la playa inventada, Frente a la playa inventada, Frente a la playa inventada, Frente a la playa inventada, Frente a la playa inventada",
        )],
        "address-too-long",
    ),
];

pub const SALES: [Case; 13] = [
    ("fe.xml", &[("<CondicionVenta>01<", "<CondicionVenta>99<")], "other-text-missing"),
    (
        "fe.xml",
        &[(
            "<CodigoDescuento>04</CodigoDescuento>",
            "<CodigoDescuento>99</CodigoDescuento><CodigoDescuentoOTRO>Por feria</CodigoDescuentoOTRO>",
        )],
        "other-text-missing",
    ),
    ("fe-exonerada.xml", &[("<PlazoCredito>45</PlazoCredito>", "")], "credit-term-missing"),
    ("fe-exonerada.xml", &[("<PlazoCredito>45<", "<PlazoCredito>0<")], "credit-term-zero"),
    ("fe-exonerada.xml", &[("<CondicionVenta>02<", "<CondicionVenta>01<")], "payment-missing"),
    ("fe.xml", &[("<TotalMedioPago>54035.11146</TotalMedioPago>", "")], "payment-amount-missing"),
    ("te.xml", &[("<TotalMedioPago>6857.52212<", "<TotalMedioPago>0<")], "payment-amount-zero"),
    ("fe.xml", &[("<TotalMedioPago>54035.11146<", "<TotalMedioPago>54000<")], "payment-sum"),
    ("fe.xml", &[("<TipoCambio>1.00000<", "<TipoCambio>1.00001<")], "exchange-rate"),
    (
        "te.xml",
        &[
            ("<MontoCargo>557.52212<", "<MontoCargo>0<"),
            ("<TotalOtrosCargos>557.52212</TotalOtrosCargos>", ""),
            ("6857.52212", "6300.00000"),
            ("<TotalComprobante>6857.52212", "<TotalComprobante>6300.00000"),
        ],
        "charge-zero",
    ),
    (
        "te.xml",
        &[(
            "<TipoDocumentoOC>06</TipoDocumentoOC>",
            "<TipoDocumentoOC>04</TipoDocumentoOC><NombreTercero>Tercero de prueba</NombreTercero>",
        )],
        "third-party-missing",
    ),
    (
        "te.xml",
        &[
            (
                "<TotalOtrosCargos>557.52212</TotalOtrosCargos>",
                "<TotalIVADevuelto>10</TotalIVADevuelto><TotalOtrosCargos>557.52212</TotalOtrosCargos>",
            ),
            ("<TotalMedioPago>6857.52212</TotalMedioPago>", ""),
            ("6857.52212", "6847.52212"),
        ],
        "returned-tax-without-card",
    ),
    ("te.xml", &[("<TotalOtrosCargos>557.52212<", "<TotalOtrosCargos>557.62212<")], "total-otros-cargos"),
];

pub const LINES: [Case; 27] = [
    ("fe.xml", &[("<NumeroLinea>2<", "<NumeroLinea>3<")], "line-number"),
    ("fe.xml", &[("2132100000100", "21321000001OO")], "cabys-format"),
    ("rep.xml", &[("<NumeroLinea>1<", "<NumeroLinea>2<")], "line-number"),
    ("fe.xml", &[("<PrecioUnitario>1250.75<", "<PrecioUnitario>1260.75<")], "line-total"),
    ("fe.xml", &[("<MontoTotal>15009.00000<", "<MontoTotal>15019.00000<")], "line-total"),
    ("fe.xml", &[("<SubTotal>19737.78650<", "<SubTotal>19738.78650<")], "line-subtotal"),
    ("fe.xml", &[("<BaseImponible>19737.78650<", "<BaseImponible>19738.78650<")], "line-base"),
    ("fe.xml", &[("<Monto>1951.17000<", "<Monto>1952.17000<")], "tax-amount"),
    ("fe.xml", &[("<Monto>0.00000<", "<Monto>1.00000<")], "tax-amount"),
    ("rep.xml", &[("<Monto>4333.33333<", "<Monto>4333.43333<")], "tax-amount"),
    ("fee.xml", &[("<Monto>0.00000<", "<Monto>2.00000<")], "tax-amount"),
    (
        "fe.xml",
        &[("<ImpuestoAsumidoEmisorFabrica>0.00000<", "<ImpuestoAsumidoEmisorFabrica>1.00000<")],
        "line-assumed-tax",
    ),
    ("fe.xml", &[("<ImpuestoNeto>1951.17000<", "<ImpuestoNeto>1950.17000<")], "line-net-tax"),
    ("fe.xml", &[("<MontoTotalLinea>16960.17000<", "<MontoTotalLinea>16961.17000<")], "line-total-with-tax"),
    ("fe.xml", &[("<Tarifa>13.00<", "<Tarifa>12.00<")], "tax-rate"),
    ("fe.xml", &[("<CodigoTarifaIVA>08</CodigoTarifaIVA>", "")], "tax-tariff-missing"),
    ("fe.xml", &[("<Tarifa>13.00</Tarifa>", "")], "tax-rate-missing"),
    ("fe.xml", &[("<Codigo>01</Codigo>", "<Codigo>03</Codigo>")], "tax-measures-missing"),
    ("fe.xml", &[("<Codigo>01</Codigo>", "<Codigo>08</Codigo>")], "tax-factor-missing"),
    ("fe.xml", &[("<MontoDescuento>199.87000<", "<MontoDescuento>20000.00000<")], "discount-too-high"),
    (
        "fe.xml",
        &[("<BaseImponible>15009.00000<", "<IVACobradoFabrica>02</IVACobradoFabrica><BaseImponible>15009.00000<")],
        "factory-tariff",
    ),
    ("fee.xml", &[("<PartidaArancelaria>090111300000</PartidaArancelaria>", "")], "export-heading-missing"),
    (
        "fe.xml",
        &[(
            "</Detalle>",
            "</Detalle><RegistroMedicamento>CR-1</RegistroMedicamento><FormaFarmaceutica>999</FormaFarmaceutica>",
        )],
        "pharmaceutical-form",
    ),
    ("fe-exonerada.xml", &[("<Articulo>4</Articulo>", "")], "exoneration-article"),
    ("fe-exonerada.xml", &[("<TarifaExonerada>13.00<", "<TarifaExonerada>14.00<")], "exoneration-rate"),
    ("fe-exonerada.xml", &[("<MontoExoneracion>5040.00000<", "<MontoExoneracion>5041.00000<")], "exoneration-amount"),
    ("fe-exonerada.xml", &[("<FechaEmisionEX>2026-01-15", "<FechaEmisionEX>2026-12-15")], "exoneration-in-future"),
];

pub const TOTALS: [Case; 20] = [
    ("fe.xml", &[("<TotalServGravados>37000.00000<", "<TotalServGravados>37001.00000<")], "total-serv-gravados"),
    ("fe.xml", &[("<TotalServExentos>0.00000<", "<TotalServExentos>1.00000<")], "total-serv-exentos"),
    ("fe.xml", &[("<TotalServNoSujeto>75000.00000<", "<TotalServNoSujeto>75000.10000<")], "total-serv-no-sujeto"),
    (
        "fe.xml",
        &[("<TotalMercanciasGravadas>34996.65650<", "<TotalMercanciasGravadas>34986.65650<")],
        "total-mercancias-gravadas",
    ),
    ("fe.xml", &[("<TotalMercanciasExentas>8400.00000</TotalMercanciasExentas>", "")], "total-mercancias-exentas"),
    (
        "fe-exonerada.xml",
        &[("<TotalMercExonerada>12507.50000<", "<TotalMercExonerada>12507.40000<")],
        "total-merc-exonerada",
    ),
    ("fe.xml", &[("<TotalMercNoSujeta>0.00000<", "<TotalMercNoSujeta>5.00000<")], "total-merc-no-sujeta"),
    ("fe.xml", &[("<TotalGravado>71996.65650<", "<TotalGravado>71996.75650<")], "total-gravado"),
    ("fe.xml", &[("<TotalExento>8400.00000<", "<TotalExento>8401.00000<")], "total-exento"),
    ("fe.xml", &[("<TotalNoSujeto>75000.00000<", "<TotalNoSujeto>75001.00000<")], "total-no-sujeto"),
    ("fe.xml", &[("<TotalVenta>155396.65650<", "<TotalVenta>155397.65650<")], "total-venta"),
    ("rep.xml", &[("<TotalVenta>33333.33333<", "<TotalVenta>33334.33333<")], "total-venta"),
    ("fe.xml", &[("<TotalDescuentos>249.87000</TotalDescuentos>", "")], "total-descuentos"),
    ("fe.xml", &[("<TotalVentaNeta>155146.78650<", "<TotalVentaNeta>155147.78650<")], "total-venta-neta"),
    ("fe.xml", &[("<TotalMontoImpuesto>6761.17000<", "<TotalMontoImpuesto>6762.17000<")], "tax-breakdown-amount"),
    (
        "fe.xml",
        &[(
            "<CodigoTarifaIVA>02</CodigoTarifaIVA>\n      <TotalMontoImpuesto>",
            "<CodigoTarifaIVA>08</CodigoTarifaIVA>\n      <TotalMontoImpuesto>",
        )],
        "tax-breakdown-missing tax-breakdown-amount tax-breakdown-extra",
    ),
    (
        "rep.xml",
        &[(
            "<TotalDesgloseImpuesto>\n      <Codigo>01</Codigo>\n      <CodigoTarifaIVA>08</CodigoTarifaIVA>\n      <TotalMontoImpuesto>4333.33333</TotalMontoImpuesto>\n    </TotalDesgloseImpuesto>",
            "",
        )],
        "tax-breakdown-missing",
    ),
    ("fe.xml", &[("<TotalImpuesto>6958.54787<", "<TotalImpuesto>6959.54787<")], "total-impuesto"),
    (
        "fe.xml",
        &[(
            "<TotalImpuesto>6958.54787</TotalImpuesto>",
            "<TotalImpuesto>6958.54787</TotalImpuesto><TotalImpAsumEmisorFabrica>1</TotalImpAsumEmisorFabrica>",
        )],
        "total-impuesto-asumido",
    ),
    ("fe.xml", &[("<TotalComprobante>162105.33437<", "<TotalComprobante>162106.33437<")], "total-comprobante"),
];

pub const REFERENCES: [Case; 13] = [
    ("nc.xml", &[("<Numero>506", "<Numero>507")], "reference-clave"),
    (
        "nc.xml",
        &[("<Numero>50618112600310199988800100001010000000101140506070</Numero>", "")],
        "reference-number-missing",
    ),
    ("nc.xml", &[("<Codigo>06</Codigo>\n    <Razon>", "<Razon>")], "reference-code-missing"),
    ("nc.xml", &[("<Razon>Dos cajas devueltas</Razon>", "")], "reference-reason-missing"),
    ("nc.xml", &[("<Razon>Dos cajas devueltas<", "<Razon>ok<")], "reference-reason-short"),
    ("nc.xml", &[("<FechaEmisionIR>2026-11-18", "<FechaEmisionIR>2016-11-18")], "reference-too-old"),
    ("nc.xml", &[("<FechaEmisionIR>2026-11-18", "<FechaEmisionIR>2026-11-28")], "reference-in-future"),
    ("nc.xml", &[("<TipoDocIR>01<", "<TipoDocIR>04<")], "reference-kind"),
    ("nc.xml", &[("<TipoDocIR>01<", "<TipoDocIR>99<")], "other-text-missing"),
    ("rep.xml", &[("<TipoDocIR>01<", "<TipoDocIR>05<")], "code-not-for-kind"),
    ("te.xml", &[("340506070</Clave>", "240506070</Clave>")], "reference-missing"),
    ("fe.xml", &[("<CondicionVenta>01<", "<CondicionVenta>12<")], "reference-missing"),
    ("fe-exonerada.xml", &[("<TipoDocumentoEX1>03<", "<TipoDocumentoEX1>11<")], "reference-missing"),
];

pub const MESSAGES: [Case; 8] = [
    (
        "mensaje-parcial.xml",
        &[("<Mensaje>2<", "<Mensaje>3<"), ("<CondicionImpuesto>01</CondicionImpuesto>", "")],
        "message-consecutivo",
    ),
    ("mensaje-parcial.xml", &[("<DetalleMensaje>Falta una caja</DetalleMensaje>", "")], "message-detail"),
    ("mensaje-parcial.xml", &[("<CondicionImpuesto>01<", "<CondicionImpuesto>05<")], "message-credit"),
    (
        "mensaje-rechazo.xml",
        &[("<TotalFactura>", "<MontoTotalImpuestoAcreditar>1</MontoTotalImpuestoAcreditar><TotalFactura>")],
        "message-credit",
    ),
    (
        "mensaje-aceptacion.xml",
        &[("<NumeroCedulaEmisor>3102999666<", "<NumeroCedulaEmisor>3102999667<")],
        "message-clave",
    ),
    ("mensaje-aceptacion.xml", &[("0100001010000000812", "0100001050000000812")], "message-clave"),
    (
        "mensaje-aceptacion.xml",
        &[("<NumeroCedulaReceptor>3101999888<", "<NumeroCedulaReceptor>3-101-999888<")],
        "value-format",
    ),
    ("mensaje-aceptacion.xml", &[("<FechaEmisionDoc>2026", "<FechaEmisionDoc>2028")], "date-in-future"),
];
