//! What is said of a document that was taken, or was here before.

use crate::intake::ImportNote;

/// What a person should know of it.
pub(crate) fn import_note(note: &ImportNote) -> String {
    match note {
        ImportNote::Discarded => {
            "it was discarded: it stays so, and is neither signed nor sent; what is still wanted is issued anew"
                .to_owned()
        }
        ImportNote::NumberUsed { consecutivo, holder } => format!(
            "its consecutivo {consecutivo} is that of {} too, which is `{}`; Hacienda rejects the second (-99)",
            holder.clave, holder.state
        ),
    }
}
