//! MySQL and MariaDB: connecting and decoding. Geometry must never reach the driver undisguised: it panics.
use super::{
    error::{StoreError, StoreErrorKind},
    legacy_row::LegacyValue,
    session::{DieselConnection, SessionLimits},
    shape::{Shape, of_float},
    sql_store::{Columns, Reader},
    transport,
};
use crate::{
    config::database::{DatabaseTls, ServerUrl},
    sql::statement::Bound,
};
use diesel::{
    ConnectionError, ConnectionResult, QueryResult,
    mysql::{Mysql, MysqlType, MysqlValue},
    result::{DatabaseErrorKind, Error as DieselError},
    row::{Field, Row},
};
use diesel_async::{AsyncConnectionCore, AsyncMysqlConnection, pooled_connection::SetupCallback};
use futures_util::{FutureExt, TryStreamExt, future::BoxFuture};
use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};
use std::sync::Arc;

impl DieselConnection for AsyncMysqlConnection {
    const CLOSABLE: bool = true;
}

impl Reader for AsyncMysqlConnection {
    fn read(&mut self, bound: Bound, columns: Columns) -> BoxFuture<'_, QueryResult<Vec<Vec<LegacyValue>>>> {
        async move {
            let rows = AsyncConnectionCore::load(self, bound).await?;
            rows.map_ok(|row| decoded(&row, &columns)).try_collect().await
        }
        .boxed()
    }
}

/// The values of a row.
pub(crate) fn decoded<'a>(row: &impl Row<'a, Mysql>, columns: &Columns) -> Vec<LegacyValue> {
    (0..)
        .zip(columns.iter())
        .map(|(index, (_, shape))| {
            let field = row.get(index);
            field.as_ref().and_then(Field::value).map_or(LegacyValue::Null, |value| decode(&value, *shape))
        })
        .collect()
}

// Numbers come in binary, everything else as bytes: collations that end in `_bin` look like blobs to the driver, so
// the shape from the catalogue decides.
fn decode(value: &MysqlValue<'_>, shape: Shape) -> LegacyValue {
    let bytes = value.as_bytes();
    let name = || format!("{:?}", value.value_type()).to_lowercase();
    match value.value_type() {
        MysqlType::Tiny | MysqlType::Short | MysqlType::Long | MysqlType::LongLong => {
            match <[u8; 8]>::try_from(bytes) {
                Ok(wide) => whole(i64::from_le_bytes(wide).into(), shape),
                Err(_) => LegacyValue::Undecodable(name()),
            }
        }
        MysqlType::UnsignedTiny | MysqlType::UnsignedShort | MysqlType::UnsignedLong | MysqlType::UnsignedLongLong => {
            match <[u8; 8]>::try_from(bytes) {
                Ok(wide) => whole(u64::from_le_bytes(wide).into(), shape),
                Err(_) => LegacyValue::Undecodable(name()),
            }
        }
        MysqlType::Float => match <[u8; 4]>::try_from(bytes) {
            // By way of the shortest text: 0.1 in 32 bits is told as 0.1.
            Ok(narrow) => f32::from_le_bytes(narrow)
                .to_string()
                .parse()
                .map_or_else(|_| LegacyValue::Undecodable(name()), |number| of_float(number, "float")),
            Err(_) => LegacyValue::Undecodable(name()),
        },
        MysqlType::Double => match <[u8; 8]>::try_from(bytes) {
            Ok(wide) => of_float(f64::from_le_bytes(wide), "double"),
            Err(_) => LegacyValue::Undecodable(name()),
        },
        MysqlType::Numeric => Shape::Decimal.of_bytes(bytes, "decimal"),
        MysqlType::Date | MysqlType::Time | MysqlType::DateTime | MysqlType::Timestamp => {
            LegacyValue::Undecodable(name())
        }
        _ => shape.of_bytes(bytes, &name()),
    }
}

fn whole(number: i128, shape: Shape) -> LegacyValue {
    if shape == Shape::Text { LegacyValue::Text(number.to_string()) } else { LegacyValue::Int(number) }
}

/// Everything that a connection is made of.
pub(crate) struct Settings {
    opts: Opts,
}

impl Settings {
    /// Reads the root certificate; connects to nothing.
    pub fn new(url: &ServerUrl, limits: SessionLimits, read_only: bool) -> Result<Self, StoreError> {
        let is_socket = url.host.starts_with('/');
        let milliseconds = limits.statement_timeout.as_millis().max(1);
        // Each flavour reads its own comment: MySQL skips `M!`, MariaDB skips the versions that were MySQL's alone.
        let mut setup = vec![format!(
            "set time_zone = '+00:00' /*!50708 , max_execution_time = {milliseconds} */ /*M!100100 , max_statement_time = {} */",
            limits.statement_timeout.as_secs_f64().max(0.001)
        )];
        if read_only {
            setup.push("set session transaction read only".to_owned());
        }
        setup.push("set names utf8mb4".to_owned());
        // A list that the server joins is told whole.
        setup.push("set session group_concat_max_len = 1048576".to_owned());
        let mut builder = OptsBuilder::default()
            .user(Some(&url.user))
            .pass(url.password.as_ref().map(|password| password.expose().to_owned()))
            .db_name(Some(&url.database))
            // It would leave TCP for a socket on its own account.
            .prefer_socket(false)
            .tcp_keepalive(Some(30_000_u32))
            .tcp_nodelay(true)
            // diesel has the cache.
            .stmt_cache_size(0)
            .client_found_rows(true)
            .init(setup);
        builder = if is_socket {
            builder.socket(Some(url.host.clone()))
        } else {
            builder.ip_or_hostname(url.host.clone()).tcp_port(url.port).ssl_opts(ssl(&url.tls)?)
        };
        Ok(Self { opts: builder.into() })
    }

    /// A connection for the pool.
    pub async fn connect(&self) -> ConnectionResult<AsyncMysqlConnection> {
        let connection = Conn::new(self.opts.clone()).await.map_err(|error| connecting(&error))?;
        AsyncMysqlConnection::try_from(connection).await
    }

    /// A connection of the bare driver, for the catalogue.
    pub async fn client(&self) -> Result<Conn, StoreError> {
        let refused = |error| super::session::from_connecting(&connecting(&error));
        Conn::new(self.opts.clone()).await.map_err(refused)
    }

    /// The pool's way to connect.
    pub fn callback(self: Arc<Self>) -> SetupCallback<AsyncMysqlConnection> {
        Box::new(move |_| {
            let settings = Arc::clone(&self);
            async move { settings.connect().await }.boxed()
        })
    }
}

fn ssl(tls: &DatabaseTls) -> Result<Option<SslOpts>, StoreError> {
    // The driver takes the process's provider.
    let _ = crate::trust::provider();
    Ok(match tls {
        DatabaseTls::Off => None,
        DatabaseTls::Unverified => {
            Some(SslOpts::default().with_danger_accept_invalid_certs(true).with_danger_skip_domain_validation(true))
        }
        DatabaseTls::Verified { root } => {
            let authorities = transport::authorities(root.as_deref())?;
            let builtin_too = root.is_none() && authorities.is_empty();
            let roots = authorities.into_iter().map(|der| der.as_ref().to_vec().into()).collect();
            Some(SslOpts::default().with_root_certs(roots).with_disable_built_in_roots(!builtin_too))
        }
    })
}

// Refusals of the role are the operator's to mend; a server that starts, stops or is full is an outage.
fn connecting(error: &mysql_async::Error) -> ConnectionError {
    match error {
        mysql_async::Error::Server(refusal) if [1044, 1045, 1049, 1142, 1227, 1698].contains(&refusal.code) => {
            let inner = DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(refusal.message.clone()));
            ConnectionError::CouldntSetupConfiguration(inner)
        }
        other => ConnectionError::BadConnection(other.to_string()),
    }
}

/// What a failed question to the catalogue means; no value of a person was part of it.
pub(crate) fn catalogue_error(error: &mysql_async::Error) -> StoreError {
    match error {
        mysql_async::Error::Server(refusal) => {
            let refused = [1044, 1045, 1142, 1143, 1227, 1370].contains(&refusal.code);
            let kind = if refused { StoreErrorKind::Refused } else { StoreErrorKind::Schema };
            StoreError::new(kind, format!("the database says: {}", refusal.message))
        }
        other => StoreError::new(StoreErrorKind::Connection, format!("the database cannot be reached: {other}")),
    }
}
