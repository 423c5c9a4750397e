//! Short lookups in PostgreSQL, many at once on few connections: the next one is sent before the answer to the last one has
//! come, and what comes together is read and written together.
//!
//! # Why beside the pool
//! A pooled connection waits for each answer, and every lookup wakes three threads. The driver itself keeps replies apart:
//! each request has a channel of its own, so one that was dropped leaves nothing to the next. Pages, samples and marks stay
//! with the pool: whatever takes long would hold up all that came behind it.
use super::{
    error::{StoreError, StoreErrorKind},
    legacy_row::LegacyValue,
    postgres::Settings,
    runtime::DatabaseRuntime,
    session::{self, MARGIN, SessionLimits, too_long},
    sql_store::{Columns, RowReader},
};
use crate::sql::statement::{Bound, Statement};
use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use futures_util::TryStreamExt;
use std::{
    error::Error as StdError,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::{
    sync::Semaphore,
    task::AbortHandle,
    time::{timeout, timeout_at},
};
use tokio_postgres::{
    Client, Error,
    types::{FromSql, Type},
};

/// Most connections that lookups share.
const LANES: usize = 4;
/// Lookups under way on one of them before the next ones wait.
const DEPTH: usize = 64;

/// The lookups of a store.
pub(crate) struct Pipeline {
    lanes: Vec<Arc<Lane>>,
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
}

/// A connection with what was prepared on it.
struct Wire {
    client: Client,
    prepared: Mutex<Vec<(Arc<Statement>, tokio_postgres::Statement)>>,
    io: AbortHandle,
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
        let lanes = LANES.min(limits.pool / 2);
        let lane = || {
            Arc::new(Lane {
                settings: Arc::clone(settings),
                wire: ArcSwapOption::empty(),
                opening: tokio::sync::Mutex::default(),
                under_way: AtomicUsize::new(0),
            })
        };
        let pipeline = Self {
            lanes: (0..lanes).map(|_| lane()).collect(),
            limits,
            runtime: runtime.clone(),
            room: Semaphore::new(lanes * DEPTH),
        };
        (lanes > 0).then(|| (pipeline, SessionLimits { pool: limits.pool - lanes, ..limits }))
    }

    async fn once(&self, lane: &Arc<Lane>, bound: &Bound, columns: &Columns) -> Result<Rows, Failure> {
        let wire = match lane.wire.load_full() {
            Some(wire) if !wire.client.is_closed() => wire,
            _ => self.open(lane).await.map_err(Failure::Final)?,
        };
        let started = Instant::now();
        let longest = self.limits.statement_timeout + MARGIN;
        let Ok(result) = timeout_at((started + longest).into(), wire.read(bound, columns)).await else {
            // A server that hangs answers nobody: the others on this connection try another one.
            lane.replace(&wire);
            wire.io.abort();
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
        let (lane, longest) = (Arc::clone(lane), self.limits.pool_timeout);
        let opening = self.runtime.run(async move {
            let _guard = lane.opening.lock().await;
            if let Some(wire) = lane.wire.load_full().filter(|wire| !wire.client.is_closed()) {
                return Ok(wire);
            }
            let (client, io) = timeout(longest, lane.settings.apart()).await.map_err(|_| session::unreachable())??;
            let io = tokio::spawn(io).abort_handle();
            let wire = Arc::new(Wire { client, prepared: Mutex::default(), io });
            let set_up = timeout(longest, wire.client.batch_execute(lane.settings.setup())).await;
            set_up.map_err(|_| session::unreachable())?.map_err(|error| of_fault(&error))?;
            lane.wire.store(Some(Arc::clone(&wire)));
            Ok(wire)
        });
        timeout(longest, opening).await.unwrap_or_else(|_| Err(session::unreachable()))
    }
}

impl Lane {
    /// Uses this connection for nobody else; those who are on it end on it.
    fn replace(&self, wire: &Arc<Wire>) {
        let current = self.wire.load();
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, wire)) {
            // Whoever was quicker has put a new one there.
            self.wire.compare_and_swap(&current, None);
        }
    }
}

type Rows = Vec<Vec<LegacyValue>>;

impl Wire {
    async fn read(&self, bound: &Bound, columns: &Columns) -> Result<Rows, Error> {
        let statement = self.prepared(bound.shared()).await?;
        let rows = self.client.query_raw(&statement, bound.in_order().collect::<Vec<_>>()).await?;
        rows.and_then(|row| async move {
            let decoded = columns.iter().enumerate().map(|(place, (_, shape))| {
                Ok(match row.try_get::<_, Raw<'_>>(place)? {
                    Raw(Some(bytes)) => shape.of_bytes(bytes, "text"),
                    Raw(None) => LegacyValue::Null,
                })
            });
            decoded.collect()
        })
        .try_collect()
        .await
    }

    /// The statement as it was prepared on this connection, which happens once.
    async fn prepared(&self, statement: &Arc<Statement>) -> Result<tokio_postgres::Statement, Error> {
        let known = |prepared: &[(Arc<Statement>, tokio_postgres::Statement)]| {
            prepared.iter().find(|(one, _)| Arc::ptr_eq(one, statement)).map(|(_, prepared)| prepared.clone())
        };
        let lock = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = known(&lock()) {
            return Ok(prepared);
        }
        let text = statement.text(|n| format!("${n}"));
        let fresh = self.client.prepare_typed(&text, &vec![Type::TEXT; statement.bind_count()]).await?;
        let mut prepared = lock();
        // Two may have come first side by side.
        if let Some(known) = known(&prepared) {
            return Ok(known);
        }
        prepared.push((Arc::clone(statement), fresh.clone()));
        Ok(fresh)
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
        let idlest = self.lanes.iter().min_by_key(|lane| lane.under_way.load(Ordering::Relaxed));
        let Some(lane) = idlest else { return Err(session::exhausted()) };
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

/// The bytes of a column, whatever its type.
struct Raw<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(Some(bytes)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

// The server's message may quote a bound value, so none of it is passed on.
fn of_fault(error: &Error) -> StoreError {
    if error.as_db_error().is_some() {
        StoreError::new(StoreErrorKind::Refused, "the database refused the statement")
    } else {
        StoreError::new(StoreErrorKind::Connection, "the connection to the database was lost")
    }
}
