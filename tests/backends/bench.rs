//! One backend under test: its server, and short ways to a store over a table of it.
use crate::support::{mariadb::MariadbServer, postgres::PostgresServer};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use drawbridge::{
    config::{
        database::{Database, DatabaseUrl},
        password::Password,
        users::{From, Kind, Source, Users},
    },
    hash::{scheme::Site, schemes::Schemes, typing::Typing},
    ledger::Ledger,
    store::{
        Found, Store,
        error::StoreError,
        legacy_row::{LegacyRow, LegacyValue},
        runtime::DatabaseRuntime,
    },
};
use drawbridge::{sql::select_user::Table, store::SchemaProblem};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// The server behind a bench.
pub enum Server {
    /// A file.
    Sqlite(tempfile::TempDir),
    /// Shared by all tests that do not disturb it.
    SharedPostgres(&'static Mutex<PostgresServer>),
    /// Shared by all tests that do not disturb it.
    SharedMariadb(&'static Mutex<MariadbServer>),
    /// A test's own.
    Postgres(Box<PostgresServer>),
    /// A test's own.
    Mariadb(Box<MariadbServer>),
}

/// A backend under test.
pub struct Bench {
    pub server: Server,
    pub runtime: DatabaseRuntime,
    pub limits: (usize, Duration, Duration),
}

static POSTGRES: OnceLock<Mutex<PostgresServer>> = OnceLock::new();
static MARIADB: OnceLock<Mutex<MariadbServer>> = OnceLock::new();
static TABLES: AtomicU32 = AtomicU32::new(0);

fn locked<T>(server: &'static Mutex<T>) -> MutexGuard<'static, T> {
    server.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bench {
    fn over(server: Server) -> Self {
        let runtime = DatabaseRuntime::start().unwrap();
        Self { server, runtime, limits: (8, Duration::from_secs(2), Duration::from_secs(5)) }
    }

    pub fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        SqliteConnection::establish(&directory.path().join("old users.db").to_string_lossy())
            .unwrap()
            .batch_execute("pragma journal_mode=wal")
            .unwrap();
        Self::over(Server::Sqlite(directory))
    }

    pub fn postgres() -> Self {
        Self::over(Server::SharedPostgres(POSTGRES.get_or_init(|| Mutex::new(PostgresServer::start_new(false)))))
    }

    pub fn mariadb() -> Self {
        Self::over(Server::SharedMariadb(MARIADB.get_or_init(|| Mutex::new(MariadbServer::start_new(false)))))
    }

    pub fn own_postgres() -> Self {
        Self::over(Server::Postgres(Box::new(PostgresServer::start_new(false))))
    }

    pub fn own_mariadb() -> Self {
        Self::over(Server::Mariadb(Box::new(MariadbServer::start_new(false))))
    }

    /// Runs SQL as the owner; answers with what it printed (nothing on SQLite).
    pub fn exec(&self, sql: &str) -> String {
        match &self.server {
            Server::Sqlite(directory) => {
                let path = directory.path().join("old users.db");
                SqliteConnection::establish(&path.to_string_lossy())
                    .unwrap()
                    .batch_execute(&format!("pragma busy_timeout = 5000; {sql}"))
                    .unwrap();
                String::new()
            }
            Server::SharedPostgres(server) => locked(server).exec(sql),
            Server::SharedMariadb(server) => locked(server).exec(&format!("use legacy; {sql}")),
            Server::Postgres(server) => server.exec(sql),
            Server::Mariadb(server) => server.exec(&format!("use legacy; {sql}")),
        }
    }

    pub fn url(&self) -> DatabaseUrl {
        match &self.server {
            Server::Sqlite(directory) => DatabaseUrl::Sqlite { path: directory.path().join("old users.db") },
            Server::SharedPostgres(server) => locked(server).url(),
            Server::SharedMariadb(server) => locked(server).url(),
            Server::Postgres(server) => server.url(),
            Server::Mariadb(server) => server.url(),
        }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.server, Server::Postgres(_) | Server::SharedPostgres(_))
    }

    pub fn is_mariadb(&self) -> bool {
        matches!(self.server, Server::Mariadb(_) | Server::SharedMariadb(_))
    }

    pub fn database(&self) -> Database {
        let (pool, pool_timeout, statement_timeout) = self.limits;
        Database { url: self.url(), pool, pool_timeout, statement_timeout, entra_token_file: None }
    }

    /// A name that no other test uses.
    pub fn fresh_name(&self, stem: &str) -> String {
        format!("{stem}_{}", TABLES.fetch_add(1, Ordering::Relaxed))
    }

    /// A name in the backend's quotes.
    pub fn quoted(&self, name: &str) -> String {
        let mark = if self.is_mariadb() { "`" } else { "\"" };
        format!("{mark}{}{mark}", name.replace(mark, &mark.repeat(2)))
    }

    /// A table `id, email, username, pw` with an index on both identifiers; answers with its name.
    pub fn people(&self, rows: &[(i64, &str, &str)]) -> String {
        let table = self.fresh_name("people");
        let id = if self.is_mariadb() { "bigint" } else { "integer" };
        let mut sql = format!(
            "create table {table} (id {id} primary key, email varchar(200), username varchar(200), pw varchar(200));"
        );
        for column in ["email", "username"] {
            let expression = if self.is_mariadb() { column.to_owned() } else { format!("lower({column})") };
            sql.push_str(&format!("create index {table}_{column} on {table} ({expression});"));
        }
        for (id, email, username) in rows {
            let text = |text: &str| {
                let text = text.replace('\'', "''");
                if self.is_mariadb() { text.replace('\\', "\\\\") } else { text }
            };
            sql.push_str(&format!(
                "insert into {table} values ({id}, '{}', '{}', 'hash-{id}');",
                text(email),
                text(username)
            ));
        }
        self.exec(&sql);
        table
    }

    pub async fn open(&self, users: &Users) -> Result<Arc<dyn Store>, StoreError> {
        drawbridge::store::open(&self.database(), users, &password("pw"), &self.runtime).await
    }

    pub async fn ledger(&self) -> Result<Arc<dyn Ledger>, StoreError> {
        drawbridge::ledger::open(None, &self.database(), &self.runtime, drawbridge::ledger::Missing::Create).await
    }
}

pub fn password(column: &str) -> Password {
    Password {
        column: column.into(),
        salt: None,
        scheme: None,
        schemes: Schemes::auto(),
        site: Site::default(),
        typing: Typing::default(),
    }
}

/// Users of a table with the identifiers `email` and `username`.
pub fn users(table: &str) -> Users {
    users_from(table_of(vec![table.into()]), &["email", "username"])
}

/// A table without joins.
pub fn table_of(path: Vec<String>) -> From {
    From::Table(Table { path, ..Table::default() })
}

pub fn users_from(from: From, identifiers: &[&str]) -> Users {
    Users {
        from,
        identifiers: identifiers.iter().map(|&name| name.into()).collect(),
        columns: Vec::new(),
        reads: Vec::new(),
        preset: None,
        id_column: "id".into(),
        id_prefix: "legacy|".into(),
        active: None,
        profile: vec![],
        metadata: vec![],
        user_metadata: vec![],
        mfa_factors: None,
    }
}

/// What does not fit, or is slow.
pub async fn problems(bench: &Bench, users: &Users) -> Vec<SchemaProblem> {
    let password = password("pw");
    let inspected = drawbridge::store::inspect(&bench.database(), users, &password, "nobody", &bench.runtime).await;
    inspected.unwrap().problems
}

/// A mapped column.
pub fn column(name: &str) -> Source {
    Source::Column { name: name.into(), kind: Kind::Auto }
}

/// The one row, or panic.
pub fn one(found: Result<Found, StoreError>) -> LegacyRow {
    match found {
        Ok(Found::One(row)) => row,
        other => panic!("expected one row, got {other:?}"),
    }
}

pub fn id_of(row: &LegacyRow) -> i128 {
    match row.get("id") {
        Some(LegacyValue::Int(id)) => *id,
        _ => panic!("no id"),
    }
}

pub fn is_nobody(found: Result<Found, StoreError>) -> bool {
    match found {
        Ok(Found::Nobody) => true,
        Ok(_) => false,
        Err(error) => panic!("{error}"),
    }
}
