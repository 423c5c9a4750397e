//! Auth0's Management API, as far as the bulk import needs it: paced, patient, and exact about what an answer proves.
//! Source: the Management API's description (jobs, users, rate limits).
mod jobs;
mod pace;
mod token;
mod users;

pub use jobs::{JobState, Sent, Summary, UserErrors};
pub use pace::jittered;
pub use users::Presence;

use crate::{config::auth0::Auth0, trust};
use pace::Pace;
use reqwest::{Client, RequestBuilder, StatusCode, redirect::Policy};
use serde::Deserialize;
use std::time::{Duration, Instant};
use token::AccessToken;

/// Time limits of one request; an upload of half a megabyte may be slow.
const CONNECT: Duration = Duration::from_secs(10);
const REQUEST: Duration = Duration::from_secs(60);
/// Largest answer in bytes: the errors of a whole file with its users.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// So many answers in a row may be nonsense.
const UNREADABLE: u32 = 4;
/// How long nothing may work before we give up: at the start, and later, when there is work to lose.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(15), Duration::from_secs(300));

/// Why the Management API cannot be used any more.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// It did not answer for a long time.
    #[error("the Management API is out of reach: {0}")]
    Unreachable(&'static str),
    /// It will not take our requests, whenever they come.
    #[error("the Management API refuses {what}: {status}{words}")]
    Refused {
        /// What was asked.
        what: &'static str,
        /// The status.
        status: u16,
        /// Its code and message, without what could be of a person.
        words: String,
    },
    /// No HTTP client can be made.
    #[error("no HTTP client can be made: {0}")]
    Client(String),
}

/// A client of the tenant.
pub struct ManagementApi {
    http: Client,
    settings: Auth0,
    token: Option<AccessToken>,
    pace: Pace,
    /// The last moment at which something worked; the start before that.
    worked: Instant,
    has_worked: bool,
    /// Whether single users can be asked for; `None` until it was tried.
    users_answer: Option<bool>,
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy)]
enum Silence {
    /// The request was not received.
    NotSent,
    /// It may have been received.
    Lost,
}

impl Silence {
    fn words(self) -> &'static str {
        match self {
            Self::NotSent => "it takes no connection",
            Self::Lost => "the connection broke before the answer",
        }
    }
}

/// The API's error body.
#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorBody {
    message: String,
    #[serde(rename = "errorCode")]
    error_code: String,
}

impl ManagementApi {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(settings: &Auth0) -> Result<Self, ApiError> {
        let tls = trust::verifying_client(trust::host_roots()).map_err(|error| ApiError::Client(error.to_string()))?;
        let builder = Client::builder();
        // Plain HTTP is for loopback, which no proxy of the environment can reach.
        let builder = if settings.url.starts_with("http:") { builder.no_proxy() } else { builder };
        let http = builder
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(REQUEST)
            .build()
            .map_err(|error| ApiError::Client(error.to_string()))?;
        Ok(Self {
            http,
            settings: settings.clone(),
            token: None,
            pace: Pace::default(),
            worked: Instant::now(),
            has_worked: false,
            users_answer: None,
        })
    }

    fn route(&self, route: &str) -> String {
        format!("{}api/v2/{route}", self.settings.url)
    }

    /// Sends one request with a token, a second time with a new token when the first one was refused.
    async fn once(&mut self, make: impl Fn(&Client) -> RequestBuilder) -> Result<Result<Answer, Silence>, ApiError> {
        for attempt in 1..=2 {
            let token = self.access_token().await?;
            tokio::time::sleep(self.pace.wait()).await;
            let request = make(&self.http).header(reqwest::header::AUTHORIZATION, token);
            let answer = self.send(request).await;
            match &answer {
                Ok(answer) if answer.status == StatusCode::UNAUTHORIZED && attempt == 1 && self.can_renew() => {
                    self.token = None;
                }
                _ => return Ok(answer),
            }
        }
        Ok(Err(Silence::NotSent))
    }

    /// Sends one request and reads its answer; keeps the pace.
    async fn send(&mut self, request: RequestBuilder) -> Result<Answer, Silence> {
        let silence = |error: reqwest::Error| if error.is_connect() { Silence::NotSent } else { Silence::Lost };
        let sent = match request.send().await {
            Ok(sent) => sent,
            Err(error) => {
                self.pace.failed();
                return Err(silence(error));
            }
        };
        let (status, headers) = (sent.status(), sent.headers().clone());
        let Some(body) = read(sent).await else {
            self.pace.failed();
            return Err(Silence::Lost);
        };
        self.pace.heard(&headers, status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error());
        if !status.is_server_error() {
            (self.worked, self.has_worked) = (Instant::now(), true);
        }
        Ok(Answer { status, body })
    }

    /// Asks until there is an answer about the matter: outages and too many requests are waited for.
    async fn ask(&mut self, make: impl Fn(&Client) -> RequestBuilder) -> Result<Answer, ApiError> {
        loop {
            let why = match self.once(&make).await? {
                Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => {
                    "it says that there are too many requests"
                }
                Ok(answer) if answer.status.is_server_error() => "it answers with errors of its own",
                Ok(answer) => return Ok(answer),
                Err(silence) => silence.words(),
            };
            self.keep_patience(why)?;
        }
    }

    /// Whether to go on trying.
    fn keep_patience(&self, why: &'static str) -> Result<(), ApiError> {
        let patience = if self.has_worked { PATIENCE.1 } else { PATIENCE.0 };
        if self.worked.elapsed() > patience { Err(ApiError::Unreachable(why)) } else { Ok(()) }
    }
}

/// A name inside of a path: `auth0|legacy|42` has marks that a path has not.
fn in_path(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The whole body; `None` when it breaks off or is too large.
async fn read(mut sent: reqwest::Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = sent.chunk().await.ok()? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

impl Answer {
    fn error(&self) -> ErrorBody {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The answer as a refusal. A message that could hold an address is kept back.
    fn refusal(&self, what: &'static str) -> ApiError {
        let ErrorBody { message, error_code } = self.error();
        let mut words = String::new();
        for part in [error_code, message].into_iter().filter(|part| !part.is_empty() && !part.contains('@')) {
            words.push_str(", ");
            words.extend(part.chars().filter(|c| !c.is_control()).take(300));
        }
        ApiError::Refused { what, status: self.status.as_u16(), words }
    }
}
