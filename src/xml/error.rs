//! What is wrong with a document, and where.

use std::fmt;

/// A place in a document, as an editor shows it: lines and columns from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in that line, in characters, from 1.
    pub column: usize,
    /// Bytes before it, from 0.
    pub offset: usize,
}

impl Position {
    /// The place of a byte offset. Counts from the start, so it is asked for only when something is to be said.
    pub(super) fn of(bytes: &[u8], offset: usize) -> Self {
        let before = &bytes[..offset.min(bytes.len())];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let is_first_byte_of_a_character = |byte: &&u8| (**byte & 0b1100_0000) != 0b1000_0000;
        Self {
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
            column: 1 + before[line_start..].iter().filter(is_first_byte_of_a_character).count(),
            offset,
        }
    }
}

/// The document is not XML, or not XML as this program accepts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlError(Box<Problem>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    position: Position,
    message: String,
}

impl XmlError {
    /// Cold, so that the checks that lead here cost the good document nothing.
    #[cold]
    pub(super) fn new(bytes: &[u8], offset: usize, message: impl Into<String>) -> Self {
        Self(Box::new(Problem { position: Position::of(bytes, offset), message: message.into() }))
    }

    /// Where it is.
    pub fn position(&self) -> Position {
        self.0.position
    }

    /// What it is, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column, .. } = self.0.position;
        write!(f, "line {line}, column {column}: {}", self.0.message)
    }
}

impl std::error::Error for XmlError {}
