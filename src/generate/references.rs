//! InformacionReferencia (notas 9 and 10): what follows from the clave of the document referred to.

use chrono::NaiveDate;

use super::error::Path;
use super::group::Group;
use super::read::{Reader, Result};
use crate::catalogue::List;
use crate::document::{Clave, Kind};

/// The first day of the codes 13 to 17 of nota 9 and 19 and 20 of nota 10.
const REVISION_2026: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 4, 22);

/// Whether a document of this day uses the codes of the revision of 2026-04-22.
pub(super) fn is_revised(day: NaiveDate) -> bool {
    REVISION_2026.is_some_and(|since| day >= since)
}

/// Fills in the references: kind and date from a clave, the reason from the code.
pub(super) fn complete(reader: Reader<'_>, root: &mut Group) {
    let references = Path::Root.key("references");
    for (index, reference) in root.groups_mut("InformacionReferencia").enumerate() {
        let path = references.member(index);
        if !reader.complaints.concern(&path) {
            reader.complaints.attempt(complete_one(reference, reader.day, path));
        }
    }
}

fn complete_one(reference: &mut Group, day: NaiveDate, path: Path<'_>) -> Result<()> {
    let clave = reference.text("Numero").and_then(|number| number.parse::<Clave>().ok());
    if !reference.has("TipoDocIR") {
        let Some(kind) = clave.as_ref().and_then(|clave| clave.consecutivo().kind()) else {
            return Err(path.key("document").refuse("is missing: the kind of the document referred to (nota 10)"));
        };
        add_kind(reference, kind, day);
    }
    if !reference.has("FechaEmisionIR") {
        let Some(clave) = clave else {
            return Err(path.key("date").refuse("is missing: the date of the document referred to"));
        };
        reference.add_text("FechaEmisionIR", format!("{}T00:00:00-06:00", clave.date()));
    }
    if let (false, Some(code)) = (reference.has("Razon"), reference.text("Codigo")) {
        let name = List::ReferenceCodes.find(code).map(|entry| entry.name.clone()).unwrap_or_default();
        reference.add_text("Razon", name);
    }
    Ok(())
}

/// TipoDocIR of a kind of document. Before the revision of 2026-04-22 a FEE and a REP had no code of their own.
pub(super) fn add_kind(reference: &mut Group, kind: Kind, day: NaiveDate) {
    let other = |reference: &mut Group, name: &str| {
        reference.add_text("TipoDocIR", "99");
        reference.add_text("TipoDocRefOTRO", name);
    };
    match kind {
        Kind::Factura => reference.add_text("TipoDocIR", "01"),
        Kind::NotaDebito => reference.add_text("TipoDocIR", "02"),
        Kind::NotaCredito => reference.add_text("TipoDocIR", "03"),
        Kind::Tiquete => reference.add_text("TipoDocIR", "04"),
        Kind::FacturaExportacion if is_revised(day) => reference.add_text("TipoDocIR", "19"),
        Kind::ReciboPago if is_revised(day) => reference.add_text("TipoDocIR", "20"),
        Kind::FacturaExportacion => other(reference, "Factura electrónica de exportación"),
        Kind::ReciboPago => other(reference, "Recibo electrónico de pago"),
        Kind::FacturaCompra => other(reference, "Factura electrónica de compra"),
        Kind::MensajeReceptor => other(reference, "Mensaje receptor"),
    }
}
