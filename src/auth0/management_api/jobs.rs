//! Jobs of the bulk import.
use super::{ApiError, ManagementApi, Silence, UNREADABLE, in_path};
use reqwest::{
    StatusCode,
    multipart::{Form, Part},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What became of a file that was sent.
#[derive(Debug)]
pub enum Sent {
    /// It was taken: the id of its job.
    Taken(String),
    /// It was not taken; it can be, later.
    NotNow(&'static str),
    /// Nobody can say whether it was taken.
    Unknown(&'static str),
}

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits or runs.
    Running,
    /// It is done, with this result; its users may have failed all the same.
    Completed(Summary),
    /// It failed as a whole; some of its users may be there.
    Failed,
    /// Its data are gone, or there never was such a job.
    Gone,
}

/// How many users of a job became what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Not imported.
    pub failed: u64,
    /// Found and changed.
    pub updated: u64,
    /// New.
    pub inserted: u64,
    /// All of them.
    pub total: u64,
}

/// A job as the API tells it.
#[derive(Deserialize)]
struct Job {
    #[serde(default)]
    id: String,
    #[serde(default)]
    status: String,
    summary: Option<Summary>,
}

/// A user that was not imported. Addresses are for finding the user in the file, never for showing.
#[derive(Debug, Deserialize)]
pub struct UserErrors {
    /// The user as it was sent.
    #[serde(default)]
    pub user: Value,
    #[serde(default)]
    errors: Vec<UserError>,
}

#[derive(Debug, Deserialize)]
struct UserError {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

impl UserErrors {
    /// The code of the first error.
    #[must_use]
    pub fn code(&self) -> &str {
        self.errors.iter().map(|error| error.code.as_str()).find(|code| !code.is_empty()).unwrap_or("unknown")
    }

    /// Whether the user was refused because there is one already.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        let exists = |error: &UserError| {
            error.code.contains("DUPLICATE") || error.code.contains("EXISTS") || error.message.contains("already")
        };
        self.errors.iter().any(exists)
    }
}

impl ManagementApi {
    /// Sends one file of users. Sends it once: what is not known is said.
    ///
    /// # Errors
    /// `ApiError` when no later attempt would fare better.
    pub async fn create_import(&mut self, users: Vec<u8>, external_id: &str, upsert: bool) -> Result<Sent, ApiError> {
        let connection = self.settings.connection_id.clone();
        let url = self.route("jobs/users-imports");
        let form = || {
            let part = Part::bytes(users.clone()).file_name("users.json");
            // The type is a constant: the part goes without one if it ever were none.
            let part = part
                .mime_str("application/json")
                .unwrap_or_else(|_| Part::bytes(users.clone()).file_name("users.json"));
            Form::new()
                .text("connection_id", connection.clone())
                .text("upsert", upsert.to_string())
                .text("external_id", external_id.to_owned())
                .text("send_completion_email", "false")
                .part("users", part)
        };
        let sent = match self.once(|http| http.post(&url).multipart(form())).await? {
            Err(Silence::NotSent) => Sent::NotNow(Silence::NotSent.words()),
            Err(silence) => Sent::Unknown(silence.words()),
            Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => {
                Sent::NotNow("it says that there are too many requests or jobs")
            }
            Ok(answer) if answer.status.is_success() => match serde_json::from_slice::<Job>(&answer.body) {
                Ok(job) if !job.id.is_empty() => Sent::Taken(job.id),
                _ => Sent::Unknown("its answer names no job"),
            },
            Ok(answer) if answer.status.is_server_error() || answer.status == StatusCode::REQUEST_TIMEOUT => {
                Sent::Unknown("it answers with errors of its own")
            }
            Ok(answer) => return Err(answer.refusal("a file of users")),
        };
        if let Sent::NotNow(why) | Sent::Unknown(why) = sent {
            self.keep_patience(why)?;
        }
        Ok(sent)
    }

    /// The state of a job.
    ///
    /// # Errors
    /// `ApiError`.
    pub async fn job(&mut self, id: &str) -> Result<JobState, ApiError> {
        let url = self.route(&format!("jobs/{}", in_path(id)));
        for _ in 0..UNREADABLE {
            let answer = self.ask(|http| http.get(&url)).await?;
            match answer.status {
                StatusCode::NOT_FOUND => return Ok(JobState::Gone),
                StatusCode::OK => {}
                _ => return Err(answer.refusal("to tell about a job")),
            }
            if let Ok(job) = serde_json::from_slice::<Job>(&answer.body) {
                match (job.status.as_str(), job.summary) {
                    ("completed", Some(summary)) => return Ok(JobState::Completed(summary)),
                    ("completed", None) | ("failed", _) => return Ok(JobState::Failed),
                    ("", _) => {}
                    _ => return Ok(JobState::Running),
                }
            }
            self.pace.failed();
        }
        Err(ApiError::Unreachable("its answers about a job cannot be read"))
    }

    /// Who was not imported; `None` when that is not known any more.
    ///
    /// # Errors
    /// `ApiError`.
    pub async fn job_errors(&mut self, id: &str) -> Result<Option<Vec<UserErrors>>, ApiError> {
        let url = self.route(&format!("jobs/{}/errors", in_path(id)));
        for _ in 0..UNREADABLE {
            let answer = self.ask(|http| http.get(&url)).await?;
            match answer.status {
                StatusCode::NO_CONTENT => return Ok(Some(Vec::new())),
                StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::BAD_REQUEST => return Ok(None),
                StatusCode::OK => {}
                _ => return Err(answer.refusal("to tell who was not imported")),
            }
            // A job that failed as a whole answers with itself instead of a list.
            match serde_json::from_slice::<Value>(&answer.body) {
                Ok(list @ Value::Array(_)) => return Ok(serde_json::from_value(list).ok()),
                Ok(_) => return Ok(None),
                Err(_) => self.pace.failed(),
            }
        }
        Ok(None)
    }
}
