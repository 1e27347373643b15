//! The database: there, of our version, whole, writable, and with room to grow.

use std::path::Path;

use rustix::fs::{Access, access, statvfs};

use super::{Check, Integrity, Unopened};

const NAME: &str = "database";

/// Below this a night's work may not fit.
const LITTLE_SPACE: u64 = 200 * 1024 * 1024;

/// Looks at the file here and asks the store about its inside.
pub(super) fn examine(path: &Path, ask: Integrity<'_>) -> Vec<Check> {
    vec![integrity(path, ask), permission(path), space(path)]
}

fn integrity(path: &Path, ask: Integrity<'_>) -> Check {
    let inside = match ask(path) {
        Ok(inside) => inside,
        Err(Unopened { message, help }) => return Check::failure(NAME, message, help),
    };
    let faults = &inside.faults;
    match faults.first() {
        None if inside.everything => Check::ok(NAME, format!("{}: whole", path.display())),
        None => Check::ok(
            NAME,
            format!(
                "{}: what was looked at is whole: the newest events and papers, and samples of the rest; `doctor --full` reads all",
                path.display()
            ),
        ),
        Some(first) => Check::failure(
            NAME,
            format!("{} is damaged: {first} ({} faults)", path.display(), faults.len()),
            "stop the timers, keep a copy of the file and restore the last backup",
        ),
    }
}

/// Whether this user is a reader: one that may look into the database and not change it.
pub(super) fn is_read_only(path: &Path) -> bool {
    access(path, Access::READ_OK).is_ok() && access(path, Access::WRITE_OK).is_err()
}

fn permission(path: &Path) -> Check {
    const NAME: &str = "database permission";
    if !path.exists() {
        return Check::skipped(NAME, "there is no database");
    }
    match access(path, Access::WRITE_OK) {
        Ok(()) => Check::ok(NAME, "this user may read and write it"),
        Err(_) => Check::warning(
            NAME,
            "this user may only read it: list, show and stats work, everything else does not",
            "run the other commands as the user or in the group that owns it",
        ),
    }
}

fn space(path: &Path) -> Check {
    const NAME: &str = "disk space";
    let folder = path.parent().unwrap_or(Path::new("/"));
    match statvfs(folder) {
        Err(cause) => {
            Check::warning(NAME, format!("{} cannot be looked at: {cause}", folder.display()), "check the folder")
        }
        Ok(found) => {
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            let message = format!("{} MiB free in {}", free / (1024 * 1024), folder.display());
            if free < LITTLE_SPACE {
                Check::warning(NAME, message, "make room: without space nothing can be recorded, so nothing is sent")
            } else {
                Check::ok(NAME, message)
            }
        }
    }
}
