//! A note on a whole document carries that document's own amounts, also where another system rounded them otherwise:
//! the sum of the adjustments may not exceed the original (annex, InformacionReferencia/Numero).

use rust_decimal::Decimal;

use super::error::{InputError, Path};
use super::group::{Group, Node};
use super::original::Original;
use super::value::Value;
use crate::document::Kind;

/// What the original's parts are called that a note takes as they are.
const PARTS: [&str; 3] = ["DetalleServicio", "OtrosCargos", "ResumenFactura"];

/// Puts the original's amounts in the place of those computed anew, where a note on the whole comes to something else;
/// gives the total that the note then has.
pub(super) fn keep_amounts(
    kind: Kind,
    input: &Value,
    original: &Original,
    root: &mut Group,
    computed: Decimal,
) -> Result<Decimal, InputError> {
    let whole = ["lines", "charges", "payment", "DetalleServicio", "OtrosCargos", "ResumenFactura"]
        .iter()
        .all(|key| input.get(key).is_none());
    let is_note = matches!(kind, Kind::NotaCredito | Kind::NotaDebito);
    let total = original.root().group("ResumenFactura").and_then(|summary| summary.number("TotalComprobante"));
    let Some(total) = total.filter(|total| is_note && whole && *total != computed) else { return Ok(computed) };
    if original.kind == Kind::FacturaExportacion {
        // A FEE lacks elements that a note must have: its lines cannot be taken as they are.
        let (total, computed) = (total.normalize(), computed.normalize());
        let message = format!(
            "comes to {total} and its lines, computed by the annex, to {computed}; write the `lines` of the note"
        );
        return Err(Path::Root.key("of").refuse(message));
    }
    for part in PARTS {
        root.remove(part);
        let nodes: Vec<Node> = original.root().all(part).cloned().collect();
        nodes.into_iter().for_each(|node| root.add(part, node));
    }
    Ok(total)
}
