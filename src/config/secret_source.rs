//! Where a secret comes from, and how it is fetched at the moment of use. The configuration itself never holds one.

use std::ffi::OsString;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::ConfigError;
use super::fault::ConfigFault;
use super::section::Setting;
use crate::cause::SecretFault;
use crate::secret::Secret;
use crate::subprocess::{self, RunError};

/// A command that prints a secret must have done so by then.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);

/// Longer than any password; a bound against a wrong file.
const MAX_BYTES: u64 = 64 * 1024;

/// The variable in which systemd says where the credentials of a service are.
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// What the example services call the folder of credentials: `LoadCredential=cr-einvoice:/etc/cr-einvoice/credentials`.
const FOLDER_CREDENTIAL: &str = "cr-einvoice";

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// `{ file = "…" }`: a file that others may not read.
    File(PathBuf),
    /// `{ env = "…" }`: an environment variable.
    Env(String),
    /// `{ command = ["…"] }`: what a program prints; run without a shell.
    Command(Vec<String>),
    /// `{ credential = "…" }`: a credential that systemd gives to the service.
    Credential(String),
}

/// Where a secret comes from: a table with exactly one of the four keys.
pub(super) fn secret(setting: &Setting<'_>) -> Result<SecretSource, ConfigError> {
    if setting.is_text() {
        return Err(setting.refuse(ConfigFault::PlainSecret));
    }
    let table = setting.table()?;
    table.only(&["file", "env", "command", "credential"], |_| None)?;
    let [key] = table.keys()[..] else {
        return Err(setting.refuse(ConfigFault::SecretSources));
    };
    let value = table.required(key)?;
    match key {
        "file" => Ok(SecretSource::File(value.path()?)),
        "env" => Ok(SecretSource::Env(variable(&value)?)),
        "command" => Ok(SecretSource::Command(value.texts()?)),
        _ => Ok(SecretSource::Credential(credential(&value)?)),
    }
}

fn variable(setting: &Setting<'_>) -> Result<String, ConfigError> {
    let text = setting.text()?;
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.chars().all(name) && !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    // Someone may have written the secret where its variable's name belongs: the value is not repeated.
    Err(setting.refuse(ConfigFault::NotAVariable))
}

fn credential(setting: &Setting<'_>) -> Result<String, ConfigError> {
    let text = setting.text()?;
    if text.contains('/') || text.starts_with('.') {
        return Err(setting.refuse(ConfigFault::NotACredential));
    }
    Ok(text.to_owned())
}

/// Why a secret could not be had. Holds no part of one.
#[derive(Debug)]
pub enum SecretError {
    /// The file cannot be opened or read.
    Unreadable(PathBuf, io::Error),
    /// It is a folder, a pipe or a device.
    NotAFile(PathBuf),
    /// Others may read it.
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// There is nothing in it.
    Empty(SecretSource),
    /// It has more bytes than any file of its purpose.
    TooLong(PathBuf, u64),
    /// The environment has no such variable.
    NoVariable(String),
    /// The program did not print it.
    Command(String, RunError),
    /// Not started by systemd with `LoadCredential`.
    NoCredentials(String),
}

impl SecretSource {
    /// Fetches the secret.
    pub fn read(&self) -> Result<Secret, SecretError> {
        self.read_with(&|name| std::env::var_os(name))
    }

    /// Fetches the secret, with the environment as a function so that tests need not change the real one.
    pub fn read_with(&self, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Secret, SecretError> {
        let bytes = match self {
            SecretSource::File(path) => without_line_end(read_private(path, MAX_BYTES)?),
            SecretSource::Env(name) => read_variable(name, variable)?,
            SecretSource::Command(argv) => without_line_end(
                subprocess::run(argv, &[], COMMAND_TIMEOUT, MAX_BYTES)
                    .map_err(|cause| SecretError::Command(program(argv), cause))?,
            ),
            SecretSource::Credential(name) => {
                let folder = variable(CREDENTIALS_DIRECTORY).ok_or_else(|| SecretError::NoCredentials(name.clone()))?;
                without_line_end(read_private(&credential_file(Path::new(&folder), name), MAX_BYTES)?)
            }
        };
        if bytes.is_empty() { Err(SecretError::Empty(self.clone())) } else { Ok(Secret::new(bytes)) }
    }
}

/// The credential of this name, or that of a whole folder that was handed over as `cr-einvoice`: systemd names each file of it
/// after both (systemd.exec(5), LoadCredential).
fn credential_file(folder: &Path, name: &str) -> PathBuf {
    let (own, of_folder) = (folder.join(name), folder.join(format!("{FOLDER_CREDENTIAL}_{name}")));
    if !own.exists() && of_folder.exists() { of_folder } else { own }
}

/// Reads a file that others may not read.
///
/// The mode is asked of the open file, so it is the mode of what is read; a pipe cannot make the open hang.
fn read_private(path: &Path, max_bytes: u64) -> Result<Vec<u8>, SecretError> {
    let (mode, bytes) = read_file(path, max_bytes)?;
    if is_open_to_others(mode) { Err(SecretError::Exposed { path: path.to_owned(), mode }) } else { Ok(bytes) }
}

/// Reads a regular file of a bounded size and says its permission bits.
pub(super) fn read_file(path: &Path, max_bytes: u64) -> Result<(u32, Vec<u8>), SecretError> {
    let unreadable = |cause| SecretError::Unreadable(path.to_owned(), cause);
    let nonblocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(nonblocking).open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(SecretError::NotAFile(path.to_owned()));
    }
    // All of it at once: a buffer that grows leaves copies behind that nobody wipes.
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.size().min(max_bytes)).unwrap_or_default() + 1);
    file.take(max_bytes + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > max_bytes {
        return Err(SecretError::TooLong(path.to_owned(), max_bytes));
    }
    Ok((metadata.permissions().mode() & 0o777, bytes))
}

/// Whether any user of the machine may read or write a file of this mode. A group may: its members are the managers.
pub(crate) fn is_open_to_others(mode: u32) -> bool {
    mode & 0o006 != 0
}

fn read_variable(name: &str, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Vec<u8>, SecretError> {
    use std::os::unix::ffi::OsStringExt;
    variable(name).map(OsString::into_vec).ok_or_else(|| SecretError::NoVariable(name.to_owned()))
}

/// One final line end, `\n` or `\r\n`, is the editor's and not the secret's; nothing else is taken away.
fn without_line_end(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.pop_if(|last| *last == b'\n').is_some() {
        bytes.pop_if(|last| *last == b'\r');
    }
    bytes
}

/// Only the program's name: its arguments may say more than a log should hold.
fn program(argv: &[String]) -> String {
    argv.first().cloned().unwrap_or_default()
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretSource::File(path) => write!(f, "file {}", path.display()),
            SecretSource::Env(name) => write!(f, "environment variable {name}"),
            SecretSource::Command(argv) => write!(f, "command {}", program(argv)),
            SecretSource::Credential(name) => write!(f, "systemd credential {name}"),
        }
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretError::Unreadable(path, cause) => write!(f, "{} cannot be read: {cause}", path.display()),
            SecretError::NotAFile(path) => write!(f, "{} is not a regular file", path.display()),
            SecretError::Exposed { path, mode } => write!(
                f,
                "{} is open to every user of this machine (mode {mode:04o}); close it with `chmod 600 {}`",
                path.display(),
                path.display()
            ),
            SecretError::Empty(source) => write!(f, "the {source} is empty"),
            SecretError::TooLong(path, limit) => write!(f, "{} has more than {limit} bytes", path.display()),
            SecretError::NoVariable(name) => write!(f, "the environment variable {name} is not set"),
            SecretError::Command(program, cause) => write!(f, "the command {program} gave no secret: {cause}"),
            SecretError::NoCredentials(name) => write!(
                f,
                "the credential {name} is not there: {CREDENTIALS_DIRECTORY} is not set; it is set where systemd starts the \
                 program with LoadCredential=, by hand with `cr-einvoice-manage`"
            ),
        }
    }
}

impl From<SecretError> for SecretFault {
    fn from(error: SecretError) -> Self {
        let text = |path: PathBuf| path.display().to_string();
        match error {
            SecretError::Unreadable(path, cause) => {
                SecretFault::Unreadable { path: text(path), detail: cause.to_string() }
            }
            SecretError::NotAFile(path) => SecretFault::NotAFile { path: text(path) },
            SecretError::Exposed { path, mode } => SecretFault::Exposed { path: text(path), mode },
            SecretError::Empty(SecretSource::File(path)) => SecretFault::EmptyFile { path: text(path) },
            SecretError::Empty(SecretSource::Env(name)) => SecretFault::EmptyVariable { name },
            SecretError::Empty(SecretSource::Command(argv)) => SecretFault::EmptyOutput { program: program(&argv) },
            SecretError::Empty(SecretSource::Credential(name)) => SecretFault::EmptyCredential { name },
            SecretError::TooLong(path, limit) => SecretFault::TooLong { path: text(path), limit },
            SecretError::NoVariable(name) => SecretFault::NoVariable { name },
            SecretError::Command(program, cause) => SecretFault::Command { program, fault: cause.into() },
            SecretError::NoCredentials(name) => SecretFault::NoCredentials { name },
        }
    }
}

impl std::error::Error for SecretError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SecretError::Unreadable(_, cause) => Some(cause),
            SecretError::Command(_, cause) => Some(cause),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn file(mode: u32, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acme.pin");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    fn read(source: SecretSource) -> Result<Vec<u8>, String> {
        source.read_with(&|_| None).map(|secret| secret.expose().to_vec()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_loses_one_final_line_end_and_nothing_else() {
        for (content, expected) in [
            (&b"1234\n"[..], &b"1234"[..]),
            (b"1234\r\n", b"1234"),
            (b"1234", b"1234"),
            (b" 12 34 \n\n", b" 12 34 \n"),
            (b"1234\r", b"1234\r"),
            (b"\xff\x00\n", b"\xff\x00"),
        ] {
            let (_folder, path) = file(0o600, content);
            assert_eq!(read(SecretSource::File(path)).unwrap(), expected);
        }
    }

    #[test]
    fn a_file_open_to_others_is_refused_with_the_remedy() {
        for mode in [0o644, 0o604, 0o602, 0o666] {
            let (_folder, path) = file(mode, b"7193");
            let message = read(SecretSource::File(path)).unwrap_err();
            assert!(message.contains("chmod 600") && message.contains(&format!("{mode:04o}")), "{message}");
            assert!(!message.contains("7193"));
        }
        let (_folder, path) = file(0o640, b"7193");
        assert!(read(SecretSource::File(path)).is_ok(), "a group of managers may share it");
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        let (folder, path) = file(0o600, b"\n");
        assert!(read(SecretSource::File(path)).unwrap_err().contains("is empty"));
        assert!(read(SecretSource::File(folder.path().to_owned())).unwrap_err().contains("not a regular file"));
        assert!(read(SecretSource::File(folder.path().join("none"))).unwrap_err().contains("cannot be read"));
        let (_folder, path) = file(0o600, &vec![b'x'; 70_000]);
        assert!(read(SecretSource::File(path)).unwrap_err().contains("more than 65536 bytes"));
    }

    #[test]
    fn a_variable_is_taken_as_it_is() {
        let source = SecretSource::Env("ACME_PASSWORD".to_owned());
        let secret = source.read_with(&|name| (name == "ACME_PASSWORD").then(|| "p w\n".into())).unwrap();
        assert_eq!(secret.expose(), b"p w\n");
        assert_eq!(read(source).unwrap_err(), "the environment variable ACME_PASSWORD is not set");
    }

    #[test]
    fn a_command_is_run_without_a_shell() {
        let command = |argv: &[&str]| SecretSource::Command(argv.iter().map(|word| word.to_string()).collect());
        assert_eq!(read(command(&["printf", "%s\\n", "$HOME; a b"])).unwrap(), b"$HOME; a b");
        let message = read(command(&["sh", "-c", "echo 7193; echo 7193 >&2; exit 3"])).unwrap_err();
        assert!(message.contains('3') && !message.contains("7193"), "{message}");
        assert!(read(command(&["/nonexistent/program"])).unwrap_err().contains("/nonexistent/program"));
    }

    #[test]
    fn a_credential_is_read_where_systemd_puts_it() {
        let (folder, _path) = file(0o400, b"1234\n");
        let source = SecretSource::Credential("acme.pin".to_owned());
        let secret = source.read_with(&|_| Some(folder.path().into())).unwrap();
        assert_eq!(secret.expose(), b"1234");
        assert!(read(source).unwrap_err().contains("LoadCredential"));
    }

    #[test]
    fn a_credential_may_come_with_its_whole_folder() {
        let (folder, path) = file(0o400, b"of the folder\n");
        fs::rename(path, folder.path().join("cr-einvoice_acme.pin")).unwrap();
        let source = SecretSource::Credential("acme.pin".to_owned());
        let read = || source.read_with(&|_| Some(folder.path().into()));
        assert_eq!(read().unwrap().expose(), b"of the folder");
        let own = folder.path().join("acme.pin");
        fs::write(&own, b"its own").unwrap();
        fs::set_permissions(&own, fs::Permissions::from_mode(0o400)).unwrap();
        assert_eq!(read().unwrap().expose(), b"its own", "a credential that was named goes first");
    }
}
