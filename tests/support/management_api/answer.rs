//! An answer before it is sent: the status and the body, in the form that Auth0 gives its errors.
//!
//! Where no source tells the `errorCode`, it is left out, as the documented body of the third import job does: a client
//! must not need it.
use serde_json::{Value, json};

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Content type and body; 204 has none.
    pub body: Option<(&'static str, String)>,
}

impl Answer {
    /// JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self { status, body: Some(("application/json; charset=utf-8", body.to_string())) }
    }

    /// 204.
    pub fn empty() -> Self {
        Self { status: 204, body: None }
    }

    /// An error with its code.
    pub fn error(status: u16, message: &str, code: &str) -> Self {
        Self::json(
            status,
            &json!({"statusCode": status, "error": reason(status), "message": message, "errorCode": code}),
        )
    }

    /// An error whose code no source tells.
    pub fn error_without_code(status: u16, message: &str) -> Self {
        Self::json(status, &json!({"statusCode": status, "error": reason(status), "message": message}))
    }

    /// An error of the token endpoint, which follows RFC 6749.
    pub fn token_error(status: u16, error: &str, description: &str) -> Self {
        Self::json(status, &json!({"error": error, "error_description": description}))
    }

    /// 429 of the tenant's rate limit.
    pub fn too_many_requests() -> Self {
        Self::error(429, "Global limit has been reached", "too_many_requests")
    }

    /// The answer of something that is down: 500 comes from the API, 502 and 503 from a gateway before it.
    pub fn outage(status: u16) -> Self {
        if status == 500 {
            return Self::error_without_code(500, "An internal server error occurred");
        }
        let page = format!("<html><head><title>{status} {0}</title></head><body>{0}</body></html>\n", reason(status));
        Self { status, body: Some(("text/html", page)) }
    }
}

/// The name of a status, as hapi, which Auth0 runs on, writes it.
fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        413 => "Request Entity Too Large",
        429 => "Too Many Requests",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
