//! The counts of all replicas, in one Redis.
//!
//! # Why a breaker
//! A Redis that hangs would cost every request the whole time limit. After one failure nobody asks it any more; a task
//! of its own tries each second whether it takes a write again.
//!
//! # Why epochs
//! A Redis that was restarted, or another one that took its place, has forgotten some or all counts. It shows by another
//! `run_id`; from then on replicas tell it what they remember.
use super::{super::subject::Name, Event, Standing, failure::Failure, local::increment};
use crate::{
    config::{limits::Rate, shared_store},
    telemetry::metrics::Metrics,
    trust,
};
use deadpool_redis::{
    Hook, HookError, Manager, Pool, Runtime,
    redis::{
        self, AsyncConnectionConfig, ConnectionAddr, ErrorKind, IntoConnectionInfo, RedisConnectionInfo, RedisError,
        Script, ServerErrorKind, aio::MultiplexedConnection,
    },
};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::runtime::Handle;

/// Longest wait of a request for one decision, connecting included.
const WAIT: Duration = Duration::from_millis(250);
/// Longest wait of a trial: nobody waits for it but the trial.
const TRIAL: Duration = Duration::from_secs(1);
/// Time between two trials of a store that failed.
const PAUSE: Duration = Duration::from_secs(1);
/// Most connections: a decision holds one for a round trip or two.
const CONNECTIONS: usize = 16;
/// What every key of ours begins with.
const PREFIX: &str = "drawbridge:throttle";

/// The shared store.
pub struct SharedStore {
    pool: Pool,
    script: Script,
    runtime: Handle,
    metrics: Metrics,
    up: AtomicBool,
    epochs: Arc<Epochs>,
}

/// Counts how often the server behind the store was another one.
#[derive(Default)]
struct Epochs {
    number: AtomicU64,
    run_id: Mutex<Option<String>>,
}

impl SharedStore {
    /// A store that nobody has asked yet. Its connections live on `runtime`.
    ///
    /// # Errors
    /// In words, when no connection can be described so.
    pub fn new(config: &shared_store::SharedStore, runtime: Handle, metrics: Metrics) -> Result<Arc<Self>, String> {
        // The driver takes the provider of the process, and the host's roots.
        let _ = trust::provider();
        let connection =
            AsyncConnectionConfig::new().set_connection_timeout(Some(TRIAL)).set_response_timeout(Some(TRIAL));
        let manager = info(config).and_then(|info| Manager::new_with_config(info, connection));
        let manager = manager.map_err(|error| format!("`limits.store`: {error}"))?;
        let epochs = Arc::<Epochs>::default();
        epochs.advance();
        let seen = Arc::clone(&epochs);
        let look = Hook::async_fn(move |connection, _| {
            let seen = Arc::clone(&seen);
            Box::pin(async move { seen.look(connection).await.map_err(HookError::Backend) })
        });
        let pool = Pool::builder(manager).max_size(CONNECTIONS).runtime(Runtime::Tokio1).post_create(look).build();
        let pool = pool.map_err(|error| format!("`limits.store`: {error}"))?;
        let script = Script::new(include_str!("decide.lua"));
        Ok(Arc::new(Self { pool, script, runtime, metrics, up: AtomicBool::new(true), epochs }))
    }

    /// Whether it takes a write now; shows nothing and begins nothing.
    ///
    /// # Errors
    /// In words: why not.
    pub async fn check(self: &Arc<Self>) -> Result<(), String> {
        let store = Arc::clone(self);
        match self.runtime.spawn(async move { store.attempt().await }).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failure)) => Err(failure.message),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Asks the store for the first time; from now on its state is shown.
    pub async fn start(self: &Arc<Self>) {
        self.show(true);
        let store = Arc::clone(self);
        let tried = self.runtime.spawn(async move { store.attempt().await }).await;
        if let Ok(Err(failure)) = tried {
            self.metrics.throttle_store_errors.with_label_values(&[failure.kind]).inc();
            self.failed(&failure);
        }
    }

    /// The epoch of the store: another one has forgotten what it was told before.
    pub(super) fn epoch(&self) -> u64 {
        self.epochs.number.load(Ordering::Relaxed)
    }

    /// Whether the store is asked.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// Decides, or does not: then this replica has to. `untold` is what the store of `epoch` has not heard.
    pub(super) async fn decide(
        self: &Arc<Self>,
        kind: &'static str,
        event: Event,
        name: &Name,
        rate: Rate,
        (epoch, untold): (u64, Option<Instant>),
        deadline: Instant,
    ) -> Option<Standing> {
        let left = deadline.saturating_duration_since(Instant::now());
        if !self.is_up() || left.is_zero() {
            return None;
        }
        let key = format!("{PREFIX}:{kind}:{}", hex::encode(name));
        let store = Arc::clone(self);
        // A task of its own: connections outlive the request and the worker that it came to.
        let asked = self.runtime.spawn(async move { store.ask(&key, event, rate, untold, WAIT.min(left)).await });
        match asked.await {
            // The server that decided was another one than the one that was told: it has not heard all.
            Ok(Ok(standing)) => Some(standing).filter(|_| self.epoch() == epoch),
            Ok(Err(failure)) => {
                self.metrics.throttle_store_errors.with_label_values(&[failure.kind]).inc();
                // A request that was late already says nothing about the store.
                if left >= WAIT || failure.kind != "timeout" {
                    self.failed(&failure);
                }
                None
            }
            Err(_) => None,
        }
    }

    /// Whether the store takes a write.
    ///
    /// # Errors
    /// Why not.
    pub async fn attempt(&self) -> Result<(), Failure> {
        // A name that no account has: theirs are 32 hexadecimal digits.
        let rate = Rate { count: 1_000_000, period: TRIAL };
        self.ask(&format!("{PREFIX}:trial"), Event::Count, rate, None, TRIAL).await.map(|_| ())
    }

    async fn ask(
        &self,
        key: &str,
        event: Event,
        rate: Rate,
        untold: Option<Instant>,
        limit: Duration,
    ) -> Result<Standing, Failure> {
        let asked = async {
            let mut connection = self.pool.get().await.map_err(Failure::of_pool)?;
            let event = match event {
                Event::Look => "look",
                Event::Count => "count",
                Event::Success => "success",
            };
            let alone = untold.map_or(Duration::ZERO, |untold| untold.saturating_duration_since(Instant::now()));
            let mut call = self.script.key(key);
            call.arg(event).arg(micros(increment(rate)).max(1)).arg(micros(rate.period)).arg(micros(alone));
            let (over, backlog): (u64, u64) = call.invoke_async(&mut connection).await.map_err(Failure::of)?;
            let standing = Standing { over: Duration::from_micros(over), backlog: Duration::from_micros(backlog) };
            // The script never says more than a period: what does is no Redis.
            if standing.over > rate.period || standing.backlog > rate.period {
                return Err(Failure { kind: "answer", message: "the answer makes no sense".into() });
            }
            Ok(standing)
        };
        let message = || format!("no answer within {} ms", limit.as_millis());
        tokio::time::timeout(limit, asked)
            .await
            .unwrap_or_else(|_| Err(Failure { kind: "timeout", message: message() }))
    }

    fn failed(self: &Arc<Self>, failure: &Failure) {
        if !self.up.swap(false, Ordering::Relaxed) {
            return;
        }
        self.show(false);
        let Failure { kind, message } = failure;
        tracing::error!(kind, message, "the throttle's shared store failed; this replica limits by itself");
        // A store that a reload has replaced is not tried any more.
        let store = Arc::downgrade(self);
        self.runtime.spawn(async move {
            loop {
                tokio::time::sleep(PAUSE).await;
                let Some(store) = store.upgrade() else { return };
                match store.attempt().await {
                    Ok(()) => return store.recovered(),
                    Err(failure) => store.metrics.throttle_store_errors.with_label_values(&[failure.kind]).inc(),
                }
            }
        });
    }

    fn recovered(&self) {
        self.epochs.advance();
        self.show(true);
        self.up.store(true, Ordering::Relaxed);
        tracing::warn!("the throttle's shared store answers again");
    }

    fn show(&self, up: bool) {
        let gauge: &[&str] = &[];
        self.metrics.throttle_store_up.with_label_values(gauge).set(i64::from(up));
    }
}

impl Epochs {
    fn advance(&self) {
        self.number.fetch_add(1, Ordering::Relaxed);
    }

    /// Looks which server a new connection has reached.
    async fn look(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        let told: Result<String, _> = redis::cmd("INFO").arg("server").query_async(connection).await;
        let info = match told {
            Ok(info) => info,
            // An access list may forbid it; then only an outage that was noticed begins an epoch.
            Err(error) if matches!(error.kind(), ErrorKind::Server(ServerErrorKind::NoPerm)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let run_id = info.lines().find_map(|line| line.strip_prefix("run_id:")).map(str::to_owned);
        let mut known = self.run_id.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != run_id {
            if known.is_some() {
                self.advance();
            }
            *known = run_id;
        }
        Ok(())
    }
}

fn info(config: &shared_store::SharedStore) -> Result<redis::ConnectionInfo, RedisError> {
    let mut settings = RedisConnectionInfo::default().set_db(config.database.into());
    if let Some(user) = &config.user {
        settings = settings.set_username(user);
    }
    if let Some(password) = &config.password {
        settings = settings.set_password(password.expose());
    }
    let (host, port) = (config.host.clone(), config.port);
    let address = if config.tls {
        ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
    } else {
        ConnectionAddr::Tcp(host, port)
    };
    Ok(address.into_connection_info()?.set_redis_settings(settings))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
