//! Codes that ask for a text beside them: `99 Otros` says nothing by itself.

use super::finding::Report;
use crate::document::Node;

/// A code element, the element it is in, and the text that code 99 asks for there.
static OTHERS: [(&str, &str, &str); 14] = [
    ("", "CondicionVenta", "CondicionVentaOtros"),
    ("Descuento", "CodigoDescuento", "CodigoDescuentoOTRO"),
    ("Descuento", "CodigoDescuento", "NaturalezaDescuento"),
    ("DescuentoSurtido", "CodigoDescuentoSurtido", "DescuentoSurtidoOtros"),
    ("Impuesto", "Codigo", "CodigoImpuestoOTRO"),
    ("ImpuestoSurtido", "CodigoImpuestoSurtido", "CodigoImpuestoOTROSurtido"),
    ("Exoneracion", "TipoDocumentoEX1", "TipoDocumentoOTRO"),
    ("Exoneracion", "NombreInstitucion", "NombreInstitucionOtros"),
    ("OtrosCargos", "TipoDocumentoOC", "TipoDocumentoOTROS"),
    ("MedioPago", "TipoMedioPago", "MedioPagoOtros"),
    ("InformacionReferencia", "TipoDocIR", "TipoDocRefOTRO"),
    ("InformacionReferencia", "Codigo", "CodigoReferenciaOTRO"),
    ("OtrosCargos", "04", "NombreTercero"),
    ("OtrosCargos", "04", "IdentificacionTercero"),
];

/// Reports every code that lacks its text, in the whole document.
pub(super) fn check_other_texts<'t, 'a>(report: &mut Report<'t, 'a>, root: Node<'t, 'a>) {
    check_group(report, root, "");
}

fn check_group<'t, 'a>(report: &mut Report<'t, 'a>, group: Node<'t, 'a>, name: &str) {
    for (inside, code, companion) in &OTHERS {
        if *inside != name {
            continue;
        }
        // A charge for a third party names that party (nota 16).
        let (element, value) = if *code == "04" { ("TipoDocumentoOC", "04") } else { (*code, "99") };
        let Some(node) = group.child(element).filter(|node| node.text() == value) else { continue };
        let present = group.child(companion).is_some_and(|node| !node.text().is_empty() || node.has_children());
        if !present {
            let finding = if *code == "04" { "third-party-missing" } else { "other-text-missing" };
            let es = format!("el código {value} pide `{companion}`");
            report.reject(node, finding, es, format!("code {value} asks for `{companion}`"));
        }
    }
    for child in group.children().filter(|child| child.has_children()) {
        check_group(report, child, child.name());
    }
}
