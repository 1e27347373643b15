//! What is wrong with an input: the place in it, what is wrong, and what is allowed.

use std::fmt;

/// Why a document was not made.
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
