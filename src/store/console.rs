//! One connection outside of the pool, for what is asked of a database and not of a person: its catalogue, its
//! privileges, its plans. Every value is read as text. No value of a person may become part of a statement here.
use super::{
    error::{StoreError, StoreErrorKind},
    mysql, postgres,
    session::{SessionLimits, from_connecting},
    sqlite::{self, AsyncSqlite},
    sqlserver::{self, Tds, TdsManager},
};
use crate::{
    config::database::{Database, DatabaseUrl},
    sql::dialect::Dialect,
};
use diesel::{
    result::{DatabaseErrorInformation, Error as DieselError},
    row::{Field, Row},
    sqlite::SqliteType,
};
use diesel_async::{AsyncConnectionCore, SimpleAsyncConnection};
use futures_util::{FutureExt, TryStreamExt};
use mysql_async::{Value, prelude::Queryable};
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::SimpleQueryMessage;

/// A row of texts; `None` for NULL.
pub type Texts = Vec<Option<String>>;

/// A connection. It belongs to the runtime on which it was opened.
pub struct Console {
    link: Link,
    limit: Duration,
}

enum Link {
    Postgres(tokio_postgres::Client),
    Mysql(Box<mysql_async::Conn>),
    Sqlite(Box<AsyncSqlite>),
    SqlServer(Box<Tds>),
}

/// What a server said to a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Whether the connection or the server is gone; else the server refused the statement.
    pub outage: bool,
    /// SQLSTATE, or the server's number.
    pub code: String,
    /// The server's own words.
    pub message: String,
}

impl Said {
    fn lost(message: impl Into<String>) -> Self {
        Self { outage: true, code: String::new(), message: message.into() }
    }

    /// The same as a failure of a store.
    #[must_use]
    pub fn into_error(self) -> StoreError {
        let kind = if self.outage { StoreErrorKind::Connection } else { StoreErrorKind::Refused };
        StoreError::new(kind, format!("the database says: {}", self.message))
    }

    /// Whether the server refused for want of a privilege.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        ["42501", "1044", "1142", "1143", "1227", "1370", "229", "230", "262"].contains(&self.code.as_str())
    }
}

impl Console {
    /// Connects. `read_only` lets the server itself refuse every change.
    ///
    /// # Errors
    /// `Connection` when the server cannot be reached, `Refused` when it refuses the role.
    pub async fn open(database: &Database, read_only: bool) -> Result<Self, StoreError> {
        let limits = SessionLimits::of(database);
        // The catalogue of a large installation takes longer than a lookup.
        let limits =
            SessionLimits { statement_timeout: limits.statement_timeout.max(Duration::from_secs(30)), ..limits };
        let late = |_| StoreError::new(StoreErrorKind::Connection, "the database did not answer in time");
        let connecting = async {
            Ok(match &database.url {
                DatabaseUrl::Postgres(url) => {
                    Link::Postgres(postgres::Settings::new(url, limits, read_only)?.client().await?)
                }
                DatabaseUrl::Mysql(url) => {
                    Link::Mysql(Box::new(mysql::Settings::new(url, limits, read_only)?.client().await?))
                }
                DatabaseUrl::SqlServer(url) => {
                    let manager = TdsManager::new(url, database.entra_token_file.as_ref(), limits);
                    Link::SqlServer(Box::new(manager.connect().await?))
                }
                DatabaseUrl::Sqlite { path } => {
                    let settings = sqlite::Settings::new(path, limits, read_only);
                    Link::Sqlite(Box::new(settings.connect().await.map_err(|error| from_connecting(&error))?))
                }
            })
        };
        let link = timeout(limits.pool_timeout.max(Duration::from_secs(5)), connecting).await.map_err(late)??;
        Ok(Self { link, limit: limits.statement_timeout })
    }

    /// The SQL that is spoken there.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.link {
            Link::Postgres(_) => Dialect::Postgres,
            Link::Mysql(_) => Dialect::Mysql,
            Link::Sqlite(_) => Dialect::Sqlite,
            Link::SqlServer(_) => Dialect::SqlServer,
        }
    }

    /// Runs one statement and reads its rows.
    ///
    /// # Errors
    /// What the server said.
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<Texts>, Said> {
        let limit = self.limit;
        timeout(limit, self.ask(sql)).await.unwrap_or_else(|_| Err(Said::lost("the statement took too long")))
    }

    /// Runs one statement for its effect.
    ///
    /// # Errors
    /// What the server said.
    pub async fn run(&mut self, sql: &str) -> Result<(), Said> {
        if let Link::Sqlite(client) = &mut self.link {
            return client.batch_execute(sql).await.map_err(of_diesel);
        }
        self.rows(sql).await.map(drop)
    }

    async fn ask(&mut self, sql: &str) -> Result<Vec<Texts>, Said> {
        match &mut self.link {
            Link::Postgres(client) => {
                let messages = client.simple_query(sql).await.map_err(|error| of_postgres(&error))?;
                let rows = messages.into_iter().filter_map(|message| match message {
                    SimpleQueryMessage::Row(row) => {
                        Some((0..row.len()).map(|place| row.get(place).map(ToOwned::to_owned)).collect())
                    }
                    _ => None,
                });
                Ok(rows.collect())
            }
            Link::Mysql(client) => {
                let rows: Vec<mysql_async::Row> = client.query(sql).await.map_err(of_mysql)?;
                Ok(rows.into_iter().map(|row| row.unwrap().into_iter().map(text_of_mysql).collect()).collect())
            }
            Link::SqlServer(client) => {
                let rows = async { client.simple_query(sql).await?.into_first_result().await };
                let rows = rows.boxed().await.map_err(|error| of_sqlserver(&error))?;
                Ok(rows.into_iter().map(|row| row.into_iter().map(sqlserver::text).collect()).collect())
            }
            Link::Sqlite(client) => {
                let rows = AsyncConnectionCore::load(&mut **client, diesel::sql_query(sql)).await.map_err(of_diesel)?;
                rows.map_ok(|row| (0..row.field_count()).map(|place| row.get(place).and_then(text_of_sqlite)).collect())
                    .try_collect()
                    .await
                    .map_err(of_diesel)
            }
        }
    }
}

fn text_of_mysql(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8(bytes).unwrap_or_else(|error| hex::encode(error.as_bytes()))),
        Value::Int(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Double(number) => Some(number.to_string()),
        other => Some(other.as_sql(true).trim_matches('\'').to_owned()),
    }
}

fn text_of_sqlite<'a>(field: impl Field<'a, diesel::sqlite::Sqlite>) -> Option<String> {
    let mut value = field.value()?;
    match value.value_type()? {
        SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long => Some(value.read_long().to_string()),
        SqliteType::Float | SqliteType::Double => Some(value.read_double().to_string()),
        SqliteType::Text => Some(value.read_text().to_owned()),
        SqliteType::Binary => {
            let bytes = value.read_blob();
            Some(std::str::from_utf8(bytes).map_or_else(|_| hex::encode(bytes), ToOwned::to_owned))
        }
    }
}

fn of_postgres(error: &tokio_postgres::Error) -> Said {
    match error.as_db_error() {
        Some(refusal) => {
            Said { outage: false, code: refusal.code().code().to_owned(), message: refusal.message().to_owned() }
        }
        None => Said::lost(error.to_string()),
    }
}

fn of_mysql(error: mysql_async::Error) -> Said {
    match error {
        mysql_async::Error::Server(refusal) => {
            Said { outage: false, code: refusal.code.to_string(), message: refusal.message }
        }
        other => Said::lost(other.to_string()),
    }
}

fn of_sqlserver(error: &tiberius::error::Error) -> Said {
    match error {
        tiberius::error::Error::Server(refusal) => {
            Said { outage: false, code: refusal.code().to_string(), message: refusal.message().to_owned() }
        }
        other => Said::lost(other.to_string()),
    }
}

fn of_diesel(error: DieselError) -> Said {
    let message = match &error {
        DieselError::DatabaseError(_, information) => {
            DatabaseErrorInformation::message(information.as_ref()).to_owned()
        }
        other => other.to_string(),
    };
    Said { outage: false, code: String::new(), message }
}
