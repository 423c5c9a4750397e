//! Runs statements: a bounded pool, a task of its own for every statement, and connections that return to the pool
//! only after a completed one.
//!
//! # Why
//!
//! When the future of a diesel-async statement is dropped, its connection would go back with the reply still to come,
//! and the next borrower would read it: one person's row for another's. So the future is never the caller's, and a
//! [`Lease`] that was not completed closes its connection.
use super::{
    error::{StoreError, StoreErrorKind},
    runtime::DatabaseRuntime,
};
use deadpool::{
    Runtime,
    managed::{Manager, Object, PoolError, TimeoutType},
};
use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as SetupError, PoolableConnection, RecyclingMethod,
    SetupCallback, deadpool::Pool,
};
use futures_util::future::BoxFuture;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::oneshot, time::timeout};

/// What a driver's network may take beyond the server's own limit, before the connection is closed.
const MARGIN: Duration = Duration::from_millis(250);

/// A connection that a pool can hold.
pub(crate) trait Link: PoolableConnection + Send + 'static {
    /// Whether a running statement can be given up by closing the connection. SQLite's cannot.
    const CLOSABLE: bool;
}

/// Times and sizes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionLimits {
    pub pool: usize,
    pub pool_timeout: Duration,
    pub statement_timeout: Duration,
}

/// Work on a connection; it may be run twice.
pub(crate) type Work<C, T> = Arc<dyn for<'a> Fn(&'a mut C, u32) -> BoxFuture<'a, Result<T, DieselError>> + Send + Sync>;

/// A pool and the runtime on which its statements run.
pub(crate) struct Sessions<C: Link>
where
    AsyncDieselConnectionManager<C>: Manager<Type = C, Error = SetupError>,
{
    pool: Pool<C>,
    runtime: DatabaseRuntime,
    limits: SessionLimits,
}

/// A borrowed connection: closed when dropped, unless the statement was completed.
struct Lease<C: Link>(Option<Object<AsyncDieselConnectionManager<C>>>)
where
    AsyncDieselConnectionManager<C>: Manager<Type = C, Error = SetupError>;

impl<C: Link> Lease<C>
where
    AsyncDieselConnectionManager<C>: Manager<Type = C, Error = SetupError>,
{
    fn complete(mut self) {
        drop(self.0.take());
    }
}

impl<C: Link> Drop for Lease<C>
where
    AsyncDieselConnectionManager<C>: Manager<Type = C, Error = SetupError>,
{
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            drop(Object::take(object));
        }
    }
}

impl<C: Link> Sessions<C>
where
    AsyncDieselConnectionManager<C>: Manager<Type = C, Error = SetupError>,
{
    /// Builds a pool; nothing is connected yet.
    pub fn new(setup: SetupCallback<C>, limits: SessionLimits, runtime: DatabaseRuntime) -> Result<Self, StoreError> {
        let mut config = ManagerConfig::default();
        // `Verified` would cost a round trip for every lookup, and its ping is what reads another's reply.
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = setup;
        let manager = AsyncDieselConnectionManager::new_with_config(String::new(), config);
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
    pub async fn run<T: Send + 'static>(&self, work: Work<C, T>) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let (pool, limits, measured) = (self.pool.clone(), self.limits, self.runtime.clone());
        self.runtime.spawn(async move {
            let result = twice(&pool, limits, &work, &reply, &measured).await;
            // Nobody waits any more: the statement is complete and the connection settled, which is all that matters.
            let _ = reply.send(result);
        });
        let broken = || StoreError::new(StoreErrorKind::Schema, "the reply of the database could not be read");
        if C::CLOSABLE {
            return answer.await.unwrap_or_else(|_| Err(broken()));
        }
        let longest = limits.pool_timeout + limits.statement_timeout + MARGIN;
        match timeout(longest, answer).await {
            Ok(result) => result.unwrap_or_else(|_| Err(broken())),
            Err(_) => Err(too_long()),
        }
    }
}

impl<C: Link> Drop for Sessions<C>
where
    AsyncDieselConnectionManager<C>: Manager<Type = C, Error = SetupError>,
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

async fn twice<C: Link, T: Send>(
    pool: &Pool<C>,
    limits: SessionLimits,
    work: &Work<C, T>,
    reply: &oneshot::Sender<Result<T, StoreError>>,
    measured: &DatabaseRuntime,
) -> Result<T, StoreError>
where
    AsyncDieselConnectionManager<C>: Manager<Type = C, Error = SetupError>,
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

async fn once<C: Link, T: Send>(
    pool: &Pool<C>,
    limits: SessionLimits,
    work: &Work<C, T>,
    attempt: u32,
    reply: &oneshot::Sender<Result<T, StoreError>>,
    measured: &DatabaseRuntime,
) -> Result<T, Failure>
where
    AsyncDieselConnectionManager<C>: Manager<Type = C, Error = SetupError>,
{
    // deadpool bounds waiting and connecting one by one; together they have the same bound.
    let asked = Instant::now();
    let taken = timeout(limits.pool_timeout, pool.get()).await;
    measured.waited(asked.elapsed());
    let object = match taken {
        Ok(Ok(object)) => object,
        Ok(Err(error)) => return Err(Failure::Before(from_pool(&error))),
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
    let result = if C::CLOSABLE {
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
        Err(_) if started.elapsed() + Duration::from_millis(20) >= limits.statement_timeout => Err(Failure::TooLong),
        Err(error) => Err(Failure::Statement(from_statement(&error))),
    }
}

fn too_long() -> StoreError {
    StoreError::new(StoreErrorKind::Timeout, "the database did not answer within `database.statement_timeout`")
}

fn exhausted() -> StoreError {
    StoreError::new(StoreErrorKind::PoolExhausted, "no database connection was free within `database.pool_timeout`")
}

fn unreachable() -> StoreError {
    StoreError::new(StoreErrorKind::Connection, "no connection to the database within `database.pool_timeout`")
}

fn from_pool(error: &PoolError<SetupError>) -> StoreError {
    match error {
        PoolError::Timeout(TimeoutType::Wait) => exhausted(),
        PoolError::Timeout(_) => unreachable(),
        PoolError::Backend(SetupError::ConnectionError(error)) => from_connecting(error),
        _ => StoreError::new(StoreErrorKind::Connection, "the database cannot be reached"),
    }
}

/// What a failed connection means. Messages come from connecting only, where no person's value was sent.
pub(crate) fn from_connecting(error: &ConnectionError) -> StoreError {
    match error {
        ConnectionError::CouldntSetupConfiguration(inner) => {
            StoreError::new(StoreErrorKind::Refused, format!("the database refused the connection: {inner}"))
        }
        other => StoreError::new(StoreErrorKind::Connection, format!("the database cannot be reached: {other}")),
    }
}

// The driver's message may quote a bound value, so none of it is passed on.
fn from_statement(error: &DieselError) -> StoreError {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection, _) => {
            StoreError::new(StoreErrorKind::Connection, "the connection to the database was lost")
        }
        DieselError::DatabaseError(_, information)
            if ["Input/output error", "Driver error"].iter().any(|start| information.message().starts_with(start)) =>
        {
            StoreError::new(StoreErrorKind::Connection, "the connection to the database was lost")
        }
        DieselError::DatabaseError(..) => {
            StoreError::new(StoreErrorKind::Refused, "the database refused the statement")
        }
        _ => StoreError::new(StoreErrorKind::Schema, "the reply of the database could not be read"),
    }
}
