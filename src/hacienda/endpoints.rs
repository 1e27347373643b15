//! The addresses of the service, and the rule that a secret only travels encrypted or stays on this machine.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;
use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::cause::AddressFault;
use crate::named::{Named, unknown};

/// Which of Hacienda's two services a company talks to.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<Environment>)]
pub enum Environment {
    /// `stag`: for trials, without legal effect.
    Sandbox,
    /// The real one.
    Production,
}

impl Named for Environment {
    const WHAT: &'static str = "an environment";
}

/// Where to log in and where to send.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoints {
    /// Base of the reception API, with or without a final slash.
    pub api_url: String,
    /// The identity provider's token address.
    pub token_url: String,
    /// The identity provider's logout address.
    pub logout_url: String,
    /// The public client of the realm.
    pub client_id: String,
}

impl Endpoints {
    /// Hacienda's published addresses (annex 3; IdP guide).
    pub fn of(environment: Environment) -> Self {
        let (api, realm, client_id) = match environment {
            Environment::Sandbox => ("recepcion-sandbox", "rut-stag", "api-stag"),
            Environment::Production => ("recepcion", "rut", "api-prod"),
        };
        let token_url =
            format!("https://idp.comprobanteselectronicos.go.cr/auth/realms/{realm}/protocol/openid-connect/token");
        Endpoints {
            api_url: format!("https://api.comprobanteselectronicos.go.cr/{api}/v1/"),
            logout_url: Endpoints::logout_beside(&token_url),
            token_url,
            client_id: client_id.to_owned(),
        }
    }

    /// The logout address: the token address with its last segment replaced.
    pub fn logout_beside(token_url: &str) -> String {
        let trimmed = token_url.trim_end_matches('/');
        let parent = trimmed.rfind('/').map_or(trimmed, |slash| &trimmed[..slash]);
        format!("{parent}/logout")
    }

    /// Checks that all three are addresses to which a secret may be sent.
    pub fn check(&self) -> Result<(), EndpointError> {
        for (key, address) in
            [("api_url", &self.api_url), ("token_url", &self.token_url), ("logout_url", &self.logout_url)]
        {
            check_address(address).map_err(|fault| EndpointError { key, address: address.clone(), fault })?;
        }
        Ok(())
    }

    /// Whether nothing here is encrypted, which [`Endpoints::check`] allows on this machine alone.
    pub(super) fn are_plain(&self) -> bool {
        [&self.api_url, &self.token_url, &self.logout_url].into_iter().all(|address| is_plain(address))
    }

    /// The address of one resource of the API; each segment is percent-encoded.
    pub(crate) fn resource(&self, segments: &[&str]) -> String {
        let mut address = self.api_url.trim_end_matches('/').to_owned();
        for segment in segments {
            address.push('/');
            super::form::percent_encode(segment.as_bytes(), &mut address);
        }
        address
    }
}

/// An address that must not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointError {
    /// The configuration key that holds it.
    pub key: &'static str,
    /// The address as written.
    pub address: String,
    /// What is wrong with it.
    pub fault: AddressFault,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}` cannot be used: {}", self.key, self.address, self.fault)
    }
}

impl std::error::Error for EndpointError {}

/// Whether an address is of plain http.
pub(super) fn is_plain(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| url.scheme() == "http")
}

/// Checks that a secret may be sent to this address: https, or plain http to this machine.
pub(crate) fn check_address(address: &str) -> Result<(), AddressFault> {
    let url = Url::parse(address).map_err(|cause| AddressFault::NotAnAddress { detail: cause.to_string() })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressFault::HoldsLogin);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(AddressFault::HoldsQuery);
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => Err(AddressFault::PlainHttp),
        other => Err(AddressFault::OtherScheme { scheme: other.to_owned() }),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(address: &str) -> Option<String> {
        check_address(address).err().map(|fault| fault.to_string())
    }

    #[test]
    fn the_published_addresses_are_usable() {
        for environment in [Environment::Sandbox, Environment::Production] {
            assert_eq!(Endpoints::of(environment).check(), Ok(()));
            assert_eq!(environment.name().parse(), Ok(environment));
        }
        assert_eq!(
            Endpoints::of(Environment::Sandbox).logout_url,
            "https://idp.comprobanteselectronicos.go.cr/auth/realms/rut-stag/protocol/openid-connect/logout"
        );
    }

    #[test]
    fn plain_http_only_to_this_machine() {
        for address in ["http://127.0.0.1:8080/v1", "http://127.9.9.9/", "http://[::1]:1/x", "http://localhost/v1"] {
            assert_eq!(reason(address), None, "{address}");
        }
        for address in [
            "http://example.test/v1",
            "http://127.0.0.1.example.test/",
            "http://localhost.example.test/",
            "http://10.0.0.1/",
            "http://0.0.0.0/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "https://user:word@example.test/",
            "https://example.test/?to=elsewhere",
            "example.test",
        ] {
            assert!(reason(address).is_some(), "{address}");
        }
    }

    #[test]
    fn a_final_slash_makes_no_difference_and_segments_are_encoded() {
        let mut endpoints = Endpoints::of(Environment::Production);
        let with = endpoints.resource(&["recepcion", "506"]);
        endpoints.api_url = endpoints.api_url.trim_end_matches('/').to_owned();
        assert_eq!(endpoints.resource(&["recepcion", "506"]), with);
        assert!(endpoints.resource(&["recepcion", "../x?y"]).ends_with("/recepcion/..%2Fx%3Fy"));
    }
}
