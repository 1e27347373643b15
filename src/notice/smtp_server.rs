//! A mail server for the tests: one connection on loopback, in the clear, with STARTTLS or with TLS from the start.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How the server begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Plain,
    Starttls,
    Tls,
    /// In the clear, and no password is right.
    Refusing,
    /// Accepts the connection and says nothing.
    Silent,
}

/// What the client said: its commands, and the mail.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub commands: Vec<String>,
    pub mail: String,
}

/// A running server; it ends with its one connection.
pub(super) struct SmtpServer {
    pub port: u16,
    /// The root to trust, PEM.
    pub root: String,
    thread: JoinHandle<Heard>,
}

impl SmtpServer {
    pub(super) fn start(mode: Mode) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (root, config) = tls();
        let thread = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut heard = Heard::default();
            serve(stream, mode, config, &mut heard);
            heard
        });
        SmtpServer { port, root, thread }
    }

    /// Waits for the end of the connection.
    pub(super) fn heard(self) -> Heard {
        self.thread.join().unwrap()
    }
}

fn tls() -> (String, Arc<ServerConfig>) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (authority.pem(), Arc::new(config))
}

fn serve(stream: TcpStream, mode: Mode, config: Arc<ServerConfig>, heard: &mut Heard) {
    let encrypted = |stream| StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
    match mode {
        Mode::Silent => drop(stream.try_clone().unwrap().read(&mut [0; 1])),
        Mode::Tls => drop(talk(encrypted(stream), mode, true, heard)),
        Mode::Plain | Mode::Refusing => drop(talk(stream, mode, true, heard)),
        Mode::Starttls => {
            if let Some(stream) = talk(stream, mode, true, heard) {
                drop(talk(encrypted(stream), Mode::Plain, false, heard));
            }
        }
    }
}

/// Answers until QUIT or the end; gives the stream back when it is to be encrypted.
fn talk<S: Read + Write>(stream: S, mode: Mode, greet: bool, heard: &mut Heard) -> Option<S> {
    let mut stream = BufReader::new(stream);
    let say = |stream: &mut BufReader<S>, words: &str| stream.get_mut().write_all(words.as_bytes()).is_ok();
    if greet {
        say(&mut stream, "220 localhost ESMTP\r\n");
    }
    while let Some(line) = hear(&mut stream) {
        let command = line.trim_end().to_owned();
        heard.commands.push(command.clone());
        match command.split(' ').next().unwrap_or_default() {
            "EHLO" if mode == Mode::Starttls => say(&mut stream, "250-localhost\r\n250 STARTTLS\r\n"),
            "EHLO" => say(&mut stream, "250-localhost\r\n250 AUTH PLAIN LOGIN\r\n"),
            "STARTTLS" => {
                say(&mut stream, "220 go ahead\r\n");
                return Some(stream.into_inner());
            }
            // It repeats what it was told.
            "AUTH" if mode == Mode::Refusing => say(&mut stream, &format!("535 5.7.8 bad credentials: {command}\r\n")),
            "AUTH" => say(&mut stream, "235 welcome\r\n"),
            "DATA" => {
                say(&mut stream, "354 go\r\n");
                while let Some(line) = hear(&mut stream).filter(|line| line != ".\r\n") {
                    heard.mail.push_str(&line);
                }
                say(&mut stream, "250 taken\r\n")
            }
            "QUIT" => {
                say(&mut stream, "221 bye\r\n");
                return None;
            }
            _ => say(&mut stream, "250 ok\r\n"),
        };
    }
    None
}

fn hear(stream: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|read| *read > 0).map(|_| line)
}
