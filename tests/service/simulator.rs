//! The stand-in through plain TCP, as any client sees it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use cr_einvoice::clock::Clock;
use cr_einvoice::document::{Kind, Verdict, read_header, read_mensaje_hacienda};
use cr_einvoice::hacienda::{
    Answer, Client, ClientOptions, Credentials, Reception, ServiceStatus, Session, Submission, interpret_status,
};
use cr_einvoice::named::Named;
use cr_einvoice::secret::Secret;
use cr_einvoice::signature::rehearsal::KeyHolder;
use cr_einvoice::signature::{self, Credential, SignOptions};
use cr_einvoice::simulator::{Action, Endpoint, Rule, Script, Simulator, SimulatorError, SimulatorOptions, User};
use serde_json::{Value, json};

const CLAVE: &str = "50620112600310199988800100001010000000015112345678";
const TOKEN: &str = "/auth/realms/rut-stag/protocol/openid-connect/token";
const LOGOUT: &str = "/auth/realms/rut-stag/protocol/openid-connect/logout";
const RECEPCION: &str = "/recepcion-sandbox/v1/recepcion";

fn start(script: Script) -> Simulator {
    Simulator::start(SimulatorOptions { script, ..SimulatorOptions::default() }).unwrap()
}

struct Response {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// One request on a connection of its own.
fn ask(simulator: &Simulator, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut connection = TcpStream::connect(simulator.address()).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    connection.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Response { status, head, body: bytes[end + 4..].to_vec() }
}

fn form(simulator: &Simulator, path: &str, fields: &str) -> Response {
    ask(simulator, "POST", path, &[("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")], fields)
}

fn bearer(simulator: &Simulator) -> String {
    let answer = form(simulator, TOKEN, "grant_type=password&client_id=api-stag&username=u&password=p");
    format!("bearer {}", answer.json()["access_token"].as_str().unwrap())
}

fn post(simulator: &Simulator, bearer: &str, body: &Value) -> Response {
    let headers = [("Authorization", bearer), ("Content-Type", "application/json")];
    ask(simulator, "POST", RECEPCION, &headers, &body.to_string())
}

fn get(simulator: &Simulator, bearer: &str, path: &str) -> Response {
    ask(simulator, "GET", path, &[("Authorization", bearer)], "")
}

fn document(clave: &str, xml: &[u8]) -> Value {
    json!({
        "clave": clave,
        "fecha": "2026-11-20T09:15:00-06:00",
        "emisor": { "tipoIdentificacion": "02", "numeroIdentificacion": "3101999888" },
        "comprobanteXml": STANDARD.encode(xml),
    })
}

#[test]
fn it_listens_on_loopback_alone() {
    for listen in ["0.0.0.0:0", "192.168.1.1:0", "[::]:0"] {
        let options = SimulatorOptions { listen: listen.parse().unwrap(), ..SimulatorOptions::default() };
        assert!(matches!(Simulator::start(options), Err(SimulatorError::NotLoopback(_))), "{listen}");
    }
    let taken: SocketAddr = start_address();
    let _first = Simulator::start(SimulatorOptions { listen: taken, ..SimulatorOptions::default() }).unwrap();
    let second = Simulator::start(SimulatorOptions { listen: taken, ..SimulatorOptions::default() });
    assert!(matches!(second, Err(SimulatorError::Listen(..))));
}

fn start_address() -> SocketAddr {
    start(Script::default()).address()
}

#[test]
fn the_identity_provider_answers_as_keycloak_does() {
    let user = User { username: "u@stag".to_owned(), password: Secret::new("a b+&%") };
    let simulator = start(Script { users: vec![user], token_seconds: 77, ..Script::default() });
    let good = "grant_type=password&client_id=api-stag&username=u%40stag&password=a%20b%2B%26%25";
    let answer = form(&simulator, TOKEN, good);
    assert_eq!(answer.status, 200);
    let tokens = answer.json();
    assert_eq!((&tokens["expires_in"], &tokens["token_type"]), (&json!(77), &json!("bearer")));

    let error = |path: &str, fields: &str| {
        let answer = form(&simulator, path, fields);
        (answer.status, answer.json()["error"].as_str().unwrap().to_owned())
    };
    let wrong = "grant_type=password&client_id=api-stag&username=u%40stag&password=a%20b+&%25";
    assert_eq!(error(TOKEN, wrong), (401, "invalid_grant".to_owned()));
    assert_eq!(error(TOKEN, &good.replace("api-stag", "api-prod")), (401, "invalid_client".to_owned()));
    assert_eq!(error(TOKEN, "client_id=api-stag"), (400, "invalid_request".to_owned()));
    let json = ask(&simulator, "POST", TOKEN, &[("Content-Type", "application/json")], good);
    assert_eq!(json.status, 401, "a form in another media type is no form");

    let renewal = format!(
        "grant_type=refresh_token&client_id=api-stag&refresh_token={}",
        tokens["refresh_token"].as_str().unwrap()
    );
    let renewed = form(&simulator, TOKEN, &renewal);
    assert_eq!(renewed.status, 200);
    assert_eq!(error(TOKEN, &renewal), (400, "invalid_grant".to_owned()), "a refresh token serves once");
    let end = format!("client_id=api-stag&refresh_token={}", renewed.json()["refresh_token"].as_str().unwrap());
    let ended = form(&simulator, LOGOUT, &end);
    assert_eq!((ended.status, ended.body.len(), ended.header("content-length")), (204, 0, None));
}

#[test]
fn the_reception_answers_as_documented() {
    let simulator = start(Script::default());
    let bearer = bearer(&simulator);
    let first = post(&simulator, &bearer, &document(CLAVE, b"<x/>"));
    assert_eq!(first.status, 202);
    assert!(first.header("location").unwrap().ends_with(CLAVE));
    for header in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "date"] {
        assert!(first.header(header).is_some(), "{header}");
    }
    let again = post(&simulator, &bearer, &document(CLAVE, b"<other/>"));
    assert_eq!(again.status, 400);
    assert_eq!(
        again.header("x-error-cause"),
        Some(&*format!("El comprobante con la Clave [{CLAVE}] ya fue recibido."))
    );
    let record = simulator.record();
    let posts: Vec<_> = record.iter().filter(|request| request.endpoint == Endpoint::Submit).collect();
    assert_eq!(posts.iter().map(|post| post.taken_in).collect::<Vec<_>>(), [true, false]);
    assert_ne!(posts[0].sha256, posts[1].sha256);
    assert!(record.iter().zip(1..).all(|(request, number)| request.number == number));
}

#[test]
fn what_is_no_proper_request_is_refused() {
    let simulator = start(Script::default());
    let bearer = bearer(&simulator);
    let mut no_party = document(CLAVE, b"<x/>");
    no_party.as_object_mut().unwrap().remove("emisor");
    let mut no_base64 = document(CLAVE, b"<x/>");
    no_base64["comprobanteXml"] = json!("PHgv\nPg==");
    let mut long_number = document(CLAVE, b"<x/>");
    long_number["emisor"]["numeroIdentificacion"] = json!("1234567890123");
    for body in [no_party, no_base64, long_number, document("506", b"<x/>"), json!([]), json!("x")] {
        let answer = post(&simulator, &bearer, &body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.header("x-error-cause").is_some() && answer.header("validation-exception") == Some("true"));
    }
    assert_eq!(simulator.documents(), 0);
    let body = document(CLAVE, b"<x/>");
    for authorization in ["", "bearer x", "bearer", &bearer.replace("bearer ", "bearer  "), &bearer[7..]] {
        assert_eq!(post(&simulator, authorization, &body).status, 401, "{authorization}");
    }
    assert_eq!(get(&simulator, &bearer, "/recepcion-sandbox/v1/elsewhere").status, 403);
    assert_eq!(ask(&simulator, "DELETE", RECEPCION, &[], "").status, 403);
    assert_eq!(get(&simulator, &bearer, &format!("{RECEPCION}/{CLAVE}")).status, 404);
}

#[test]
fn an_unreadable_document_is_taken_in_and_rejected() {
    let simulator = start(Script { verdict_polls: 1, ..Script::default() });
    let bearer = bearer(&simulator);
    post(&simulator, &bearer, &document(CLAVE, b"no XML at all"));
    let path = format!("{RECEPCION}/{CLAVE}");
    let pending = get(&simulator, &bearer, &path).json();
    assert_eq!((&pending["clave"], &pending["ind-estado"]), (&json!(CLAVE), &json!("recibido")));
    assert_eq!(pending.get("respuesta-xml"), None);
    let verdict = get(&simulator, &bearer, &path).json();
    assert_eq!(verdict["ind-estado"], "rechazado");
    let xml = STANDARD.decode(verdict["respuesta-xml"].as_str().unwrap()).unwrap();
    let xml = String::from_utf8(xml).unwrap();
    assert!(xml.contains("<NombreEmisor>DESCONOCIDO</NombreEmisor>") && xml.contains("<Mensaje>3</Mensaje>"), "{xml}");
    assert_eq!(
        get(&simulator, &bearer, &path).json()["respuesta-xml"],
        verdict["respuesta-xml"],
        "always the same bytes"
    );
}

/// A comprobante as small as the header reader takes it.
fn factura(clave: &str) -> String {
    format!(
        "<FacturaElectronica xmlns=\"https://cdn.comprobanteselectronicos.go.cr/xml-schemas/v4.4/facturaElectronica\">\
         <Clave>{clave}</Clave><NumeroConsecutivo>{}</NumeroConsecutivo>\
         <FechaEmision>2026-11-20T09:15:00-06:00</FechaEmision><Emisor><Nombre>Ñandú &amp; Cía</Nombre>\
         <Identificacion><Tipo>02</Tipo><Numero>3101999888</Numero></Identificacion></Emisor>\
         <Receptor><Nombre>Ana</Nombre><Identificacion><Tipo>01</Tipo><Numero>109990888</Numero></Identificacion></Receptor>\
         <ResumenFactura><CodigoTipoMoneda><CodigoMoneda>CRC</CodigoMoneda></CodigoTipoMoneda>\
         <TotalComprobante>113.00000</TotalComprobante></ResumenFactura></FacturaElectronica>",
        &clave[21..41]
    )
}

fn sign(xml: &str) -> Vec<u8> {
    static CREDENTIAL: LazyLock<Credential> = LazyLock::new(|| {
        let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let holder = KeyHolder {
            name: "ACME (PRUEBAS)",
            serial_number: "CPJ-3-101-999888",
            from: day(2020),
            until: day(2040),
            long_key: false,
        };
        holder.self_signed().unwrap().credential().unwrap()
    });
    let at = "2026-11-20T15:15:00Z".parse().unwrap();
    signature::sign(xml.as_bytes(), &CREDENTIAL, &SignOptions::default(), at).unwrap()
}

/// Posts a document and reads the verdict on it: the word and the answer.
fn verdict(simulator: &Simulator, bearer: &str, clave: &str, xml: &[u8]) -> (String, Vec<u8>) {
    let posted = post(simulator, bearer, &document(clave, xml));
    assert_eq!(posted.status, 202, "{:?}", posted.header("x-error-cause"));
    let answer = get(simulator, bearer, &format!("{RECEPCION}/{clave}")).json();
    let xml = STANDARD.decode(answer["respuesta-xml"].as_str().unwrap()).unwrap();
    (answer["ind-estado"].as_str().unwrap().to_owned(), xml)
}

/// A clave of the same series with another number and security code.
fn clave(number: u32, code: u32) -> String {
    format!("5062011260031019998880010000101{number:010}1{code:08}")
}

#[test]
fn a_signed_document_is_accepted_with_a_signed_answer() {
    let simulator = start(Script::default());
    let bearer = bearer(&simulator);
    let (word, answer) = verdict(&simulator, &bearer, &clave(1, 1), &sign(&factura(&clave(1, 1))));
    let mensaje = read_mensaje_hacienda(&answer).unwrap();
    assert_eq!((word.as_str(), mensaje.verdict), ("aceptado", Some(Verdict::Accepted)), "{}", mensaje.detail);
    assert_eq!(mensaje.clave, clave(1, 1));
    let verification = signature::verify(&answer);
    assert!(verification.valid(), "{:?}", verification.failure());
    assert_eq!(verification.signer.as_deref(), Some("MINISTERIO DE HACIENDA (PRUEBAS)"));
    let text = String::from_utf8(answer).unwrap();
    assert!(text.contains("<NombreEmisor>Ñandú &amp; Cía</NombreEmisor>") && text.contains("<TotalFactura>113.00000<"));
}

/// Every kind, as our own client posts it from what the header says.
#[test]
fn samples_of_every_kind_are_accepted() {
    let mut kinds = BTreeSet::new();
    let folders = ["/examples/documents", "/tests/fixtures/documents"];
    let folders = folders.map(|folder| format!("{}{folder}", env!("CARGO_MANIFEST_DIR")));
    for entry in folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()) {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "xml") {
            continue;
        }
        // A stand-in for each: some samples are variants of one clave.
        let simulator = start(Script::default());
        let client = Client::new(ClientOptions::new(simulator.endpoints())).unwrap();
        let credentials = Credentials { username: "u".to_owned(), password: Secret::new("p") };
        let session = Session::new(Arc::new(client), credentials);
        let xml = sign(&fs::read_to_string(&path).unwrap());
        let header = read_header(&xml).unwrap();
        let message = header.kind == Kind::MensajeReceptor;
        let submission = Submission {
            clave: header.clave.to_string(),
            fecha: header.issued_text.clone(),
            emisor: header.emisor.identification.clone().unwrap(),
            receptor: header.receptor.clone().and_then(|receptor| receptor.identification),
            consecutivo_receptor: message.then(|| header.consecutivo.to_string()),
            xml,
        };
        assert!(matches!(session.submit(&submission), Ok(Reception::Received { .. })), "{}", path.display());
        let answer = session.status(&header.key()).unwrap();
        let Ok(Answer::Found(found)) = interpret_status(&answer, &header.key()) else { panic!("{}", path.display()) };
        let mensaje = read_mensaje_hacienda(&found.xml.unwrap().unwrap()).unwrap();
        assert_eq!(found.status, ServiceStatus::Accepted, "{}: {}", path.display(), mensaje.detail);
        kinds.insert(header.kind);
    }
    assert_eq!(kinds.len(), Kind::ALL.len(), "{kinds:?}");
}

#[test]
fn what_hacienda_would_reject_is_rejected() {
    let simulator = start(
        Script::default()
            .with(Rule::new(Action::Reject(vec![-37, -400])).for_clave(clave(7, 7)))
            .with(Rule::new(Action::Warn(vec![-37])).for_clave(clave(8, 8))),
    );
    let bearer = bearer(&simulator);
    let ask = |clave: &str, xml: &[u8]| {
        let (word, answer) = verdict(&simulator, &bearer, clave, xml);
        let mensaje = read_mensaje_hacienda(&answer).unwrap();
        let codes: Vec<String> = mensaje.rows.iter().filter_map(|row| row.code.clone()).collect();
        (word, codes, mensaje.detail)
    };
    let (word, codes, detail) = ask(&clave(2, 1), factura(&clave(2, 1)).as_bytes());
    assert_eq!((word.as_str(), codes.len()), ("rechazado", 0), "unsigned: {detail}");
    assert!(detail.contains("firma"), "{detail}");
    let signed = String::from_utf8(sign(&factura(&clave(3, 1)))).unwrap();
    let (word, _, detail) = ask(&clave(3, 1), signed.replace("113.00000", "1.00000").as_bytes());
    assert!(word == "rechazado" && detail.contains("modificado"), "{detail}");

    assert_eq!(ask(&clave(4, 1), &sign(&factura(&clave(4, 1)))).0, "aceptado");
    let (word, codes, _) = ask(&clave(4, 2), &sign(&factura(&clave(4, 2))));
    assert_eq!((word.as_str(), codes), ("rechazado", vec!["-99".to_owned()]), "the consecutivo is used");

    let (word, codes, _) = ask(&clave(7, 7), &sign(&factura(&clave(7, 7))));
    assert_eq!((word.as_str(), codes), ("rechazado", vec!["-37".to_owned(), "-400".to_owned()]));
    let (word, codes, _) = ask(&clave(8, 8), &sign(&factura(&clave(8, 8))));
    assert_eq!((word.as_str(), codes), ("aceptado", vec!["-37".to_owned()]));
}

#[test]
fn body_and_document_must_agree() {
    let simulator = start(Script::default());
    let bearer = bearer(&simulator);
    let signed = sign(&factura(&clave(1, 1)));
    let mut other_date = document(&clave(1, 1), &signed);
    other_date["fecha"] = json!("2026-11-20T09:15:01-06:00");
    let mut other_emisor = document(&clave(1, 1), &signed);
    other_emisor["emisor"]["numeroIdentificacion"] = json!("3101999889");
    let mut message = document(&clave(1, 1), &signed);
    message["consecutivoReceptor"] = json!("00100001050000000001");
    for body in [document(&clave(1, 2), &signed), other_date, other_emisor, message] {
        assert_eq!(post(&simulator, &bearer, &body).status, 400);
    }
    assert_eq!(simulator.documents(), 0);
    assert_eq!(post(&simulator, &bearer, &document(&clave(1, 1), &signed)).status, 202);
}

#[test]
fn lists_come_in_pages_newest_first() {
    let simulator = start(Script::default());
    let bearer = bearer(&simulator);
    let claves: Vec<String> = (0..3).map(|number| format!("{}{number}", &CLAVE[..49])).collect();
    for clave in &claves {
        assert_eq!(post(&simulator, &bearer, &document(clave, b"<x/>")).status, 202);
    }
    let base = "/recepcion-sandbox/v1/comprobantes";
    let page = get(&simulator, &bearer, &format!("{base}?offset=1&limit=1&emisor=02003101999888"));
    assert_eq!((page.status, page.header("content-range")), (206, Some("1-1/3")));
    assert_eq!(page.header("accept-range"), Some("resource 50"));
    assert_eq!(page.json()[0]["clave"], json!(claves[1]));
    let none = get(&simulator, &bearer, &format!("{base}?emisor=01000109990888"));
    assert_eq!((none.status, none.json()), (200, json!([])));
    let one = get(&simulator, &bearer, &format!("{base}/{}", claves[2]));
    assert_eq!(one.json()["emisor"]["numeroIdentificacion"], "3101999888");
}

#[test]
fn verdicts_follow_the_clock_that_is_set() {
    let noon = "2026-11-20T12:00:00Z".parse().unwrap();
    let script = Script { verdict_seconds: 3600, token_seconds: 7200, ..Script::default() };
    let options = SimulatorOptions { script, clock: Clock::Fixed(noon), ..SimulatorOptions::default() };
    let simulator = Simulator::start(options).unwrap();
    let bearer = bearer(&simulator);
    let posted = post(&simulator, &bearer, &document(CLAVE, b"<x/>"));
    assert_eq!(posted.header("date"), Some("Fri, 20 Nov 2026 12:00:00 GMT"));
    let word = || get(&simulator, &bearer, &format!("{RECEPCION}/{CLAVE}")).json()["ind-estado"].clone();
    assert_eq!(word(), "recibido");
    simulator.set_clock(Clock::Fixed(noon + chrono::TimeDelta::seconds(3600)));
    assert_eq!(word(), "rechazado");
    simulator.set_clock(Clock::Fixed(noon + chrono::TimeDelta::seconds(7200)));
    assert_eq!(get(&simulator, &bearer, RECEPCION).status, 403);
    assert_eq!(get(&simulator, &bearer, &format!("{RECEPCION}/{CLAVE}")).status, 401, "the token has ended");
}

#[test]
fn the_record_is_also_a_file_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("requests.jsonl");
    let script = Script { record: Some(path.clone()), ..Script::default() }
        .with(Rule::new(Action::ResetAfter).at(Endpoint::Submit).nth(2));
    let simulator = start(script);
    let bearer = bearer(&simulator);
    post(&simulator, &bearer, &document(CLAVE, b"<x/>"));
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["endpoint"], &lines[0]["grant"]), (&json!("token"), &json!("password")));
    assert_eq!(
        (&lines[1]["clave"], &lines[1]["http_status"], &lines[1]["taken_in"]),
        (&json!(CLAVE), &json!(202), &json!(true))
    );
    assert!(!text.contains(&bearer[7..]));
}

#[test]
fn bytes_that_are_no_request_end_the_connection() {
    let simulator = start(Script::default());
    let endless = format!("GET /{}", "a".repeat(70_000));
    for bytes in [&b"\x16\x03\x01\x02\x00"[..], b"NONSENSE\r\n\r\n", b"GET / HTTP/9\r\n\r\n", endless.as_bytes()] {
        let mut connection = TcpStream::connect(simulator.address()).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        connection.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        // A reset is as good an end as a status.
        let _ = connection.read_to_end(&mut answer);
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"));
    }
}

#[test]
fn stopping_ends_connections_that_are_held() {
    let mut simulator = start(Script::default().with(Rule::new(Action::TimeoutBefore)));
    let mut connection = TcpStream::connect(simulator.address()).unwrap();
    connection.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    simulator.stop();
    connection.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(connection.read(&mut [0; 8]).unwrap_or(0), 0);
    assert!(TcpStream::connect(simulator.address()).is_err());
}

#[test]
fn the_example_script_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/simulator.toml");
    let text = fs::read_to_string(path).unwrap();
    let script = Script::parse(&text).unwrap();
    assert_eq!((script.users.len(), script.rules.len()), (1, 10));
    // The commented lines are right too: the record, the limit, and each action of the closing list.
    let uncommented = text.replace("# record =", "record =").replace("# rate_limit =", "rate_limit =");
    assert!(Script::parse(&uncommented).unwrap().rate_limit.is_some());
    let (_, list) = text.split_once("# The other actions: ").unwrap();
    let list = list.replace("\n#", "").replace('\n', "");
    let actions: toml::Table = format!("actions = [{}]", list.trim_end_matches('.')).parse().unwrap();
    for action in actions["actions"].as_array().unwrap() {
        let rule = format!("[[rule]]\naction = {action}");
        assert!(Script::parse(&rule).is_ok(), "{rule}");
    }
}
