//! PostgreSQL: connecting and decoding. Every column but `bytea` is read as the text that the server prints, so a
//! changed column type breaks neither a prepared statement nor a row.
use super::{
    copy_tap::Outlet,
    error::{StoreError, StoreErrorKind},
    legacy_row::LegacyValue,
    postgres_tapped::{self, Driven},
    session::{DieselConnection, SessionLimits},
    sql_store::{Columns, Reader},
    transport,
};
use crate::{
    config::database::{DatabaseTls, ServerUrl},
    sql::statement::Bound,
};
use diesel::{
    ConnectionError, ConnectionResult, QueryResult,
    result::{DatabaseErrorKind, Error as DieselError},
    row::{Field, Row},
};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection, pooled_connection::SetupCallback};
use futures_util::{FutureExt, TryStreamExt, future::BoxFuture};
use std::{path::Path, sync::Arc};
use tokio_postgres::{Client, Config, NoTls, config::SslMode, error::SqlState};
use tokio_postgres_rustls::MakeRustlsConnect;

impl DieselConnection for AsyncPgConnection {
    const CLOSABLE: bool = true;
}

impl Reader for AsyncPgConnection {
    fn read(&mut self, bound: Bound, columns: Columns) -> BoxFuture<'_, QueryResult<Vec<Vec<LegacyValue>>>> {
        async move {
            let rows = AsyncConnectionCore::load(self, bound).await?;
            rows.map_ok(|row| {
                (0..)
                    .zip(columns.iter())
                    .map(|(index, (_, shape))| {
                        let field = row.get(index);
                        match field.as_ref().and_then(Field::value) {
                            Some(value) => shape.of_bytes(value.as_bytes(), "text"),
                            None => LegacyValue::Null,
                        }
                    })
                    .collect()
            })
            .try_collect()
            .await
        }
        .boxed()
    }
}

/// Everything that a connection is made of.
pub(crate) struct Settings {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    setup: String,
}

impl Settings {
    /// Reads the root certificate; connects to nothing.
    pub fn new(url: &ServerUrl, limits: SessionLimits, read_only: bool) -> Result<Self, StoreError> {
        let mut config = Config::new();
        let is_socket = url.host.starts_with('/');
        if is_socket {
            // Either the directory, or the socket file in it.
            let path = Path::new(&url.host);
            let is_file = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".s.PGSQL."));
            config.host_path(if is_file { path.parent().unwrap_or(path) } else { path });
        } else {
            config.host(&url.host);
        }
        config.port(url.port).user(&url.user).dbname(&url.database).application_name("drawbridge");
        config.connect_timeout(limits.pool_timeout).keepalives_idle(std::time::Duration::from_secs(30));
        if let Some(password) = &url.password {
            config.password(password.expose());
        }
        let encrypted = !is_socket && url.tls != DatabaseTls::Off;
        // `Prefer` would go on in clear text when the server has no TLS.
        config.ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable });
        let tls = if encrypted { transport::client_config(&url.tls)?.map(MakeRustlsConnect::new) } else { None };
        let mut setup = format!(
            "set statement_timeout = {}; set datestyle = 'ISO, YMD'; set timezone = 'UTC'; set intervalstyle = 'postgres'",
            limits.statement_timeout.as_millis().max(1)
        );
        if read_only {
            setup.push_str("; set default_transaction_read_only = on");
        }
        Ok(Self { config, tls, setup })
    }

    /// A connection for the pool.
    pub async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        let mut connection = match &self.tls {
            Some(tls) => {
                let (client, io) = self.config.connect(tls.clone()).await.map_err(connecting)?;
                AsyncPgConnection::try_from_client_and_connection(client, io).await?
            }
            None => {
                let (client, io) = self.config.connect(NoTls).await.map_err(connecting)?;
                AsyncPgConnection::try_from_client_and_connection(client, io).await?
            }
        };
        connection.batch_execute(&self.setup).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }

    /// A connection of the bare driver, for the catalogue. Has to be called on the database runtime.
    pub async fn client(&self) -> Result<Client, StoreError> {
        let (client, io) = self.apart().await?;
        tokio::spawn(io);
        client.batch_execute(&self.setup).await.map_err(|error| catalogue_error(&error))?;
        Ok(client)
    }

    /// A connection of the bare driver, not set up, and what drives it, which ends with it.
    pub async fn apart(&self) -> Result<(Client, BoxFuture<'static, ()>), StoreError> {
        let refused = |error| super::session::from_connecting(&connecting(error));
        Ok(match &self.tls {
            Some(tls) => {
                let (client, io) = self.config.connect(tls.clone()).await.map_err(refused)?;
                (client, io.map(drop).boxed())
            }
            None => {
                let (client, io) = self.config.connect(NoTls).await.map_err(refused)?;
                (client, io.map(drop).boxed())
            }
        })
    }

    /// The same, with its rows of a COPY apart from all else.
    pub async fn tapped(&self, outlet: Outlet) -> Result<Driven, StoreError> {
        let connected = postgres_tapped::connect(&self.config, self.tls.clone(), outlet).await;
        connected.map_err(|error| super::session::from_connecting(&connecting(error)))
    }

    /// What every connection is set up by.
    pub fn setup(&self) -> &str {
        &self.setup
    }

    /// The pool's way to connect.
    pub fn callback(self: Arc<Self>) -> SetupCallback<AsyncPgConnection> {
        Box::new(move |_| {
            let settings = Arc::clone(&self);
            async move { settings.connect().await }.boxed()
        })
    }
}

// Refusals of the role are the operator's to mend; a server that starts, stops or is full is an outage.
fn connecting(error: tokio_postgres::Error) -> ConnectionError {
    let Some(refusal) = error.as_db_error() else {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        return ConnectionError::BadConnection(format!("{error}{cause}"));
    };
    let message = refusal.message().to_owned();
    let ours = [
        &SqlState::INVALID_PASSWORD,
        &SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
        &SqlState::INVALID_CATALOG_NAME,
        &SqlState::INSUFFICIENT_PRIVILEGE,
    ];
    if ours.contains(&refusal.code()) {
        let inner = DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message));
        return ConnectionError::CouldntSetupConfiguration(inner);
    }
    ConnectionError::BadConnection(message)
}

/// What a failed question to the catalogue means; no value of a person was part of it.
pub(crate) fn catalogue_error(error: &tokio_postgres::Error) -> StoreError {
    match error.as_db_error() {
        Some(refusal) => {
            let kind = if refusal.code().code().starts_with("42") && *refusal.code() != SqlState::INSUFFICIENT_PRIVILEGE
            {
                StoreErrorKind::Schema
            } else {
                StoreErrorKind::Refused
            };
            StoreError::new(kind, format!("the database says: {}", refusal.message()))
        }
        None => StoreError::new(StoreErrorKind::Connection, format!("the database cannot be reached: {error}")),
    }
}
