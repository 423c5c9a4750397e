//! The access token of the Management API: fetched once, kept until shortly before its end.
use super::{ApiError, ManagementApi};
use crate::{config::auth0::Credentials, secret::Secret};
use reqwest::{StatusCode, header::HeaderValue};
use serde::Deserialize;
use std::time::{Duration, Instant};

/// Renewed so long before its end.
const BEFORE_END: Duration = Duration::from_secs(60);

/// A token and when to take a new one.
pub(super) struct AccessToken {
    header: HeaderValue,
    until: Option<Instant>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    #[serde(default = "a_day")]
    expires_in: u64,
}

fn a_day() -> u64 {
    86_400
}

impl ManagementApi {
    /// Whether a refused token can be replaced by a new one.
    pub(super) fn can_renew(&self) -> bool {
        matches!(self.settings.credentials, Credentials::Client { .. })
    }

    /// The value of the `Authorization` header.
    pub(super) async fn access_token(&mut self) -> Result<HeaderValue, ApiError> {
        if let Some(token) = &self.token
            && token.until.is_none_or(|until| Instant::now() < until)
        {
            return Ok(token.header.clone());
        }
        let token = match self.settings.credentials.clone() {
            Credentials::AccessToken(token) => AccessToken { header: header(&token)?, until: None },
            Credentials::Client { id, secret } => self.granted(&id, &secret).await?,
        };
        let header = token.header.clone();
        self.token = Some(token);
        Ok(header)
    }

    async fn granted(&mut self, id: &str, secret: &Secret) -> Result<AccessToken, ApiError> {
        let url = format!("{}oauth/token", self.settings.url);
        let body = serde_json::json!({
            "grant_type": "client_credentials",
            "client_id": id,
            "client_secret": secret.expose(),
            "audience": self.settings.audience,
        });
        loop {
            tokio::time::sleep(self.pace.wait()).await;
            let why = match self.send(self.http.post(&url).json(&body)).await {
                Ok(answer) if answer.status == StatusCode::OK => {
                    match serde_json::from_slice::<Granted>(&answer.body) {
                        Ok(granted) => return in_use(&granted),
                        Err(_) => "it answers without a token",
                    }
                }
                Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS || answer.status.is_server_error() => {
                    "it gives no token"
                }
                Ok(answer) => return Err(answer.refusal("the client of `[auth0]`")),
                Err(silence) => silence.words(),
            };
            self.keep_patience(why)?;
        }
    }
}

fn in_use(granted: &Granted) -> Result<AccessToken, ApiError> {
    let lifetime = Duration::from_secs(granted.expires_in);
    // A token of seconds is used for half of them.
    let used = lifetime.saturating_sub(BEFORE_END).max(lifetime / 2);
    Ok(AccessToken { header: header(&granted.access_token)?, until: Some(Instant::now() + used) })
}

fn header(token: &Secret) -> Result<HeaderValue, ApiError> {
    let mut header = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_| ApiError::Client("the access token holds line ends or other bytes that no header takes".into()))?;
    header.set_sensitive(true);
    Ok(header)
}
