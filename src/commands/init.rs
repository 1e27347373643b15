//! `init`

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Outcome, quoted};
use crate::cli::Global;
use crate::config::CONFIG_VARIABLE;
use crate::error::{Error, ExitCode};
use crate::init::{self, InitError, Place, Plan};
use crate::output::{Finished, View};
use crate::store::Store;

/// Writes a configuration and an empty database, or the one of the two that is missing: in a folder, or, where the command line or
/// the environment names a configuration and no folder, there.
pub(super) fn run(global: &Global, folder: Option<&Path>, dry_run: bool) -> Outcome {
    let variable = std::env::var_os(CONFIG_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    let named = global.config.clone().or_else(|| variable.filter(|_| folder.is_none()));
    let place = match (folder, &named) {
        (Some(_), Some(_)) => {
            return Err(Error::usage("--config names the configuration, and DIR its folder", "name one of the two"));
        }
        (None, Some(config)) => Place::Config(config),
        (folder, None) => Place::Folder(folder.unwrap_or(Path::new("."))),
    };
    let planned = init::plan(place)?;
    if !dry_run {
        init::init(&planned, |path| Store::create(path).map_err(Error::from))?;
    }
    Ok(Finished::Shown(view(&planned, dry_run), ExitCode::Done))
}

fn view(planned: &Plan, dry_run: bool) -> View {
    let (config, database) = (planned.config.display().to_string(), planned.database.display().to_string());
    let would = if dry_run { "would be " } else { "" };
    let says = |path: &str, is_made: bool, made: &str| match is_made {
        true => format!("{path}: {would}{made}\n"),
        false => format!("{path}: there already, left as it is\n"),
    };
    let mut text =
        says(&config, planned.writes_config, if dry_run { "written" } else { "written; fill in your [[company]]" });
    text.push_str(&says(&database, planned.makes_database, if dry_run { "made, empty" } else { "an empty database" }));
    if !dry_run {
        text.push_str(&format!("next: cr-einvoice --config {} doctor --offline\n", quoted(&config)));
    }
    let made: Vec<&str> = [("config", planned.writes_config), ("database", planned.makes_database)]
        .into_iter()
        .filter_map(|(name, is_made)| is_made.then_some(name))
        .collect();
    let mut json = json!({"config": config, "database": database, "made": made});
    if dry_run {
        json["dry_run"] = true.into();
    }
    View { json, text, all_is_well: true }
}

impl From<InitError> for Error {
    fn from(error: InitError) -> Self {
        match error {
            InitError::Exists(..) => Error::usage(error.to_string(), "`cr-einvoice doctor --offline` examines them"),
            InitError::Config(cause) => Error::Config(cause),
            InitError::File(path, source) => Error::file(&path, "write", source),
        }
    }
}
