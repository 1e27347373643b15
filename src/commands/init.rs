//! `init`

use std::path::Path;

use serde_json::json;

use super::Outcome;
use crate::error::{Error, ExitCode};
use crate::init::{self, InitError};
use crate::output::{Finished, View};
use crate::store::Store;

/// Writes a configuration and an empty database.
pub(super) fn run(folder: &Path, dry_run: bool) -> Outcome {
    let planned = init::plan(folder).map_err(refused)?;
    let (config, database) = (planned.config.display(), planned.database.display());
    if dry_run {
        let text = format!("{config} and {database} would be written\n");
        let json = json!({"config": config.to_string(), "database": database.to_string(), "dry_run": true});
        return Ok(Finished::Shown(View { json, text, all_is_well: true }, ExitCode::Done));
    }
    init::init(folder, Store::create).map_err(refused)?;
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
