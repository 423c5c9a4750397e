//! SQL Server and Azure SQL: connecting and decoding. Every column but bytes is read as text that the server prints, so
//! the driver's own reading of dates and money is never asked for.
//!
//! # Why not diesel
//! It has no such backend. The pool, its guarantees and the statements are those of the other backends.
use super::{
    error::{StoreError, StoreErrorKind},
    legacy_row::LegacyValue,
    session::{Link, SessionLimits, Sessions, Work},
    sql_store::{Columns, RowReader},
};
use crate::{
    config::database::{DatabaseTls, ServerUrl},
    config::secret_file,
    sql::statement::Bound,
};
use async_trait::async_trait;
use deadpool::managed::{Manager, Metrics, RecycleResult};
use futures_util::{FutureExt, future::BoxFuture};
use std::{path::PathBuf, sync::Arc};
use tiberius::{AuthMethod, Client, ColumnData, Config, EncryptionLevel, Query, error::Error as TdsError};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

/// A connection.
pub(crate) type Tds = Client<Compat<TcpStream>>;

/// Numbers with which the server refuses a role or a privilege rather than being away.
const REFUSALS: &[u32] = &[229, 230, 262, 916, 4060, 4064, 18452, 18456, 40615];

/// Makes connections for the pool.
pub(crate) struct TdsManager {
    url: ServerUrl,
    entra_token_file: Option<PathBuf>,
    limits: SessionLimits,
}

impl TdsManager {
    pub fn new(url: &ServerUrl, entra_token_file: Option<&PathBuf>, limits: SessionLimits) -> Self {
        Self { url: url.clone(), entra_token_file: entra_token_file.cloned(), limits }
    }

    fn config(&self) -> Result<Config, StoreError> {
        let mut config = Config::new();
        config.host(&self.url.host);
        config.port(self.url.port);
        config.database(&self.url.database);
        config.application_name("drawbridge");
        config.handshake_timeout(Some(self.limits.pool_timeout));
        match &self.url.tls {
            // The login itself is encrypted wherever the server can.
            DatabaseTls::Off => {
                config.encryption(EncryptionLevel::Off);
                config.trust_cert();
            }
            DatabaseTls::Unverified => {
                config.encryption(EncryptionLevel::Required);
                config.trust_cert();
            }
            DatabaseTls::Verified { root } => {
                config.encryption(EncryptionLevel::Required);
                if let Some(root) = root {
                    config.trust_cert_ca(root.display());
                }
            }
        }
        config.authentication(match &self.entra_token_file {
            // Entra's tokens end after an hour: the file is read for every new connection.
            Some(file) => {
                let token = secret_file::read(file)
                    .map_err(|(message, _)| StoreError::new(StoreErrorKind::Refused, message))?;
                AuthMethod::aad_token(token.expose())
            }
            None => {
                let password = self.url.password.as_ref().map(crate::secret::Secret::expose).unwrap_or_default();
                AuthMethod::sql_server(&self.url.user, password)
            }
        });
        Ok(config)
    }

    /// A connection. The driver's own futures are large: they live on the heap.
    pub fn connect(&self) -> BoxFuture<'_, Result<Tds, StoreError>> {
        self.establish().boxed()
    }

    async fn establish(&self) -> Result<Tds, StoreError> {
        let mut config = self.config()?;
        let mut hops = 0;
        loop {
            let away = |_| StoreError::new(StoreErrorKind::Connection, "the database cannot be reached");
            let stream = TcpStream::connect(config.get_addr()).await.map_err(away)?;
            stream.set_nodelay(true).map_err(away)?;
            match Client::connect(config.clone(), stream.compat_write()).boxed().await {
                Ok(mut client) => {
                    let setup = format!(
                        "set lock_timeout {}; set textsize 2147483647; set transaction isolation level read committed",
                        self.limits.statement_timeout.as_millis().max(1)
                    );
                    client.simple_query(setup).await.map_err(|error| connecting(&error))?;
                    return Ok(client);
                }
                // Azure SQL sends a client on to the machine that has the database.
                Err(TdsError::Routing { host, port }) if hops < 3 => {
                    hops += 1;
                    config.host(&host);
                    config.port(port);
                }
                Err(error) => return Err(connecting(&error)),
            }
        }
    }
}

impl Manager for TdsManager {
    type Type = Tds;
    type Error = StoreError;

    async fn create(&self) -> Result<Tds, StoreError> {
        self.connect().await
    }

    // A broken connection is found by its next statement, which is repeated on a new one.
    async fn recycle(&self, _: &mut Tds, _: &Metrics) -> RecycleResult<StoreError> {
        Ok(())
    }
}

impl Link for TdsManager {
    const CLOSABLE: bool = true;
    type Fault = TdsError;

    fn of_connecting(error: &StoreError) -> StoreError {
        error.clone()
    }

    fn of_fault(fault: &TdsError) -> StoreError {
        match fault {
            TdsError::Server(_) => StoreError::new(StoreErrorKind::Refused, "the database refused the statement"),
            TdsError::Io { .. } | TdsError::Tls(_) => {
                StoreError::new(StoreErrorKind::Connection, "the connection to the database was lost")
            }
            _ => StoreError::new(StoreErrorKind::Schema, "the reply of the database could not be read"),
        }
    }
}

fn connecting(error: &TdsError) -> StoreError {
    match error {
        TdsError::Server(refusal) if REFUSALS.contains(&refusal.code()) => StoreError::new(
            StoreErrorKind::Refused,
            format!("the database refused the connection: {}", refusal.message()),
        ),
        TdsError::Tls(message) => {
            StoreError::new(StoreErrorKind::Connection, format!("the database cannot be reached: {message}"))
        }
        TdsError::Server(_) | TdsError::Io { .. } => {
            StoreError::new(StoreErrorKind::Connection, "the database cannot be reached")
        }
        _ => StoreError::new(StoreErrorKind::Connection, "the database's answer could not be read"),
    }
}

/// What a failed question to the catalogue means; no value of a person was part of it.
pub(crate) fn catalogue_error(error: &TdsError) -> StoreError {
    match error {
        TdsError::Server(refusal) => {
            let kind =
                if REFUSALS.contains(&refusal.code()) { StoreErrorKind::Refused } else { StoreErrorKind::Schema };
            StoreError::new(kind, format!("the database says: {}", refusal.message()))
        }
        other => TdsManager::of_fault(other),
    }
}

#[async_trait]
impl RowReader for Sessions<TdsManager> {
    async fn read(&self, bound: Bound, columns: Columns) -> Result<Vec<Vec<LegacyValue>>, StoreError> {
        let work: Work<TdsManager, _> = Arc::new(move |client: &mut Tds, _| {
            let (bound, columns) = (bound.clone(), Arc::clone(&columns));
            async move {
                let mut query = Query::new(bound.statement().text(|n| format!("@P{n}")));
                query.bind_iter(bound.in_order().map(|value| value.map(ToOwned::to_owned)));
                let rows = query.query(client).await?.into_first_result().await?;
                Ok(rows
                    .into_iter()
                    .map(|row| {
                        row.into_iter()
                            .zip(columns.iter())
                            .map(|(data, (_, shape))| match data {
                                ColumnData::Binary(Some(bytes)) => LegacyValue::Bytes(bytes.into_owned()),
                                other => text(other).map_or(LegacyValue::Null, |text| {
                                    shape.of_text(text.trim_end_matches('\0'), "text")
                                }),
                            })
                            .collect()
                    })
                    .collect())
            }
            .boxed()
        });
        self.run(work).await
    }

    fn connections(&self) -> (usize, usize) {
        Sessions::connections(self)
    }
}

/// The text of a value; bytes in hex.
pub(crate) fn text(data: ColumnData<'static>) -> Option<String> {
    match data {
        ColumnData::String(text) => text.map(std::borrow::Cow::into_owned),
        ColumnData::U8(number) => number.map(|number| number.to_string()),
        ColumnData::I16(number) => number.map(|number| number.to_string()),
        ColumnData::I32(number) => number.map(|number| number.to_string()),
        ColumnData::I64(number) => number.map(|number| number.to_string()),
        ColumnData::F32(number) => number.map(|number| number.to_string()),
        ColumnData::F64(number) => number.map(|number| number.to_string()),
        ColumnData::Bit(answer) => answer.map(|answer| if answer { "1".to_owned() } else { "0".to_owned() }),
        ColumnData::Guid(guid) => guid.map(|guid| guid.to_string()),
        ColumnData::Binary(bytes) => bytes.map(hex::encode),
        ColumnData::Numeric(number) => number.map(|number| number.to_string()),
        ColumnData::Xml(xml) => xml.map(|xml| xml.as_ref().as_ref().to_owned()),
        // Statements of ours cast dates to text: there is none to be read here.
        _ => None,
    }
}
