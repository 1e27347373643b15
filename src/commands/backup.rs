//! `backup`

use std::path::Path;

use serde_json::json;

use super::{Context, Outcome};
use crate::error::{Error, ExitCode};
use crate::output::{Finished, View};
use crate::store::{RunResult, Store, is_replaceable};

/// Writes a verified copy of the database, made while others write.
pub(super) fn run(context: &Context, target: &Path, keep: u32, dry_run: bool) -> Outcome {
    let shown = target.display();
    refuse_what_is_no_place(context, target)?;
    if dry_run {
        let text = format!("backup: {} would be copied to {shown}\n", context.config.database.display());
        let json = json!({"path": shown.to_string(), "dry_run": true});
        return Ok(Finished::Shown(View { json, text, all_is_well: true }, ExitCode::Done));
    }
    let mut store = context.store()?;
    let run = store.write(context.clock.now(), |write| write.begin_run("backup"))?;
    let copied = store.back_up(target, keep);
    let result = match &copied {
        Ok(()) => RunResult { processed: 1, succeeded: 1, ..RunResult::default() },
        Err(_) => RunResult { processed: 1, failed: 1, exit_code: ExitCode::Storage.number(), ..RunResult::default() },
    };
    store.write(context.clock.now(), |write| write.end_run(&run, result))?;
    copied?;
    let bytes = std::fs::metadata(target).map(|found| found.len()).unwrap_or_default();
    let text = format!("backup: {shown}: {bytes} bytes, checked\n");
    let json = json!({"path": shown.to_string(), "bytes": bytes});
    Ok(Finished::Shown(View { json, text, all_is_well: true }, ExitCode::Done))
}

/// A copy over the database itself would destroy what it is to save, a folder is no file, and what is there may be somebody's:
/// only an earlier copy makes room.
fn refuse_what_is_no_place(context: &Context, target: &Path) -> Result<(), Error> {
    let help = "name a file of its own, best on another disk";
    if target.is_dir() {
        return Err(Error::usage(format!("{} is a folder", target.display()), help));
    }
    if Store::owns(&context.config.database, target) {
        return Err(Error::usage(format!("{} is the database itself", target.display()), help));
    }
    if !is_replaceable(target) {
        return Err(Error::usage(
            format!("{} is there already, and no copy that `backup` made", target.display()),
            help,
        ));
    }
    Ok(())
}
