//! `drawbridge serve`: the bridge itself, from its configuration to its orderly end.
use super::terminal::{self, Exit};
use crate::{
    accounts::{
        Accounts,
        decoy::Decoy,
        progress::Progress,
        subject::NameKey,
        throttle::{SharedStore, Throttle},
        verify_pool::VerifyPool,
    },
    config::{Config, load::Needs, log::Format, migration::Mode},
    http::{Bridge, record::Recorder, server},
    ledger, store,
    store::runtime::DatabaseRuntime,
    supervisor::{self, Sockets},
    telemetry::{logging, metrics::Metrics},
    token::{gate::Gate, keys::Keys},
};
use actix_web::web;
use std::{path::Path, sync::Arc};
use tokio::signal::unix::{Signal, SignalKind, signal};

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
    confine();
    // Taken before any other file is opened: the numbers of the sockets come from outside.
    let sockets = match supervisor::sockets() {
        Ok(sockets) => sockets,
        Err((message, hint)) => {
            terminal::error(&message, Some(&hint));
            return Exit::Usage;
        }
    };
    match until_stopped(&config, sockets) {
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

/// A core file or a debugger would show passwords: neither is possible from here on.
fn confine() {
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let cores = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    let dumpable = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    if cores.is_err() || dumpable.is_err() {
        tracing::warn!("core files of this process could not be switched off");
    }
}

fn until_stopped(config: &Config, sockets: Sockets) -> Result<(), Failure> {
    let runtime = DatabaseRuntime::start().map_err(|error| wrong(&format!("no threads for the database: {error}")))?;
    actix_web::rt::System::new().block_on(async {
        let (bridge, keys) = assemble(config, &runtime).await?;
        serve(config, bridge, keys, sockets, stop_signal()?).await
    })
}

/// Connects everything that the bridge stands on.
///
/// # Errors
/// `Failure` with what to do.
pub async fn assemble(config: &Config, runtime: &DatabaseRuntime) -> Result<(Bridge, Arc<Keys>), Failure> {
    let token = config.token.as_ref().ok_or_else(|| wrong("`[token]` is missing"))?;
    let metrics = Metrics::new().map_err(|error| wrong(&error.to_string()))?;
    let keys = Keys::start(token, runtime.handle(), &metrics).map_err(|error| wrong(&error.to_string()))?;
    let runtime = &runtime.measured_by(metrics.pool_wait_seconds.clone());
    let store = store::open(&config.database, &config.users, &config.password, runtime).await.map_err(outside)?;
    let ledger = ledger::open(config.migration.store.as_ref(), &config.database, runtime, ledger::Missing::Create)
        .await
        .map_err(outside)?;
    let sample = store.sample(DECOY_SAMPLE).await.map_err(outside)?;
    let progress = Progress::new(&metrics);
    // In mode `proxy` nobody crosses.
    if config.migration.mode == Mode::Import {
        runtime.spawn(Arc::clone(&progress).watch(Arc::clone(&store), Arc::clone(&ledger)));
    }
    let decoy = Arc::new(Decoy::of_sample(&sample, &config.password, config.limits.verify_memory));
    let measured = Arc::clone(&decoy);
    std::thread::Builder::new()
        .name("measure".into())
        .spawn(move || measured.measure())
        .map_err(|error| wrong(&format!("no thread to measure the decoy: {error}")))?;
    tracing::info!(decoy = decoy.describe(), rows = sample.len(), "unknown users cost as much as this");
    let limits = &config.limits;
    let pool = VerifyPool::start(limits.verify_threads, limits.verify_queue, limits.verify_memory, metrics.clone())
        .map_err(|error| wrong(&format!("no threads for verification: {error}")))?;
    let (account_throttle, client_throttle) = throttles(config, runtime, &metrics).await?;
    let audit = config.audit.as_ref().map(|audit| Recorder::start(audit, &metrics)).transpose();
    let audit = audit.map_err(|error| {
        Failure::Unreachable(error, Some("let the service write there, or set `audit.required = false`".into()))
    })?;
    let accounts = Accounts {
        store,
        ledger,
        pool,
        decoy,
        users: config.users.clone(),
        password: config.password.clone(),
        migration: config.migration.clone(),
        throttle: account_throttle,
        progress,
        connections: config.database.pool,
        metrics: metrics.clone(),
    };
    let gate = Gate::new(token, Arc::clone(&keys));
    let (deadline, allow) = (config.server.deadline, config.server.allow.clone());
    Ok((Bridge::new(gate, accounts, client_throttle, audit, metrics, deadline, allow), keys))
}

/// The throttles of accounts and of clients, on the shared store where one is configured.
async fn throttles(
    config: &Config,
    runtime: &DatabaseRuntime,
    metrics: &Metrics,
) -> Result<(Throttle, Throttle), Failure> {
    let limits = &config.limits;
    let key = NameKey::new(limits.key.as_ref()).map_err(|error| wrong(&error.to_string()))?;
    let open = |store| SharedStore::new(store, runtime.handle().clone(), metrics.clone());
    let store = limits.store.as_ref().map(open).transpose().map_err(|error| wrong(&error))?;
    if let Some(store) = &store {
        store.start().await;
    }
    let throttle = |kind, rate| Throttle::new(kind, rate, key.clone(), store.clone());
    Ok((throttle("account", limits.account_attempts), throttle("client", limits.client_rate)))
}

/// Serves until the signal comes.
///
/// # Errors
/// `Failure` when an address is taken or the certificate is wrong.
pub async fn serve(
    config: &Config,
    bridge: Bridge,
    keys: Arc<Keys>,
    sockets: Sockets,
    stop: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let provider = crate::trust::provider();
    let audit = bridge.audit.clone();
    if let Some(audit) = &audit {
        actix_web::rt::spawn(reopen_on_hangup(audit.clone(), listen(SignalKind::hangup())?));
    }
    let listening = server::start(web::Data::new(bridge), keys, &config.server, &config.ops, sockets, &provider)
        .map_err(|error| wrong(&error))?;
    let scheme = if listening.encrypted { "https" } else { "http" };
    let bridge = format!("{scheme}://{}", listening.bridge);
    tracing::info!(bridge, ops = format!("http://{}", listening.ops), "listening");
    supervisor::ready(&format!("listening on {bridge}"));
    if let Some(pause) = supervisor::heartbeat() {
        actix_web::rt::spawn(beat(pause));
    }
    let stop = async {
        stop.await;
        supervisor::stopping("draining: accepted requests finish");
    };
    listening.serve_until(stop).await.map_err(|error| wrong(&format!("a listener failed: {error}")))?;
    if let Some(audit) = audit {
        audit.stream().close();
    }
    tracing::info!("raised: every accepted request was answered");
    Ok(())
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

/// Whoever rotates the audit file says so by a hangup.
async fn reopen_on_hangup(audit: Recorder, mut hangup: Signal) {
    while hangup.recv().await.is_some() {
        audit.stream().reopen();
    }
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
