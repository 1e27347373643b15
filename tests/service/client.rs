//! The client against the stand-in: sessions, classification of real disturbances, and where secrets go.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use cr_einvoice::cause::{Cause, Delivery, Stage, Transport};
use cr_einvoice::clock::Clock;
use cr_einvoice::document::{Identification, IdentificationType};
use cr_einvoice::hacienda::{
    Answer, Client, ClientError, ClientOptions, Credentials, Endpoints, Environment, Reception, ServiceStatus, Session,
    Submission, Target, interpret_status,
};
use cr_einvoice::retry::Category;
use cr_einvoice::secret::Secret;
use cr_einvoice::simulator::{
    Action, Endpoint, RecordedRequest, ResetForm, Rule, Script, Simulator, SimulatorOptions, User,
};

const CLAVE: &str = "50620112600310199988800100001010000000015112345678";

fn start(script: Script) -> Simulator {
    Simulator::start(SimulatorOptions { script, ..SimulatorOptions::default() }).unwrap()
}

fn start_with(rule: Rule) -> Simulator {
    start(Script::default().with(rule))
}

fn session_with(endpoints: Endpoints, timeout: Duration) -> Session {
    let client = Client::new(ClientOptions { timeout, ..ClientOptions::new(endpoints) }).unwrap();
    let credentials = Credentials { username: "cpj@stag".to_owned(), password: Secret::new("pass word&+%\u{f1}") };
    Session::new(Arc::new(client), credentials)
}

fn session(simulator: &Simulator) -> Session {
    session_with(simulator.endpoints(), Duration::from_secs(5))
}

fn submission(clave: &str) -> Submission {
    Submission {
        clave: clave.to_owned(),
        fecha: "2026-11-20T09:15:00-06:00".to_owned(),
        emisor: Identification { kind: IdentificationType::Juridica, number: "3101999888".to_owned() },
        receptor: None,
        consecutivo_receptor: None,
        xml: b"<unreadable/>".to_vec(),
    }
}

fn submit(session: &Session) -> Result<Reception, Cause> {
    session.submit(&submission(CLAVE))
}

fn status(session: &Session) -> Result<Answer, Cause> {
    interpret_status(&session.status(CLAVE)?, CLAVE)
}

fn grants(simulator: &Simulator) -> Vec<String> {
    simulator.record().into_iter().filter_map(|request| request.grant).collect()
}

fn count(simulator: &Simulator, wanted: impl Fn(&RecordedRequest) -> bool) -> usize {
    simulator.record().iter().filter(|request| wanted(request)).count()
}

#[test]
fn a_document_from_login_to_logout() {
    let simulator = start(Script { verdict_polls: 2, ..Script::default() });
    let session = session(&simulator);
    assert_eq!(status(&session), Ok(Answer::NotFound));
    let Ok(Reception::Received { location: Some(location) }) = submit(&session) else { panic!("not received") };
    assert!(location.ends_with(CLAVE));
    assert_eq!(submit(&session), Ok(Reception::AlreadyReceived));
    let mut words = Vec::new();
    for _ in 0..3 {
        let Ok(Answer::Found(found)) = status(&session) else { panic!("not found") };
        assert!(found.is_about(&CLAVE.parse().unwrap()));
        assert_eq!(found.xml.is_some(), found.status.is_final());
        words.push(found.status);
    }
    assert_eq!(words, [ServiceStatus::Received, ServiceStatus::Processing, ServiceStatus::Rejected]);
    session.close().unwrap();
    session.close().unwrap();
    assert_eq!(grants(&simulator), ["password"]);
    let last = simulator.record().pop().unwrap();
    assert_eq!((last.endpoint, last.http_status), (Endpoint::Logout, Some(204)));
    assert_eq!(count(&simulator, |request| request.taken_in), 1);
}

#[test]
fn every_byte_of_a_password_arrives() {
    let password: Vec<u8> = (0..=255).collect();
    let user = User { username: "cpj+ñ@stag".to_owned(), password: Secret::new(password.clone()) };
    let simulator = start(Script { users: vec![user], ..Script::default() });
    let client = Arc::new(Client::new(ClientOptions::new(simulator.endpoints())).unwrap());
    let login = |password: Vec<u8>| {
        let credentials = Credentials { username: "cpj+ñ@stag".to_owned(), password: Secret::new(password) };
        Session::new(Arc::clone(&client), credentials).login()
    };
    assert_eq!(login(password.clone()), Ok(()));
    assert!(login(password[1..].to_vec()).unwrap_err().login_refused());
}

#[test]
fn many_threads_share_one_login() {
    let simulator = start(Script { latency_ms: 30, ..Script::default() });
    let session = session(&simulator);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| status(&session).unwrap());
        }
    });
    assert_eq!(grants(&simulator), ["password"]);
}

/// A token of one second is used for half of it.
fn until_the_token_has_ended() {
    thread::sleep(Duration::from_millis(600));
}

#[test]
fn a_token_is_renewed_before_it_ends_with_the_newest_refresh_token() {
    let simulator = start(Script { token_seconds: 1, ..Script::default() });
    let session = session(&simulator);
    session.login().unwrap();
    for _ in 0..2 {
        until_the_token_has_ended();
        session.login().unwrap();
    }
    assert_eq!(grants(&simulator), ["password", "refresh_token", "refresh_token"]);
    session.close().unwrap();
}

#[test]
fn a_session_that_has_ended_is_opened_once_more() {
    let simulator = start(Script { token_seconds: 1, ..Script::default() });
    let session = session(&simulator);
    session.login().unwrap();
    simulator.end_sessions();
    until_the_token_has_ended();
    session.login().unwrap();
    assert_eq!(grants(&simulator), ["password", "refresh_token", "password"]);
}

#[test]
fn a_refused_token_is_renewed_once_and_the_request_repeated() {
    let simulator = start(Script::default());
    let session = session(&simulator);
    assert_eq!(status(&session), Ok(Answer::NotFound));
    simulator.expire_access_tokens();
    assert!(submit(&session).is_ok());
    assert_eq!(grants(&simulator), ["password", "refresh_token"]);

    simulator.add_rule(Rule::new(Action::Status { code: 401, cause: None }).at(Endpoint::Status));
    let fault = status(&session).unwrap_err();
    assert_eq!((fault.category(), fault.login_refused()), (Category::Auth, false));
    assert_eq!(grants(&simulator).len(), 3, "one renewal for the request, no more");
}

#[test]
fn a_refused_login_is_never_tried_again() {
    for (action, code) in [(Action::InvalidGrant, 401), (Action::Blocked, 403)] {
        let simulator = start_with(Rule::new(action));
        let session = session(&simulator);
        let first = submit(&session).unwrap_err();
        assert_eq!(
            (first.category(), first.stage(), first.delivery(), first.login_refused(), first.http_status()),
            (Category::Auth, Some(Stage::Login), Some(Delivery::NotDelivered), true, Some(code))
        );
        assert_eq!(status(&session).unwrap_err(), first);
        assert_eq!(session.login().unwrap_err(), first);
        assert_eq!(simulator.record().len(), 1, "one attempt in all");
        assert_eq!(session.close(), Ok(()));
    }
}

#[test]
fn a_disturbed_login_is_shared_by_those_who_waited_and_tried_again_later() {
    let rule = Rule::new(Action::Status { code: 503, cause: None }).at(Endpoint::Token).times(1);
    let simulator = start(Script { latency_ms: 300, ..Script::default() }.with(rule));
    let session = session(&simulator);
    let ready = Barrier::new(4);
    let faults: Vec<_> = thread::scope(|scope| {
        let login = || {
            ready.wait();
            session.login()
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(login)).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap().err()).collect()
    });
    assert_eq!(faults.len(), 4);
    assert!(faults.iter().all(|fault| fault.category() == Category::Server && !fault.login_refused()));
    assert_eq!(simulator.record().len(), 1, "one attempt for all four");
    assert_eq!(session.login(), Ok(()));
}

/// What each disturbance of a POST is: category, delivery, kind, and whether the stand-in has the document.
#[test]
fn disturbances_of_a_post_are_told_apart() {
    use Action::*;
    let html = |code| Html { code };
    let table: [(Action, Category, Delivery, Option<Transport>, bool); 13] = [
        (TimeoutBefore, Category::Network, Delivery::Unknown, Some(Transport::Timeout), false),
        (TimeoutAfter, Category::Network, Delivery::Unknown, Some(Transport::Timeout), true),
        (ResetBefore, Category::Network, Delivery::Unknown, Some(Transport::Reset), false),
        (ResetAfter, Category::Network, Delivery::Unknown, Some(Transport::Reset), true),
        (Garbage, Category::Transient, Delivery::Unknown, Some(Transport::Cut), false),
        (Oversized { bytes: 9 << 20 }, Category::Server, Delivery::Unknown, Some(Transport::TooLarge), true),
        (Slow { milliseconds: 60 }, Category::Network, Delivery::Unknown, Some(Transport::Timeout), true),
        (Status { code: 500, cause: None }, Category::Server, Delivery::Unknown, None, false),
        (StatusAfter { code: 502 }, Category::Server, Delivery::Unknown, None, true),
        (html(503), Category::Server, Delivery::Unknown, None, false),
        (html(200), Category::Server, Delivery::Unknown, None, false),
        (Redirect { location: "http://127.0.0.1:9/".to_owned() }, Category::Server, Delivery::Unknown, None, false),
        (Status { code: 403, cause: None }, Category::Auth, Delivery::NotDelivered, None, false),
    ];
    for (action, category, delivery, transport, has_it) in table {
        let name = format!("{action:?}");
        let simulator = start_with(Rule::new(action).at(Endpoint::Submit).times(1));
        let session = session_with(simulator.endpoints(), Duration::from_secs(1));
        let fault = submit(&session).unwrap_err();
        assert_eq!(
            (fault.category(), fault.delivery(), fault.transport()),
            (category, Some(delivery), transport),
            "{name}: {fault:?}"
        );
        assert_eq!(fault.stage(), Some(Stage::Submit));
        let posts = count(&simulator, |request| request.endpoint == Endpoint::Submit);
        assert_eq!(posts, 1, "{name}: nothing is sent twice");
        assert_eq!(simulator.documents() == 1, has_it, "{name}");
    }
}

#[test]
fn an_answer_to_a_query_that_breaks_off_is_transient() {
    for action in [Action::Truncated, Action::GarbageBody] {
        let simulator = start_with(Rule::new(action.clone()).at(Endpoint::Status));
        let session = session(&simulator);
        submit(&session).unwrap();
        assert_eq!(status(&session).unwrap_err().category(), Category::Transient, "{action:?}");
    }
}

#[test]
fn bytes_that_drip_in_do_not_outlast_the_timeout() {
    let simulator = start_with(Rule::new(Action::Slow { milliseconds: 50 }).at(Endpoint::Status));
    let session = session_with(simulator.endpoints(), Duration::from_secs(1));
    submit(&session).unwrap();
    let began = Instant::now();
    assert_eq!(status(&session).unwrap_err().transport(), Some(Transport::Timeout));
    assert!(began.elapsed() < Duration::from_millis(2500), "{:?}", began.elapsed());
}

#[test]
fn a_pause_is_learnt_from_every_form() {
    for form in [ResetForm::Epoch, ResetForm::Seconds, ResetForm::RetryAfter, ResetForm::RetryDate] {
        let simulator = start_with(Rule::new(Action::TooMany { seconds: 90, form }).at(Endpoint::Submit));
        let session = session(&simulator);
        assert_eq!(session.pause_until(), None);
        let now = Clock::System.now();
        let fault = submit(&session).unwrap_err();
        assert_eq!((fault.category(), fault.delivery()), (Category::RateLimit, Some(Delivery::NotDelivered)));
        let wait = (fault.not_before().unwrap() - now).num_seconds();
        assert!((88..=92).contains(&wait), "{form:?}: {wait}");
        assert_eq!(session.pause_until(), fault.not_before());
        assert!(session.pause().unwrap() > Duration::from_secs(85));
    }
}

#[test]
fn a_window_that_is_used_up_is_announced_before_it_hurts() {
    let limit = cr_einvoice::simulator::RateLimit { requests: 2, seconds: 60, form: ResetForm::Epoch };
    let simulator = start(Script { rate_limit: Some(limit), ..Script::default() });
    let session = session(&simulator);
    status(&session).unwrap();
    assert_eq!(session.pause_until(), None);
    status(&session).unwrap();
    assert!(session.pause_until().is_some());
    assert_eq!(status(&session).unwrap_err().category(), Category::RateLimit);
}

#[test]
fn not_found_in_both_forms_and_odd_answers() {
    let simulator = start(Script { not_found_code: 400, created_code: 201, ..Script::default() });
    let session = session(&simulator);
    assert_eq!(status(&session), Ok(Answer::NotFound));
    submit(&session).unwrap();
    let answer_to = |action| {
        simulator.clear_rules();
        simulator.add_rule(Rule::new(action));
        status(&session).unwrap()
    };
    assert_eq!(answer_to(Action::NotFound { code: 404 }), Answer::NotFound);
    let Answer::Found(annex) = answer_to(Action::AnnexSpelling) else { panic!("not found") };
    assert!(annex.status.is_final() && annex.xml.is_some());
    let Answer::Found(word) = answer_to(Action::Word("En Cola".to_owned())) else { panic!("not found") };
    assert_eq!(word.status, ServiceStatus::Unknown("en cola".to_owned()));
    let Answer::Found(wrong) = answer_to(Action::WrongClave) else { panic!("not found") };
    assert!(!wrong.is_about(&CLAVE.parse().unwrap()));
    let Answer::Found(bare) = answer_to(Action::WithoutXml) else { panic!("not found") };
    assert!(bare.status.is_final() && bare.xml.is_none());
}

/// A port on which nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn what_cannot_be_reached_has_certainly_received_nothing() {
    let simulator = start(Script::default());
    let mut endpoints = simulator.endpoints();
    endpoints.api_url = format!("http://127.0.0.1:{}/v1", closed_port());
    let fault = submit(&session_with(endpoints.clone(), Duration::from_secs(5))).unwrap_err();
    assert_eq!(
        (fault.category(), fault.delivery(), fault.transport()),
        (Category::Network, Some(Delivery::NotDelivered), Some(Transport::Connect))
    );
    endpoints.api_url = "https://no-such-host.invalid/v1".to_owned();
    let fault = submit(&session_with(endpoints.clone(), Duration::from_secs(5))).unwrap_err();
    assert_eq!((fault.category(), fault.delivery()), (Category::Network, Some(Delivery::NotDelivered)));
    assert!(matches!(fault.transport(), Some(Transport::Name | Transport::ConnectTimeout)), "{fault:?}");
    // Plain text where TLS is expected.
    endpoints.api_url = simulator.url().replace("http://", "https://");
    let fault = submit(&session_with(endpoints, Duration::from_secs(5))).unwrap_err();
    assert_eq!(
        (fault.delivery(), fault.transport()),
        (Some(Delivery::NotDelivered), Some(Transport::Tls)),
        "{fault:?}"
    );
}

#[test]
fn a_handshake_that_is_never_answered_ends_in_time_with_nothing_sent() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let simulator = start(Script::default());
    let mut endpoints = simulator.endpoints();
    endpoints.api_url = format!("https://{}/v1", silent.local_addr().unwrap());
    let fault = submit(&session_with(endpoints, Duration::from_secs(2))).unwrap_err();
    assert_eq!(
        (fault.delivery(), fault.transport()),
        (Some(Delivery::NotDelivered), Some(Transport::ConnectTimeout)),
        "{fault:?}"
    );
}

#[test]
fn a_login_that_breaks_off_delivers_nothing() {
    let simulator = start_with(Rule::new(Action::ResetAfter).at(Endpoint::Token));
    let fault = submit(&session(&simulator)).unwrap_err();
    assert_eq!((fault.stage(), fault.delivery()), (Some(Stage::Login), Some(Delivery::NotDelivered)));
    assert_eq!(fault.category(), Category::Network);
}

#[test]
fn no_redirect_is_followed_and_no_token_reaches_another_host() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let location = format!("http://{}/", elsewhere.local_addr().unwrap());
    let simulator = start_with(Rule::new(Action::Redirect { location }).at(Endpoint::Status));
    assert_eq!(status(&session(&simulator)).unwrap_err().category(), Category::Server);
    assert!(elsewhere.accept().is_err());
}

#[test]
fn secrets_are_in_no_debug_output_and_no_fault() {
    let simulator = start(Script::default());
    let session = session(&simulator);
    session.login().unwrap();
    let shown = format!("{session:?}");
    assert!(!shown.contains("pass word") && shown.contains("(redacted)"));
    assert!(!shown.contains("bearer"));
}

#[test]
fn a_probe_needs_no_credentials_and_tells_the_clock() {
    let simulator = start(Script { clock_skew_seconds: 500, ..Script::default() });
    let client = Client::new(ClientOptions::new(simulator.endpoints())).unwrap();
    for target in [Target::Api, Target::IdentityProvider] {
        let answer = client.probe(target).unwrap();
        let ahead = (answer.server_date.unwrap() - answer.received_at).num_seconds();
        assert!((499..=501).contains(&ahead), "{ahead}");
    }
    assert!(simulator.record().iter().all(|request| request.grant.is_none()));
}

#[test]
fn a_client_is_refused_where_a_secret_would_travel_openly() {
    let mut endpoints = Endpoints::of(Environment::Sandbox);
    endpoints.token_url = "http://idp.example.test/token".to_owned();
    assert!(
        matches!(Client::new(ClientOptions::new(endpoints)), Err(ClientError::Endpoint(cause)) if cause.key == "token_url")
    );
    let options = ClientOptions {
        extra_root: Some(b"no certificate".to_vec()),
        ..ClientOptions::new(Endpoints::of(Environment::Sandbox))
    };
    assert!(matches!(Client::new(options), Err(ClientError::ExtraRoot(_))));
}

/// A connection that the other side has closed in the meantime costs nothing: the request goes out on a new one.
#[test]
fn an_idle_connection_that_was_closed_is_replaced() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        for _ in 0..2 {
            let (mut connection, _) = listener.accept().unwrap();
            answer_once(&mut connection);
        }
    });
    let simulator = start(Script::default());
    let mut endpoints = simulator.endpoints();
    endpoints.api_url = format!("http://{address}/v1");
    let session = session_with(endpoints, Duration::from_secs(5));
    assert!(submit(&session).is_ok());
    thread::sleep(Duration::from_millis(100));
    assert!(submit(&session).is_ok());
    server.join().unwrap();
}

fn answer_once(connection: &mut TcpStream) {
    let mut buffer = [0; 8192];
    let mut read = 0;
    while !buffer[..read].ends_with(b"}") {
        read += connection.read(&mut buffer[read..]).unwrap();
    }
    connection.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").unwrap();
}
