//! The Spanish names of columns. They are compared without case, accents, parentheses and the small words between
//! (`de`, `del`, `la`, …): `Cédula del cliente` is `cedula cliente`.

/// A column's name, as it is compared, and the place in the input that it stands for. The first name of a place is the
/// one that a printed sheet has.
pub(super) static NAMES: &[(&str, &str)] = &[
    ("documento", "document"),
    ("factura", "document"),
    ("comprobante", "document"),
    ("numero documento", "document"),
    ("identificador", "id"),
    ("tipo", "kind"),
    ("tipo documento", "kind"),
    ("tipo comprobante", "kind"),
    ("empresa", "company"),
    ("sucursal", "branch"),
    ("caja", "terminal"),
    ("situacion", "situation"),
    ("fecha", "date"),
    ("fecha emision", "date"),
    ("actividad", "activity"),
    ("codigo actividad", "activity"),
    ("actividad economica", "activity"),
    ("actividad cliente", "receptor_activity"),
    ("actividad receptor", "receptor_activity"),
    ("cliente", "receptor.name"),
    ("nombre cliente", "receptor.name"),
    ("nombre receptor", "receptor.name"),
    ("nombre", "receptor.name"),
    ("receptor", "receptor.name"),
    ("razon social", "receptor.name"),
    ("cedula", "receptor.identification"),
    ("cedula cliente", "receptor.identification"),
    ("cedula receptor", "receptor.identification"),
    ("cedula juridica", "receptor.identification"),
    ("identificacion", "receptor.identification"),
    ("identificacion cliente", "receptor.identification"),
    ("identificacion receptor", "receptor.identification"),
    ("tipo identificacion", "receptor.identification_type"),
    ("tipo cedula", "receptor.identification_type"),
    ("correo", "receptor.email"),
    ("correo electronico", "receptor.email"),
    ("correo cliente", "receptor.email"),
    ("correo receptor", "receptor.email"),
    ("email", "receptor.email"),
    ("telefono", "receptor.phone"),
    ("telefono cliente", "receptor.phone"),
    ("ubicacion", "receptor.location"),
    ("distrito", "receptor.location"),
    ("barrio", "receptor.neighbourhood"),
    ("direccion", "receptor.address"),
    ("otras senas", "receptor.address"),
    ("senas", "receptor.address"),
    ("nombre comercial", "receptor.commercial_name"),
    ("direccion extranjera", "receptor.foreign_address"),
    ("direccion exterior", "receptor.foreign_address"),
    ("proveedor", "emisor.name"),
    ("nombre proveedor", "emisor.name"),
    ("cedula proveedor", "emisor.identification"),
    ("identificacion proveedor", "emisor.identification"),
    ("tipo identificacion proveedor", "emisor.identification_type"),
    ("correo proveedor", "emisor.email"),
    ("ubicacion proveedor", "emisor.location"),
    ("direccion proveedor", "emisor.address"),
    ("direccion extranjera proveedor", "emisor.foreign_address"),
    ("condicion", "condition"),
    ("condicion venta", "condition"),
    ("plazo credito", "credit_days"),
    ("plazo", "credit_days"),
    ("dias credito", "credit_days"),
    ("medio pago", "payment"),
    ("forma pago", "payment"),
    ("pago", "payment"),
    ("moneda", "currency"),
    ("tipo cambio", "exchange_rate"),
    ("total", "total"),
    ("documento original", "of"),
    ("clave original", "of"),
    ("clave referencia", "references.number"),
    ("numero referencia", "references.number"),
    ("tipo documento referencia", "references.document"),
    ("fecha referencia", "references.date"),
    ("codigo referencia", "references.code"),
    ("razon referencia", "references.reason"),
    ("razon", "references.reason"),
    ("motivo", "references.reason"),
    ("clave", "clave"),
    ("mensaje", "message"),
    ("detalle mensaje", "reason"),
    ("cedula emisor", "NumeroCedulaEmisor"),
    ("impuesto total", "MontoTotalImpuesto"),
    ("condicion impuesto", "CondicionImpuesto"),
    ("impuesto acreditar", "MontoTotalImpuestoAcreditar"),
    ("gasto aplicable", "MontoTotalDeGastoAplicable"),
    ("total factura", "TotalFactura"),
    ("linea", "line"),
    ("cabys", "cabys"),
    ("codigo", "code"),
    ("codigo producto", "code"),
    ("descripcion", "description"),
    ("detalle", "description"),
    ("cantidad", "quantity"),
    ("unidad", "unit"),
    ("precio", "price"),
    ("descuento", "discount"),
    ("iva", "tax"),
    ("impuesto", "tax"),
    ("tarifa", "tax"),
    ("codigo tarifa", "tariff"),
    ("monto", "amount"),
    ("monto pagado", "amount"),
    ("unidad comercial", "commercial_unit"),
    ("partida arancelaria", "heading"),
    ("partida", "heading"),
    ("tipo exoneracion", "exoneration.document"),
    ("numero exoneracion", "exoneration.number"),
    ("articulo exoneracion", "exoneration.article"),
    ("institucion exoneracion", "exoneration.institution"),
    ("fecha exoneracion", "exoneration.date"),
    ("tarifa exonerada", "exoneration.rate"),
    ("tipo cargo", "charges.type"),
    ("detalle cargo", "charges.description"),
    ("porcentaje cargo", "charges.percent"),
    ("monto cargo", "charges.amount"),
];

/// Words that say nothing here.
const SMALL: [&str; 9] = ["de", "del", "la", "el", "los", "las", "en", "al", "por"];

/// A column's name as it is compared.
pub(super) fn compared(name: &str) -> String {
    let outside = name.split('(').next().unwrap_or_default();
    let words: String =
        crate::catalogue::fold(outside).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<&str> = words.split_whitespace().filter(|word| !SMALL.contains(word)).collect();
    words.join(" ")
}

/// The place that a compared name stands for.
pub(super) fn place(compared: &str) -> Option<&'static str> {
    NAMES.iter().find(|(name, _)| *name == compared).map(|(_, place)| *place)
}

/// The English word of a Spanish one, where the word alone is a name: for whoever writes `precio` in JSON.
pub(in crate::generate) fn word(name: &str) -> Option<&'static str> {
    place(&compared(name)).and_then(|place| place.rsplit('.').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_accents_and_small_words() {
        for (name, place_of_it) in [
            ("Cédula del cliente", "receptor.identification"),
            ("DESCRIPCIÓN", "description"),
            ("Plazo de crédito (días)", "credit_days"),
            ("IVA %", "tax"),
            ("medio_de_pago", "payment"),
        ] {
            assert_eq!(place(&compared(name)), Some(place_of_it), "{name}");
        }
        assert_eq!((word("precio"), word("Descripción"), word("xyz")), (Some("price"), Some("description"), None));
    }

    #[test]
    fn every_name_is_there_once_and_as_it_is_compared() {
        let mut names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        assert!(names.iter().all(|name| compared(name) == *name));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), NAMES.len());
    }
}
