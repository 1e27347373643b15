//! The one walk over what a user names: files, folders with every `.xml` below them, standard input.
//!
//! Nothing is read twice and nothing is passed over: folders and files are known by device and number, whatever the path
//! that leads to them, so that links are followed, to folders too, and none leads round and round. What cannot be looked at
//! is told, for documents may lie behind it. A pipe is read where it is named, and refused where it is met on the way. Names
//! come in their order, and memory does not grow with the folder.

use std::collections::{BinaryHeap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::io::Errno;

use super::read::{STANDARD_INPUT, Unread, read_document, regular};

/// Names of a folder that are held at a time; a larger one is listed several times.
const NAMES_AT_ONCE: usize = 1 << 16;

/// Device and number of a file or folder.
type Identity = (u64, u64);

/// What is done with each file: its path and what is in it, or why it was not read. An error ends the walk.
pub(super) type Take<'a, E> = dyn FnMut(&Path, Result<Vec<u8>, Unread>) -> Result<(), E> + 'a;

/// A walk, with what it has seen.
#[derive(Debug)]
pub(crate) struct Walk {
    folders: HashSet<Identity>,
    /// The files that another path could lead to: named ones, linked ones, and those of several names.
    files: HashSet<Identity>,
    standard_input: bool,
    names_at_once: usize,
}

impl Default for Walk {
    fn default() -> Self {
        Walk { folders: HashSet::new(), files: HashSet::new(), standard_input: false, names_at_once: NAMES_AT_ONCE }
    }
}

impl Walk {
    /// Takes what a path names: a file, every `.xml` below a folder, or standard input for `-`.
    pub(crate) fn path<E>(&mut self, path: &Path, take: &mut Take<'_, E>) -> Result<(), E> {
        if path == Path::new(STANDARD_INPUT) {
            let again = std::mem::replace(&mut self.standard_input, true);
            return if again { Ok(()) } else { take(path, read_document(path)) };
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.folder(path, &metadata, take),
            Ok(metadata) => self.file(path, &metadata, true, take),
            Err(error) => take(path, Err(error.into())),
        }
    }

    /// Every `.xml` below a folder, in the order of the names.
    fn folder<E>(&mut self, path: &Path, metadata: &Metadata, take: &mut Take<'_, E>) -> Result<(), E> {
        if !self.folders.insert(identity(metadata)) {
            log::debug!("{} has been visited", path.display());
            return Ok(());
        }
        let mut last = None;
        loop {
            let (names, error) = names_after(path, last.as_deref(), self.names_at_once);
            if let (Some(error), None) = (error, &last) {
                take(path, Err(error.into()))?;
            }
            for name in &names {
                self.entry(&path.join(name), take)?;
            }
            if names.len() < self.names_at_once {
                return Ok(());
            }
            last = names.into_iter().next_back();
        }
    }

    /// What a folder holds under a name.
    fn entry<E>(&mut self, path: &Path, take: &mut Take<'_, E>) -> Result<(), E> {
        let own = fs::symlink_metadata(path);
        let linked = own.as_ref().is_ok_and(Metadata::is_symlink);
        let found = if linked { fs::metadata(path) } else { own };
        match found {
            Ok(metadata) if metadata.is_dir() => self.folder(path, &metadata, take),
            Ok(_) if !is_xml(path.as_os_str()) => Ok(()),
            Ok(metadata) => match regular(metadata.file_type()) {
                Ok(()) => self.file(path, &metadata, linked, take),
                Err(refusal) => take(path, Err(refusal)),
            },
            // Gone since the folder was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !linked => Ok(()),
            Err(error) if linked && !is_xml(path.as_os_str()) && leads_nowhere(&error) => {
                log::warn!("{} is a link that leads nowhere", path.display());
                Ok(())
            }
            // Whatever its name: it may be a folder, and nobody knows what is in it.
            Err(error) => take(path, Err(error.into())),
        }
    }

    /// A file, unless it has been read under this or another name. `apart`: it was not met under its own name in a
    /// folder.
    fn file<E>(&mut self, path: &Path, metadata: &Metadata, apart: bool, take: &mut Take<'_, E>) -> Result<(), E> {
        let identity = identity(metadata);
        let is_read = match apart || metadata.nlink() > 1 {
            true if apart && self.is_in_visited_folder(path) => true,
            true => !self.files.insert(identity),
            false => self.files.contains(&identity),
        };
        if is_read {
            log::debug!("{} is read under another name", path.display());
            return Ok(());
        }
        take(path, read_document(path))
    }

    /// Whether the file that a path leads to lies in a folder of this walk, where it is met under its own name.
    fn is_in_visited_folder(&self, path: &Path) -> bool {
        let Ok(real) = path.canonicalize() else { return false };
        let folder = real.parent().and_then(|folder| fs::metadata(folder).ok());
        is_xml(real.as_os_str()) && folder.is_some_and(|folder| self.folders.contains(&identity(&folder)))
    }
}

fn identity(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

fn is_xml(path: &OsStr) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml"))
}

/// Whether a link has nothing at its end, or itself.
fn leads_nowhere(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(Errno::LOOP.raw_os_error())
}

/// The first names of a folder after `last`, in order; and what ended the listing early.
fn names_after(folder: &Path, last: Option<&OsStr>, most: usize) -> (Vec<OsString>, Option<io::Error>) {
    let mut names = BinaryHeap::new();
    let mut error = None;
    match fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                match entry {
                    Ok(entry) if matters(&entry) => {
                        let name = entry.file_name();
                        if last.is_none_or(|last| *name > *last) {
                            names.push(name);
                        }
                        if names.len() > most {
                            names.pop();
                        }
                    }
                    Ok(_) => {}
                    Err(broken) => {
                        error = Some(broken);
                        break;
                    }
                }
            }
        }
        Err(closed) => error = Some(closed),
    }
    (names.into_sorted_vec(), error)
}

/// Whether an entry can be a document or lead to one; what cannot be asked can.
fn matters(entry: &DirEntry) -> bool {
    is_xml(&entry.file_name()) || entry.file_type().map_or(true, |kind| kind.is_dir() || kind.is_symlink())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;

    struct Tree(tempfile::TempDir);

    impl Tree {
        fn with(files: &[&str]) -> Self {
            let tree = Tree(tempfile::tempdir().unwrap());
            for file in files {
                let path = tree.path(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, file).unwrap();
            }
            tree
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        /// The paths that a walk over these names takes; `!` before one that was not read.
        fn walked(&self, names: &[&str]) -> Vec<String> {
            self.walked_by(Walk::default(), names)
        }

        fn walked_by(&self, mut walk: Walk, names: &[&str]) -> Vec<String> {
            let mut taken = Vec::new();
            let mut take = |path: &Path, content: Result<Vec<u8>, Unread>| -> Result<(), ()> {
                let name = path.strip_prefix(self.0.path()).unwrap().display();
                taken.push(if content.is_ok() { name.to_string() } else { format!("!{name}") });
                Ok(())
            };
            for name in names {
                walk.path(&self.path(name), &mut take).unwrap();
            }
            taken
        }
    }

    #[test]
    fn folders_are_walked_in_the_order_of_their_names() {
        let tree = Tree::with(&["in/b.xml", "in/a/z.XML", "in/a/deep/y.xml", "in/c.txt", "in/0.xml", "other.txt"]);
        assert_eq!(tree.walked(&["in"]), ["in/0.xml", "in/a/deep/y.xml", "in/a/z.XML", "in/b.xml"]);
        assert_eq!(
            tree.walked(&["other.txt", "absent"]),
            ["other.txt", "!absent"],
            "a named file is taken whatever its name"
        );
        let few = Walk { names_at_once: 1, ..Walk::default() };
        assert_eq!(tree.walked_by(few, &["in"]), tree.walked(&["in"]), "the same when it is listed in pieces");
    }

    #[test]
    fn links_to_folders_are_followed_and_each_folder_is_walked_once() {
        let tree = Tree::with(&["in/1.xml", "out/2.xml", "out/deep/3.xml"]);
        symlink(tree.path("in"), tree.path("in/again")).unwrap();
        symlink(tree.path("out"), tree.path("in/aside")).unwrap();
        symlink(tree.path("out"), tree.path("in/beside")).unwrap();
        symlink(tree.path("in"), tree.path("out/deep/back")).unwrap();
        symlink(tree.path("in"), tree.path("named")).unwrap();
        symlink("loop", tree.path("in/loop")).unwrap();
        let all = ["in/1.xml", "in/aside/2.xml", "in/aside/deep/3.xml"];
        assert_eq!(tree.walked(&["in"]), all);
        assert_eq!(tree.walked(&["in", "out", "named"]), all);
        assert_eq!(tree.walked(&["out"]), ["out/2.xml", "out/deep/3.xml", "out/deep/back/1.xml"]);
        assert_eq!(
            tree.walked(&["named", "in", "in/aside"]),
            ["named/1.xml", "named/aside/2.xml", "named/aside/deep/3.xml"]
        );
    }

    #[test]
    fn a_file_of_many_names_is_read_once() {
        let tree = Tree::with(&["in/1.xml", "in/2.xml", "far/3.xml"]);
        symlink(tree.path("in/2.xml"), tree.path("in/0-link.xml")).unwrap();
        symlink(tree.path("far/3.xml"), tree.path("in/far.xml")).unwrap();
        fs::hard_link(tree.path("in/1.xml"), tree.path("in/9-hard.xml")).unwrap();
        let all = ["in/1.xml", "in/2.xml", "in/far.xml"];
        assert_eq!(tree.walked(&["in"]), all);
        assert_eq!(tree.walked(&["in", "in", "in/1.xml", "in/0-link.xml", "far/3.xml", "far"]), all);
        assert_eq!(tree.walked(&["in/2.xml", "in/2.xml", "in"]), ["in/2.xml", "in/1.xml", "in/far.xml"]);
    }

    #[test]
    fn what_cannot_be_read_is_told_and_the_others_go_on() {
        let tree = Tree::with(&["in/1.xml", "in/3.xml"]);
        symlink(tree.path("nowhere"), tree.path("in/2.xml")).unwrap();
        symlink(tree.path("nowhere"), tree.path("in/broken")).unwrap();
        nix::unistd::mkfifo(&tree.path("in/0.xml"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        nix::unistd::mkfifo(&tree.path("in/pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(tree.walked(&["in", "in/pipe"]), ["!in/0.xml", "in/1.xml", "!in/2.xml", "in/3.xml", "!in/pipe"]);
    }
}
