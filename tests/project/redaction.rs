//! No PIN, password or token is ever printed or stored: everything that a run leaves behind is searched for them.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::common::{Installation, PASSWORD, PIN, Setup, invoices};

const ACCESS: &str = "access-token-Jk3-que-no-se-muestra";
const REFRESH: &str = "refresh-token-Pq8-que-no-se-muestra";

/// A service that gives out known tokens, and repeats in its answers what it was sent.
fn indiscreet_service() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            answer(connection.unwrap());
        }
    });
    format!("http://{address}")
}

fn answer(mut connection: TcpStream) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let mut head = String::new();
    let (mut length, mut token) = (0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 {
            return;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.to_lowercase().starts_with("authorization:") {
            token = line.trim().rsplit(' ').next().unwrap_or_default().to_owned();
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8_lossy(&body);
    let path = head.split(' ').nth(1).unwrap_or_default();
    let key = path.rsplit('/').next().unwrap_or_default();
    let told = format!("X-Error-Cause: el token {token} no sirve\r\nLocation: http://127.0.0.1/{token}\r\n");
    let mut headers = "";
    let (status, text) = match Some(path) {
        Some("/x/token") if body.contains("clave-buena") => (
            "200 OK",
            format!(
                "{{\"access_token\":\"{ACCESS}\",\"refresh_token\":\"{REFRESH}\",\"expires_in\":300,\
                 \"refresh_expires_in\":1800,\"token_type\":\"bearer\"}}"
            ),
        ),
        Some("/x/token") => {
            ("401 Unauthorized", format!("{{\"error\":\"invalid_grant\",\"error_description\":\"{body}\"}}"))
        }
        // Whatever is asked or sent is refused, in the words of the request.
        Some(path) if path.starts_with("/refusing") => {
            headers = &told;
            ("400 Bad Request", format!("{{\"message\":\"bearer {token}\"}}"))
        }
        // Documents are received and judged, and every answer repeats the token.
        Some(path) if path.starts_with("/echoing") && head.starts_with("POST") => {
            headers = &told;
            ("202 Accepted", format!("{{\"token\":\"{token}\"}}"))
        }
        Some(path) if path.starts_with("/echoing") => {
            ("200 OK", format!("{{\"clave\":\"{key}\",\"ind-estado\":\"procesando\",\"nota\":\"bearer {token}\"}}"))
        }
        _ => ("503 Service Unavailable", String::new()),
    };
    let _ = write!(
        connection,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{text}",
        text.len()
    );
}

fn pointing_at(service: &str) -> Installation {
    pointing_into(service, "")
}

fn pointing_into(service: &str, folder: &str) -> Installation {
    Setup::default()
        .setting("api_url", format!("\"{service}{folder}/recepcion\""))
        .setting("token_url", format!("\"{service}/x/token\""))
        .build()
}

/// Whether the bytes hold the secret, as it is or as a form would carry it.
fn holds(bytes: &[u8], secret: &str) -> bool {
    let encoded: String = secret
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    [secret.to_owned(), encoded.replace("%20", "+"), encoded]
        .iter()
        .any(|form| bytes.windows(form.len()).any(|window| window == form.as_bytes()))
}

#[track_caller]
fn nothing_shows(installation: &Installation, secrets: &[&str], commands: &[&[&str]]) {
    let mut places: Vec<(String, Vec<u8>)> = Vec::new();
    for arguments in commands {
        let verbose: Vec<&str> = arguments.iter().copied().chain(["-vvv"]).collect();
        let ran = installation.run(&verbose);
        places.push((format!("stdout of {arguments:?}"), ran.stdout.into_bytes()));
        places.push((format!("stderr of {arguments:?}"), ran.stderr.into_bytes()));
        for suffix in ["", "-wal"] {
            if let Ok(bytes) = fs::read(installation.path(&format!("cr-einvoice.db{suffix}"))) {
                places.push((format!("the database{suffix} after {arguments:?}"), bytes));
            }
        }
    }
    for secret in secrets {
        for (place, bytes) in &places {
            assert!(!holds(bytes, secret), "{secret} is in {place}");
        }
    }
}

/// Every value that is kept for people, as the database holds it.
fn kept(installation: &Installation) -> Vec<String> {
    [
        "SELECT last_error FROM retry_queue",
        "SELECT message FROM refused_logins",
        "SELECT message FROM breakers",
        "SELECT detail FROM events",
        "SELECT reason FROM documents WHERE reason IS NOT NULL",
        "SELECT error_description FROM responses",
    ]
    .iter()
    .flat_map(|query| installation.rows(query))
    .collect()
}

#[test]
fn a_refused_login_repeats_no_password() {
    let installation = pointing_at(&indiscreet_service());
    installation.one_signed();
    let commands: &[&[&str]] =
        &[&["submit"], &["retry", "list"], &["retry", "now", "1"], &["doctor"], &["run", "--json"]];
    nothing_shows(&installation, &[PASSWORD, PIN], commands);
    // The refusal itself was kept, with the service's words less what it repeated.
    let kept = kept(&installation);
    assert!(kept.iter().any(|text| text.contains("credentials_refused") && text.contains("(redacted)")), "{kept:?}");
    assert!(kept.iter().all(|text| [PASSWORD, PIN].iter().all(|secret| !holds(text.as_bytes(), secret))), "{kept:?}");
}

#[test]
fn a_failing_service_shows_no_token() {
    let installation = pointing_at(&indiscreet_service());
    installation.write_private("password", b"clave-buena-Wx9");
    installation.one_signed();
    let commands: &[&[&str]] =
        &[&["submit"], &["retry", "now", "1", "--json"], &["retry", "list"], &["doctor"], &["stats"], &["run"]];
    let secrets = ["clave-buena-Wx9", ACCESS, REFRESH, PIN];
    nothing_shows(&installation, &secrets, commands);
    let kept = kept(&installation);
    assert!(kept.iter().any(|text| text.contains(r#""http_status":503"#)), "{kept:?}");
    assert!(kept.iter().all(|text| secrets.iter().all(|secret| !holds(text.as_bytes(), secret))), "{kept:?}");
}

/// A token that comes back in a header, an address or a body is neither stored nor shown; what else was said is.
#[test]
fn a_token_that_the_service_repeats_is_not_kept() {
    for (folder, kept_words) in [("/refusing", "no sirve"), ("/echoing", "procesando")] {
        let installation = pointing_into(&indiscreet_service(), folder);
        installation.write_private("password", b"clave-buena-Wx9");
        let clave = installation.one_signed();
        let commands: &[&[&str]] = &[
            &["submit"],
            &["poll"],
            &["retry", "now", "--all"],
            &["show", &clave],
            &["show", &clave, "--json"],
            &["retry", "list"],
            &["responses", "list"],
            &["responses", "export"],
            &["responses", "show", "1", "--raw"],
        ];
        let secrets = ["clave-buena-Wx9", ACCESS, REFRESH];
        nothing_shows(&installation, &secrets, commands);
        let raw = installation.run(&["responses", "show", "1", "--raw"]).stdout;
        let all = format!("{:?}{raw}", kept(&installation));
        assert!(all.contains(kept_words) && all.contains("(redacted)"), "{folder}: {all}");
        assert!(secrets.iter().all(|secret| !holds(all.as_bytes(), secret)), "{folder}: {all}");
    }
}

#[test]
fn a_wrong_pin_is_not_repeated() {
    let installation = Installation::new();
    installation.import(&invoices(1));
    installation.write_private("pin", b"pin-equivocado-Zz4");
    nothing_shows(&installation, &["pin-equivocado-Zz4"], &[&["sign"], &["sign", "--json"], &["doctor", "--offline"]]);
}

#[test]
fn a_secret_written_into_the_configuration_is_refused_without_being_repeated() {
    for (from, secret) in [
        ("pin = { file = \"pin\" }", "pin = \"pin-escrito-Aa1\""),
        ("password = { file = \"password\" }", "password = \"clave-escrita-Bb2\""),
        ("password = { file = \"password\" }", "password = { plain = \"clave-escrita-Cc3\" }"),
    ] {
        let installation = Installation::new();
        installation.reconfigure(from, secret);
        let value = secret.split('"').nth(1).unwrap();
        nothing_shows(&installation, &[value], &[&["sign"], &["doctor", "--offline"], &["list", "--json"]]);
        installation.run(&["sign"]).exits(2);
    }
}
