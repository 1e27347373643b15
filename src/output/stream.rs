//! Documents as JSON one after the other, so that a list of all takes no memory.

use std::io::{self, BufWriter, StdoutLock, Write};
use std::ops::ControlFlow;

use super::Finished;
use super::documents::document_json;
use crate::error::ExitCode;
use crate::store::{Document, Listed};

/// `{"documents": […]}`, under way.
pub(crate) struct DocumentStream {
    stdout: BufWriter<StdoutLock<'static>>,
    count: u64,
    failed: Option<io::Error>,
}

impl DocumentStream {
    /// Begins it on stdout.
    pub(crate) fn begin() -> Self {
        DocumentStream { stdout: BufWriter::with_capacity(64 << 10, io::stdout().lock()), count: 0, failed: None }
    }

    /// Writes one document; there is no use in more when nobody reads on.
    pub(crate) fn document(&mut self, document: &Document) -> ControlFlow<()> {
        let before = if self.count == 0 { "{\n  \"documents\": [\n" } else { ",\n" };
        let text = format!("{:#}", document_json(document)).replace('\n', "\n    ");
        self.count += 1;
        match write!(self.stdout, "{before}    {text}") {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// Ends it, with what was left out.
    pub(crate) fn end(mut self, listed: Listed) -> Finished {
        let Listed { total, more } = listed;
        let end = if self.count == 0 { "{\n  \"documents\": []" } else { "\n  ]" };
        let end = format!("{end},\n  \"total\": {total},\n  \"more\": {more}\n}}\n");
        let written = match self.failed.take() {
            Some(error) => Err(error),
            None => self.stdout.write_all(end.as_bytes()).and_then(|()| self.stdout.flush()),
        };
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Finished::Silent(ExitCode::Storage),
            _ => Finished::Silent(ExitCode::Done),
        }
    }
}
