//! Files that appear whole or not at all: written beside their place under a name that nobody can guess and that no other
//! program uses, then moved there in one step.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use crate::sha256::hexadecimal;

/// How the name of every file under way begins; hidden, so that neither a shell's `*` nor a collector's `*.prom` takes it.
const PREFIX: &str = ".cr-einvoice-";
/// How it ends. What SQLite makes beside such a file goes on after it.
const ENDING: &str = ".new";

/// A file under way. Unless it is put in place nothing is left of it.
#[derive(Debug)]
pub(crate) struct NewFile {
    file: File,
    path: PathBuf,
    target: PathBuf,
    is_placed: bool,
}

impl NewFile {
    /// An empty file beside `target`, made by us alone and locked while we live. The mode is given whatever the umask.
    pub(crate) fn beside(target: &Path, mode: u32) -> io::Result<Self> {
        if target.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"));
        }
        loop {
            let path = folder_of(target).join(format!("{PREFIX}{}{ENDING}", random()?));
            // Exclusive creation follows no link, and takes over nothing that is there.
            let file = OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(&path)?;
            // A file system without locks has no sweeping either.
            let _ = file.lock();
            if is_still(&file, &path) {
                let new = NewFile { file, path, target: target.to_owned(), is_placed: false };
                new.file.set_permissions(Permissions::from_mode(mode))?;
                return Ok(new);
            }
            // Swept between its creation and its lock: nothing was in it yet.
        }
    }

    /// Where it is for now.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file itself.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Moves it into place, over what is there; a link there is replaced, not followed.
    pub(crate) fn put(mut self) -> io::Result<()> {
        fs::rename(&self.path, &self.target)?;
        self.is_placed = true;
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_placed {
            remove(&self.path);
        }
    }
}

/// Gives a file a second name, over what has that name, in one step. Fails where the file system has no second names.
pub(crate) fn link_over(file: &Path, target: &Path) -> io::Result<()> {
    let path = folder_of(target).join(format!("{PREFIX}{}{ENDING}", random()?));
    fs::hard_link(file, &path)?;
    let moved = fs::rename(&path, target);
    // A name moved onto another of the same file stays where it was.
    let _ = fs::remove_file(&path);
    moved
}

/// Writes a file of ours in one step, over an earlier one, whose owner and rights the new one takes over. A link is not
/// followed; a device or a pipe is written to.
pub(crate) fn replace(target: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let earlier = match fs::symlink_metadata(target) {
        Ok(found) if found.is_file() => Some(found),
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_symlink() || is_standard_stream(target) => {
            return OpenOptions::new().write(true).open(target)?.write_all(bytes);
        }
        Ok(_) => return Err(io::Error::other("it is a link; name the file that it points at")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let new = match (NewFile::beside(target, mode), &earlier) {
        // Who may write the file but not into its folder writes the file itself.
        (Err(error), Some(_)) if error.kind() == io::ErrorKind::PermissionDenied => {
            let mut in_place = OpenOptions::new();
            in_place.write(true).truncate(true).custom_flags(OFlag::O_NOFOLLOW.bits());
            return in_place.open(target)?.write_all(bytes);
        }
        (new, _) => new?,
    };
    new.file().write_all(bytes)?;
    if let Some(earlier) = earlier {
        // Only root gives a file away; for anybody else the file was their own.
        let _ = fchown(new.file(), Some(earlier.uid()), Some(earlier.gid()));
        new.file().set_permissions(Permissions::from_mode(earlier.mode() & 0o777))?;
    }
    new.put()
}

/// The names under which the system offers what is already open; they are links, and meant to be followed.
fn is_standard_stream(path: &Path) -> bool {
    ["/dev/stdout", "/dev/stderr"].map(Path::new).contains(&path)
        || ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.starts_with(folder))
}

/// Removes from a folder what killed processes left under way there. What a living one holds stays.
pub(crate) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        let Some(end) = name.find(ENDING) else { continue };
        let path = entry.path().with_file_name(&name[..end + ENDING.len()]);
        if !is_held(&path) {
            remove(&path);
        }
    }
}

/// Whether a living process works on the file. What is there and no file of ours is left alone as if it were.
fn is_held(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Err(_) => return false,
        Ok(found) if !found.is_file() => return true,
        Ok(_) => {}
    }
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    match OpenOptions::new().read(true).custom_flags(flags.bits()).open(path) {
        Ok(file) => !matches!(file.try_lock(), Ok(())),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Removes a file under way with what SQLite made beside it.
fn remove(path: &Path) {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let _ = fs::remove_file(name);
    }
}

/// Whether the path still leads to the open file.
fn is_still(file: &File, path: &Path) -> bool {
    let identity = |found: fs::Metadata| (found.dev(), found.ino());
    file.metadata()
        .ok()
        .map(identity)
        .is_some_and(|ours| fs::symlink_metadata(path).is_ok_and(|found| identity(found) == ours))
}

/// The folder in which a file lies.
pub(crate) fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn random() -> io::Result<String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| io::Error::other("the system gives no random numbers"))?;
    Ok(hexadecimal(&bytes))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.csv");
        let new = NewFile::beside(&target, 0o640).unwrap();
        new.file().write_all(b"half").unwrap();
        assert!(!target.exists());
        drop(new);
        assert_eq!(names(folder.path()), [""; 0]);
        replace(&target, b"whole", 0o640).unwrap();
        assert_eq!((fs::read(&target).unwrap(), names(folder.path())), (b"whole".to_vec(), vec!["a.csv".to_owned()]));
        fs::set_permissions(&target, Permissions::from_mode(0o604)).unwrap();
        replace(&target, b"again", 0o640).unwrap();
        assert_eq!(fs::metadata(&target).unwrap().mode() & 0o777, 0o604);
    }

    #[test]
    fn no_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (victim, link) = (folder.path().join("victim"), folder.path().join("a.csv"));
        fs::write(&victim, "mine").unwrap();
        symlink(&victim, &link).unwrap();
        assert!(replace(&link, b"theirs", 0o640).unwrap_err().to_string().contains("it is a link"));
        let new = NewFile::beside(&link, 0o640).unwrap();
        new.put().unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
        assert!(fs::symlink_metadata(&link).unwrap().is_file());
        replace(Path::new("/dev/null"), b"x", 0o640).unwrap();
        assert!(!fs::symlink_metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn what_the_dead_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.db");
        let living = NewFile::beside(&target, 0o640).unwrap();
        let dead = format!("{PREFIX}dead{ENDING}");
        let (dead_log, orphan) = (format!("{dead}-wal"), format!("{PREFIX}orphan{ENDING}-journal"));
        let others = ["a.db.part", ".cr-einvoice-notes", "x.new"];
        for name in [&*dead, &*dead_log, &*orphan].iter().chain(&others) {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        symlink(folder.path().join("x.new"), folder.path().join(format!("{PREFIX}link{ENDING}"))).unwrap();
        sweep(folder.path());
        let living_name = living.path().file_name().unwrap().to_str().unwrap().to_owned();
        let mut left: Vec<String> = others.iter().map(|name| (*name).to_owned()).collect();
        left.extend([living_name, format!("{PREFIX}link{ENDING}")]);
        left.sort();
        assert_eq!(names(folder.path()), left);
    }
}
