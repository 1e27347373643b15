//! What of an original is not the new document's: what is derived anew, and what belongs to the original alone.

use super::group::Group;
use crate::document::Kind;

/// Takes away what is derived anew or belongs to the original alone.
pub(super) fn strip(kind: Kind, base: &mut Group) {
    let ours = if kind == Kind::FacturaCompra { "Receptor" } else { "Emisor" };
    let activity = if kind == Kind::FacturaCompra { "CodigoActividadReceptor" } else { "CodigoActividadEmisor" };
    let note = matches!(kind, Kind::NotaCredito | Kind::NotaDebito | Kind::ReciboPago);
    for name in ["Clave", "ProveedorSistemas", "NumeroConsecutivo", "FechaEmision", "Signature", ours, activity] {
        base.remove(name);
    }
    if note {
        base.remove("Otros");
    }
    if kind == Kind::ReciboPago {
        base.remove("OtrosCargos");
        base.remove("PlazoCredito");
    }
    for line in base.group_mut("DetalleServicio").groups_mut("LineaDetalle") {
        strip_line(line);
    }
    if base.group("DetalleServicio").is_some_and(|detail| !detail.has("LineaDetalle")) {
        base.remove("DetalleServicio");
    }
}

fn strip_line(line: &mut Group) {
    let surtido = line.has("DetalleSurtido");
    let special = line.groups("Impuesto").any(|tax| tax.text("Codigo") == Some("07"));
    let free_base = special || line.text("IVACobradoFabrica") == Some("01");
    for name in ["NumeroLinea", "MontoTotal", "SubTotal", "ImpuestoNeto", "MontoTotalLinea"] {
        line.remove(name);
    }
    if !free_base {
        line.remove("BaseImponible");
        line.remove("ImpuestoAsumidoEmisorFabrica");
    }
    if surtido {
        for name in ["PrecioUnitario", "Descuento", "Impuesto"] {
            line.remove(name);
        }
    }
    for tax in line.groups_mut("Impuesto") {
        let computed =
            !matches!(tax.text("Codigo"), Some("03" | "04" | "05" | "06")) || tax.has("DatosImpuestoEspecifico");
        if computed {
            tax.remove("Monto");
        }
        for exoneration in tax.groups_mut("Exoneracion") {
            exoneration.remove("MontoExoneracion");
        }
    }
}
