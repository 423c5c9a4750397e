//! `[database]`: where the legacy users are.
use super::{
    database_url::{self, TlsKeys},
    noted::NotedFile,
    secret_file,
    section::{Context, Section},
};
use crate::{secret::Secret, sql::dialect::Dialect};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// The legacy database and how it is reached.
#[derive(Debug, Clone)]
pub struct Database {
    /// Where it is, password included.
    pub url: DatabaseUrl,
    /// Most connections; 16 by default.
    pub pool: usize,
    /// Longest wait for a connection, connecting included; 1 s by default.
    pub pool_timeout: Duration,
    /// Longest time of one statement, enforced by the server where it can; 2 s by default.
    pub statement_timeout: Duration,
    /// SQL Server: the file of an access token of Microsoft Entra, read anew for every connection.
    pub entra_token_file: Option<PathBuf>,
}

/// A parsed database URL of one of the backends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite:PATH`, `sqlite:///PATH` or `sqlite::memory:`.
    Sqlite {
        /// The database file.
        path: PathBuf,
    },
    /// `postgres://` or `postgresql://`.
    Postgres(ServerUrl),
    /// `mysql://` or `mariadb://`.
    Mysql(ServerUrl),
    /// `mssql://` or `sqlserver://`.
    SqlServer(ServerUrl),
}

impl Database {
    /// A database with the usual limits.
    #[must_use]
    pub fn of(url: DatabaseUrl) -> Self {
        Self {
            url,
            pool: 16,
            pool_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            entra_token_file: None,
        }
    }
}

impl DatabaseUrl {
    /// The URL that stands in a file, with its password: for a role that no configuration holds.
    ///
    /// # Errors
    /// What is wrong, without the URL, and what to do.
    pub fn from_file(file: &Path) -> Result<Self, (String, String)> {
        let text = secret_file::read(file).map_err(|(message, hint)| (message, hint.to_owned()))?;
        let directory = file.parent().unwrap_or(Path::new("")).to_owned();
        Self::from_text(text.expose().trim(), None, &directory)
    }

    /// The URL that somebody wrote; a path in it starts from `directory`.
    ///
    /// # Errors
    /// What is wrong, without the URL, and what to do.
    pub fn from_text(text: &str, password: Option<Secret>, directory: &Path) -> Result<Self, (String, String)> {
        database_url::parse(text, password, &TlsKeys::default(), &Context::new(directory))
    }

    /// The PEM file of the authority that its server is verified against, where one is named.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        match self {
            Self::Postgres(server) | Self::Mysql(server) | Self::SqlServer(server) => match &server.tls {
                DatabaseTls::Verified { root } => root.as_deref(),
                DatabaseTls::Off | DatabaseTls::Unverified => None,
            },
            Self::Sqlite { .. } => None,
        }
    }

    /// The SQL that is spoken there.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
            Self::Mysql(_) => Dialect::Mysql,
            Self::SqlServer(_) => Dialect::SqlServer,
        }
    }
}

/// A database server and the database on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    /// Host name, address, or for PostgreSQL and MySQL a socket directory or file (from `?host=/run/postgresql` or `?socket=`).
    pub host: String,
    /// Port; the backend's usual one by default.
    pub port: u16,
    /// Role.
    pub user: String,
    /// Its password, from the URL or `password_file`.
    pub password: Option<Secret>,
    /// Database name.
    pub database: String,
    /// TLS towards the server.
    pub tls: DatabaseTls,
}

/// How a database connection is encrypted, from `?sslmode=` (`ssl-mode` for MySQL) and `?sslrootcert=` (`ssl-ca`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseTls {
    /// In the clear: `disable`, and the default on loopback and sockets.
    Off,
    /// Encrypted, certificate not verified: `require` without a root certificate.
    Unverified,
    /// Encrypted, chain and host name verified: `verify-full`, and the default for every other host.
    Verified {
        /// PEM file of the authority; the host's roots when `None`.
        root: Option<PathBuf>,
    },
}

/// The authority's file is read when the database is opened, which is later.
pub(super) fn note_root(section: &Section<'_>, key: &str, url: Option<&DatabaseUrl>) {
    if let Some(root) = url.and_then(DatabaseUrl::root) {
        section.context().note(NotedFile::read_now(section.full(key), root));
    }
}

const MILLISECOND: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_secs(60);

pub(super) fn read(section: &Section<'_>) -> Option<Database> {
    let text =
        section.required_text("url", "write it like `postgres://drawbridge@db.internal/legacy` or `sqlite:legacy.db`");
    let password = section.secret("password");
    let tls = TlsKeys { mode: section.text("tls"), root: section.path("tls_root") };
    let has_own_password = password.is_some();
    let url = database_url::parse(&text, password, &tls, section.context());
    note_root(section, "url", url.as_ref().ok());
    let entra_token_file = section.path("entra_token_file");
    if let Some(path) = &entra_token_file {
        section.context().note(NotedFile::read_later(section.full("entra_token_file"), path));
    }
    if let Ok(DatabaseUrl::Postgres(server) | DatabaseUrl::Mysql(server) | DatabaseUrl::SqlServer(server)) = &url
        && server.password.is_some()
        && !has_own_password
    {
        section.secret_is_inside("url");
    }
    let database = (
        section.integer("pool", 16, 1..=1000),
        section.duration("pool_timeout", Duration::from_secs(1), MILLISECOND..=MINUTE),
        section.duration("statement_timeout", Duration::from_secs(2), MILLISECOND * 10..=MINUTE),
    );
    section.finish();
    let url = match url {
        Ok(url) => url,
        Err((message, hint)) => {
            if !text.is_empty() {
                section.problem("url", format!("`{}`: {message}", section.full("url")), Some(&hint));
            }
            return None;
        }
    };
    let (pool, pool_timeout, statement_timeout) = database;
    if entra_token_file.is_some() && url.dialect() != Dialect::SqlServer {
        section.problem("entra_token_file", "`database.entra_token_file` is for SQL Server", None);
    }
    Some(Database { url, pool, pool_timeout, statement_timeout, entra_token_file })
}
