//! What becomes of the documents that are made, and of the files that they are also written to.

use std::fs;
use std::path::Path;

use crate::document::Kind;
use crate::error::Error;
use crate::generate::InputErrors;
use crate::lifecycle::State;
use crate::new_file::{self, NewFile};

/// Which document of the input.
#[derive(Debug, Clone, Default)]
pub(crate) struct Label {
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
pub(crate) struct Generated {
    /// Documents made.
    pub generated: u64,
    /// Inputs whose id had made a document before.
    pub unchanged: u64,
    /// Inputs that made none.
    pub failed: u64,
    /// Inputs that would have made one, had all others been right.
    pub withheld: u64,
    /// Documents that were made and stand as drafts, and whose files could not be written.
    pub unwritten: u64,
    /// Nothing was stored.
    pub dry_run: bool,
    /// A signal ended it before the input did.
    pub interrupted_by: Option<i32>,
}

/// What became of one input.
#[derive(Debug, Default)]
pub(crate) struct GeneratedLine {
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
    /// Why its file was not written. The draft stands.
    pub unwritten: Option<String>,
}

impl From<Label> for GeneratedLine {
    fn from(label: Label) -> Self {
        let Label { path, number, row, id } = label;
        GeneratedLine { path, number, row, id, ..GeneratedLine::default() }
    }
}

/// A draft names customers and prices.
const OWNER_WRITES_GROUP_READS: u32 = 0o640;

/// Makes sure that a folder can be written to, before anything is made that should be written there.
pub(super) fn check_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|error| Error::file(folder, "create", error))?;
    new_file::sweep(folder);
    NewFile::beside(&folder.join("draft.xml"), OWNER_WRITES_GROUP_READS)
        .map(drop)
        .map_err(|error| Error::file(folder, "write to", error))
}

/// Writes a draft to its file. The error is a sentence: the draft stands.
pub(super) fn write_file(folder: &Path, clave: &str, xml: &[u8]) -> Result<(), String> {
    let path = folder.join(format!("{clave}.xml"));
    new_file::replace(&path, xml, OWNER_WRITES_GROUP_READS)
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}
