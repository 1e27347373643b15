//! The dead-man check of `ping_url`: someone else's service, told when a run starts and how it ends, that calls a person
//! when it hears nothing. Here because this folder is the only one that speaks HTTP.

use std::time::Duration;

use reqwest::Method;

use super::endpoints::{check_address, is_plain};
use super::http::{Bounds, Request, Sender, Trust};
use crate::cause::Transport;
use crate::clock::Clock;

/// A check must never hold up the work it watches over.
const PATIENCE: Duration = Duration::from_secs(10);

/// What there is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beat {
    /// A run begins.
    Start,
    /// It did all that was due.
    Ok,
    /// It did not.
    Fail,
}

/// Why a beat was not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unheard {
    /// No whole answer came.
    Unreached(Transport),
    /// The answer was this HTTP status.
    Refused(u16),
}

/// The check's address.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    sender: Sender,
    address: String,
}

impl Heartbeat {
    /// Prepares the connection; sends nothing.
    pub(crate) fn new(address: &str, clock: Clock) -> Result<Self, String> {
        check_address(address).map_err(|fault| fault.to_string())?;
        let bounds = Bounds { timeout: PATIENCE, max_body: 64 * 1024, ..Bounds::default() };
        let trust = if is_plain(address) { Trust::Nobody } else { Trust::System(Vec::new()) };
        let sender = Sender::new(bounds, trust, clock)?;
        Ok(Heartbeat { sender, address: address.trim_end_matches('/').to_owned() })
    }

    /// Calls the address, as healthchecks.io and its like want it. A failure is worth a warning and nothing more; it
    /// does not hold the address, whoever knows which could call it too.
    pub(crate) fn send(&self, beat: Beat) -> Result<(), Unheard> {
        let address = &match beat {
            Beat::Start => format!("{}/start", self.address),
            Beat::Ok => self.address.clone(),
            Beat::Fail => format!("{}/fail", self.address),
        };
        let answer = self
            .sender
            .send(&Request { method: Method::GET, address, token: None, body: None })
            .map_err(|error| Unheard::Unreached(error.kind))?;
        if answer.is_success() { Ok(()) } else { Err(Unheard::Refused(answer.http_status)) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Answers as many requests as there are statuses, and says which paths were asked for.
    fn listen(statuses: &'static [u16]) -> (String, thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = format!("http://{}/id/", listener.local_addr().unwrap());
        let answering = thread::spawn(move || {
            let answer = |status: &u16| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
                let _ = lines.find(String::is_empty);
                write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
                path
            };
            statuses.iter().map(answer).collect()
        });
        (address, answering)
    }

    #[test]
    fn each_beat_has_its_path() {
        let (address, asked) = listen(&[200, 200, 200]);
        let heartbeat = Heartbeat::new(&address, Clock::System).unwrap();
        for beat in [Beat::Start, Beat::Ok, Beat::Fail] {
            heartbeat.send(beat).unwrap();
        }
        assert_eq!(asked.join().unwrap(), ["/id/start", "/id", "/id/fail"]);
    }

    #[test]
    fn a_failure_is_told_without_the_address() {
        let (address, asked) = listen(&[500]);
        let heartbeat = Heartbeat::new(&address, Clock::System).unwrap();
        assert_eq!(heartbeat.send(Beat::Ok), Err(Unheard::Refused(500)));
        asked.join().unwrap();
        assert_eq!(heartbeat.send(Beat::Ok), Err(Unheard::Unreached(Transport::Connect)));
        assert!(Heartbeat::new("http://example.test/id", Clock::System).is_err());
    }
}
