//! Runs statements: a bounded pool, a task of its own for every statement, and connections that return to the pool
//! only after a completed one.
//!
//! # Why
//!
//! When the future of a diesel-async statement is dropped, its connection would go back with the reply still to come,
//! and the next borrower would read it: one person's row for another's. So the future is never the caller's, and a
//! [`Lease`] that was not completed closes its connection.
mod link;

pub(crate) use self::link::{Diesel, DieselConnection, Link, diesel, from_connecting, from_statement};

use super::{
    error::{StoreError, StoreErrorKind},
    runtime::DatabaseRuntime,
};
use deadpool::{
    Runtime,
    managed::{Manager, Object, Pool, PoolError, TimeoutType},
};
use futures_util::future::BoxFuture;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::oneshot, time::timeout};

/// What a driver's network may take beyond the server's own limit, before the connection is closed.
pub(super) const MARGIN: Duration = Duration::from_millis(250);
/// How close to the server's own limit a failure counts as one of time.
pub(super) const NEARLY: Duration = Duration::from_millis(20);

/// Times and sizes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionLimits {
    pub pool: usize,
    pub pool_timeout: Duration,
    pub statement_timeout: Duration,
}

/// Work on a connection; it may be run twice.
pub(crate) type Work<L, T> = Arc<
    dyn for<'a> Fn(&'a mut <L as Manager>::Type, u32) -> BoxFuture<'a, Result<T, <L as Link>::Fault>> + Send + Sync,
>;

/// A pool and the runtime on which its statements run.
pub(crate) struct Sessions<L: Link>
where
    L::Type: Send,
    L::Error: Send,
{
    pool: Pool<L>,
    runtime: DatabaseRuntime,
    limits: SessionLimits,
}

/// A borrowed connection: closed when dropped, unless the statement was completed.
struct Lease<L: Link>(Option<Object<L>>)
where
    L::Type: Send,
    L::Error: Send;

impl<L: Link> Lease<L>
where
    L::Type: Send,
    L::Error: Send,
{
    fn complete(mut self) {
        drop(self.0.take());
    }
}

impl<L: Link> Drop for Lease<L>
where
    L::Type: Send,
    L::Error: Send,
{
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            drop(Object::take(object));
        }
    }
}

impl<L: Link> Sessions<L>
where
    L::Type: Send,
    L::Error: Send,
{
    /// Builds a pool; nothing is connected yet.
    pub fn new(manager: L, limits: SessionLimits, runtime: DatabaseRuntime) -> Result<Self, StoreError> {
        let pool = Pool::builder(manager)
            .max_size(limits.pool.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(limits.pool_timeout))
            .create_timeout(Some(limits.pool_timeout))
            .recycle_timeout(Some(limits.pool_timeout))
            .build()
            .map_err(|_| StoreError::new(StoreErrorKind::Schema, "the connection pool cannot be built"))?;
        Ok(Self { pool, runtime, limits })
    }

    /// Connections in use and idle.
    pub fn connections(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size.saturating_sub(status.available), status.available)
    }

    /// Runs the work in a task of its own, a second time on a new connection when the first one failed: the work has
    /// to be repeatable. May be dropped at any moment.
    pub async fn run<T: Send + 'static>(&self, work: Work<L, T>) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let (pool, limits, measured) = (self.pool.clone(), self.limits, self.runtime.clone());
        self.runtime.spawn(async move {
            let result = twice(&pool, limits, &work, &reply, &measured).await;
            // Nobody waits any more: the statement is complete and the connection settled, which is all that matters.
            let _ = reply.send(result);
        });
        let broken = || StoreError::new(StoreErrorKind::Schema, "the reply of the database could not be read");
        if L::CLOSABLE {
            return answer.await.unwrap_or_else(|_| Err(broken()));
        }
        let longest = limits.pool_timeout + limits.statement_timeout + MARGIN;
        match timeout(longest, answer).await {
            Ok(result) => result.unwrap_or_else(|_| Err(broken())),
            Err(_) => Err(too_long()),
        }
    }
}

impl<L: Link> Drop for Sessions<L>
where
    L::Type: Send,
    L::Error: Send,
{
    fn drop(&mut self) {
        // Connections end on the runtime that drives them.
        let pool = self.pool.clone();
        self.runtime.spawn(async move { pool.close() });
    }
}

enum Failure {
    /// On the way to a connection: a second try would not fare better.
    Before(StoreError),
    /// The statement failed: the connection is closed.
    Statement(StoreError),
    /// The statement took too long: the connection is closed.
    TooLong,
    /// Nobody waits.
    Unwanted,
}

async fn twice<L: Link, T: Send>(
    pool: &Pool<L>,
    limits: SessionLimits,
    work: &Work<L, T>,
    reply: &oneshot::Sender<Result<T, StoreError>>,
    measured: &DatabaseRuntime,
) -> Result<T, StoreError>
where
    L::Type: Send,
    L::Error: Send,
{
    let unwanted = || StoreError::new(StoreErrorKind::Timeout, "nobody waits for the answer");
    match once(pool, limits, work, 1, reply, measured).await {
        Ok(value) => return Ok(value),
        Err(Failure::Before(error)) => return Err(error),
        Err(Failure::TooLong) => return Err(too_long()),
        Err(Failure::Unwanted) => return Err(unwanted()),
        Err(Failure::Statement(_)) => {}
    }
    // A restarted server leaves every idle connection stale, and a changed table every prepared statement.
    pool.retain(|_, _| false);
    match once(pool, limits, work, 2, reply, measured).await {
        Ok(value) => Ok(value),
        Err(Failure::Before(error) | Failure::Statement(error)) => Err(error),
        Err(Failure::TooLong) => Err(too_long()),
        Err(Failure::Unwanted) => Err(unwanted()),
    }
}

async fn once<L: Link, T: Send>(
    pool: &Pool<L>,
    limits: SessionLimits,
    work: &Work<L, T>,
    attempt: u32,
    reply: &oneshot::Sender<Result<T, StoreError>>,
    measured: &DatabaseRuntime,
) -> Result<T, Failure>
where
    L::Type: Send,
    L::Error: Send,
{
    // deadpool bounds waiting and connecting one by one; together they have the same bound.
    let asked = Instant::now();
    let taken = timeout(limits.pool_timeout, pool.get()).await;
    measured.waited(asked.elapsed());
    let object = match taken {
        Ok(Ok(object)) => object,
        Ok(Err(error)) => return Err(Failure::Before(from_pool::<L>(&error))),
        Err(_) if pool.status().size >= pool.status().max_size => return Err(Failure::Before(exhausted())),
        Err(_) => return Err(Failure::Before(unreachable())),
    };
    if reply.is_closed() {
        return Err(Failure::Unwanted);
    }
    let mut lease = Lease(Some(object));
    let Some(connection) = lease.0.as_deref_mut() else { return Err(Failure::Unwanted) };
    let started = Instant::now();
    let statement = work(connection, attempt);
    let result = if L::CLOSABLE {
        match timeout(limits.statement_timeout + MARGIN, statement).await {
            Ok(result) => result,
            Err(_) => return Err(Failure::TooLong),
        }
    } else {
        statement.await
    };
    match result {
        Ok(value) => {
            lease.complete();
            Ok(value)
        }
        // The server's words are not trusted for this: they come in its own language.
        Err(_) if started.elapsed() + NEARLY >= limits.statement_timeout => Err(Failure::TooLong),
        Err(error) => Err(Failure::Statement(L::of_fault(&error))),
    }
}

pub(super) fn too_long() -> StoreError {
    StoreError::new(StoreErrorKind::Timeout, "the database did not answer within `database.statement_timeout`")
}

pub(super) fn exhausted() -> StoreError {
    StoreError::new(StoreErrorKind::PoolExhausted, "no database connection was free within `database.pool_timeout`")
}

pub(super) fn unreachable() -> StoreError {
    StoreError::new(StoreErrorKind::Connection, "no connection to the database within `database.pool_timeout`")
}

fn from_pool<L: Link>(error: &PoolError<L::Error>) -> StoreError
where
    L::Type: Send,
    L::Error: Send,
{
    match error {
        PoolError::Timeout(TimeoutType::Wait) => exhausted(),
        PoolError::Timeout(_) => unreachable(),
        PoolError::Backend(error) => L::of_connecting(error),
        _ => StoreError::new(StoreErrorKind::Connection, "the database cannot be reached"),
    }
}
