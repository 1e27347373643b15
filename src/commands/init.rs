//! `init`

use std::path::Path;

use serde_json::json;

use super::Outcome;
use crate::error::{Error, ExitCode};
use crate::init::{self, InitError};
use crate::output::{Finished, View};
use crate::store::Store;

/// Writes a configuration and an empty database.
pub fn run(folder: &Path) -> Outcome {
    let created = init::init(folder, Store::create).map_err(refused)?;
    let (config, database) = (created.config.display(), created.database.display());
    let text = format!(
        "{config}: written; fill in your [[company]]\n{database}: an empty database\nnext: cr-einvoice --config {config} doctor \
         --offline\n"
    );
    let json = json!({"config": config.to_string(), "database": database.to_string()});
    Ok(Finished::Shown(View { json, text, all_is_well: true }, ExitCode::Done))
}

fn refused(error: InitError) -> Error {
    match error {
        InitError::Exists(_) => Error::usage(error.to_string(), "`init` never overwrites"),
        InitError::File(path, source) => Error::file(&path, "write", source),
        InitError::Database(_) => Error::Fault(error.to_string()),
    }
}
