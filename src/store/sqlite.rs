//! SQLite: connecting and decoding. A statement is never given up in the middle; who waits for it may stop waiting.
use super::{
    legacy_row::LegacyValue,
    session::{DieselConnection, SessionLimits},
    shape::{Shape, of_float},
    sql_store::{Columns, Reader},
};
use crate::sql::statement::Bound;
use diesel::{
    ConnectionError, ConnectionResult, QueryResult, SqliteConnection,
    row::{Field, Row},
    sqlite::SqliteType,
};
use diesel_async::{
    AsyncConnection, AsyncConnectionCore, SimpleAsyncConnection, pooled_connection::SetupCallback,
    sync_connection_wrapper::SyncConnectionWrapper,
};
use futures_util::{FutureExt, TryStreamExt, future::BoxFuture};
use std::{fmt::Write, path::Path, sync::Arc, time::Duration};

/// The connection of the pool.
pub(crate) type AsyncSqlite = SyncConnectionWrapper<SqliteConnection>;

impl DieselConnection for AsyncSqlite {
    const CLOSABLE: bool = false;
}

impl Reader for AsyncSqlite {
    fn read(&mut self, bound: Bound, columns: Columns) -> BoxFuture<'_, QueryResult<Vec<Vec<LegacyValue>>>> {
        async move {
            let rows = AsyncConnectionCore::load(self, bound).await?;
            rows.map_ok(|row| {
                (0..)
                    .zip(columns.iter())
                    .map(|(index, (_, shape))| {
                        let field = row.get(index);
                        match field.as_ref().and_then(Field::value) {
                            None => LegacyValue::Null,
                            Some(mut value) => match value.value_type() {
                                // Types are per value here; the catalogue says only what integers and texts may mean.
                                Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => {
                                    whole(value.read_long(), *shape)
                                }
                                Some(SqliteType::Float | SqliteType::Double) => of_float(value.read_double(), "real"),
                                Some(SqliteType::Text) => text(value.read_blob(), *shape),
                                Some(SqliteType::Binary) => LegacyValue::Bytes(value.read_blob().to_vec()),
                                None => LegacyValue::Null,
                            },
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

fn whole(number: i64, shape: Shape) -> LegacyValue {
    match (shape, number) {
        (Shape::Bool, 0) => LegacyValue::Bool(false),
        (Shape::Bool, 1) => LegacyValue::Bool(true),
        _ => LegacyValue::Int(number.into()),
    }
}

// A column that is declared JSON or a date may hold any text: what is not one is told as it stands.
fn text(bytes: &[u8], shape: Shape) -> LegacyValue {
    match (shape, Shape::Text.of_bytes(bytes, "text")) {
        (Shape::Json, LegacyValue::Text(text)) => {
            serde_json::from_str(&text).map_or_else(|_| LegacyValue::Text(text), LegacyValue::Json)
        }
        (_, value) => value,
    }
}

/// Everything that a connection is made of.
pub(crate) struct Settings {
    url: String,
    setup: String,
}

impl Settings {
    /// A database file that has to exist, or `:memory:`.
    pub fn new(path: &Path, limits: SessionLimits, read_only: bool) -> Self {
        let busy = limits.statement_timeout.max(Duration::from_millis(1)).as_millis();
        // A large sort would open a file elsewhere, where a confined process may not.
        let mut setup = format!("pragma busy_timeout = {busy}; pragma temp_store = memory");
        if read_only {
            // Unlike `mode=ro` it works on a database in WAL mode whose other files are not there yet.
            setup.push_str("; pragma query_only = on");
        }
        Self { url: url(path), setup }
    }

    /// A connection for the pool.
    pub async fn connect(&self) -> ConnectionResult<AsyncSqlite> {
        let mut connection = AsyncSqlite::establish(&self.url).await?;
        // SQLite opens the file with the first statement that reads it, not before.
        let setup = format!("{}; select count(*) from sqlite_schema", self.setup);
        connection.batch_execute(&setup).await.map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
        Ok(connection)
    }

    /// The pool's way to connect.
    pub fn callback(self: Arc<Self>) -> SetupCallback<AsyncSqlite> {
        Box::new(move |_| {
            let settings = Arc::clone(&self);
            async move { settings.connect().await }.boxed()
        })
    }
}

// `mode=rw`: a path with a mistake in it must not become a new, empty database.
fn url(path: &Path) -> String {
    let path = path.to_string_lossy();
    if path == ":memory:" {
        return path.into_owned();
    }
    let mut escaped = String::from("file:");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "%{byte:02x}");
        }
    }
    escaped.push_str("?mode=rw");
    escaped
}
