//! `import`: comprobante XML into the database.

use std::path::PathBuf;

use super::{Context, Outcome};
use crate::intake::{self, ImportLine, ImportResult, Imports};
use crate::output::{self, Progress, imports_view};

/// Imports files, folders and standard input.
pub(super) fn run(context: &Context, paths: &[PathBuf], dry_run: bool) -> Outcome {
    let mut store = if dry_run { context.store_to_read()? } else { context.store()? };
    let progress = Progress::new(output::watches(&context.global), "import");
    let mut lines: Vec<ImportLine> = Vec::new();
    let mut tell = |so_far: &Imports, line: ImportLine| {
        progress.at(so_far.files());
        // A table of the documents that are well would be as long as the folder.
        if context.global.json || line.result == ImportResult::Failed || !line.notes.is_empty() {
            lines.push(line);
        }
    };
    let (companies, ending) = (context.companies(), super::ending(None)?);
    let imports = intake::import(&mut store, &companies, context.clock, paths, dry_run, &ending, &mut tell)?;
    drop(progress);
    Ok(imports_view(&imports, &lines, dry_run, context.global.json))
}
