//! Opens the ledger, and creates its table where the role may. A table that is there is never touched.
use super::{Ledger, marks::SqlLedger, sqlserver::TdsLedger};
use crate::{
    config::database::{Database, DatabaseUrl},
    sql::dialect::Dialect,
    store::{
        error::{StoreError, StoreErrorKind},
        mysql, postgres,
        runtime::DatabaseRuntime,
        session::{SessionLimits, Sessions, from_connecting},
        sqlite,
        sqlserver::TdsManager,
    },
};
use diesel::ConnectionResult;
use diesel_async::SimpleAsyncConnection;
use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path, sync::Arc};
use tokio::time::timeout;

/// The table, in the SQL of a backend. One statement and no table of versions: nothing else is left in a database that
/// is not ours.
#[must_use]
pub fn table(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => include_str!("../../migrations/postgres/20261101000000_create_migrated_users/up.sql"),
        Dialect::Mysql => include_str!("../../migrations/mysql/20261101000000_create_migrated_users/up.sql"),
        Dialect::SqlServer => {
            include_str!("../../migrations/sqlserver/20261101000000_create_migrated_users/up.sql")
        }
        Dialect::Sqlite => include_str!("../../migrations/sqlite/20261101000000_create_migrated_users/up.sql"),
    }
}

/// Most connections of the ledger: it is asked for one short row at a time.
const POOL: usize = 4;

/// What to do when the table is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Create it, where the role may.
    Create,
    /// Only say so: a check changes nothing.
    Report,
}

impl Missing {
    fn decide(self) -> Result<(), StoreError> {
        match self {
            Self::Create => Ok(()),
            Self::Report => Err(StoreError::new(
                StoreErrorKind::Refused,
                "the ledger table `drawbridge_migrated_users` is missing or not readable",
            )),
        }
    }
}

/// Opens the ledger at `url`, or in the legacy database when there is none; the limits are the legacy database's.
///
/// # Errors
///
/// `Connection` when the database cannot be reached, `Refused` when the table is missing and the role may not create it.
pub async fn open(
    url: Option<&DatabaseUrl>,
    database: &Database,
    runtime: &DatabaseRuntime,
    missing: Missing,
) -> Result<Arc<dyn Ledger>, StoreError> {
    let url = url.unwrap_or(&database.url).clone();
    let mut limits = SessionLimits::of(database);
    limits.pool = limits.pool.min(POOL);
    let entra_token_file = database.entra_token_file.clone();
    let inner = runtime.clone();
    runtime
        .run(async move {
            match &url {
                DatabaseUrl::Postgres(url) => {
                    let settings = Arc::new(postgres::Settings::new(url, limits, false)?);
                    let ledger = Arc::new(SqlLedger::new(Arc::clone(&settings).callback(), limits, inner)?);
                    if !answers(&*ledger).await? {
                        missing.decide()?;
                        let mut connection = connected(limits, settings.connect()).await?;
                        let made = connection.batch_execute(table(Dialect::Postgres)).await;
                        stands(&*ledger, made).await?;
                    }
                    Ok::<Arc<dyn Ledger>, _>(ledger)
                }
                DatabaseUrl::Mysql(url) => {
                    let settings = Arc::new(mysql::Settings::new(url, limits, false)?);
                    let ledger = Arc::new(SqlLedger::new(Arc::clone(&settings).callback(), limits, inner)?);
                    if !answers(&*ledger).await? {
                        missing.decide()?;
                        let mut connection = connected(limits, settings.connect()).await?;
                        let made = connection.batch_execute(table(Dialect::Mysql)).await;
                        stands(&*ledger, made).await?;
                    }
                    Ok::<Arc<dyn Ledger>, _>(ledger)
                }
                DatabaseUrl::SqlServer(url) => {
                    let manager = || TdsManager::new(url, entra_token_file.as_ref(), limits);
                    let ledger = Arc::new(TdsLedger::new(Sessions::new(manager(), limits, inner)?));
                    if !answers(&*ledger).await? {
                        missing.decide()?;
                        let mut client = manager().connect().await?;
                        let made = client.simple_query(table(Dialect::SqlServer)).await.map(drop);
                        stands(&*ledger, made).await?;
                    }
                    Ok::<Arc<dyn Ledger>, _>(ledger)
                }
                DatabaseUrl::Sqlite { path } => {
                    if !path.exists() {
                        missing.decide()?;
                        create_file(path)?;
                    }
                    let settings = Arc::new(sqlite::Settings::new(path, limits, false));
                    let ledger = Arc::new(SqlLedger::new(Arc::clone(&settings).callback(), limits, inner)?);
                    if !answers(&*ledger).await? {
                        missing.decide()?;
                        let mut connection = connected(limits, settings.connect()).await?;
                        let made = connection.batch_execute(table(Dialect::Sqlite)).await;
                        stands(&*ledger, made).await?;
                    }
                    Ok::<Arc<dyn Ledger>, _>(ledger)
                }
            }
        })
        .await
}

/// An empty file for a ledger of its own, where there is none: a connection never makes one, lest a mistyped path
/// become a database.
///
/// # Errors
/// `Refused` when the file cannot be created.
pub fn create_file(path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Ok(());
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map(drop).map_err(|error| {
        StoreError::new(StoreErrorKind::Refused, format!("the ledger {} cannot be created: {error}", path.display()))
    })
}

/// Whether the table answers a SELECT; an outage is not taken for a missing table.
async fn answers(ledger: &dyn Ledger) -> Result<bool, StoreError> {
    match ledger.ping().await {
        Ok(()) => Ok(true),
        Err(error) if error.kind == StoreErrorKind::Refused => Ok(false),
        Err(error) => Err(error),
    }
}

async fn connected<C>(
    limits: SessionLimits,
    connecting: impl Future<Output = ConnectionResult<C>>,
) -> Result<C, StoreError> {
    let late = |_| StoreError::new(StoreErrorKind::Connection, "the database of the ledger cannot be reached in time");
    timeout(limits.pool_timeout, connecting).await.map_err(late)?.map_err(|error| from_connecting(&error))
}

/// Whether the table stands now: another instance that starts beside this one may have been quicker.
async fn stands<T, E>(ledger: &dyn Ledger, made: Result<T, E>) -> Result<(), StoreError> {
    let refused = match ledger.ping().await {
        Err(error) if error.kind == StoreErrorKind::Refused => error,
        other => return other,
    };
    made.map_err(|_| {
        StoreError::new(
            StoreErrorKind::Refused,
            "the ledger table `drawbridge_migrated_users` is missing or not readable, and this role may not create it: \
             the database administrator has to (`drawbridge sql` prints the statements)",
        )
    })?;
    Err(refused)
}
