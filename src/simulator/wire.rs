//! HTTP/1.1 as bytes: requests are read, answers are written, well or on purpose badly.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// The largest request body; a comprobante has far less.
const MAX_BODY: usize = 64 * 1024 * 1024;
const MAX_HEAD: usize = 32 * 1024;
const MAX_HEADERS: usize = 64;

/// A whole request.
#[derive(Debug)]
pub(super) struct Request {
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, without `?`.
    pub query: String,
    pub authorization: Option<String>,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
    pub keep_alive: bool,
}

/// What a request's head says about its body.
struct Head {
    request: Request,
    length: usize,
    expects_continue: bool,
}

/// Why no request could be read.
#[derive(Debug)]
pub(super) enum ReadError {
    /// The connection ended or broke.
    Gone,
    /// The bytes are no request that is served; the status says why.
    Refused(u16),
}

impl From<io::Error> for ReadError {
    fn from(_: io::Error) -> Self {
        ReadError::Gone
    }
}

/// Reads the next request of a connection.
pub(super) fn read_request(reader: &mut BufReader<TcpStream>) -> Result<Request, ReadError> {
    let bytes = read_head(reader)?;
    let mut head = parse_head(&bytes)?;
    if head.expects_continue {
        reader.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    head.request.body = vec![0; head.length];
    reader.read_exact(&mut head.request.body)?;
    Ok(head.request)
}

fn read_head(reader: &mut BufReader<TcpStream>) -> Result<Vec<u8>, ReadError> {
    // A request begins with its method. Anything else, such as a TLS handshake, would wait for a line end that never comes.
    let first = *reader.fill_buf()?.first().ok_or(ReadError::Gone)?;
    if !first.is_ascii_alphabetic() && !matches!(first, b'\r' | b'\n') {
        return Err(ReadError::Refused(400));
    }
    let mut head = Vec::with_capacity(1024);
    loop {
        let before = head.len();
        let room = (MAX_HEAD - before) as u64;
        if reader.by_ref().take(room).read_until(b'\n', &mut head)? == 0 {
            return Err(if head.len() >= MAX_HEAD { ReadError::Refused(431) } else { ReadError::Gone });
        }
        let line = &head[before..];
        if matches!(line, b"\r\n" | b"\n") {
            if before > 0 {
                return Ok(head);
            }
            head.clear();
        }
    }
}

fn parse_head(bytes: &[u8]) -> Result<Head, ReadError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        _ => return Err(ReadError::Refused(400)),
    }
    let header = |name: &str| {
        parsed
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| String::from_utf8_lossy(header.value).into_owned())
    };
    if header("transfer-encoding").is_some() {
        return Err(ReadError::Refused(411));
    }
    let length = match header("content-length") {
        None => 0,
        Some(text) => text.trim().parse().map_err(|_| ReadError::Refused(400))?,
    };
    if length > MAX_BODY {
        return Err(ReadError::Refused(413));
    }
    let target = parsed.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let connection = header("connection").unwrap_or_default();
    Ok(Head {
        length,
        expects_continue: header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")),
        request: Request {
            method: parsed.method.unwrap_or_default().to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            authorization: header("authorization"),
            content_type: header("content-type"),
            body: Vec::new(),
            keep_alive: parsed.version == Some(1) && !connection.eq_ignore_ascii_case("close"),
        },
    })
}

/// An answer, whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub(super) fn new(status: u16) -> Self {
        Reply { status, ..Reply::default() }
    }

    pub(super) fn json(status: u16, value: &serde_json::Value) -> Self {
        Reply::new(status).with("Content-Type", "application/json").body(value.to_string())
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

/// How an answer reaches the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As it should.
    Whole,
    /// Never: the connection is held so long, then closed.
    Withheld(Duration),
    /// The connection is reset.
    Reset,
    /// Bytes that are not HTTP come instead.
    Garbage,
    /// It breaks off in the middle of its body.
    Truncated,
    /// Byte by byte, so far apart.
    Dripping(Duration),
}

/// Writes an answer; tells whether the connection may be used again.
pub(super) fn write_reply(stream: &mut TcpStream, reply: &Reply, manner: Manner) -> io::Result<bool> {
    match manner {
        Manner::Whole => {
            stream.write_all(&bytes_of(reply))?;
            Ok(true)
        }
        Manner::Withheld(length) => {
            hold(stream, length)?;
            Ok(false)
        }
        Manner::Reset => {
            // With a linger of zero the kernel drops the connection with RST instead of closing it in good order.
            rustix::net::sockopt::set_socket_linger(&*stream, Some(Duration::ZERO))?;
            Ok(false)
        }
        Manner::Garbage => {
            stream.write_all(b"\x16\x03\x01 this is not the service you are looking for\r\n\r\n")?;
            Ok(false)
        }
        Manner::Truncated => {
            let bytes = bytes_of(reply);
            let kept = bytes.len() - (reply.body.len() / 2).max(1).min(bytes.len());
            stream.write_all(&bytes[..kept])?;
            Ok(false)
        }
        Manner::Dripping(pause) => {
            for byte in bytes_of(reply) {
                stream.write_all(&[byte])?;
                thread::sleep(pause);
            }
            Ok(true)
        }
    }
}

/// Keeps the connection without a word until the other side has had enough or the time is over.
fn hold(stream: &mut TcpStream, length: Duration) -> io::Result<()> {
    stream.set_read_timeout(Some(length.max(Duration::from_millis(1))))?;
    match stream.read(&mut [0; 64]) {
        Err(cause) if !matches!(cause.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Err(cause),
        _ => Ok(()),
    }
}

fn bytes_of(reply: &Reply) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512 + reply.body.len());
    bytes.extend_from_slice(format!("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status)).as_bytes());
    for (name, value) in &reply.headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if reply.status != 204 {
        bytes.extend_from_slice(format!("Content-Length: {}\r\n", reply.body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&reply.body);
    bytes
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
