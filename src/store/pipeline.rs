//! Short lookups in PostgreSQL, many at once on few connections: the next one is sent before the answer to the last one has
//! come, and what comes together is read and written together.
//!
//! # Why beside the pool
//! A pooled connection waits for each answer, and every lookup wakes three threads. The driver itself keeps replies apart:
//! each request has a channel of its own, so one that was dropped leaves nothing to the next. Pages, samples and marks stay
//! with the pool: whatever takes long would hold up all that came behind it.
mod wire;

use super::{
    error::StoreError,
    home::{self, Home, Owner},
    postgres::Settings,
    runtime::DatabaseRuntime,
    session::{self, MARGIN, SessionLimits, too_long},
    sql_store::{Columns, RowReader},
};
use crate::sql::statement::Bound;
use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::Semaphore,
    time::{timeout, timeout_at},
};
use wire::{Rows, Wire, of_fault};

/// Connections that lookups share, where there are no more threads that want one of their own.
const LANES: usize = 4;
/// Lookups under way on one of them before the next ones wait.
const DEPTH: usize = 64;

/// The lookups of a store.
pub(crate) struct Pipeline {
    lanes: Vec<Arc<Lane>>,
    // Most lanes of one thread.
    share: usize,
    limits: SessionLimits,
    runtime: DatabaseRuntime,
    room: Semaphore,
}

/// One connection, and the next one in its place.
struct Lane {
    settings: Arc<Settings>,
    wire: ArcSwapOption<Wire>,
    opening: tokio::sync::Mutex<()>,
    under_way: AtomicUsize,
    owner: Owner,
}

enum Failure {
    /// Once more, on a new connection.
    Again(StoreError),
    /// There is no sense in a second try.
    Final(StoreError),
}

impl Pipeline {
    /// Lookups over a part of the pool's connections, and the limits of the rest; `None` where there are too few to share.
    /// Nothing is connected yet.
    pub fn beside(
        settings: &Arc<Settings>,
        limits: SessionLimits,
        runtime: &DatabaseRuntime,
    ) -> Option<(Self, SessionLimits)> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let lanes = LANES.max(threads).min(limits.pool / 2);
        let pipeline = Self {
            lanes: (0..lanes).map(|_| Arc::new(Lane::new(settings))).collect(),
            share: (lanes / threads).max(1),
            limits,
            runtime: runtime.clone(),
            room: Semaphore::new(lanes * DEPTH),
        };
        (lanes > 0).then(|| (pipeline, SessionLimits { pool: limits.pool - lanes, ..limits }))
    }

    /// The idlest lane of this thread, or of all where it has none.
    fn lane(&self) -> Option<&Arc<Lane>> {
        let idlest = |lane: &&Arc<Lane>| lane.under_way.load(Ordering::Relaxed);
        let own = home::here().and_then(|home| {
            let mine = || self.lanes.iter().filter(|lane| lane.owner.is(home));
            if mine().count() < self.share {
                let _ = self.lanes.iter().any(|lane| lane.moves_to(home));
            }
            mine().min_by_key(idlest)
        });
        own.or_else(|| self.lanes.iter().min_by_key(idlest))
    }

    async fn once(&self, lane: &Arc<Lane>, bound: &Bound, columns: &Columns) -> Result<Rows, Failure> {
        let wire = match lane.usable() {
            Some(wire) => wire,
            None => self.open(lane).await.map_err(Failure::Final)?,
        };
        let started = Instant::now();
        let longest = self.limits.statement_timeout + MARGIN;
        let Ok(result) = timeout_at((started + longest).into(), wire.read(bound, columns)).await else {
            // A server that hangs answers nobody: the others on this connection try another one.
            lane.replace(&wire);
            wire.abort();
            return Err(Failure::Final(too_long()));
        };
        result.map_err(|error| {
            lane.replace(&wire);
            // The server's words are not trusted for this: they come in its own language.
            if started.elapsed() + session::NEARLY >= self.limits.statement_timeout {
                return Failure::Final(too_long());
            }
            Failure::Again(of_fault(&error))
        })
    }

    /// Opens the lane's connection, once for all who wait for it, in a task of its own: whoever gives up leaves it to the
    /// others.
    async fn open(&self, lane: &Arc<Lane>) -> Result<Arc<Wire>, StoreError> {
        let longest = self.limits.pool_timeout;
        let task = Arc::clone(lane).opened(longest);
        let opening = async {
            if lane.is_here() {
                tokio::spawn(task).await.unwrap_or_else(|_| Err(session::unreachable()))
            } else {
                self.runtime.run(task).await
            }
        };
        timeout(longest, opening).await.unwrap_or_else(|_| Err(session::unreachable()))
    }
}

impl Lane {
    fn new(settings: &Arc<Settings>) -> Self {
        Self {
            settings: Arc::clone(settings),
            wire: ArcSwapOption::empty(),
            opening: tokio::sync::Mutex::default(),
            under_way: AtomicUsize::new(0),
            owner: Owner::nobody(),
        }
    }

    /// From now on this thread drives it, if nobody else's does.
    fn moves_to(&self, home: Home) -> bool {
        let moves = self.owner.becomes(home);
        if moves {
            // Those who are on the last connection end on it.
            self.wire.store(None);
        }
        moves
    }

    /// Whether this thread drives it.
    fn is_here(&self) -> bool {
        home::here().is_some_and(|home| self.owner.is(home))
    }

    /// The connection, if it is one to ask on. Others may have opened it before the thread that drives it came to: on that
    /// one, every lookup would wake a thread of theirs.
    fn usable(&self) -> Option<Arc<Wire>> {
        let is_right = |wire: &Arc<Wire>| !wire.is_closed() && (!self.is_here() || wire.home() == home::here());
        self.wire.load_full().filter(is_right)
    }

    /// The connection, opened where there is none, on the runtime of the caller's task.
    async fn opened(self: Arc<Self>, longest: Duration) -> Result<Arc<Wire>, StoreError> {
        let _guard = self.opening.lock().await;
        if let Some(wire) = self.usable() {
            return Ok(wire);
        }
        let wire = Arc::new(Wire::open(&self.settings, longest).await?);
        self.wire.store(Some(Arc::clone(&wire)));
        Ok(wire)
    }

    /// Uses this connection for nobody else; those who are on it end on it.
    fn replace(&self, wire: &Arc<Wire>) {
        let current = self.wire.load();
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, wire)) {
            // Whoever was quicker has put a new one there.
            self.wire.compare_and_swap(&current, None);
        }
    }
}

/// Counts a lookup for as long as it is under way, dropped ones included.
struct UnderWay<'a>(&'a AtomicUsize);

impl<'a> UnderWay<'a> {
    fn enter(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl RowReader for Pipeline {
    async fn read(&self, bound: Bound, columns: Columns) -> Result<Rows, StoreError> {
        let asked = Instant::now();
        let room = timeout_at((asked + self.limits.pool_timeout).into(), self.room.acquire()).await;
        self.runtime.waited(asked.elapsed());
        let Ok(Ok(_room)) = room else { return Err(session::exhausted()) };
        let Some(lane) = self.lane() else { return Err(session::exhausted()) };
        let _under_way = UnderWay::enter(&lane.under_way);
        match self.once(lane, &bound, &columns).await {
            Ok(rows) => return Ok(rows),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Again(_)) => {}
        }
        // A restarted server leaves every connection stale, and a changed table every prepared statement.
        self.once(lane, &bound, &columns).await.map_err(|failure| match failure {
            Failure::Again(error) | Failure::Final(error) => error,
        })
    }

    fn connections(&self) -> (usize, usize) {
        let open = self.lanes.iter().filter(|lane| lane.wire.load().is_some());
        let (busy, idle): (Vec<_>, Vec<_>) = open.partition(|lane| lane.under_way.load(Ordering::Relaxed) > 0);
        (busy.len(), idle.len())
    }
}
