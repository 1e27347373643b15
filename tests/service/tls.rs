//! TLS is always verified: who may be spoken to, and what `ca_file` adds.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use cr_einvoice::cause::{Cause, Delivery, Transport};
use cr_einvoice::hacienda::{Client, ClientOptions, Credentials, Endpoints, RawAnswer, Session, Target};
use cr_einvoice::retry::Category;
use cr_einvoice::secret::Secret;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A root of our own that signs certificates for a server.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: Vec<u8>,
}

fn authority() -> Authority {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = parameters.self_signed(&key).unwrap().pem().into_bytes();
    Authority { issuer: Issuer::new(parameters, key), pem }
}

/// A server that answers every connection with 401; returns its base address.
fn serve(authority: &Authority, name: &str, expired: bool) -> String {
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if expired {
        parameters.not_after = date_time_ymd(2020, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = parameters.signed_by(&key, &authority.issuer).unwrap();
    let private_key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private_key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming().take(4) {
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), connection.unwrap());
            // A client that mistrusts us ends the handshake here.
            if stream.read(&mut [0; 4096]).is_ok() {
                let _ = stream.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
            }
        }
    });
    format!("https://localhost:{port}")
}

fn client(base: &str, extra_root: Option<Vec<u8>>) -> Client {
    let token_url = format!("{base}/auth/realms/rut-stag/protocol/openid-connect/token");
    let endpoints = Endpoints {
        api_url: format!("{base}/recepcion/v1"),
        logout_url: Endpoints::logout_beside(&token_url),
        token_url,
        client_id: "api-stag".to_owned(),
    };
    let timeout = Duration::from_secs(5);
    Client::new(ClientOptions { extra_root, timeout, ..ClientOptions::new(endpoints) }).unwrap()
}

fn probe(base: &str, extra_root: Option<Vec<u8>>) -> Result<RawAnswer, Cause> {
    client(base, extra_root).probe(Target::Api)
}

#[test]
fn the_extra_root_is_trusted() {
    let authority = authority();
    let base = serve(&authority, "localhost", false);
    assert_eq!(probe(&base, Some(authority.pem)).unwrap().http_status, 401);
}

#[test]
fn whoever_cannot_be_trusted_gets_no_password() {
    let ours = authority();
    let cases = [
        ("an unknown root", serve(&ours, "localhost", false), None),
        ("another root", serve(&ours, "localhost", false), Some(authority().pem)),
        ("another name", serve(&ours, "example.test", false), Some(ours.pem.clone())),
        ("an expired certificate", serve(&ours, "localhost", true), Some(ours.pem.clone())),
    ];
    for (name, base, extra_root) in cases {
        let credentials = Credentials { username: "u".to_owned(), password: Secret::new("p") };
        let fault = Session::new(Arc::new(client(&base, extra_root)), credentials).login().unwrap_err();
        assert_eq!(fault.transport(), Some(Transport::Tls), "{name}: {fault:?}");
        assert_eq!((fault.category(), fault.delivery()), (Category::Network, Some(Delivery::NotDelivered)), "{name}");
        assert!(!fault.login_refused(), "{name}");
    }
}
