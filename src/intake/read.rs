//! The one reading of files: regular files, standard input, and pipes that a program writes into, up to a limit. A pipe without
//! a writer is not waited for.

use std::fmt;
use std::fs::{File, FileType, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use crate::error::Error;
use crate::xml::Limits;

/// The most that is read of any file: inputs of `generate` may be that long. A comprobante has the closer limit of
/// [`Limits`].
pub(super) const MOST_BYTES: u64 = 256 << 20;

/// The name of standard input.
pub(super) const STANDARD_INPUT: &str = "-";

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The system's words.
    System(io::Error),
    /// It is no regular file; what it is, with its article.
    NotAFile(&'static str),
    /// It is longer than is read.
    TooLarge {
        /// Its bytes; none where that cannot be known without reading them.
        bytes: Option<u64>,
        /// The limit.
        most: u64,
    },
}

impl Unread {
    /// The error of a run that is about this file.
    pub(crate) fn ends_run(self, path: &Path) -> Error {
        match self {
            Unread::System(error) => Error::file(path, "read", error),
            Unread::NotAFile(_) => {
                Error::file(path, "read", io::Error::new(io::ErrorKind::InvalidInput, self.to_string()))
            }
            Unread::TooLarge { .. } => Error::Document(format!("{} {self}", path.display())),
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unread::System(error) => error.fmt(f),
            Unread::NotAFile(what @ "a folder") => write!(f, "it is {what}, not a file"),
            Unread::NotAFile(what) => {
                write!(f, "it is {what}, not a file; what a program writes is given on standard input, as `-`")
            }
            Unread::TooLarge { bytes: Some(bytes), most } => write!(f, "has {bytes} bytes; at most {most} are read"),
            Unread::TooLarge { bytes: None, most } => write!(f, "has more than the {most} bytes that are read"),
        }
    }
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Unread::System(error)
    }
}

/// Reads a comprobante or an answer: a file, or standard input for `-`.
pub(crate) fn read_document(path: &Path) -> Result<Vec<u8>, Unread> {
    read(path, Limits::default().max_bytes as u64)
}

/// Reads any other file that a user names: the input of `generate`, a list; or standard input for `-`.
pub(crate) fn read_input(path: &Path) -> Result<Vec<u8>, Unread> {
    read(path, MOST_BYTES)
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    if path == Path::new(STANDARD_INPUT) {
        return bounded(io::stdin().lock(), 0, most);
    }
    let metadata = std::fs::metadata(path)?;
    if metadata.file_type().is_fifo() {
        return bounded(open_pipe(path)?, 0, most);
    }
    let (file, bytes) = open(path)?;
    if bytes > most {
        return Err(Unread::TooLarge { bytes: Some(bytes), most });
    }
    bounded(file, bytes, most)
}

/// Opens a regular file; gives its length too. Opening a device may do anything: so the path is looked at first, opened
/// without waiting, and looked at again, for it may have changed.
fn open(path: &Path) -> Result<(File, u64), Unread> {
    regular(std::fs::metadata(path)?.file_type())?;
    let file = open_without_waiting(path)?;
    let metadata = file.metadata()?;
    regular(metadata.file_type())?;
    Ok((file, metadata.len()))
}

/// Opens a pipe that somebody named, as `<(…)` of a shell or `/dev/stdin`; what is in it, and then what comes. One that has
/// a name of its own and no writer is refused: its reader would wait for ever.
fn open_pipe(path: &Path) -> Result<impl Read, Unread> {
    let mut file = open_without_waiting(path)?;
    let kind = file.metadata()?.file_type();
    if !kind.is_fifo() {
        return Err(Unread::NotAFile("something that changes"));
    }
    let mut first = [0];
    let begun = match file.read(&mut first) {
        Ok(0) if path.canonicalize().is_ok() => return Err(Unread::NotAFile("a pipe")),
        Ok(count) => count,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
        Err(error) => return Err(error.into()),
    };
    let flags = rustix::fs::fcntl_getfl(&file).map_err(io::Error::from)?;
    rustix::fs::fcntl_setfl(&file, flags - OFlags::NONBLOCK).map_err(io::Error::from)?;
    Ok(io::Cursor::new(first).take(begun as u64).chain(file))
}

fn open_without_waiting(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path)
}

/// Refuses what is no regular file.
pub(super) fn regular(kind: FileType) -> Result<(), Unread> {
    let what = match kind {
        kind if kind.is_file() => return Ok(()),
        kind if kind.is_dir() => "a folder",
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    };
    Err(Unread::NotAFile(what))
}

/// Reads up to the limit; the length that is expected only saves memory.
fn bounded(source: impl Read, expected: u64, most: u64) -> Result<Vec<u8>, Unread> {
    // One more than there is, so that the end is seen without growing.
    let mut bytes = Vec::with_capacity(usize::try_from(expected.min(most)).unwrap_or_default() + 1);
    source.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Unread::TooLarge { bytes: None, most });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn nothing_is_waited_for_that_nobody_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), b"text").unwrap();
        assert_eq!(read_document(&path("file")).unwrap(), b"text");
        nix::unistd::mkfifo(&path("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let _socket = UnixListener::bind(path("socket")).unwrap();
        for (name, words) in [("pipe", "a pipe"), ("socket", "a socket"), ("", "a folder"), ("absent", "No such file")]
        {
            let sentence = read_document(&path(name)).unwrap_err().to_string();
            assert!(sentence.contains(words), "{name}: {sentence}");
        }
        assert!(read_document(Path::new("/dev/zero")).unwrap_err().to_string().contains("a device"));
        assert!(
            read_document(Path::new("/proc/self/status")).unwrap().starts_with(b"Name"),
            "no length told, and read"
        );
    }

    #[test]
    fn a_pipe_is_read_to_its_end_and_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        // Somebody has it open, so that what is written stays in it and no writer waits.
        let held = open_without_waiting(&pipe).unwrap();
        let filled = |bytes: &[u8]| {
            let mut writer = OpenOptions::new().write(true).open(&pipe).unwrap();
            io::Write::write_all(&mut writer, bytes).unwrap();
        };
        filled(b"<FacturaElectronica/>");
        assert_eq!(read(&pipe, 100).unwrap(), b"<FacturaElectronica/>");
        filled(b"12345");
        assert!(matches!(read(&pipe, 4), Err(Unread::TooLarge { bytes: None, most: 4 })));
        drop(held);
        assert!(matches!(read(&pipe, 4), Err(Unread::NotAFile("a pipe"))), "nobody writes into it");
    }

    #[test]
    fn a_file_beyond_the_limit_is_not_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(MOST_BYTES + 1).unwrap();
        let begun = std::time::Instant::now();
        let sentence = read_input(file.path()).unwrap_err().to_string();
        assert_eq!(sentence, "has 268435457 bytes; at most 268435456 are read");
        assert!(begun.elapsed().as_millis() < 500);
        assert!(matches!(bounded(&b"12345"[..], 0, 4), Err(Unread::TooLarge { bytes: None, most: 4 })));
        assert_eq!(bounded(&b"1234"[..], 2, 4).unwrap(), b"1234");
    }
}
