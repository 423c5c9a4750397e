//! Counters that stand at zero before the first event.
//!
//! # Why
//! A rate is the difference of two looks. A counter that appears with its first value has none: twenty refused guesses
//! within one quarter of a minute, or the first minute of an outage, would be seen by nobody.
use super::problem::Problem;
use crate::{
    accounts::error::Refusal,
    hash::scheme::Reason,
    store::error::StoreErrorKind::{Connection, PoolExhausted, Refused, Schema, Timeout},
    telemetry::metrics::Metrics,
};
use std::time::Duration;

/// One of each code that a route can answer with.
pub const OF_ROUTES: [Problem; 19] = [
    Problem::InvalidRequest(""),
    Problem::InvalidToken,
    Problem::NotAClientToken,
    Problem::ClientNotAllowed,
    Problem::InsufficientScope,
    Problem::KeysUnavailable,
    Problem::MethodNotAllowed,
    Problem::BodyTooLarge,
    Problem::UnsupportedMediaType,
    Problem::Refused(Refusal::UserNotFound),
    Problem::Refused(Refusal::AmbiguousUser),
    Problem::Refused(Refusal::WrongPassword),
    Problem::Refused(Refusal::AccountDisabled),
    Problem::Refused(Refusal::NoPassword),
    Problem::Refused(Refusal::TooManyAttempts(Duration::ZERO)),
    Problem::Refused(Refusal::PasswordUnverifiable(Reason::Unknown)),
    Problem::Refused(Refusal::UserUnmappable("")),
    Problem::Refused(Refusal::Overloaded(Duration::ZERO)),
    Problem::Refused(Refusal::DatabaseUnavailable),
];

/// Shows every counter whose labels are a short list.
pub fn show(metrics: &Metrics) {
    for route in ["login", "get_user", "mark_migrated"] {
        let _ = metrics.http_requests.with_label_values(&[route, "200", "ok"]);
        for problem in OF_ROUTES {
            let _ = metrics.http_requests.with_label_values(&[route, problem.status().as_str(), problem.code()]);
        }
    }
    let kinds = [PoolExhausted, Connection, Timeout, Refused, Schema];
    for kind in kinds.iter().map(|kind| kind.word()).chain(["deadline"]) {
        let _ = metrics.db_errors.with_label_values(&[kind]);
    }
    for by in ["account", "client"] {
        let _ = metrics.throttled.with_label_values(&[by]);
    }
    for result in ["ok", "failed"] {
        let _ = metrics.jwks_refreshes.with_label_values(&[result]);
    }
}
