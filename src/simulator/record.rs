//! What was asked and answered, in order: from it a test proves that nothing was lost, doubled or changed.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::action::Endpoint;

/// One request and its answer. Holds no password and no token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedRequest {
    /// Counted from 1 in the order in which requests were acted on.
    pub number: u64,
    /// When, by the stand-in's clock.
    pub at: String,
    /// What it was for.
    pub endpoint: Endpoint,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// `grant_type` of a login (`password`) or renewal (`refresh_token`).
    pub grant: Option<String>,
    /// The clave, or `CLAVE-CONSECUTIVO` of a MensajeReceptor.
    pub clave: Option<String>,
    /// SHA-256 of the XML posted, in hexadecimal.
    pub sha256: Option<String>,
    /// This request took the document in: true once for each clave.
    pub taken_in: bool,
    /// The script's action, when one acted.
    pub action: Option<String>,
    /// The HTTP status answered; none when the answer was withheld, reset or no HTTP.
    pub http_status: Option<u16>,
    /// `ind-estado` answered.
    pub status: Option<String>,
}

/// The record in memory, and in a file where the script names one.
#[derive(Debug)]
pub(super) struct Record {
    requests: Vec<RecordedRequest>,
    file: Option<File>,
}

impl Record {
    pub(super) fn new(path: Option<&Path>) -> io::Result<Self> {
        let file = path.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
        Ok(Record { requests: Vec::new(), file })
    }

    /// Appends a request before its answer leaves, so that no answer is known that is not in the record.
    pub(super) fn push(&mut self, mut request: RecordedRequest) {
        request.number = self.requests.len() as u64 + 1;
        if let (Some(file), Ok(mut line)) = (&mut self.file, serde_json::to_vec(&request)) {
            line.push(b'\n');
            if let Err(cause) = file.write_all(&line) {
                log::error!("the record could not be written: {cause}");
            }
        }
        self.requests.push(request);
    }

    pub(super) fn requests(&self) -> &[RecordedRequest] {
        &self.requests
    }
}
