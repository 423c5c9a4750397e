//! One connection of the bare driver, and what was prepared on it.
use super::super::{
    error::{StoreError, StoreErrorKind},
    home::{self, Home},
    legacy_row::LegacyValue,
    postgres::Settings,
    session,
    sql_store::Columns,
};
use crate::sql::statement::{Bound, Statement};
use futures_util::TryStreamExt;
use std::{
    error::Error as StdError,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{task::AbortHandle, time::timeout};
use tokio_postgres::{
    Client, Error,
    types::{FromSql, Type},
};

pub(super) type Rows = Vec<Vec<LegacyValue>>;

/// A connection, driven on the runtime that opened it.
pub(super) struct Wire {
    client: Client,
    prepared: Mutex<Vec<(Arc<Statement>, tokio_postgres::Statement)>>,
    io: AbortHandle,
    home: Option<Home>,
}

impl Wire {
    /// Opens a connection on the runtime of the caller's task.
    pub async fn open(settings: &Settings, longest: Duration) -> Result<Self, StoreError> {
        let (client, io) = timeout(longest, settings.apart()).await.map_err(|_| session::unreachable())??;
        let io = tokio::spawn(io).abort_handle();
        let wire = Self { client, prepared: Mutex::default(), io, home: home::here() };
        let set_up = timeout(longest, wire.client.batch_execute(settings.setup())).await;
        set_up.map_err(|_| session::unreachable())?.map_err(|error| of_fault(&error))?;
        Ok(wire)
    }

    /// Whether nothing can be asked on it any more.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// The thread that drives it, if it is one that does.
    pub fn home(&self) -> Option<Home> {
        self.home
    }

    /// Ends it, whatever is under way on it.
    pub fn abort(&self) {
        self.io.abort();
    }

    /// The rows that a statement finds.
    pub async fn read(&self, bound: &Bound, columns: &Columns) -> Result<Rows, Error> {
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

/// What a fault of the driver is to us.
// The server's message may quote a bound value, so none of it is passed on.
pub(super) fn of_fault(error: &Error) -> StoreError {
    if error.as_db_error().is_some() {
        StoreError::new(StoreErrorKind::Refused, "the database refused the statement")
    } else {
        StoreError::new(StoreErrorKind::Connection, "the connection to the database was lost")
    }
}
