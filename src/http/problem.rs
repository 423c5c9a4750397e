//! The error bodies (RFC 9457). Only this file writes one; a code never changes its meaning.
use crate::{accounts::error::Refusal, token::rejection::Rejection};
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde::Serialize;
use std::time::Duration;

/// Every answer other than 200.
#[derive(Debug, Clone, Copy)]
pub enum Problem {
    /// The body or a header breaks the contract; what is wrong with it.
    InvalidRequest(&'static str),
    /// No token, or one that is not good.
    InvalidToken,
    /// A genuine token that is not a client-credentials token.
    NotAClientToken,
    /// The client, or the address it comes from, is not on the operator's list.
    ClientNotAllowed,
    /// The client's certificate is missing, not trusted any more, or has no listed name.
    CertificateNotAllowed,
    /// The route's scope is missing.
    InsufficientScope,
    /// No signing keys have ever been fetched.
    KeysUnavailable,
    /// None of the three routes.
    NoSuchRoute,
    /// Another method than POST.
    MethodNotAllowed,
    /// More than 8 KiB.
    BodyTooLarge,
    /// Not `application/json`.
    UnsupportedMediaType,
    /// The client is over its rate.
    TooManyRequests(Duration),
    /// The audit stream is required and does not take the record.
    NotRecorded,
    /// What the verb answered.
    Refused(Refusal),
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    request_id: &'a str,
}

impl Problem {
    /// The machine's word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::NotAClientToken => "not_a_client_token",
            Self::ClientNotAllowed | Self::CertificateNotAllowed => "client_not_allowed",
            Self::InsufficientScope => "insufficient_scope",
            Self::KeysUnavailable => "keys_unavailable",
            Self::NoSuchRoute => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::BodyTooLarge => "body_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::TooManyRequests(_) => "too_many_attempts",
            // The contract's word for "nothing was told, come again": its scripts take it for the outage that it is.
            Self::NotRecorded => "overloaded",
            Self::Refused(refusal) => refusal.code(),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest(_) => StatusCode::BAD_REQUEST,
            Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::NotAClientToken | Self::ClientNotAllowed | Self::CertificateNotAllowed | Self::InsufficientScope => {
                StatusCode::FORBIDDEN
            }
            Self::KeysUnavailable | Self::NotRecorded => StatusCode::SERVICE_UNAVAILABLE,
            Self::NoSuchRoute => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyRequests(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Refused(refusal) => match refusal {
                Refusal::UserNotFound => StatusCode::NOT_FOUND,
                Refusal::AmbiguousUser => StatusCode::CONFLICT,
                Refusal::WrongPassword | Refusal::AccountDisabled | Refusal::NoPassword => {
                    StatusCode::UNPROCESSABLE_ENTITY
                }
                Refusal::TooManyAttempts(_) => StatusCode::TOO_MANY_REQUESTS,
                Refusal::PasswordUnverifiable(_) | Refusal::UserUnmappable(_) => StatusCode::INTERNAL_SERVER_ERROR,
                Refusal::Overloaded(_) | Refusal::DatabaseUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            },
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::InvalidRequest(what) => what,
            Self::InvalidToken => "no valid access token",
            Self::NotAClientToken => "the token is not a client-credentials token",
            Self::ClientNotAllowed => "the client is not allowed",
            Self::CertificateNotAllowed => "the client's certificate is not allowed",
            Self::InsufficientScope => "the token lacks the scope of this route",
            Self::KeysUnavailable => "the signing keys of the issuer could not be fetched",
            Self::NoSuchRoute => "no such route",
            Self::MethodNotAllowed => "only POST is allowed",
            Self::BodyTooLarge => "the body is larger than 8 KiB",
            Self::UnsupportedMediaType => "the body must be application/json",
            Self::TooManyRequests(_) => "too many requests of this client",
            Self::NotRecorded => "the request cannot be recorded",
            Self::Refused(refusal) => match refusal {
                Refusal::UserNotFound => "no such user",
                Refusal::AmbiguousUser => "more than one user answers to this identifier",
                Refusal::WrongPassword => "the password does not match",
                Refusal::AccountDisabled => "the account is disabled",
                Refusal::NoPassword => "the account has no password",
                Refusal::TooManyAttempts(_) => "too many attempts",
                Refusal::PasswordUnverifiable(_) => "the stored password hash cannot be verified",
                Refusal::UserUnmappable(_) => "the user's record cannot be mapped to a profile",
                Refusal::Overloaded(_) => "too many logins at once",
                Refusal::DatabaseUnavailable => "the legacy database did not answer",
            },
        }
    }

    fn retry_after(self) -> Option<Duration> {
        match self {
            Self::TooManyRequests(after)
            | Self::Refused(Refusal::TooManyAttempts(after) | Refusal::Overloaded(after)) => Some(after),
            Self::NotRecorded => Some(Duration::from_secs(1)),
            _ => None,
        }
    }

    /// The answer.
    #[must_use]
    pub fn response(self, request_id: &str) -> HttpResponse {
        let status = self.status();
        let mut response = HttpResponse::build(status);
        match self {
            Self::InvalidToken => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""));
            }
            Self::CertificateNotAllowed => {
                // A connection keeps its certificate: another one needs another connection.
                response.force_close();
            }
            Self::MethodNotAllowed => {
                response.insert_header((header::ALLOW, "POST"));
            }
            _ => {}
        }
        if let Some(after) = self.retry_after() {
            // Whole seconds, rounded up: coming early would only be refused again.
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            response.insert_header((header::RETRY_AFTER, seconds.max(1)));
        }
        let body =
            Body { kind: "about:blank", title: self.title(), status: status.as_u16(), code: self.code(), request_id };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        response.insert_header((header::CONTENT_TYPE, "application/problem+json")).body(body)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<&Rejection> for Problem {
    fn from(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::InvalidToken(_) => Self::InvalidToken,
            Rejection::NotAClientToken(_) => Self::NotAClientToken,
            Rejection::ClientNotAllowed => Self::ClientNotAllowed,
            Rejection::InsufficientScope => Self::InsufficientScope,
            Rejection::KeysUnavailable => Self::KeysUnavailable,
        }
    }
}
