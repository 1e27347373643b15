//! The stand-in as a server: a listener, a thread for each connection, and an orderly end.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufReader};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use super::docket::Docket;
use super::limiter::Limiter;
use super::record::{Record, RecordedRequest};
use super::rules::Rules;
use super::script::{Rule, Script};
use super::service::{Service, lock};
use super::tokens::Tokens;
use super::wire::{self, ReadError, Reply};
use crate::clock::Clock;
use crate::hacienda::Endpoints;

/// How a stand-in is started.
#[derive(Debug, Clone)]
pub struct SimulatorOptions {
    /// A loopback address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What it is to do.
    pub script: Script,
    /// Its time.
    pub clock: Clock,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        SimulatorOptions {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            script: Script::default(),
            clock: Clock::System,
        }
    }
}

/// Why a stand-in could not start.
#[derive(Debug)]
pub enum SimulatorError {
    /// The address is not one of this machine alone.
    NotLoopback(SocketAddr),
    /// The port could not be listened on.
    Listen(SocketAddr, io::Error),
    /// The record's file could not be opened.
    Record(PathBuf, io::Error),
}

impl fmt::Display for SimulatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SimulatorError::NotLoopback(address) => {
                write!(
                    f,
                    "the simulator does not listen on {address}: it is for this machine alone; use 127.0.0.1 or [::1]"
                )
            }
            SimulatorError::Listen(address, cause) => {
                write!(f, "the simulator cannot listen on {address}: {cause}; choose another port, or 0 for a free one")
            }
            SimulatorError::Record(path, cause) => {
                write!(f, "the simulator's record {} cannot be written: {cause}", path.display())
            }
        }
    }
}

impl std::error::Error for SimulatorError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SimulatorError::NotLoopback(_) => None,
            SimulatorError::Listen(_, cause) | SimulatorError::Record(_, cause) => Some(cause),
        }
    }
}

/// A running stand-in. It ends when dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    service: Arc<Service>,
    connections: Arc<Connections>,
    listener: Option<JoinHandle<()>>,
}

/// The open connections, so that the end can close them.
#[derive(Debug, Default)]
struct Connections {
    stopping: AtomicBool,
    next: AtomicU64,
    open: Mutex<HashMap<u64, TcpStream>>,
}

impl Simulator {
    /// Listens and answers from then on.
    pub fn start(options: SimulatorOptions) -> Result<Self, SimulatorError> {
        let SimulatorOptions { listen, script, clock } = options;
        if !listen.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(listen));
        }
        let record = Record::new(script.record.as_deref())
            .map_err(|cause| SimulatorError::Record(script.record.clone().unwrap_or_default(), cause))?;
        let failed = |cause| SimulatorError::Listen(listen, cause);
        let listener = TcpListener::bind(listen).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let service = Arc::new(Service {
            rules: Mutex::new(Rules::new(script.rules.clone())),
            tokens: Mutex::new(Tokens::default()),
            docket: Mutex::new(Docket::default()),
            record: Mutex::new(record),
            limiter: Mutex::new(Limiter::new(script.rate_limit)),
            clock: Mutex::new(clock),
            origin: format!("http://{address}"),
            script,
        });
        let connections = Arc::new(Connections::default());
        let thread = {
            let (service, connections) = (Arc::clone(&service), Arc::clone(&connections));
            thread::Builder::new()
                .name("simulator".to_owned())
                .spawn(move || accept(&listener, &service, &connections))
                .map_err(failed)?
        };
        Ok(Simulator { address, service, connections, listener: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base of the reception API, with the final slash.
    pub fn url(&self) -> String {
        format!("http://{}/recepcion-sandbox/v1/", self.address)
    }

    /// The identity provider's token address.
    pub fn token_url(&self) -> String {
        format!("http://{}/auth/realms/rut-stag/protocol/openid-connect/token", self.address)
    }

    /// All addresses, as a client wants them.
    pub fn endpoints(&self) -> Endpoints {
        let token_url = self.token_url();
        Endpoints {
            api_url: self.url(),
            logout_url: Endpoints::logout_beside(&token_url),
            token_url,
            client_id: "api-stag".to_owned(),
        }
    }

    /// Every request so far, in order, with its answer.
    pub fn record(&self) -> Vec<RecordedRequest> {
        lock(&self.service.record).requests().to_vec()
    }

    /// How many documents it has taken in.
    pub fn documents(&self) -> usize {
        lock(&self.service.docket).len()
    }

    /// Adds a rule; it counts from now.
    pub fn add_rule(&self, rule: Rule) {
        lock(&self.service.rules).push(rule);
    }

    /// Removes all rules: the service is well again. Verdicts already decided stay.
    pub fn clear_rules(&self) {
        *lock(&self.service.rules) = Rules::new(Vec::new());
    }

    /// Sets its time.
    pub fn set_clock(&self, clock: Clock) {
        *lock(&self.service.clock) = clock;
    }

    /// Makes every access token invalid; sessions may still be renewed.
    pub fn expire_access_tokens(&self) {
        lock(&self.service.tokens).expire_access();
    }

    /// Ends every session.
    pub fn end_sessions(&self) {
        lock(&self.service.tokens).expire_all();
    }

    /// Waits until it is ended from elsewhere, for the subcommand.
    pub fn wait(&mut self) {
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }

    /// Ends it: no new connections, and the open ones are closed.
    pub fn stop(&mut self) {
        self.connections.stopping.store(true, Ordering::SeqCst);
        for connection in lock(&self.connections.open).values() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        // The listener is waiting for a connection; this is one.
        let _ = TcpStream::connect(self.address);
        self.wait();
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if self.listener.is_some() {
            self.stop();
        }
    }
}

fn accept(listener: &TcpListener, service: &Arc<Service>, connections: &Arc<Connections>) {
    for connection in listener.incoming() {
        if connections.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(connection) = connection else { continue };
        let (service, connections) = (Arc::clone(service), Arc::clone(connections));
        let spawned = thread::Builder::new()
            .name("simulator connection".to_owned())
            .spawn(move || connections.serve(connection, &service));
        if let Err(cause) = spawned {
            log::warn!("a connection to the simulator was dropped: {cause}");
        }
    }
}

impl Connections {
    fn serve(&self, connection: TcpStream, service: &Service) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if let Ok(handle) = connection.try_clone() {
            lock(&self.open).insert(number, handle);
        }
        // An end that came between accepting and registering has not closed this one.
        if !self.stopping.load(Ordering::SeqCst)
            && let Err(cause) = converse(connection, service)
        {
            log::debug!("a connection to the simulator ended: {cause}");
        }
        lock(&self.open).remove(&number);
    }
}

/// Answers the requests of one connection until it ends.
fn converse(connection: TcpStream, service: &Service) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut writer = connection.try_clone()?;
    let mut reader = BufReader::with_capacity(64 * 1024, connection);
    loop {
        let request = match wire::read_request(&mut reader) {
            Ok(request) => request,
            Err(ReadError::Gone) => return Ok(()),
            Err(ReadError::Refused(status)) => {
                wire::write_reply(&mut writer, &Reply::new(status), wire::Manner::Whole)?;
                return Ok(());
            }
        };
        let outcome = service.handle(&request);
        let usable = wire::write_reply(&mut writer, &outcome.reply, outcome.manner)?;
        if !usable || !request.keep_alive {
            return Ok(());
        }
    }
}
