//! What a pool holds: connections of one kind, and what their failures mean.
use super::unreachable;
use crate::store::error::{StoreError, StoreErrorKind};
use deadpool::managed::Manager;
use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as SetupError, PoolableConnection, RecyclingMethod,
    SetupCallback,
};

/// One kind of pooled connection: how its failures read, and whether it can be given up.
pub(crate) trait Link: Manager + Send + Sync + 'static
where
    Self::Type: Send,
    Self::Error: Send,
{
    /// Whether a running statement can be given up by closing the connection. SQLite's cannot.
    const CLOSABLE: bool;
    /// What a failed statement gives.
    type Fault: Send;
    /// What a failed connection means.
    fn of_connecting(error: &Self::Error) -> StoreError;
    /// What a failed statement means. The driver's words may quote a bound value: none of them is passed on.
    fn of_fault(fault: &Self::Fault) -> StoreError;
}

/// diesel's pool of one kind of connection.
pub(crate) type Diesel<C> = AsyncDieselConnectionManager<C>;

/// A connection of diesel's.
pub(crate) trait DieselConnection: PoolableConnection + Send + 'static {
    /// Whether a running statement can be given up by closing the connection.
    const CLOSABLE: bool;
}

impl<C: DieselConnection> Link for Diesel<C>
where
    Self: Manager<Type = C, Error = SetupError> + Send + Sync,
{
    const CLOSABLE: bool = C::CLOSABLE;
    type Fault = DieselError;

    fn of_connecting(error: &SetupError) -> StoreError {
        match error {
            SetupError::ConnectionError(error) => from_connecting(error),
            SetupError::QueryError(_) => unreachable(),
        }
    }

    fn of_fault(fault: &DieselError) -> StoreError {
        from_statement(fault)
    }
}

/// diesel's pool, made by our own way to connect.
pub(crate) fn diesel<C: DieselConnection>(setup: SetupCallback<C>) -> Diesel<C> {
    let mut config = ManagerConfig::default();
    // `Verified` would cost a round trip for every lookup, and its ping is what reads another's reply.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = setup;
    Diesel::new_with_config(String::new(), config)
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
pub(crate) fn from_statement(error: &DieselError) -> StoreError {
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
