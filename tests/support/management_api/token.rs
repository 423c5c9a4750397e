//! The token endpoint, and whether a request's token allows it.
use super::{answer::Answer, route::Route, shared::Shared};
use hyper::{HeaderMap, header};
use serde_json::{Value, json};
use std::{borrow::Cow, time::Instant};

/// `POST /oauth/token`: JSON or a form, client credentials in the body.
pub fn give(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Answer {
    let Some(fields) = fields(headers, body) else {
        return Answer::token_error(400, "invalid_request", "The body is neither JSON nor a form");
    };
    let field = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let settings = &shared.settings;
    if field("grant_type") != "client_credentials" {
        let description = format!("Unsupported grant type: {}", field("grant_type"));
        return Answer::token_error(403, "unsupported_grant_type", &description);
    }
    if field("client_id") != settings.client_id || field("client_secret") != settings.client_secret {
        return Answer::token_error(401, "access_denied", "Unauthorized");
    }
    let audience = format!("{}api/v2/", shared.url);
    if field("audience") != audience {
        let description = format!("Service not enabled within domain: {}", field("audience"));
        return Answer::token_error(403, "access_denied", &description);
    }
    let token = format!("management.{}", uuid::Uuid::new_v4().simple());
    let lifetime = settings.token_lifetime;
    shared.lock().tokens.insert(token.clone(), (Instant::now() + lifetime, settings.scopes.clone()));
    let scope = settings.scopes.join(" ");
    Answer::json(
        200,
        &json!({"access_token": token, "token_type": "Bearer", "expires_in": lifetime.as_secs(), "scope": scope}),
    )
}

fn fields(headers: &HeaderMap, body: &[u8]) -> Option<Value> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    if content_type.starts_with("application/json") {
        return serde_json::from_slice(body).ok();
    }
    let is_form = content_type.starts_with("application/x-www-form-urlencoded");
    is_form.then(|| {
        let text = |(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), Value::String(value.into_owned()));
        url::form_urlencoded::parse(body).map(text).collect()
    })
}

/// The refusal of a request whose token is missing, over, unknown, or not for this route.
pub fn refusal(shared: &Shared, route: Route, headers: &HeaderMap) -> Option<Answer> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let Some(token) = bearer else { return Some(Answer::error_without_code(401, "Missing authentication")) };
    let state = shared.lock();
    let Some((end, scopes)) = state.tokens.get(token) else {
        return Some(Answer::error(401, "Invalid signature received for JSON Web Token validation", "invalid_token"));
    };
    if *end <= Instant::now() {
        return Some(Answer::error(401, "Expired token received for JSON Web Token validation", "invalid_token"));
    }
    let needed = route.scopes();
    if needed.is_empty() || needed.iter().any(|scope| scopes.iter().any(|has| has == scope)) {
        return None;
    }
    let message = format!("Insufficient scope, expected any of: {}", needed.join(", "));
    Some(Answer::error(403, &message, "insufficient_scope"))
}
