//! One company's session with the service, shared by the worker threads of a run.
//!
//! The login is lazy and serialised. Tokens live here alone: they are renewed before they end, once more when the API
//! refuses one, and handed back at the end. A login that was refused is never tried again in the same session.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::client::Client;
use super::fault;
use super::http::RawAnswer;
use super::messages::{self, Reception, Submission};
use super::redact::Redactor;
use super::token::{self, Tokens};
use crate::cause::{Cause, Stage};
use crate::secret::Secret;

/// Who logs in.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Opaque: never built from the identification number.
    pub username: String,
    /// Any bytes.
    pub password: Secret,
}

/// One company's session.
#[derive(Debug)]
pub struct Session {
    client: Arc<Client>,
    credentials: Credentials,
    state: Mutex<State>,
    /// Logins and renewals ended so far. A thread that waited for the lock sees by it that another one has just tried.
    attempts: AtomicU64,
    pause: Mutex<Option<Pause>>,
    /// Our clock minus the service's, as its latest answer showed.
    skew: Mutex<Option<TimeDelta>>,
    /// Everything that this session has sent and that nobody may see, also what was renewed since.
    redactor: Mutex<Redactor>,
}

/// The service's wish for a pause, on the clock of the rules and on one that never jumps.
#[derive(Debug, Clone, Copy)]
struct Pause {
    until: DateTime<Utc>,
    ends: Instant,
}

#[derive(Debug, Default)]
struct State {
    tokens: Option<Arc<Tokens>>,
    /// The last login's failure; final when it was a refusal.
    failure: Option<Cause>,
}

impl Session {
    /// Opens nothing yet: the first request logs in.
    pub fn new(client: Arc<Client>, credentials: Credentials) -> Self {
        Session {
            client,
            redactor: Mutex::new(Redactor::of([&credentials.password])),
            credentials,
            state: Mutex::default(),
            attempts: AtomicU64::new(0),
            pause: Mutex::default(),
            skew: Mutex::default(),
        }
    }

    /// Logs in now, unless a usable token is there.
    pub fn login(&self) -> Result<(), Cause> {
        self.tokens(None).map(|_| ())
    }

    /// Posts a document.
    pub fn submit(&self, submission: &Submission) -> Result<Reception, Cause> {
        let body = submission.body().map_err(|error| Cause::Unwritable { detail: error.to_string() })?;
        let answer = self.with_token(|token| self.client.post_document(token, &body))?;
        messages::interpret_submit(&answer, &submission.key())
    }

    /// Asks for a document's status; the key is its clave, or clave and consecutivo of a MensajeReceptor.
    ///
    /// Any whole answer is returned, to be stored before [`super::interpret_status`] says what it means.
    pub fn status(&self, key: &str) -> Result<RawAnswer, Cause> {
        self.with_token(|token| self.client.get_status(token, key))
    }

    /// Asks for one page of the list of what the taxpayer has sent, for [`super::interpret_list`].
    pub(crate) fn list(&self, offset: u64, limit: u64) -> Result<RawAnswer, Cause> {
        self.with_token(|token| self.client.get_list(token, offset, limit))
    }

    /// Logs out, when there is a session to close.
    pub fn close(&self) -> Result<(), Cause> {
        let Some(tokens) = lock(&self.state).tokens.take() else { return Ok(()) };
        let Some(refresh) = &tokens.refresh else { return Ok(()) };
        let endpoints = self.client.endpoints();
        let form = token::logout_form(&endpoints.client_id, refresh);
        let answer = self.clean(self.client.post_form(Stage::Logout, &endpoints.logout_url, &form)?);
        if answer.is_success() { Ok(()) } else { Err(fault::of_status(Stage::Logout, &answer)) }
    }

    /// The instant before which the service does not want to be asked again, while it lies ahead.
    pub fn pause_until(&self) -> Option<DateTime<Utc>> {
        self.current_pause().map(|pause| pause.until)
    }

    /// How long that is from now, on a clock that never jumps.
    pub fn pause(&self) -> Option<Duration> {
        self.current_pause().map(|pause| pause.ends.saturating_duration_since(Instant::now()))
    }

    fn current_pause(&self) -> Option<Pause> {
        lock(&self.pause).filter(|pause| pause.ends > Instant::now())
    }

    /// Sends with a valid token; on 401 renews it and sends once more.
    fn with_token(&self, send: impl Fn(&Secret) -> Result<RawAnswer, Cause>) -> Result<RawAnswer, Cause> {
        let tokens = self.tokens(None)?;
        let mut answer = self.clean(send(&tokens.access)?);
        self.learn(&answer);
        if answer.http_status == 401 {
            log::debug!("the token was refused; renewing it once");
            let renewed = self.tokens(Some(&tokens))?;
            answer = self.clean(send(&renewed.access)?);
            self.learn(&answer);
        }
        Ok(answer)
    }

    /// An answer as it may be stored, logged and shown.
    fn clean(&self, answer: RawAnswer) -> RawAnswer {
        lock(&self.redactor).answer(answer)
    }

    /// How far our clock is ahead of the service's, to some seconds; `None` before its first answer.
    pub fn clock_skew(&self) -> Option<TimeDelta> {
        *lock(&self.skew)
    }

    fn learn(&self, answer: &RawAnswer) {
        if let Some(theirs) = answer.server_date {
            *lock(&self.skew) = Some(answer.received_at - theirs);
        }
        let Some(until) = answer.not_before else { return };
        let wait = (until - answer.received_at).to_std().unwrap_or_default();
        let ends = Instant::now() + wait;
        let mut pause = lock(&self.pause);
        if pause.is_none_or(|known| known.ends < ends) {
            *pause = Some(Pause { until, ends });
        }
    }

    /// Tokens to send with: those at hand while they are fresh and not the `refused` ones, else new ones.
    fn tokens(&self, refused: Option<&Arc<Tokens>>) -> Result<Arc<Tokens>, Cause> {
        let seen = self.attempts.load(Ordering::Acquire);
        let mut state = lock(&self.state);
        if let Some(tokens) = &state.tokens
            && tokens.is_fresh(Instant::now())
            && !refused.is_some_and(|refused| Arc::ptr_eq(refused, tokens))
        {
            return Ok(Arc::clone(tokens));
        }
        if let Some(failure) = &state.failure {
            let just_tried = self.attempts.load(Ordering::Acquire) != seen;
            if failure.login_refused() || just_tried {
                return Err(failure.clone());
            }
        }
        let result = self.renew(state.tokens.as_deref());
        self.attempts.fetch_add(1, Ordering::AcqRel);
        state.failure = result.as_ref().err().cloned();
        if state.failure.as_ref().is_some_and(|failure| failure.login_refused()) {
            state.tokens = None;
        }
        let tokens = Arc::new(result?);
        state.tokens = Some(Arc::clone(&tokens));
        Ok(tokens)
    }

    /// The newer tokens by refresh, or by one new login where that is not possible or refused.
    fn renew(&self, current: Option<&Tokens>) -> Result<Tokens, Cause> {
        if let Some(refresh) = current.and_then(|tokens| tokens.usable_refresh(Instant::now())) {
            let form = token::refresh_form(&self.client.endpoints().client_id, refresh);
            match self.ask_for_tokens(&form, &[refresh]) {
                Err(fault) if fault.login_refused() => log::debug!("the session has ended; logging in again"),
                other => return other,
            }
        }
        let Credentials { username, password } = &self.credentials;
        let form = token::password_form(&self.client.endpoints().client_id, username, password);
        self.ask_for_tokens(&form, &[password])
    }

    fn ask_for_tokens(&self, form: &zeroize::Zeroizing<String>, secrets: &[&Secret]) -> Result<Tokens, Cause> {
        let asked_at = Instant::now();
        let answer = self.client.post_form(Stage::Login, &self.client.endpoints().token_url, form)?;
        self.learn(&answer);
        if !answer.is_success() {
            return Err(token::refusal(&self.clean(answer), secrets));
        }
        let tokens = Tokens::read(&answer, asked_at)?;
        let mut redactor = lock(&self.redactor);
        redactor.add(&tokens.access);
        tokens.refresh.iter().for_each(|refresh| redactor.add(refresh));
        Ok(tokens)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
