//! Canonical bytes on their way to a sink: small pieces are gathered, because each call of a digest costs more than copying them.

use crate::xml;

/// Bytes of pieces that are gathered before they are written.
const MOST: usize = 4096;

/// What text nodes replace (C14N 1.0, section 2.3).
const IN_TEXT: [(u8, &str); 4] = [(b'&', "&amp;"), (b'<', "&lt;"), (b'>', "&gt;"), (b'\r', "&#xD;")];

/// What attribute values and namespace names replace (C14N 1.0, section 2.3).
const IN_VALUE: [(u8, &str); 6] =
    [(b'&', "&amp;"), (b'<', "&lt;"), (b'"', "&quot;"), (b'\t', "&#x9;"), (b'\n', "&#xA;"), (b'\r', "&#xD;")];

/// Where canonical bytes go: a digest, or a buffer.
pub trait Sink {
    /// Takes the next bytes.
    fn write(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn write(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

impl Sink for aws_lc_rs::digest::Context {
    fn write(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

/// A sink, and what waits to be written to it.
pub(super) struct Gathered<'s, S> {
    sink: &'s mut S,
    waiting: Vec<u8>,
}

impl<'s, S: Sink> Gathered<'s, S> {
    /// With nothing waiting; `expected` bytes will come at the most.
    pub(super) fn new(sink: &'s mut S, expected: usize) -> Self {
        Gathered { sink, waiting: Vec::with_capacity(MOST.min(expected)) }
    }

    /// Takes bytes that are canonical.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        if self.waiting.len() + bytes.len() <= MOST {
            self.waiting.extend_from_slice(bytes);
        } else {
            self.sink.write(&self.waiting);
            self.sink.write(bytes);
            self.waiting.clear();
        }
    }

    /// Takes the text of a text node, decoded.
    pub(super) fn text(&mut self, decoded: &str) {
        self.escaped(decoded, IN_TEXT);
    }

    /// Takes the value of an attribute, decoded.
    pub(super) fn value(&mut self, decoded: &str) {
        self.escaped(decoded, IN_VALUE);
    }

    fn escaped<const N: usize>(&mut self, text: &str, escapes: [(u8, &str); N]) {
        let special = escapes.map(|(byte, _)| byte);
        let mut rest = text.as_bytes();
        loop {
            let at = xml::find_byte(rest, 0, special);
            self.put(&rest[..at]);
            let Some(found) = rest.get(at) else { return };
            let replacement = escapes.iter().find(|(byte, _)| byte == found);
            self.put(replacement.map_or("", |(_, replacement)| replacement).as_bytes());
            rest = &rest[at + 1..];
        }
    }

    /// Writes all that waits.
    pub(super) fn finish(self) {
        self.sink.write(&self.waiting);
    }
}
