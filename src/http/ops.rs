//! The ops listener: health, metrics and the page, for the people who run it. Nothing of the bridge is reachable here.
use super::{live::Live, ops_page, record::Recorder};
use crate::telemetry::history::History;
use actix_web::{HttpResponse, http::header, web};
use serde::Serialize;
use std::time::Duration;

/// Longest wait of `/readyz` for one dependency.
const PROBE: Duration = Duration::from_secs(2);

/// What the ops listener looks at.
pub struct Watched {
    /// The bridge of this moment, for its stores, keys and counters: whoever asks twice may see two.
    pub live: web::Data<Live>,
    /// The last 24 hours.
    pub history: History,
}

/// The routes of the ops listener.
pub fn routes(app: &mut web::ServiceConfig) {
    app.route("/metrics", web::get().to(metrics))
        .route("/livez", web::get().to(livez))
        .route("/readyz", web::get().to(readyz))
        .configure(ops_page::routes);
}

async fn metrics(watched: web::Data<Watched>) -> HttpResponse {
    let bridge = watched.live.bridge();
    let metrics = &bridge.metrics;
    let (busy, idle) = bridge.accounts.store.connections();
    for (state, count) in [("busy", busy), ("idle", idle)] {
        metrics.pool_connections.with_label_values(&[state]).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    bridge.accounts.progress.tell();
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
    // Only where they are configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    throttle_store: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audit: Option<&'static str>,
}

/// The body of `/readyz`.
#[derive(Serialize)]
pub struct Readiness {
    status: &'static str,
    checks: Checks,
    confinement: Confinement,
    // Those without which requests are refused, and whether they are well: what the gauges show.
    #[serde(skip)]
    needed: Vec<(&'static str, bool)>,
}

/// What the process has given up; no reason to be ready or not.
#[derive(Serialize)]
struct Confinement {
    state: &'static str,
    missing: Vec<String>,
}

impl Readiness {
    /// Whether requests may come; degraded is ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.status != "not ready"
    }

    /// Whether requests are refused for this check.
    #[must_use]
    pub fn refuses(&self, check: &str) -> bool {
        self.needed.iter().any(|(name, is_well)| *name == check && !is_well)
    }

    /// Every check by its name, with its word: `ok`, or what is the matter.
    #[must_use]
    pub fn words(&self) -> Vec<(String, String)> {
        let checks = serde_json::to_value(&self.checks).unwrap_or_default();
        let word = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut words: Vec<_> =
            checks.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), word(value))).collect();
        let confined = match self.confinement.state {
            "full" => "ok",
            state => state,
        };
        words.push(("confinement".to_owned(), confined.to_owned()));
        words
    }
}

async fn readyz(watched: web::Data<Watched>) -> HttpResponse {
    let readiness = readiness(&watched).await;
    let mut response = if readiness.is_ready() { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(readiness)
}

/// Asks every dependency, and sets the gauges `ready{check}`. The page's history asks every quarter of a minute, and at each
/// look while something is not well.
pub async fn readiness(watched: &Watched) -> Readiness {
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
    // A lost store or an audit stream that nobody requires is to be mended, but keeps no answer back.
    let store = accounts.throttle.store_answers();
    let audit = bridge.audit.as_ref().map(Recorder::stream);
    let recorded = audit.is_none_or(|audit| !audit.is_failing());
    let mut needed = vec![("database", database), ("ledger", ledger), ("keys", keys)];
    needed.extend(audit.map(|audit| ("audit", recorded || !audit.is_required())));
    for (check, is_well) in &needed {
        bridge.metrics.ready.with_label_values(&[check]).set(i64::from(*is_well));
    }
    if audit.is_none() {
        // A reload may have taken the stream away; where there was none, there is nothing to remove.
        let _ = bridge.metrics.ready.remove_label_values(&["audit"]);
    }
    let ready = !draining && needed.iter().all(|(_, is_well)| *is_well);
    let degraded = store == Some(false) || !recorded;
    Readiness {
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
        confinement: Confinement {
            state: watched.live.confined.state(),
            missing: watched.live.confined.missing.clone(),
        },
        needed,
    }
}
