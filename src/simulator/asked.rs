//! What a request is for: read once, before any rule looks at it.

use super::action::Endpoint;
use super::form;
use super::judge::Body;
use super::rules::Subject;
use super::wire::Request;
use crate::sha256::sha256;

/// The bases under which the API is served: the sandbox's and the real one's path.
const BASES: [&str; 2] = ["/recepcion-sandbox/v1/", "/recepcion/v1/"];

/// A request, understood.
pub(super) struct Asked {
    pub subject: Subject,
    /// The fields of a form.
    pub form: Vec<(String, Vec<u8>)>,
    /// The JSON of a POST, and the XML in it: each whole, or what is wrong with it.
    pub body: Option<Result<(Body, Vec<u8>), String>>,
    /// The realm of a token or logout address.
    pub realm: String,
}

impl Asked {
    pub(super) fn read(request: &Request) -> Self {
        let (endpoint, last) = route(request);
        let mut asked =
            Asked { subject: Subject { endpoint, key: None }, form: Vec::new(), body: None, realm: String::new() };
        match endpoint {
            Endpoint::Token | Endpoint::Logout => {
                asked.realm = last.to_owned();
                if is_of_type(request, "application/x-www-form-urlencoded") {
                    asked.form = form::decode(&request.body).unwrap_or_default();
                }
            }
            Endpoint::Submit if is_of_type(request, "application/json") => asked.read_body(&request.body),
            Endpoint::Submit => asked.body = Some(Err("El Content-Type debe ser application/json".to_owned())),
            Endpoint::Status => asked.subject.key = Some(last.to_owned()),
            Endpoint::List if !last.is_empty() => asked.subject.key = Some(last.to_owned()),
            Endpoint::List | Endpoint::Other => {}
        }
        asked
    }

    fn read_body(&mut self, bytes: &[u8]) {
        let body = Body::read(bytes);
        self.subject.key = body.as_ref().ok().map(Body::key);
        self.body = Some(body.and_then(|body| body.xml().map(|xml| (body, xml))));
    }

    /// A field of the form, as text.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.field_bytes(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// A field of the form.
    pub(super) fn field_bytes(&self, name: &str) -> Option<&[u8]> {
        self.form.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_slice())
    }

    /// SHA-256 of the XML posted.
    pub(super) fn sha256(&self) -> Option<String> {
        let (_, xml) = self.body.as_ref()?.as_ref().ok()?;
        Some(sha256(xml))
    }
}

fn is_of_type(request: &Request, media_type: &str) -> bool {
    let declared = request.content_type.as_deref().unwrap_or_default();
    declared.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
}

/// The endpoint, and the realm or the key in the path.
fn route(request: &Request) -> (Endpoint, &str) {
    let path = request.path.as_str();
    let post = request.method == "POST";
    if let Some((realm, operation)) = identity_provider(path) {
        return match operation {
            "token" if post => (Endpoint::Token, realm),
            "logout" if post => (Endpoint::Logout, realm),
            _ => (Endpoint::Other, ""),
        };
    }
    let Some(rest) = BASES.iter().find_map(|base| path.strip_prefix(base)) else { return (Endpoint::Other, "") };
    let rest = rest.trim_end_matches('/');
    let get = request.method == "GET";
    match rest.split_once('/') {
        None if rest == "recepcion" && post => (Endpoint::Submit, ""),
        None if rest == "comprobantes" && get => (Endpoint::List, ""),
        Some(("recepcion", key)) if get => (Endpoint::Status, key),
        Some(("comprobantes", key)) if get => (Endpoint::List, key),
        _ => (Endpoint::Other, ""),
    }
}

fn identity_provider(path: &str) -> Option<(&str, &str)> {
    let (realm, rest) = path.strip_prefix("/auth/realms/")?.split_once('/')?;
    Some((realm, rest.strip_prefix("protocol/openid-connect/")?))
}
