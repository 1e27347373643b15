//! An installation for one test: a temporary folder with a configuration, a key, secrets and a database, beside a stand-in
//! for Hacienda in this process; and the real binary that runs in it.
//!
//! The time of both is fixed at [`NOW`], so that no test depends on the day on which it runs.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::Duration;

use chrono::NaiveDate;
use cr_einvoice::clock::Clock;
use cr_einvoice::signature::rehearsal::{KeyHolder, Protection};
use cr_einvoice::simulator::{Endpoint, RecordedRequest, Script, Simulator, SimulatorOptions};
use cr_einvoice::store::{Paper, Store};
use rusqlite::Connection;
use rusqlite::types::Value as Sql;
use serde_json::Value;
use tempfile::TempDir;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_cr-einvoice");
/// When every test takes place, unless it says otherwise: after the samples were issued.
pub const NOW: &str = "2026-11-20T18:00:00Z";
/// The PIN of every key here. Long and odd, so that a leak of it is found.
pub const PIN: &str = "pin-Zq7-que-no-se-muestra";
/// The password of every company here.
pub const PASSWORD: &str = "clave-Wx9 & que+no%se=muestra";
/// The invented company of the samples.
pub const IMAGINARIA: &str = "3101999888";
/// The receiver in the samples, who is the second company where a test wants two.
pub const HOTEL: &str = "3102999666";

static IMAGINARIA_KEY: LazyLock<Vec<u8>> = LazyLock::new(|| key("CPJ-3-101-999888", (2026, 1, 1), (2030, 1, 1)));
static HOTEL_KEY: LazyLock<Vec<u8>> = LazyLock::new(|| key("CPJ-3-102-999666", (2026, 1, 1), (2030, 1, 1)));

/// A key of this holder, valid between these days.
pub fn key(serial_number: &str, not_before: (i32, u32, u32), not_after: (i32, u32, u32)) -> Vec<u8> {
    let day = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let holder = KeyHolder {
        name: "SOLO PARA PRUEBAS",
        serial_number,
        from: day(not_before),
        until: day(not_after),
        long_key: false,
    };
    holder.self_signed().unwrap().p12(PIN, Protection::TripleDes).unwrap()
}

/// What an installation is made of.
pub struct Setup {
    script: Script,
    settings: BTreeMap<String, String>,
    two_companies: bool,
    company_settings: String,
    clock: &'static str,
}

impl Default for Setup {
    fn default() -> Self {
        let settings = [
            ("environment", "\"sandbox\""),
            ("polling_interval", "0"),
            ("polling_min_age", "0"),
            ("batch_delay", "0"),
            ("request_timeout", "1"),
            // Its question would stand among the requests that a test counts; the tests of restores ask it.
            ("numbering_guard_hours", "0"),
        ];
        Setup {
            script: Script::default(),
            settings: settings.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            two_companies: false,
            company_settings: String::new(),
            clock: NOW,
        }
    }
}

impl Setup {
    /// What the stand-in is to do.
    pub fn script(mut self, script: Script) -> Self {
        self.script = script;
        self
    }

    /// A key of `[defaults]`.
    pub fn setting(mut self, key: &str, value: impl ToString) -> Self {
        self.settings.insert(key.to_owned(), value.to_string());
        self
    }

    /// Lines of the first `[[company]]`.
    pub fn company_lines(mut self, lines: &str) -> Self {
        self.company_settings = lines.to_owned();
        self
    }

    /// The receiver of the samples is a company too.
    pub fn two_companies(mut self) -> Self {
        self.two_companies = true;
        self
    }

    /// Another fixed instant.
    pub fn clock(mut self, instant: &'static str) -> Self {
        self.clock = instant;
        self
    }

    /// Writes it all down and starts the stand-in.
    pub fn build(self) -> Installation {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::Fixed(self.clock.parse().unwrap());
        let options = SimulatorOptions { script: self.script, clock, ..SimulatorOptions::default() };
        let simulator = Simulator::start(options).unwrap();
        let installation = Installation { folder, simulator, clock: self.clock.to_owned() };
        installation.write_private("imaginaria.p12", &IMAGINARIA_KEY);
        installation.write_private("pin", PIN.as_bytes());
        installation.write_private("password", PASSWORD.as_bytes());
        let mut config = String::from("database = \"cr-einvoice.db\"\n\n[defaults]\n");
        let mut settings = self.settings;
        settings.entry("api_url".into()).or_insert_with(|| format!("\"{}\"", installation.simulator.url()));
        settings.entry("token_url".into()).or_insert_with(|| format!("\"{}\"", installation.simulator.token_url()));
        config.extend(settings.iter().map(|(key, value)| format!("{key} = {value}\n")));
        config.push_str(&company("imaginaria", IMAGINARIA, "cpj-3-101-999888@stag.test"));
        config.push_str(&self.company_settings);
        config.push('\n');
        if self.two_companies {
            installation.write_private("hotel.p12", &HOTEL_KEY);
            config.push_str(&company("hotel", HOTEL, "cpj-3-102-999666@stag.test"));
        }
        installation.write("cr-einvoice.toml", config.as_bytes());
        cr_einvoice::store::Store::create(&installation.database()).unwrap();
        installation
    }
}

fn company(id: &str, identification: &str, username: &str) -> String {
    format!(
        "\n[[company]]\nid = \"{id}\"\nname = \"{id}\"\nidentification_type = \"02\"\nidentification = \"{identification}\"\n\
         certificate = \"{id}.p12\"\npin = {{ file = \"pin\" }}\nusername = \"{username}\"\n\
         password = {{ file = \"password\" }}\n"
    )
}

/// A furnished folder and its stand-in.
pub struct Installation {
    folder: TempDir,
    /// The stand-in.
    pub simulator: Simulator,
    clock: String,
}

/// What a run of the program left behind.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; none when it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    line: String,
}

impl Ran {
    /// Holds the exit code against the expected one.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        let Ran { stdout, stderr, line, .. } = &self;
        assert_eq!(self.code, Some(code), "`{line}`\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
        self
    }

    /// The one JSON object on stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("`{}`: {error}: {self:?}", self.line))
    }

    /// Nothing was printed at all.
    #[track_caller]
    pub fn is_silent(&self) {
        assert_eq!((self.stdout.as_str(), self.stderr.as_str()), ("", ""), "`{}`", self.line);
    }
}

impl From<(String, Output)> for Ran {
    fn from((line, output): (String, Output)) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr), line }
    }
}

impl Installation {
    /// One company, all waiting times zero, a stand-in that does no harm.
    pub fn new() -> Self {
        Setup::default().build()
    }

    /// The same with a stand-in that follows a script.
    pub fn with(script: Script) -> Self {
        Setup::default().script(script).build()
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The database's path.
    pub fn database(&self) -> PathBuf {
        self.path("cr-einvoice.db")
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes a file that its owner alone may read.
    pub fn write_private(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.write(name, bytes);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// Replaces text in the configuration.
    #[track_caller]
    pub fn reconfigure(&self, from: &str, to: &str) {
        let path = self.path("cr-einvoice.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} is not in the configuration");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// From now on it is this instant, here and at the stand-in.
    pub fn set_clock(&mut self, instant: &str) {
        self.clock = instant.to_owned();
        self.simulator.set_clock(Clock::Fixed(instant.parse().unwrap()));
    }

    /// The program with these arguments, in this installation, in an environment of nothing else.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .env_clear()
            .env("CR_EINVOICE_CONFIG", self.path("cr-einvoice.toml"))
            .env("CR_EINVOICE_CLOCK", &self.clock)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .args(arguments);
        command
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        finish(self.start(arguments), arguments)
    }

    /// Runs the program with bytes on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // A program that refuses what it reads need not read it all.
        let _ = child.stdin.take().unwrap().write_all(input);
        finish(child, arguments)
    }

    /// Starts the program and does not wait for it.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// Runs the program with `--json` and returns what it says; the exit code must be this one.
    #[track_caller]
    pub fn json(&self, arguments: &[&str], code: i32) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        self.run(&arguments).exits(code).json()
    }

    /// Puts documents into the database as drafts.
    #[track_caller]
    pub fn import(&self, documents: &[Sample]) {
        for (number, document) in documents.iter().enumerate() {
            self.write(&format!("in/{number:05}.xml"), document.xml.as_bytes());
        }
        self.run(&["import", "in"]).exits(0);
    }

    /// Puts documents into the database and signs them.
    #[track_caller]
    pub fn signed(&self, documents: &[Sample]) {
        self.import(documents);
        self.run(&["sign"]).exits(0);
    }

    /// One invoice, signed; its clave.
    #[track_caller]
    pub fn one_signed(&self) -> String {
        let document = invoice(1);
        self.signed(std::slice::from_ref(&document));
        document.clave
    }

    /// One invoice that the stand-in has; its clave.
    #[track_caller]
    pub fn one_submitted(&self) -> String {
        let clave = self.one_signed();
        self.run(&["submit"]).exits(0);
        clave
    }

    /// A connection that only reads.
    pub fn connection(&self) -> Connection {
        Connection::open_with_flags(self.database(), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    /// The rows of a query, each value as text, NULL as `-`, columns joined by a blank.
    #[track_caller]
    pub fn rows(&self, sql: &str) -> Vec<String> {
        let connection = self.connection();
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement
            .query_map([], |row| (0..columns).map(|column| row.get::<_, Sql>(column)).collect::<Result<Vec<_>, _>>())
            .unwrap();
        rows.map(|row| row.unwrap().iter().map(text_of).collect::<Vec<_>>().join(" ")).collect()
    }

    /// The one value of a query.
    #[track_caller]
    pub fn value(&self, sql: &str) -> String {
        let rows = self.rows(sql);
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows.into_iter().next().unwrap()
    }

    /// The stored bytes of the document with this row number, if there are any.
    #[track_caller]
    pub fn paper(&self, document: i64, paper: Paper) -> Option<Vec<u8>> {
        let store = Store::open_to_read(&self.database()).unwrap();
        let clave = self.value(&format!("SELECT clave FROM documents WHERE id = {document}"));
        let documents = store.documents_named(&clave).unwrap();
        let found = documents.iter().find(|found| found.id.number() == document).unwrap();
        store.paper(found.id, paper).unwrap()
    }

    /// The same as text; `-` when there is none.
    #[track_caller]
    pub fn paper_text(&self, document: i64, paper: Paper) -> String {
        self.paper(document, paper).map_or("-".to_owned(), |bytes| String::from_utf8(bytes).unwrap())
    }

    /// The state of a document.
    #[track_caller]
    pub fn state(&self, clave: &str) -> String {
        self.value(&format!("SELECT state FROM documents WHERE clave = '{clave}'"))
    }

    /// What the stand-in was asked about a document and how it answered: `POST 202`, `GET 200 aceptado`, `POST -`.
    pub fn requests(&self, clave: &str) -> Vec<String> {
        let about = |request: &RecordedRequest| request.clave.as_deref() == Some(clave);
        self.simulator.record().iter().filter(|request| about(request)).map(spelt).collect()
    }

    /// Requests to the identity provider: `password 200`, `refresh_token 200`, `logout 204`.
    pub fn logins(&self) -> Vec<String> {
        let name = |request: &RecordedRequest| {
            let what = match request.endpoint {
                Endpoint::Token => request.grant.clone().unwrap_or_default(),
                Endpoint::Logout => "logout".to_owned(),
                _ => return None,
            };
            Some(format!("{what} {}", request.http_status.map_or("-".to_owned(), |status| status.to_string())))
        };
        self.simulator.record().iter().filter_map(name).collect()
    }

    /// Nothing was lost, doubled or changed: every POST of a clave carried the stored bytes, every clave was taken in once at
    /// most, after an unknown outcome came a question, and after a final answer no POST.
    #[track_caller]
    pub fn nothing_doubled_or_changed(&self) {
        let stored: BTreeMap<String, String> = self
            .rows("SELECT clave, coalesce(signed_sha256, '-') FROM documents")
            .iter()
            .map(|row| row.split_once(' ').map(|(clave, hash)| (clave.to_owned(), hash.to_owned())).unwrap())
            .collect();
        let mut by_clave: BTreeMap<String, Vec<RecordedRequest>> = BTreeMap::new();
        for request in self.simulator.record() {
            if let Some(clave) = request.clave.clone() {
                by_clave.entry(clave).or_default().push(request);
            }
        }
        for (clave, requests) in by_clave {
            let story: Vec<_> = requests.iter().map(spelt).collect();
            let taken = requests.iter().filter(|request| request.taken_in).count();
            assert!(taken <= 1, "{clave} was taken in {taken} times: {story:?}");
            let (mut unknown, mut done) = (false, false);
            for request in &requests {
                if request.endpoint == Endpoint::Submit {
                    assert_eq!(
                        request.sha256.as_ref(),
                        stored.get(&clave),
                        "{clave}: other bytes were sent: {story:?}"
                    );
                    assert!(!unknown, "{clave}: a POST followed an unknown outcome: {story:?}");
                    assert!(!done, "{clave}: a POST followed its verdict: {story:?}");
                    // Only a refusal in so many words leaves no doubt; after anything else comes a question.
                    unknown = !request.http_status.is_some_and(|status| status != 408 && (400..500).contains(&status));
                } else if matches!(request.http_status, Some(200 | 400 | 404)) {
                    unknown = false;
                    done |= matches!(request.status.as_deref(), Some("aceptado" | "rechazado"));
                }
            }
        }
    }
}

/// Waits for a program. One that does not end is killed, so that the test fails and does not hang.
pub fn finish(child: Child, arguments: &[&str]) -> Ran {
    const PATIENCE: Duration = Duration::from_secs(60);
    let process = rustix::process::Pid::from_child(&child);
    let (ended, end) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        if end.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(ended);
    watch.join().unwrap();
    (arguments.join(" "), output).into()
}

fn text_of(value: &Sql) -> String {
    match value {
        Sql::Null => "-".to_owned(),
        Sql::Integer(number) => number.to_string(),
        Sql::Real(number) => number.to_string(),
        Sql::Text(text) => text.clone(),
        Sql::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn spelt(request: &RecordedRequest) -> String {
    let answered = request.http_status.map_or("-".to_owned(), |status| status.to_string());
    let word = request.status.as_ref().map(|word| format!(" {word}")).unwrap_or_default();
    format!("{} {answered}{word}", request.method)
}

/// A document for a test.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its key with the service: for a MensajeReceptor clave and consecutivo.
    pub clave: String,
    /// Its bytes.
    pub xml: String,
}

/// The text of a file in `examples/documents`.
pub fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/documents").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text between the first `<tag>` and its end.
pub fn content<'a>(xml: &'a str, tag: &str) -> &'a str {
    let start = xml.find(&format!("<{tag}>")).unwrap() + tag.len() + 2;
    &xml[start..start + xml[start..].find('<').unwrap()]
}

/// A sample under another number: consecutivo and clave are changed together.
pub fn numbered(name: &str, number: u64) -> Sample {
    let xml = example(name);
    let clave = content(&xml, "Clave").to_owned();
    if name.starts_with("mensaje") {
        let consecutivo = content(&xml, "NumeroConsecutivoReceptor").to_owned();
        let renumbered = format!("{}{number:010}", &consecutivo[..10]);
        return Sample { clave: format!("{clave}-{renumbered}"), xml: xml.replace(&consecutivo, &renumbered) };
    }
    let consecutivo = content(&xml, "NumeroConsecutivo").to_owned();
    let renumbered = format!("{}{number:010}", &consecutivo[..10]);
    let new_clave = format!("{}{renumbered}{}", &clave[..21], &clave[41..]);
    let xml = xml.replace(&clave, &new_clave).replace(&consecutivo, &renumbered);
    Sample { clave: new_clave, xml }
}

/// An invoice of the invented company.
pub fn invoice(number: u64) -> Sample {
    numbered("fe.xml", number)
}

/// Invoices 1 to `count`.
pub fn invoices(count: u64) -> Vec<Sample> {
    (1..=count).map(invoice).collect()
}

/// The same document, issued by the second company.
pub fn of_hotel(sample: &Sample) -> Sample {
    let clave = sample.clave.replacen(IMAGINARIA, HOTEL, 1);
    let xml = sample.xml.replace(&sample.clave, &clave).replace(IMAGINARIA, HOTEL);
    Sample { clave, xml }
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
