//! `drawbridge serve`: the bridge itself, from its configuration to its orderly end.
mod reload;
mod surroundings;

use super::terminal::{self, Exit};
use crate::{
    accounts::{Accounts, decoy::Decoy, progress, throttle::Throttle, verify_pool::VerifyPool},
    config::{Config, load::Needs, log::Format, token::Token},
    http::{
        Bridge,
        client_certificate::ClientRules,
        live::Live,
        server::{self, Listening, Sockets},
        tls::{Handshakes, Material},
    },
    ledger::{self, Ledger},
    store::{
        self, Store,
        runtime::{Background, DatabaseRuntime},
    },
    telemetry::{logging, metrics::Metrics},
    token::{gate::Gate, keys::Keys},
};
use actix_web::web;
use reload::Reload;
use std::{path::Path, sync::Arc};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The sections that decide which rows are asked for, and where.
const DATABASE: &[&str] = &["database", "users", "password", "migration"];
/// Rows from which the decoy is chosen.
const DECOY_SAMPLE: u32 = 500;

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
    let sockets = Sockets::bind(&config.server, &config.ops).map_err(|error| wrong(&error))?;
    // No thread is started before this line, and no port bound after it.
    let confined = surroundings::confine(&config);
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
        let reload = Reload::of(path.to_owned(), config, live, handshakes, runtime.clone());
        actix_web::rt::spawn(reload.watch(hangup));
        serve(listening, stop).await
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
    let keys = keys(token, runtime, before, &metrics).await?;
    let opened = match before {
        Some(Before { bridge, config: old }) if config.said.agrees(&old.said, DATABASE) => Opened::of(&bridge.accounts),
        _ => open(config, runtime, &metrics, before.is_some()).await?,
    };
    let (pool, throttle, client_throttle, draining) = match before {
        Some(Before { bridge, .. }) => (
            Arc::clone(&bridge.accounts.pool),
            Arc::clone(&bridge.accounts.throttle),
            Arc::clone(&bridge.client_throttle),
            Arc::clone(&bridge.draining),
        ),
        None => {
            let limits = &config.limits;
            let (threads, queue, memory) = (limits.verify_threads, limits.verify_queue, limits.verify_memory);
            let pool = VerifyPool::start(threads, queue, memory, metrics.clone())
                .map_err(|error| wrong(&format!("no threads for verification: {error}")))?;
            let throttle = |rate| Throttle::new(rate).map(Arc::new).map_err(|error| wrong(&error.to_string()));
            (Arc::new(pool), throttle(limits.account_attempts)?, throttle(limits.client_rate)?, Arc::default())
        }
    };
    let accounts = Accounts {
        store: opened.store,
        ledger: opened.ledger,
        pool,
        decoy: opened.decoy,
        users: config.users.clone(),
        password: config.password.clone(),
        migration: config.migration.clone(),
        throttle,
        metrics: metrics.clone(),
        background: opened.background,
    };
    Ok(Bridge {
        gate: Gate::new(token, Arc::clone(&keys)),
        keys,
        client_rules,
        accounts,
        client_throttle,
        metrics,
        deadline: config.server.deadline,
        allow: config.server.allow.clone(),
        draining,
    })
}

/// The signing keys; those of before where they come from the same place by the same rules.
async fn keys(
    token: &Token,
    runtime: &DatabaseRuntime,
    before: Option<&Before<'_>>,
    metrics: &Metrics,
) -> Result<Arc<Keys>, Failure> {
    let same = |old: &&Token| {
        old.jwks_url == token.jwks_url
            && old.jwks_refresh == token.jwks_refresh
            && old.jwks_cooldown == token.jwks_cooldown
            && old.max_stale == token.max_stale
    };
    if let Some(Before { bridge, config }) = before
        && config.token.as_ref().is_some_and(|old| same(&old))
    {
        return Ok(Arc::clone(&bridge.keys));
    }
    let keys = Keys::start(token, runtime.handle(), metrics).map_err(|error| wrong(&error.to_string()))?;
    if before.is_some() {
        keys.first_attempt().await;
        if !keys.is_loaded() {
            let hint = Some("`drawbridge check` tells more".into());
            return Err(Failure::Unreachable("the signing keys of `token.issuer` cannot be fetched".into(), hint));
        }
    }
    Ok(keys)
}

/// The legacy database and the ledger, open and found to fit the configuration.
struct Opened {
    store: Arc<dyn Store>,
    ledger: Arc<dyn Ledger>,
    decoy: Arc<Decoy>,
    background: Arc<Background>,
}

impl Opened {
    fn of(accounts: &Accounts) -> Self {
        Self {
            store: Arc::clone(&accounts.store),
            ledger: Arc::clone(&accounts.ledger),
            decoy: Arc::clone(&accounts.decoy),
            background: Arc::clone(&accounts.background),
        }
    }
}

/// Opens the database and the ledger, and chooses the decoy; waits until it is measured where nobody else has to wait.
async fn open(
    config: &Config,
    runtime: &DatabaseRuntime,
    metrics: &Metrics,
    may_wait: bool,
) -> Result<Opened, Failure> {
    let runtime = &runtime.measured_by(metrics.pool_wait_seconds.clone());
    let store = store::open(&config.database, &config.users, &config.password, runtime).await.map_err(outside)?;
    let ledger = ledger::open(config.migration.store.as_ref(), &config.database, runtime, ledger::Missing::Create)
        .await
        .map_err(outside)?;
    let sample = store.sample(DECOY_SAMPLE).await.map_err(outside)?;
    let decoy = Arc::new(Decoy::of_sample(&sample, &config.password, config.limits.verify_memory));
    let measured = Arc::clone(&decoy);
    let (done, measuring) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("measure".into())
        .spawn(move || {
            measured.measure();
            // Nobody has to wait for it.
            let _ = done.send(());
        })
        .map_err(|error| wrong(&format!("no thread to measure the decoy: {error}")))?;
    if may_wait {
        // A measurement that breaks off leaves the most frequent hash as the decoy.
        let _ = measuring.await;
    }
    tracing::info!(decoy = decoy.describe(), rows = sample.len(), "unknown users cost as much as this");
    let watched = progress::watch(Arc::clone(&store), Arc::clone(&ledger), metrics.users.clone());
    let background = Arc::new(runtime.background(watched));
    Ok(Opened { store, ledger, decoy, background })
}

/// Serves until the signal comes.
async fn serve(listening: Listening, stop: impl Future<Output = ()>) -> Result<(), Failure> {
    let scheme = if listening.encrypted { "https" } else { "http" };
    tracing::info!(
        bridge = format!("{scheme}://{}", listening.bridge),
        ops = format!("http://{}", listening.ops),
        "listening"
    );
    listening.serve_until(stop).await.map_err(|error| wrong(&format!("a listener failed: {error}")))?;
    tracing::info!("raised: every accepted request was answered");
    Ok(())
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
