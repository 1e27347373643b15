//! `import`: comprobante XML into the database.

use super::{Context, Outcome};
use crate::cli::Import;
use crate::intake::{self, ImportLine, ImportResult, Imports, Shelves};
use crate::output::{self, Progress, imports_view};

/// Imports files, folders and standard input.
pub(super) fn run(context: &Context, options: &Import) -> Outcome {
    let Import { paths, taken, refused, dry_run } = options;
    let mut store = if *dry_run { context.store_to_read()? } else { context.store()? };
    let progress = Progress::new(output::watches(&context.global), "import");
    let shelves = Shelves { taken: taken.as_deref(), refused: refused.as_deref() };
    let mut lines: Vec<ImportLine> = Vec::new();
    let mut unmoved = None;
    let mut tell = |so_far: &Imports, mut line: ImportLine| {
        progress.at(so_far.files());
        if !dry_run {
            match shelves.put(&line.path, line.result != ImportResult::Failed) {
                Ok(place) => line.moved_to = place,
                // What stays is read again by the next run, and found to be here.
                Err(error) => {
                    log::error!("{error}");
                    unmoved = Some(error.exit_code());
                }
            }
        }
        // A table of the documents that are well would be as long as the folder.
        if context.global.json || line.result == ImportResult::Failed || !line.notes.is_empty() {
            lines.push(line);
        }
    };
    let (companies, clock, ending) = (context.companies(), context.clock, super::ending(None)?);
    let imports = intake::import(&mut store, &companies, clock, paths, &shelves, *dry_run, &ending, &mut tell)?;
    drop(progress);
    Ok(imports_view(&imports, &lines, unmoved, *dry_run, context.global.json))
}
