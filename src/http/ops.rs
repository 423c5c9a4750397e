//! The ops listener: health and metrics, for the people who run it. Nothing of the bridge is reachable here.
use super::live::Live;
use actix_web::{HttpResponse, http::header, web};
use serde::Serialize;
use std::time::Duration;

/// Longest wait of `/readyz` for one dependency.
const PROBE: Duration = Duration::from_secs(2);

/// What the ops listener looks at.
pub struct Watched {
    /// The bridge of this moment, for its stores, keys and counters.
    pub live: web::Data<Live>,
}

/// The routes of the ops listener.
pub fn routes(app: &mut web::ServiceConfig) {
    app.route("/metrics", web::get().to(metrics))
        .route("/livez", web::get().to(livez))
        .route("/readyz", web::get().to(readyz));
}

async fn metrics(watched: web::Data<Watched>) -> HttpResponse {
    let bridge = watched.live.bridge();
    let metrics = &bridge.metrics;
    let (busy, idle) = bridge.accounts.store.connections();
    for (state, count) in [("busy", busy), ("idle", idle)] {
        metrics.pool_connections.with_label_values(&[state]).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    if let Some(age) = bridge.keys.age() {
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
}

#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    checks: Checks,
    confinement: Confinement,
}

/// What the process has given up; no reason to be ready or not.
#[derive(Serialize)]
struct Confinement {
    state: &'static str,
    missing: Vec<String>,
}

async fn readyz(watched: web::Data<Watched>) -> HttpResponse {
    let bridge = watched.live.bridge();
    let accounts = &bridge.accounts;
    let (database, ledger) = tokio::join!(
        tokio::time::timeout(PROBE, accounts.store.ping()),
        tokio::time::timeout(PROBE, accounts.ledger.ping())
    );
    let database = matches!(database, Ok(Ok(())));
    let ledger = matches!(ledger, Ok(Ok(())));
    let keys = bridge.keys.is_loaded();
    let draining = bridge.is_draining();
    let word = |good: bool, bad: &'static str| if good { "ok" } else { bad };
    let ready = database && ledger && keys && !draining;
    let body = Readiness {
        status: if ready { "ready" } else { "not ready" },
        checks: Checks {
            database: word(database, "does not answer"),
            ledger: word(ledger, "does not answer"),
            keys: word(keys, "never fetched"),
            shutdown: word(!draining, "under way"),
        },
        confinement: Confinement {
            state: watched.live.confined.state(),
            missing: watched.live.confined.missing.clone(),
        },
    };
    let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}
