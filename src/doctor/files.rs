//! Who may read and write the files that this program trusts or that hold customers' data.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::Check;
use crate::config::{Company, Config, is_open_to_others};

const NAME: &str = "files";

/// The configuration, the database and each company's `.p12`. Secrets are checked where they are read.
pub(super) fn examine(config: &Config) -> Vec<Check> {
    let mut checks = vec![configuration(&config.path)];
    // SQLite's companions of the database hold the newest part of it.
    checks.extend(
        ["", "-wal", "-shm"]
            .map(|suffix| with_suffix(&config.database, suffix))
            .iter()
            .filter(|path| path.exists())
            .map(|path| closed(path, "it holds customers' data", "640")),
    );
    checks.extend(config.companies.iter().filter_map(trusted_root));
    // A PIN has four digits: whoever can copy the .p12 can try them all.
    let certificate = |path: &Path| closed(path, "its PIN of four digits keeps nobody out for long", "600");
    checks.extend(
        config
            .companies
            .iter()
            .filter(|company| company.certificate.exists())
            .map(|company| certificate(&company.certificate).of(&company.id)),
    );
    checks
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A `ca_file` that is not there shows only when the network is used: at night, from a timer.
fn trusted_root(company: &Company) -> Option<Check> {
    let path = company.settings.ca_file.as_ref()?;
    let check = match company.settings.read_ca_file() {
        Ok(_) => Check::ok(NAME, format!("ca_file {}: readable", path.display())),
        Err(cause) => Check::failure(NAME, format!("ca_file: {cause}"), "put the root there, or leave `ca_file` out"),
    };
    Some(check.of(&company.id))
}

/// Whoever may write the configuration chooses the commands that are run and the addresses that passwords go to.
fn configuration(path: &Path) -> Check {
    match mode(path) {
        Ok(mode) if mode & 0o002 != 0 => Check::failure(
            NAME,
            format!("{} can be written by every user of this machine (mode {mode:04o})", path.display()),
            format!("chmod o-w {}", path.display()),
        ),
        Ok(mode) => Check::ok(NAME, format!("{}: mode {mode:04o}", path.display())),
        Err(message) => Check::failure(NAME, message, "check the permissions of its folder"),
    }
}

fn closed(path: &Path, reason: &str, wanted: &str) -> Check {
    match mode(path) {
        Ok(mode) if is_open_to_others(mode) => Check::warning(
            NAME,
            format!("{} is open to every user of this machine (mode {mode:04o}); {reason}", path.display()),
            format!("chmod {wanted} {}", path.display()),
        ),
        Ok(mode) => Check::ok(NAME, format!("{}: mode {mode:04o}", path.display())),
        Err(message) => Check::failure(NAME, message, "check the permissions of its folder"),
    }
}

/// The permission bits of a file.
pub(super) fn mode(path: &Path) -> Result<u32, String> {
    fs::metadata(path)
        .map(|metadata| metadata.permissions().mode() & 0o777)
        .map_err(|cause| format!("{} cannot be looked at: {cause}", path.display()))
}
