//! `backup`

use std::path::Path;

use serde_json::json;

use super::{Context, Outcome};
use crate::error::ExitCode;
use crate::output::{Finished, View};
use crate::store::RunResult;

/// Writes a verified copy of the database, made while others write.
pub fn run(context: &Context, target: &Path, keep: u32, dry_run: bool) -> Outcome {
    let shown = target.display();
    if dry_run {
        let text = format!("backup: {} would be copied to {shown}\n", context.config.database.display());
        let json = json!({"path": shown.to_string(), "dry_run": true});
        return Ok(Finished::Shown(View { json, text, all_is_well: true }, ExitCode::Done));
    }
    let mut store = context.store()?;
    let run = store.write(context.clock.now(), |write| write.begin_run("backup"))?;
    store.back_up(target, keep)?;
    let done = RunResult { processed: 1, succeeded: 1, ..RunResult::default() };
    store.write(context.clock.now(), |write| write.end_run(run, done))?;
    let bytes = std::fs::metadata(target).map(|found| found.len()).unwrap_or_default();
    let text = format!("backup: {shown}: {bytes} bytes, checked\n");
    let json = json!({"path": shown.to_string(), "bytes": bytes});
    Ok(Finished::Shown(View { json, text, all_is_well: true }, ExitCode::Done))
}
