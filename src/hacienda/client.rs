//! One service: its addresses and the sender to reach it. Sessions of many companies share it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use reqwest::{Method, Url};
use zeroize::Zeroizing;

use super::endpoints::{EndpointError, Endpoints};
use super::fault;
use super::http::{Bounds, RawAnswer, Request, Sender, Trust};
use crate::cause::{Cause, CompanyFault, Stage};
use crate::clock::Clock;
use crate::secret::Secret;

/// The largest answer that is read. A MensajeHacienda has some ten kilobytes.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// How a client is made.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Where the service is.
    pub endpoints: Endpoints,
    /// For a whole exchange: `request_timeout`.
    pub timeout: Duration,
    /// An extra trusted root, PEM: the bytes of `ca_file`.
    pub extra_root: Option<Vec<u8>>,
    /// The largest body that is read.
    pub max_body: usize,
    /// Our clock, for the instants in answers.
    pub clock: Clock,
    /// Not 0 once a signal tells the process to end: a request that begins after that is given a moment only.
    pub stop: Option<Arc<AtomicUsize>>,
}

impl ClientOptions {
    /// The usual bounds: 30 seconds, 8 MiB, the system's clock and trusted roots.
    pub fn new(endpoints: Endpoints) -> Self {
        ClientOptions {
            endpoints,
            timeout: Duration::from_secs(30),
            extra_root: None,
            max_body: MAX_BODY,
            clock: Clock::System,
            stop: None,
        }
    }
}

/// Why no client could be made: all of it is configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientError {
    /// An address must not be used.
    Endpoint(EndpointError),
    /// `ca_file` holds no PEM certificate.
    ExtraRoot(String),
    /// TLS could not be set up, for example for want of any trusted root.
    Tls(String),
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientError::Endpoint(cause) => cause.fmt(f),
            ClientError::ExtraRoot(cause) => write!(f, "ca_file is not a PEM certificate: {cause}"),
            ClientError::Tls(cause) => {
                write!(f, "TLS could not be set up: {cause}; install the system's ca-certificates or set ca_file")
            }
        }
    }
}

impl std::error::Error for ClientError {}

impl From<ClientError> for CompanyFault {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Endpoint(EndpointError { key, address, fault }) => {
                CompanyFault::Address { key: key.to_owned(), address, fault }
            }
            ClientError::ExtraRoot(detail) => CompanyFault::ExtraRootUnusable { detail },
            ClientError::Tls(detail) => CompanyFault::Tls { detail },
        }
    }
}

/// Which of the two hosts to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The reception API.
    Api,
    /// The identity provider.
    IdentityProvider,
}

/// One service, shared by all sessions and worker threads.
#[derive(Debug)]
pub struct Client {
    sender: Sender,
    endpoints: Endpoints,
}

impl Client {
    /// Checks the addresses and prepares the connections; sends nothing.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        options.endpoints.check().map_err(ClientError::Endpoint)?;
        let extra_roots = match &options.extra_root {
            None => Vec::new(),
            Some(pem) => extra_roots(pem)?,
        };
        let trust = if options.endpoints.are_plain() { Trust::Nobody } else { Trust::System(extra_roots) };
        let bounds = Bounds { timeout: options.timeout, max_body: options.max_body, stop: options.stop };
        let sender = Sender::new(bounds, trust, options.clock).map_err(ClientError::Tls)?;
        Ok(Client { sender, endpoints: options.endpoints })
    }

    /// The addresses in use.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Looks whether a host answers at all, without credentials: any HTTP answer will do, and its `Date` tells the clock.
    /// The cause's `transport` says whether the name, the connection or TLS is at fault.
    pub fn probe(&self, target: Target) -> Result<RawAnswer, Cause> {
        let address = match target {
            Target::Api => &self.endpoints.api_url,
            Target::IdentityProvider => &self.endpoints.token_url,
        };
        self.exchange(Stage::Probe, &Request { method: Method::GET, address, token: None, body: None })
    }

    /// Sends a form to the identity provider.
    pub(crate) fn post_form(&self, stage: Stage, address: &str, form: &Zeroizing<String>) -> Result<RawAnswer, Cause> {
        let body = Some(("application/x-www-form-urlencoded; charset=utf-8", form.as_bytes()));
        self.exchange(stage, &Request { method: Method::POST, address, token: None, body })
    }

    /// Posts a document.
    pub(crate) fn post_document(&self, token: &Secret, body: &[u8]) -> Result<RawAnswer, Cause> {
        let address = &self.endpoints.resource(&["recepcion"]);
        let body = Some(("application/json", body));
        self.exchange(Stage::Submit, &Request { method: Method::POST, address, token: Some(token), body })
    }

    /// Asks for a document's status.
    pub(crate) fn get_status(&self, token: &Secret, key: &str) -> Result<RawAnswer, Cause> {
        let address = &self.endpoints.resource(&["recepcion", key]);
        self.exchange(Stage::Status, &Request { method: Method::GET, address, token: Some(token), body: None })
    }

    /// Asks for one page of the list of what the taxpayer has sent.
    pub(crate) fn get_list(&self, token: &Secret, offset: u64, limit: u64) -> Result<RawAnswer, Cause> {
        let address = format!("{}?offset={offset}&limit={limit}", self.endpoints.resource(&["comprobantes"]));
        self.exchange(Stage::List, &Request { method: Method::GET, address: &address, token: Some(token), body: None })
    }

    fn exchange(&self, stage: Stage, request: &Request<'_>) -> Result<RawAnswer, Cause> {
        self.sender.send(request).map_err(|error| fault::of_transport(stage, host_of(request.address), error))
    }
}

fn extra_roots(pem: &[u8]) -> Result<Vec<reqwest::Certificate>, ClientError> {
    let roots =
        reqwest::Certificate::from_pem_bundle(pem).map_err(|cause| ClientError::ExtraRoot(cause.to_string()))?;
    if roots.is_empty() {
        return Err(ClientError::ExtraRoot("it holds no certificate".to_owned()));
    }
    Ok(roots)
}

fn host_of(address: &str) -> String {
    Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
