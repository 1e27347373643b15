//! What is wrong with an input: the place in it, what is wrong, and what is allowed.

use std::cell::{Cell, RefCell};
use std::fmt;

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    /// The place, as `lines[3].price`; lines and other lists count from 1, as NumeroLinea does. Empty for the whole.
    pub path: String,
    /// What is wrong there and what is allowed.
    pub message: String,
}

impl InputError {
    /// An error at a place.
    pub fn new(path: impl fmt::Display, message: impl Into<String>) -> Self {
        InputError { path: path.to_string(), message: message.into() }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

impl std::error::Error for InputError {}

/// Why a document was not made: everything that is wrong with it, so that it is mended once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputErrors {
    /// What is wrong, in the order of the input.
    pub errors: Vec<InputError>,
    /// How much more is, beyond what a person would read.
    pub more: u64,
}

impl From<InputError> for InputErrors {
    fn from(error: InputError) -> Self {
        InputErrors { errors: vec![error], more: 0 }
    }
}

impl fmt::Display for InputErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for InputErrors {}

/// What was found wrong so far with the document that is being read.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    errors: RefCell<Vec<InputError>>,
    more: Cell<u64>,
    /// Places that a misspelt key most likely meant: nobody needs to hear that they are missing.
    meant: RefCell<Vec<String>>,
}

impl Complaints {
    /// As many as a person reads; a file of noise has as many as bytes.
    const SHOWN: usize = 20;

    /// Adds one.
    pub(super) fn add(&self, error: InputError) {
        let mut errors = self.errors.borrow_mut();
        if errors.len() < Self::SHOWN {
            errors.push(error);
        } else {
            self.count();
        }
    }

    /// Counts one that is not worth its sentence any more.
    pub(super) fn count(&self) {
        self.more.set(self.more.get() + 1);
    }

    /// A misspelt key most likely meant this place.
    pub(super) fn mean(&self, path: &Path<'_>) {
        self.meant.borrow_mut().push(path.to_string());
    }

    /// Whether there are as many as are shown.
    pub(super) fn is_full(&self) -> bool {
        self.errors.borrow().len() >= Self::SHOWN
    }

    /// Whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.errors.borrow().is_empty()
    }

    /// Whether something is wrong at a place or inside it: what follows from it is not worth a word.
    pub(super) fn concern(&self, path: &Path<'_>) -> bool {
        if self.is_empty() {
            return false;
        }
        let path = path.to_string();
        let inside = |error: &InputError| {
            error.path.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.is_full() || self.errors.borrow().iter().any(inside) || self.meant.borrow().contains(&path)
    }

    /// Whether something is wrong with the place itself, not only with what is inside it.
    pub(super) fn are_of(&self, path: &Path<'_>) -> bool {
        !self.is_empty() && self.errors.borrow().iter().any(|error| error.path == path.to_string())
    }

    /// Keeps the value, or what is wrong with it.
    pub(super) fn attempt<T>(&self, result: Result<T, InputError>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// All of them, where there are some.
    pub(super) fn into_result(self) -> Result<(), InputErrors> {
        match self.errors.into_inner() {
            errors if errors.is_empty() => Ok(()),
            errors => Err(InputErrors { errors, more: self.more.get() }),
        }
    }
}

/// A place in the input, written out only when an error needs it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'a> {
    /// The document itself.
    Root,
    /// A key of a table.
    Key(&'a Path<'a>, &'a str),
    /// A member of a list, counted from 0 here and shown from 1.
    Member(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The place of a key below this one.
    pub(super) fn key(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }

    /// The place of a member of the list here.
    pub(super) fn member(&'a self, index: usize) -> Path<'a> {
        Path::Member(self, index)
    }

    /// An error here.
    pub(super) fn refuse(&self, message: impl Into<String>) -> InputError {
        InputError::new(self, message)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Key(Path::Root, key) => f.write_str(key),
            Path::Key(parent, key) => write!(f, "{parent}.{key}"),
            Path::Member(parent, index) => write!(f, "{parent}[{}]", index + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_the_input_is_written() {
        let lines = Path::Root.key("lines");
        let line = lines.member(2);
        let price = line.key("price");
        assert_eq!(price.refuse("must be above 0").to_string(), "lines[3].price: must be above 0");
        assert_eq!(Path::Root.refuse("no").to_string(), "no");
    }
}
