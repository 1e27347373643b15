//! What becomes of a document that a person wants to end, and what undoes it where that is too late.

use crate::document::Kind;
use crate::pipeline::{Fate, Stands};

/// What became of it.
pub(crate) fn fate(fate: Fate, kind: Kind, clave: &str, dry_run: bool) -> String {
    match fate {
        Fate::Ended if dry_run => "would be discarded".to_owned(),
        Fate::Ended => "discarded".to_owned(),
        Fate::EndedBefore => "it was discarded before".to_owned(),
        Fate::Stands(stands) => self::stands(stands, kind, clave),
    }
}

fn stands(stands: Stands, kind: Kind, clave: &str) -> String {
    let undo = undone_by(kind, clave);
    match stands {
        Stands::MayHaveArrived => format!(
            "a request with it was begun, so Hacienda may have it: `submit {clave}` asks and goes on; once it is accepted, {undo}"
        ),
        Stands::Awaited => {
            format!("Hacienda has it and its verdict is awaited: `poll {clave}`; once it is accepted, {undo}")
        }
        Stands::WithoutVerdict => {
            format!("Hacienda may have it and gave no verdict: `poll {clave}` asks again; if it was accepted, {undo}")
        }
        Stands::Accepted => format!("Hacienda accepted it, so it stands: {undo}"),
        Stands::Rejected if kind == Kind::MensajeReceptor => {
            "Hacienda rejected it: it has no effect and needs no end; `generate mensaje` makes a new one".to_owned()
        }
        Stands::Rejected => format!(
            "Hacienda rejected it: it has no effect and needs no end; `generate --of {clave} --kind {kind}` makes what stands in \
             its place"
        ),
    }
}

/// What takes the effect from an accepted document of this kind.
fn undone_by(kind: Kind, clave: &str) -> String {
    match kind {
        Kind::Factura | Kind::Tiquete | Kind::FacturaExportacion | Kind::NotaDebito => {
            format!("a nota de crédito annuls it: `generate --of {clave} --kind NC`")
        }
        Kind::NotaCredito => format!("a nota de débito reverses it: `generate --of {clave} --kind ND`"),
        Kind::FacturaCompra => "a nota de crédito with a reference to it annuls it".to_owned(),
        Kind::ReciboPago => "a note on the sale that it pays corrects it".to_owned(),
        Kind::MensajeReceptor => "nothing withdraws it: settle the matter with the supplier".to_owned(),
    }
}

/// What a person should know of an ended document that came with its signature.
pub(crate) fn came_signed() -> &'static str {
    "it came signed: if another system sent it, Hacienda has it, and only the copy here is ended"
}
