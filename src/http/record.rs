//! What a request leaves in the audit stream: one line, whatever became of it.
//!
//! No line holds an identifier, a password, a token or a profile: an account is a name under a key, a token its own id.
use super::{Bridge, problem::Problem};
use crate::{
    accounts::subject::{NameKey, Subject},
    config,
    telemetry::{
        audit::{self, Audit},
        metrics::Metrics,
    },
    token::gate::Genuine,
};
use serde::Serialize;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Longest id of a token that is recorded as it is.
const MAX_TOKEN_ID: usize = 128;

/// The outcome of a request whose caller went away before its answer.
const ABANDONED: &str = "abandoned";

/// The audit stream with the key under which it names accounts.
#[derive(Clone)]
pub struct Recorder {
    stream: Arc<Audit>,
    key: NameKey,
}

impl Recorder {
    /// Starts the stream that is configured.
    ///
    /// # Errors
    /// In words: the stream is required and cannot be written, or the system has no thread or random bytes for it.
    pub fn start(config: &config::audit::Audit, before: Option<&Self>, metrics: &Metrics) -> Result<Self, String> {
        let key = NameKey::new(config.key.as_ref(), before.map(|before| &before.key));
        let key = key.map_err(|error| error.to_string())?;
        let records = metrics.audit_records.clone();
        let stream = Audit::start(config.destination.clone(), config.required, key.origin(), records)?;
        Ok(Self { stream: Arc::new(stream), key })
    }

    /// The same stream by a configuration that names the same place: two writers of one file would spoil each other's
    /// lines. Takes effect with `take_effect`.
    ///
    /// # Errors
    /// In words: the stream is required from now on and cannot be written.
    pub fn going_on(&self, config: &config::audit::Audit) -> Result<Self, String> {
        if config.required && self.stream.is_failing() {
            return Err("`audit.required` is set, and the audit stream cannot be written".to_owned());
        }
        let key = NameKey::new(config.key.as_ref(), Some(&self.key)).map_err(|error| error.to_string())?;
        Ok(Self { stream: Arc::clone(&self.stream), key })
    }

    /// Whether both write the same stream.
    #[must_use]
    pub fn is_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.stream, &other.stream)
    }

    /// Tells the stream what has changed since `before`.
    pub fn take_effect(&self, config: &config::audit::Audit, before: &Self) {
        let is_new = !self.key.agrees(&before.key);
        self.stream.go_on(config.required, is_new.then(|| self.key.origin()));
    }

    /// The stream itself.
    #[must_use]
    pub fn stream(&self) -> &Audit {
        &self.stream
    }
}

/// One request while it is answered. One that is dropped before its answer is recorded as abandoned.
pub struct Record<'a> {
    recorder: Option<&'a Recorder>,
    request_id: &'a str,
    route: &'static str,
    begun: Instant,
    token: Option<Arc<Genuine>>,
    // What tells a token without an id of its own from others.
    mark: Option<String>,
    /// Why the token was not accepted.
    pub rejection: Option<&'static str>,
    /// Whom it is about.
    pub subject: Subject,
    closed: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    event: &'static str,
    request_id: &'a str,
    route: &'static str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<&'static str>,
    latency_ms: u64,
}

impl<'a> Record<'a> {
    /// The record of a request that has just come.
    #[must_use]
    pub fn begin(bridge: &'a Bridge, route: &'static str, request_id: &'a str, begun: Instant) -> Self {
        Self {
            recorder: bridge.audit.as_ref(),
            request_id,
            route,
            begun,
            token: None,
            mark: None,
            rejection: None,
            subject: Subject::default(),
            closed: false,
        }
    }

    /// Refuses a request that could not be recorded, before anything about it is decided.
    ///
    /// # Errors
    /// `NotRecorded`.
    pub fn open(&mut self) -> Result<(), Problem> {
        if self.recorder.is_some_and(|recorder| recorder.stream.refuses()) {
            self.closed = true;
            return Err(Problem::NotRecorded);
        }
        Ok(())
    }

    /// Notes that a token was shown, under a mark that is only made where it is recorded.
    pub fn shown(&mut self, mark: impl FnOnce() -> Option<String>) {
        if self.recorder.is_some() {
            self.mark = mark();
        }
    }

    /// Notes whose token it is.
    pub fn identified(&mut self, token: &Arc<Genuine>) {
        self.token = Some(Arc::clone(token));
    }

    /// The client whose token is genuine.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.token.as_ref().map(|token| token.caller.client_id.as_str())
    }

    /// The id of the token.
    fn token_id(&self) -> Option<&str> {
        let own = self.token.as_ref().and_then(|token| token.caller.token_id.as_deref());
        // Whoever issues tokens could write a book into their ids.
        own.filter(|id| !id.is_empty() && id.len() <= MAX_TOKEN_ID).or(self.mark.as_deref())
    }

    /// Records the decision, and gives it back when it may be told.
    pub async fn close(&mut self, decision: Result<Vec<u8>, Problem>, deadline: Instant) -> Result<Vec<u8>, Problem> {
        let Some(recorder) = self.recorder.filter(|_| !self.closed) else { return decision };
        self.closed = true;
        let (outcome, status) = match &decision {
            Ok(_) => ("ok", 200),
            Err(problem) => (problem.code(), problem.status().as_u16()),
        };
        let line = self.line(recorder, outcome, Some(status));
        // What was decided late is still recorded: the disk gets a moment beyond the deadline.
        let until = deadline.max(Instant::now() + Duration::from_millis(100));
        if recorder.stream.record(line, until).await { decision } else { Err(Problem::NotRecorded) }
    }

    fn line(&self, recorder: &Recorder, outcome: &'static str, status: Option<u16>) -> Vec<u8> {
        let name = |account: &str| hex::encode(recorder.key.name("account", account));
        let line = Line {
            time: audit::now(),
            event: "request",
            request_id: self.request_id,
            route: self.route,
            outcome,
            status,
            reason: self.rejection,
            client_id: self.client(),
            token_id: self.token_id(),
            account: self.subject.account.as_ref().map(|account| name(account.text())),
            scheme: self.subject.scheme,
            latency_ms: u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        // A struct of texts and numbers has no way to fail.
        let mut line = serde_json::to_vec(&line).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        if let Some(recorder) = self.recorder.filter(|_| !self.closed) {
            recorder.stream.note(self.line(recorder, ABANDONED, None));
        }
    }
}
