//! What a run that makes documents has to say.

use crate::document::Kind;
use crate::generate::InputErrors;
use crate::lifecycle::State;

/// Which document of the input.
#[derive(Debug, Clone, Default)]
pub struct Label {
    /// Its file, or what was named.
    pub path: String,
    /// Counted from 1 in its file; 0 for the file itself.
    pub number: u64,
    /// Its first row, in a sheet.
    pub row: Option<u64>,
    /// The user's own word for it.
    pub id: Option<String>,
}

/// What documents were made.
#[derive(Debug, Default)]
pub struct Generated {
    /// Documents made.
    pub generated: u64,
    /// Inputs whose id had made a document before.
    pub unchanged: u64,
    /// Inputs that made none.
    pub failed: u64,
    /// Inputs that would have made one, had all others been right.
    pub withheld: u64,
    /// One for each input.
    pub lines: Vec<GeneratedLine>,
    /// Nothing was stored.
    pub dry_run: bool,
}

/// What became of one input.
#[derive(Debug, Default)]
pub struct GeneratedLine {
    /// Its file, or what was named.
    pub path: String,
    /// Counted from 1 in its file; 0 for the file itself.
    pub number: u64,
    /// Its first row, in a sheet.
    pub row: Option<u64>,
    /// The user's own word for it.
    pub id: Option<String>,
    /// The key of the document.
    pub clave: Option<String>,
    /// Its number.
    pub consecutivo: Option<String>,
    /// What it is.
    pub kind: Option<Kind>,
    /// What it comes to.
    pub total: Option<String>,
    /// In this currency.
    pub currency: Option<String>,
    /// The document was made by an earlier run.
    pub unchanged: bool,
    /// How far it has come.
    pub state: Option<State>,
    /// It would have been made, had all others been right.
    pub withheld: bool,
    /// Why there is none.
    pub errors: Option<InputErrors>,
}
