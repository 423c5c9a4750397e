//! `drawbridge serve`: the bridge itself, from its configuration to its orderly end.
mod parts;
mod reload;
mod surroundings;

use super::terminal::{self, Exit};
use crate::{
    accounts::{Accounts, marking::Marking},
    config::{Config, load::Needs, log::Format},
    hash::lanes::processor,
    http::{
        Bridge,
        client_certificate::ClientRules,
        live::Live,
        server::{self, Listening},
        tls::{Handshakes, Material},
    },
    store::{self, runtime::DatabaseRuntime},
    supervisor::{self, Sockets},
    telemetry::{logging, metrics::Metrics},
    token::gate::Gate,
};
use actix_web::web;
use reload::Reload;
use std::{path::Path, sync::Arc};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What keeps `serve` from running.
pub enum Failure {
    /// The configuration or an address is wrong.
    Wrong(String, Option<String>),
    /// Something outside is out of reach.
    Unreachable(String, Option<String>),
}

/// Runs the command.
#[must_use]
pub fn run(path: &Path) -> Exit {
    let config = match crate::config::load::load(path, std::env::vars(), Needs::token()) {
        Ok(config) => config,
        Err(problems) => {
            terminal::problems(&problems);
            return Exit::Usage;
        }
    };
    if let Err(error) = logging::start(config.log.format == Format::Json, &config.log.level) {
        terminal::error(&format!("`log.level`: {error}"), None);
        return Exit::Usage;
    }
    match until_stopped(path, config) {
        Ok(()) => Exit::Done,
        Err(Failure::Wrong(message, hint)) => {
            terminal::error(&message, hint.as_deref());
            Exit::Usage
        }
        Err(Failure::Unreachable(message, hint)) => {
            terminal::error(&message, hint.as_deref());
            Exit::Unreachable
        }
    }
}

fn until_stopped(path: &Path, config: Config) -> Result<(), Failure> {
    // Taken before any other file is opened: the numbers of the sockets come from outside.
    let sockets = Sockets::take_or_bind(config.server.listen, config.ops.listen);
    let sockets = sockets.map_err(|(message, hint)| Failure::Wrong(message, hint))?;
    // No thread is started before this line, and no port bound after it.
    let confined = surroundings::confine(&config);
    processor::use_portable_only(!config.limits.cpu_extensions);
    let runtime = DatabaseRuntime::start().map_err(|error| wrong(&format!("no threads for the database: {error}")))?;
    actix_web::rt::System::new().block_on(async {
        // Before anything takes its time: a signal that nobody listens for would end the process.
        let hangup = listen(SignalKind::hangup())?;
        let stop = stop_signal()?;
        let provider = crate::trust::provider();
        let material = config.server.tls.as_ref().map(|tls| Material::read(tls, &provider)).transpose();
        let material = material.map_err(|error| wrong(&error))?;
        let clients = material.as_ref().and_then(Material::clients);
        let bridge = assemble(&config, &runtime, None, clients).await?;
        if let Some(end) = material.as_ref().and_then(Material::not_after) {
            bridge.metrics.certificate_expiry.set(end);
        }
        let handshakes = material.map(|material| Handshakes::new(&material, provider));
        let live = web::Data::new(Live::new(bridge, confined));
        let listening =
            server::start(live.clone(), &config.server, sockets, handshakes.as_ref()).map_err(|error| wrong(&error))?;
        let address = listening.address();
        tracing::info!(bridge = address, ops = format!("http://{}", listening.ops), "listening");
        let reload = Reload::of(path.to_owned(), config, live.clone(), handshakes, runtime.clone(), &address);
        supervisor::ready(&format!("listening on {address}"));
        actix_web::rt::spawn(reload.watch(hangup));
        let served = serve(listening, stop).await;
        // The stream of the last configuration.
        if let Some(audit) = &live.bridge().audit {
            audit.stream().close();
        }
        if served.is_ok() {
            tracing::info!("raised: every accepted request was answered");
        }
        served
    })
}

/// The bridge that answers while another one is put together.
pub struct Before<'a> {
    /// The bridge.
    pub bridge: &'a Bridge,
    /// The configuration that it was made from.
    pub config: &'a Config,
}

/// Connects everything that the bridge stands on. What an earlier bridge has and the new configuration leaves alone is
/// taken over from it: pools, keys and counts.
///
/// # Errors
/// `Failure` with what to do; the earlier bridge is as it was.
pub async fn assemble(
    config: &Config,
    runtime: &DatabaseRuntime,
    before: Option<&Before<'_>>,
    client_rules: Option<Arc<ClientRules>>,
) -> Result<Bridge, Failure> {
    let token = config.token.as_ref().ok_or_else(|| wrong("`[token]` is missing"))?;
    let metrics = match before {
        Some(before) => before.bridge.metrics.clone(),
        None => Metrics::new().map_err(|error| wrong(&error.to_string()))?,
    };
    let (keys, opened) =
        tokio::join!(parts::keys(token, runtime, before, &metrics), parts::opened(config, runtime, before, &metrics));
    let (keys, opened) = (keys?, opened?);
    let pool = parts::pool(config, before, &metrics)?;
    let (throttle, client_throttle) = parts::throttles(config, runtime, before, &metrics).await?;
    // Last: the stream's first line is written, so nothing may fail any more.
    let audit = parts::recorder(config, before, &metrics)?;
    let draining = before.map(|before| Arc::clone(&before.bridge.draining)).unwrap_or_default();
    let asking = metrics.query_seconds.with_label_values(&["has_key"]);
    let marking = Marking::new(Arc::clone(&opened.store), Arc::clone(&opened.ledger), runtime.clone(), asking);
    let accounts = Accounts {
        store: opened.store,
        ledger: opened.ledger,
        marking,
        pool,
        decoy: opened.decoy,
        users: config.users.clone(),
        password: config.password.clone(),
        migration: config.migration.clone(),
        throttle,
        progress: opened.progress,
        connections: config.database.pool,
        metrics: metrics.clone(),
        background: opened.background,
    };
    Ok(Bridge {
        gate: Gate::new(token, Arc::clone(&keys)),
        keys,
        client_rules,
        accounts,
        client_throttle,
        audit,
        metrics,
        deadline: config.server.deadline,
        allow: config.server.allow.clone(),
        draining,
    })
}

/// Serves until the signal comes.
async fn serve(listening: Listening, stop: impl Future<Output = ()>) -> Result<(), Failure> {
    if let Some(pause) = supervisor::heartbeat() {
        actix_web::rt::spawn(beat(pause));
    }
    let stop = async {
        stop.await;
        supervisor::stopping("draining: accepted requests finish");
    };
    listening.serve_until(stop).await.map_err(|error| wrong(&format!("a listener failed: {error}")))
}

/// Tells the service manager that this loop still turns; one that hangs is ended and started anew.
async fn beat(pause: std::time::Duration) {
    loop {
        supervisor::alive();
        tokio::time::sleep(pause).await;
    }
}

fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn listen(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| wrong(&format!("no signal handler: {error}")))
}

fn wrong(message: &str) -> Failure {
    Failure::Wrong(message.to_owned(), None)
}

fn outside(error: store::error::StoreError) -> Failure {
    use store::error::StoreErrorKind as Kind;
    match error.kind {
        Kind::Schema => Failure::Wrong(error.message, Some("`drawbridge check` tells all that is missing".into())),
        Kind::Refused | Kind::Connection | Kind::Timeout | Kind::PoolExhausted => {
            Failure::Unreachable(error.message, Some("`drawbridge check` tells more".into()))
        }
    }
}
