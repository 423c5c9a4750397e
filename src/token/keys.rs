//! The cache of the issuer's signing keys.
//!
//! # Why our own
//! A request whose key is known never waits: readers take no lock. An unknown key causes at most one fetch per
//! cooldown however many requests carry one, so nobody without a token can make us hammer the issuer. An issuer out of
//! reach leaves the last good keys in use until they are too old.
use super::{
    key_set::{Key, KeySet},
    rejection::Rejection,
};
use crate::{config::token::Token, telemetry::metrics::Metrics, trust};
use arc_swap::ArcSwapOption;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};
use tokio::sync::{Notify, watch};

/// Longest wait of a request for the one fetch.
const WAIT: Duration = Duration::from_secs(2);
/// Time limits of a fetch.
const CONNECT: Duration = Duration::from_secs(2);
const FETCH: Duration = Duration::from_secs(4);
/// Longest name of a key in bytes; Auth0's have 21.
const MAX_KEY_NAME: usize = 256;
/// Largest JWKS in bytes.
const MAX_JWKS: usize = 256 * 1024;
/// Pauses between attempts while no fetch succeeds: the first, and the longest.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Which fetch the keys in use are of: a later one has a greater number.
pub type Era = u64;

struct Fetched {
    set: KeySet,
    at: Instant,
    era: Era,
}

#[derive(Default)]
struct Wanted {
    last: Option<Instant>,
    under_way: bool,
}

/// The signing keys, refreshed in the background.
pub struct Keys {
    url: String,
    refresh: Duration,
    cooldown: Duration,
    max_stale: Duration,
    client: reqwest::Client,
    current: ArcSwapOption<Fetched>,
    wanted: Mutex<Wanted>,
    wake: Arc<Notify>,
    attempts: watch::Sender<u64>,
    metrics: Metrics,
}

impl Keys {
    /// Starts the cache; its background task runs on `runtime` and ends with it or with the last user of the cache.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn start(
        rules: &Token,
        runtime: &tokio::runtime::Handle,
        metrics: &Metrics,
    ) -> Result<Arc<Self>, Box<dyn std::error::Error>> {
        let keys = Arc::new(Self {
            url: rules.jwks_url.clone(),
            refresh: rules.jwks_refresh,
            cooldown: rules.jwks_cooldown,
            max_stale: rules.max_stale,
            client: client(&rules.jwks_url)?,
            current: ArcSwapOption::empty(),
            wanted: Mutex::new(Wanted { last: None, under_way: true }),
            wake: Arc::new(Notify::new()),
            attempts: watch::Sender::new(0),
            metrics: metrics.clone(),
        });
        runtime.spawn(refresh_for_ever(Arc::downgrade(&keys), Arc::clone(&keys.wake)));
        Ok(keys)
    }

    /// The key of this name.
    ///
    /// # Errors
    /// `KeysUnavailable` when there are none to trust, `InvalidToken` when there is none of this name.
    pub async fn find(&self, kid: Option<&str>) -> Result<Arc<Key>, Rejection> {
        if let Some(key) = self.known(kid) {
            return Ok(key);
        }
        // No issuer names a key like this: it is not worth the one fetch that everybody shares.
        if kid.is_some_and(|kid| kid.len() > MAX_KEY_NAME || !kid.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(Rejection::InvalidToken("unknown_key"));
        }
        if let Some(mut attempts) = self.want_fetch() {
            // Too long a wait ends as if the fetch had brought nothing.
            let _ = tokio::time::timeout(WAIT, attempts.changed()).await;
        }
        let fallback =
            if self.is_loaded() { Rejection::InvalidToken("unknown_key") } else { Rejection::KeysUnavailable };
        self.known(kid).ok_or(fallback)
    }

    /// Waits for the first fetch to end, good or bad.
    pub async fn first_attempt(&self) {
        let mut attempts = self.attempts.subscribe();
        // The sender lives in self: waiting ends with an attempt.
        let _ = tokio::time::timeout(FETCH, attempts.wait_for(|attempts| *attempts > 0)).await;
    }

    /// Time since the last good fetch.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.current.load().as_ref().map(|fetched| fetched.at.elapsed())
    }

    /// Whether there are keys that are young enough to be trusted.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.age().is_some_and(|age| age <= self.max_stale)
    }

    /// Whether the last refreshes succeeded: the keys are not much older than the time between two.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.age().is_some_and(|age| age <= self.refresh.saturating_mul(2) + FETCH)
    }

    /// Which keys are in use; `None` when there are none that are young enough to be trusted.
    #[must_use]
    pub fn era(&self) -> Option<Era> {
        self.current.load().as_ref().filter(|fetched| fetched.at.elapsed() <= self.max_stale).map(|fetched| fetched.era)
    }

    fn known(&self, kid: Option<&str>) -> Option<Arc<Key>> {
        let current = self.current.load();
        let fetched = current.as_ref().filter(|fetched| fetched.at.elapsed() <= self.max_stale)?;
        fetched.set.get(kid)
    }

    /// Asks for a fetch where the cooldown allows one, and joins the one under way.
    fn want_fetch(&self) -> Option<watch::Receiver<u64>> {
        let cooldown = if self.is_loaded() { self.cooldown } else { self.cooldown.min(BACK_OFF.0) };
        let mut wanted = self.lock();
        let attempts = self.attempts.subscribe();
        if wanted.under_way {
            return Some(attempts);
        }
        if wanted.last.is_some_and(|last| last.elapsed() < cooldown) {
            return None;
        }
        *wanted = Wanted { last: Some(Instant::now()), under_way: true };
        self.wake.notify_one();
        Some(attempts)
    }

    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self) -> bool {
        let result = self.download().await.and_then(|json| KeySet::parse(&json));
        let word = match &result {
            Ok(_) => "ok",
            Err(_) => "failed",
        };
        self.metrics.jwks_refreshes.with_label_values(&[word]).inc();
        let fetched = match result {
            Ok(set) => {
                tracing::debug!(keys = set.len(), "the signing keys were fetched");
                // Nobody but the one task fetches: no number comes twice.
                let era = self.current.load().as_ref().map_or(1, |before| before.era + 1);
                self.current.store(Some(Arc::new(Fetched { set, at: Instant::now(), era })));
                true
            }
            Err(reason) => {
                let kept = self.is_loaded();
                tracing::warn!(reason, kept, "the signing keys could not be fetched; the last good ones stay in use");
                false
            }
        };
        self.lock().under_way = false;
        self.attempts.send_modify(|attempts| *attempts += 1);
        fetched
    }

    async fn download(&self) -> Result<Vec<u8>, &'static str> {
        let mut answer = self.client.get(&self.url).send().await.map_err(|_| "the endpoint is out of reach")?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err("the endpoint answered with an error");
        }
        let mut json = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| "the answer broke off")? {
            if json.len() + chunk.len() > MAX_JWKS {
                return Err("the answer is larger than 256 KiB");
            }
            json.extend_from_slice(&chunk);
        }
        Ok(json)
    }
}

async fn refresh_for_ever(keys: Weak<Keys>, wake: Arc<Notify>) {
    let mut back_off = BACK_OFF.0;
    loop {
        let pause = {
            let Some(keys) = keys.upgrade() else { return };
            if keys.fetch().await {
                back_off = BACK_OFF.0;
                keys.refresh
            } else {
                let pause = back_off.min(keys.refresh);
                back_off = (back_off * 2).min(BACK_OFF.1);
                pause
            }
        };
        // Woken or not, the next thing to do is a fetch.
        let _ = tokio::time::timeout(pause, wake.notified()).await;
    }
}

/// No redirects: the keys come from where the operator said, or not at all.
/// The client that asks for keys: bounded in time, follows nobody.
///
/// # Errors
/// When no HTTP client can be made.
pub fn client(url: &str) -> Result<reqwest::Client, Box<dyn std::error::Error>> {
    let builder = reqwest::Client::builder();
    // Plain HTTP is for loopback, which no proxy of the environment can reach.
    let builder = if url.starts_with("http:") { builder.no_proxy() } else { builder };
    Ok(builder
        .tls_backend_preconfigured(trust::verifying_client(trust::host_roots())?)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(FETCH)
        .build()?)
}
