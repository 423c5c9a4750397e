//! Request bodies: bounded, strict, wiped.
use super::{headers, problem::Problem};
use actix_web::{HttpRequest, http::header, web};
use futures_util::StreamExt;
use serde::{Deserialize, de::DeserializeOwned};
use std::time::Instant;
use zeroize::Zeroizing;

/// Largest body in bytes.
const MAX_BODY: usize = 8 * 1024;
/// Longest identifier in bytes: the longest e-mail address there is.
const MAX_IDENTIFIER: usize = 320;
/// Longest password in bytes.
const MAX_PASSWORD: usize = 4096;

/// The body of `/login`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    #[serde(alias = "email", alias = "username")]
    identifier: Zeroizing<String>,
    password: Zeroizing<String>,
}

/// The body of `/get_user`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GetUser {
    #[serde(alias = "email", alias = "username")]
    identifier: Zeroizing<String>,
}

/// The body of `/mark_migrated`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkMigrated {
    user_id: String,
}

impl Login {
    /// Identifier and password within their bounds.
    ///
    /// # Errors
    /// `InvalidRequest` for what is out of bounds.
    pub fn checked(self) -> Result<(Zeroizing<String>, Zeroizing<String>), Problem> {
        check_identifier(&self.identifier)?;
        if self.password.len() > MAX_PASSWORD {
            return Err(Problem::InvalidRequest("the password is longer than 4096 bytes"));
        }
        Ok((self.identifier, self.password))
    }
}

impl GetUser {
    /// The identifier within its bounds.
    ///
    /// # Errors
    /// `InvalidRequest` when it is out of bounds.
    pub fn checked(self) -> Result<Zeroizing<String>, Problem> {
        check_identifier(&self.identifier)?;
        Ok(self.identifier)
    }
}

impl MarkMigrated {
    /// The id within its bounds.
    ///
    /// # Errors
    /// `InvalidRequest` when it is out of bounds.
    pub fn checked(self) -> Result<String, Problem> {
        if self.user_id.is_empty() {
            return Err(Problem::InvalidRequest("the user_id is empty"));
        }
        if self.user_id.len() > 4 * MAX_IDENTIFIER || self.user_id.contains('\0') {
            return Err(Problem::InvalidRequest("the user_id is too long or holds a NUL"));
        }
        Ok(self.user_id)
    }
}

fn check_identifier(identifier: &str) -> Result<(), Problem> {
    if identifier.is_empty() {
        return Err(Problem::InvalidRequest("the identifier is empty"));
    }
    if identifier.len() > MAX_IDENTIFIER {
        return Err(Problem::InvalidRequest("the identifier is longer than 320 bytes"));
    }
    if identifier.contains('\0') {
        return Err(Problem::InvalidRequest("the identifier holds a NUL"));
    }
    Ok(())
}

/// Reads a body until the deadline.
///
/// # Errors
/// `UnsupportedMediaType`, `BodyTooLarge`, or `InvalidRequest` for one that does not arrive.
pub async fn read(
    request: &HttpRequest,
    mut payload: web::Payload,
    deadline: Instant,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    if !is_json(request) {
        return Err(Problem::UnsupportedMediaType);
    }
    let announced =
        headers::of(request).get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let length = announced.map_or(MAX_BODY, |length: u64| usize::try_from(length).unwrap_or(usize::MAX));
    if length > MAX_BODY {
        return Err(Problem::BodyTooLarge);
    }
    // All of it at once: a vector that grows leaves unwiped copies behind. What is wiped at the end is all of it, too.
    let mut body = Zeroizing::new(Vec::with_capacity(length));
    let arriving = async {
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::InvalidRequest("the body did not arrive whole"))?;
            if body.len() + chunk.len() > length {
                return Err(Problem::BodyTooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(())
    };
    tokio::time::timeout_at(deadline.into(), arriving)
        .await
        .map_err(|_| Problem::InvalidRequest("the body did not arrive within the deadline"))??;
    Ok(body)
}

/// The body as what the route takes. What is wrong with it is said without any of its content.
///
/// # Errors
/// `InvalidRequest`.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // serde reads a struct from an array, too; the contract knows objects only.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Problem::InvalidRequest("the body is not a JSON object"));
    }
    serde_json::from_slice(body).map_err(|error| {
        Problem::InvalidRequest(if error.is_data() {
            "a field of the body is missing, unknown, repeated or of the wrong type"
        } else {
            "the body is not JSON"
        })
    })
}

fn is_json(request: &HttpRequest) -> bool {
    let headers = headers::of(request);
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let media_type = value.split(';').next().unwrap_or("").trim();
    media_type.eq_ignore_ascii_case("application/json") && !headers.contains_key(header::CONTENT_ENCODING)
}
