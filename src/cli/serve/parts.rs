//! The parts of a bridge: those of an earlier one where the new configuration leaves them alone, else new ones, opened and
//! found to work before anybody is answered by them.
use super::{Before, DatabaseRuntime, Failure, outside, wrong};
use crate::{
    accounts::{
        Accounts,
        decoy::Decoy,
        progress::Progress,
        subject::NameKey,
        throttle::{SharedStore, Throttle},
        verify_pool::{self, VerifyPool},
    },
    config::{Config, migration::Mode, token::Token},
    http::record::Recorder,
    ledger::{self, Ledger},
    store::{self, Store, runtime::Background},
    telemetry::metrics::Metrics,
    token::keys::Keys,
};
use std::sync::Arc;

/// The sections that decide which rows are asked for, and where.
const DATABASE: &[&str] = &["database", "users", "password", "migration"];
/// Rows from which the decoy is chosen.
const DECOY_SAMPLE: u32 = 500;

/// The signing keys; those of before where they come from the same place by the same rules.
///
/// # Errors
/// `Unreachable` when a running bridge would lose the keys that it has.
pub async fn keys(
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
    let (rules, handle, counted) = (token.clone(), runtime.handle().clone(), metrics.clone());
    // On a thread of its own: reading the host's certificates takes as long as connecting to the database.
    let start = move || Keys::start(&rules, &handle, &counted).map_err(|error| error.to_string());
    let started = runtime.handle().spawn_blocking(start).await.unwrap_or_else(|error| Err(error.to_string()));
    let keys = started.map_err(|error| wrong(&error))?;
    if before.is_some() {
        keys.first_attempt().await;
        if !keys.is_loaded() {
            let hint = Some("`drawbridge check` tells more".into());
            return Err(Failure::Unreachable("the signing keys of `token.issuer` cannot be fetched".into(), hint));
        }
    }
    Ok(keys)
}

/// The legacy database and the ledger, open and found to fit the configuration, and what goes on about them.
pub struct Opened {
    /// The legacy database.
    pub store: Arc<dyn Store>,
    /// Our marks.
    pub ledger: Arc<dyn Ledger>,
    /// What is verified when there is nothing to verify.
    pub decoy: Arc<Decoy>,
    /// How far the migration is.
    pub progress: Arc<Progress>,
    /// What counts it; ends with its last holder.
    pub background: Option<Arc<Background>>,
}

impl Opened {
    fn of(accounts: &Accounts) -> Self {
        Self {
            store: Arc::clone(&accounts.store),
            ledger: Arc::clone(&accounts.ledger),
            decoy: Arc::clone(&accounts.decoy),
            progress: Arc::clone(&accounts.progress),
            background: accounts.background.clone(),
        }
    }
}

/// Opens the database and the ledger, and chooses the decoy; waits until it is measured where nobody else has to wait.
///
/// # Errors
/// `Failure` with what to do.
pub async fn opened(
    config: &Config,
    runtime: &DatabaseRuntime,
    before: Option<&Before<'_>>,
    metrics: &Metrics,
) -> Result<Opened, Failure> {
    if let Some(Before { bridge, config: old }) = before
        && config.said.agrees(&old.said, DATABASE)
    {
        return Ok(Opened::of(&bridge.accounts));
    }
    let runtime = &runtime.measured_by(metrics.pool_wait_seconds.clone());
    let store = store::open(&config.database, &config.users, &config.password, runtime).await.map_err(outside)?;
    let ledger = ledger::open(config.migration.store.as_ref(), &config.database, runtime, ledger::Missing::Create)
        .await
        .map_err(outside)?;
    // A ledger of its own is another database, which no statement of this one can see.
    if config.migration.store.is_none() && config.migration.hides_marked() {
        store.tell_marks().await;
    }
    let sample = store.sample(DECOY_SAMPLE).await.map_err(outside)?;
    let decoy = Arc::new(Decoy::of_sample(&sample, &config.password, config.limits.verify_memory));
    let measured = Arc::clone(&decoy);
    let (done, measuring) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("measure".into())
        .spawn(move || {
            verify_pool::background::step_back();
            measured.measure();
            // Nobody has to wait for it.
            let _ = done.send(());
        })
        .map_err(|error| wrong(&format!("no thread to measure the decoy: {error}")))?;
    if before.is_some() {
        // A measurement that breaks off leaves the most frequent hash as the decoy.
        let _ = measuring.await;
    }
    tracing::info!(decoy = decoy.describe(), rows = sample.len(), "unknown users cost as much as this");
    let progress = Progress::new(metrics);
    // In mode `proxy` nobody crosses.
    let background = (config.migration.mode == Mode::Import).then(|| {
        let watched = Arc::clone(&progress).watch(Arc::clone(&store), Arc::clone(&ledger));
        Arc::new(runtime.background(watched))
    });
    Ok(Opened { store, ledger, decoy, progress, background })
}

/// The threads that verify; only a restart makes others.
///
/// # Errors
/// When the system refuses the threads.
pub fn pool(config: &Config, before: Option<&Before<'_>>, metrics: &Metrics) -> Result<Arc<VerifyPool>, Failure> {
    if let Some(before) = before {
        return Ok(Arc::clone(&before.bridge.accounts.pool));
    }
    let limits = &config.limits;
    let pool = VerifyPool::start(limits.verify_threads, limits.verify_queue, limits.verify_memory, metrics.clone());
    pool.map(Arc::new).map_err(|error| wrong(&format!("no threads for verification: {error}")))
}

/// The throttles of accounts and of clients, on the shared store where one is configured. Those of before go on where they
/// count in the same place; their rates are changed by `Reload` when everything else is found to be right.
///
/// # Errors
/// `Unreachable` when another shared store does not answer; at the start, that is no failure.
pub async fn throttles(
    config: &Config,
    runtime: &DatabaseRuntime,
    before: Option<&Before<'_>>,
    metrics: &Metrics,
) -> Result<(Arc<Throttle>, Arc<Throttle>), Failure> {
    let limits = &config.limits;
    let old = before.map(|before| (&*before.bridge.accounts.throttle, &*before.bridge.client_throttle));
    if let Some(Before { bridge, config: old }) = before
        && limits.counts_like(&old.limits)
    {
        return Ok((Arc::clone(&bridge.accounts.throttle), Arc::clone(&bridge.client_throttle)));
    }
    let key = NameKey::new(limits.key.as_ref(), old.map(|(accounts, _)| accounts.key()));
    let key = key.map_err(|error| wrong(&error.to_string()))?;
    let open = |store| SharedStore::new(store, runtime.handle().clone(), metrics.clone());
    let store = limits.store.as_ref().map(open).transpose().map_err(|error| wrong(&error))?;
    if let Some(store) = &store {
        if before.is_some() {
            store.check().await.map_err(|why| {
                let hint = Some("`drawbridge check` tells more".into());
                Failure::Unreachable(format!("`limits.store` does not answer: {why}"), hint)
            })?;
        }
        store.start().await;
    }
    let throttle = |kind, rate, old: Option<&Throttle>| {
        let new = Throttle::new(kind, rate, key.clone(), store.clone());
        Arc::new(match old {
            Some(old) => new.going_on(old),
            None => new,
        })
    };
    Ok((
        throttle("account", limits.account_attempts, old.map(|(accounts, _)| accounts)),
        throttle("client", limits.client_rate, old.map(|(_, clients)| clients)),
    ))
}

/// The audit stream, where one is configured: that of before where it goes to the same place.
///
/// # Errors
/// `Unreachable` when it is required and cannot be written.
pub fn recorder(config: &Config, before: Option<&Before<'_>>, metrics: &Metrics) -> Result<Option<Recorder>, Failure> {
    let Some(audit) = &config.audit else { return Ok(None) };
    let old = before.and_then(|before| before.bridge.audit.as_ref().zip(before.config.audit.as_ref()));
    let recorder = match old {
        Some((recorder, old)) if old.destination == audit.destination => recorder.going_on(audit),
        old => Recorder::start(audit, old.map(|(recorder, _)| recorder), metrics),
    };
    recorder.map(Some).map_err(|error| {
        Failure::Unreachable(error, Some("let the service write there, or set `audit.required = false`".into()))
    })
}
