//! What becomes of a document that a person wants to end, and what undoes it where that is too late.

use super::say;
use crate::document::Kind;
use crate::language::Language;
use crate::pipeline::{Fate, Stands};

/// What became of a document of this kind and clave.
pub(in crate::output) fn fate(fate: Fate, kind: Kind, clave: &str, dry_run: bool, language: Language) -> String {
    match fate {
        Fate::Ended if dry_run => say!(language, "would be discarded", "se descartaría"),
        Fate::Ended => say!(language, "discarded", "descartado"),
        Fate::EndedBefore => say!(language, "it was discarded before", "ya se había descartado"),
        Fate::Stands(stands) => self::stands(stands, kind, clave, language),
    }
}

fn stands(stands: Stands, kind: Kind, clave: &str, language: Language) -> String {
    let undo = undone_by(kind, clave, language);
    match stands {
        Stands::MayHaveArrived => say!(
            language,
            "a request with it was begun, so Hacienda may have it: `submit {clave}` asks and goes on; once it is accepted, {undo}",
            "se comenzó a enviar, así que Hacienda puede tenerlo: `submit {clave}` pregunta y continúa; una vez aceptado, {undo}"
        ),
        Stands::Awaited => say!(
            language,
            "Hacienda has it and its verdict is awaited: `poll {clave}`; once it is accepted, {undo}",
            "Hacienda lo tiene y se espera su respuesta: `poll {clave}`; una vez aceptado, {undo}"
        ),
        Stands::WithoutVerdict => say!(
            language,
            "Hacienda may have it and gave no verdict: `poll {clave}` asks again; if it was accepted, {undo}",
            "Hacienda puede tenerlo y no respondió: `poll {clave}` pregunta de nuevo; si fue aceptado, {undo}"
        ),
        Stands::Accepted => {
            say!(language, "Hacienda accepted it, so it stands: {undo}", "Hacienda lo aceptó, así que vale: {undo}")
        }
        Stands::Rejected if kind == Kind::MensajeReceptor => say!(
            language,
            "Hacienda rejected it: it has no effect and needs no end; `generate mensaje` makes a new one",
            "Hacienda lo rechazó: no tiene efecto y no hace falta descartarlo; `generate mensaje` hace uno nuevo"
        ),
        Stands::Rejected => say!(
            language,
            "Hacienda rejected it: it has no effect and needs no end; `generate --of {clave} --kind {kind}` makes what stands in \
             its place",
            "Hacienda lo rechazó: no tiene efecto y no hace falta descartarlo; `generate --of {clave} --kind {kind}` hace el que \
             va en su lugar"
        ),
    }
}

/// What takes the effect from an accepted document of this kind.
fn undone_by(kind: Kind, clave: &str, language: Language) -> String {
    match kind {
        Kind::Factura | Kind::Tiquete | Kind::FacturaExportacion | Kind::NotaDebito => say!(
            language,
            "a nota de crédito annuls it: `generate --of {clave} --kind NC`",
            "se anula con una nota de crédito: `generate --of {clave} --kind NC`"
        ),
        Kind::NotaCredito => say!(
            language,
            "a nota de débito reverses it: `generate --of {clave} --kind ND`",
            "se revierte con una nota de débito: `generate --of {clave} --kind ND`"
        ),
        Kind::FacturaCompra => say!(
            language,
            "a nota de crédito with a reference to it annuls it",
            "se anula con una nota de crédito que le haga referencia"
        ),
        Kind::ReciboPago => say!(
            language,
            "a note on the sale that it pays corrects it",
            "se corrige con una nota sobre la venta que paga"
        ),
        Kind::MensajeReceptor => say!(
            language,
            "nothing withdraws it: settle the matter with the supplier",
            "nada lo retira: resuelva el asunto con el proveedor"
        ),
    }
}

/// What a person should know of an ended document that came with its signature.
pub(in crate::output) fn came_signed(language: Language) -> String {
    say!(
        language,
        "it came signed: if another system sent it, Hacienda has it, and only the copy here is ended",
        "venía firmado: si otro sistema lo envió, Hacienda lo tiene, y aquí solo se descarta la copia"
    )
}
