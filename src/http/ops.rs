//! The ops listener: health and metrics, for the people who run it. Nothing of the bridge is reachable here.
use super::{Bridge, record::Recorder};
use crate::token::keys::Keys;
use actix_web::{HttpResponse, http::header, web};
use serde::Serialize;
use std::{sync::Arc, time::Duration};

/// Longest wait of `/readyz` for one dependency.
const PROBE: Duration = Duration::from_secs(2);

/// What the ops listener looks at.
pub struct Watched {
    /// The bridge, for its stores and counters.
    pub bridge: web::Data<Bridge>,
    /// The signing keys.
    pub keys: Arc<Keys>,
}

/// The routes of the ops listener.
pub fn routes(app: &mut web::ServiceConfig) {
    app.route("/metrics", web::get().to(metrics))
        .route("/livez", web::get().to(livez))
        .route("/readyz", web::get().to(readyz));
}

async fn metrics(watched: web::Data<Watched>) -> HttpResponse {
    let metrics = &watched.bridge.metrics;
    let (busy, idle) = watched.bridge.accounts.store.connections();
    for (state, count) in [("busy", busy), ("idle", idle)] {
        metrics.pool_connections.with_label_values(&[state]).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    if let Some(age) = watched.keys.age() {
        metrics.jwks_age.set(age.as_secs_f64());
    }
    match metrics.text() {
        Ok(text) => HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4")).body(text),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

async fn livez() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(serde_json::json!({"status": "live"}))
}

#[derive(Serialize)]
struct Checks {
    database: &'static str,
    ledger: &'static str,
    keys: &'static str,
    shutdown: &'static str,
    // Only where they are configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    throttle_store: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audit: Option<&'static str>,
}

#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    checks: Checks,
}

async fn readyz(watched: web::Data<Watched>) -> HttpResponse {
    let accounts = &watched.bridge.accounts;
    let (database, ledger) = tokio::join!(
        tokio::time::timeout(PROBE, accounts.store.ping()),
        tokio::time::timeout(PROBE, accounts.ledger.ping())
    );
    let database = matches!(database, Ok(Ok(())));
    let ledger = matches!(ledger, Ok(Ok(())));
    let keys = watched.keys.is_loaded();
    let draining = watched.bridge.is_draining();
    let word = |good: bool, bad: &'static str| if good { "ok" } else { bad };
    // A lost store or an audit stream that nobody requires is to be mended, but keeps no answer back.
    let store = accounts.throttle.store_answers();
    let audit = watched.bridge.audit.as_ref().map(Recorder::stream);
    let recorded = audit.is_none_or(|audit| !audit.is_failing());
    let refusing = audit.is_some_and(|audit| audit.is_required() && audit.is_failing());
    let ready = database && ledger && keys && !draining && !refusing;
    let degraded = store == Some(false) || !recorded;
    let body = Readiness {
        status: match (ready, degraded) {
            (true, false) => "ready",
            (true, true) => "degraded",
            (false, _) => "not ready",
        },
        checks: Checks {
            database: word(database, "does not answer"),
            ledger: word(ledger, "does not answer"),
            keys: word(keys, "never fetched"),
            shutdown: word(!draining, "under way"),
            throttle_store: store.map(|up| word(up, "does not answer: this replica limits by itself")),
            audit: audit.map(|_| word(recorded, "cannot be written")),
        },
    };
    let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}
