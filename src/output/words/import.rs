//! What is said of a document that was taken, or was here before.

use super::say;
use crate::intake::ImportNote;
use crate::language::Language;

/// What a person should know of it.
pub(super) fn import_note(note: &ImportNote, language: Language) -> String {
    match note {
        ImportNote::Discarded => say!(
            language,
            "it was discarded: it stays so, and is neither signed nor sent; what is still wanted is issued anew",
            "fue descartado: así queda, y no se firma ni se envía; lo que todavía haga falta se emite de nuevo"
        ),
        ImportNote::Neighbour(finding) => format!("{} ({})", finding.message(language), finding.name),
        ImportNote::NumberUsed { consecutivo, holder } => {
            let (clave, state) = (&holder.clave, &holder.state);
            say!(
                language,
                "its consecutivo {consecutivo} is that of {clave} too, which is `{state}`; Hacienda rejects the second (-99)",
                "su consecutivo {consecutivo} es también el de {clave}, que está en `{state}`; Hacienda rechaza el segundo (-99)"
            )
        }
    }
}
