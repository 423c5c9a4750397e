//! A legacy table of many users in a PostgreSQL of its own, and how a bridge is told of it.
use super::{is_measured, servers::postgres::PostgresServer};
use drawbridge::config::database::DatabaseUrl;

/// Columns and mapping; the database and whatever else a bench wants stand around it.
pub const MAPPING: &str = r#"
[users]
table = "users"
identifiers = ["email", "username"]
user_id = { column = "id", prefix = "legacy|" }
active = "is_active"
[users.profile]
email = "email"
username = "username"
name = "full_name"
[users.metadata]
plan = "plan_code"
[password]
column = "password"
"#;

const LEDGER: &str = include_str!("../../migrations/postgres/20261101000000_create_migrated_users/up.sql");

/// How many users a whole has.
pub fn many() -> u64 {
    if is_measured() { 100_000 } else { 2_000 }
}

/// The running server; ended on drop.
pub struct LegacyTable {
    server: PostgresServer,
    /// How many users there are; their keys are 1 and upwards.
    pub users: u64,
}

impl LegacyTable {
    /// Starts a server and fills the table; `password` is the stored hash of user `n`, as SQL.
    pub fn filled(password: &str) -> Self {
        let users = many();
        let server = PostgresServer::start_new(false);
        server.exec(
            "CREATE TABLE users (id bigint, email text, username text, full_name text, is_active boolean, \
             plan_code text, password text)",
        );
        server.exec(&format!(
            "INSERT INTO users SELECT n, 'User' || n || '@example.com', 'user' || n, 'Person Number ' || n, true, \
             (ARRAY['free', 'silver', 'gold'])[1 + n % 3], {password} FROM generate_series(1, {users}) n"
        ));
        server.exec("ALTER TABLE users ADD PRIMARY KEY (id)");
        server.exec("CREATE INDEX ON users (lower(email))");
        server.exec("CREATE INDEX ON users (lower(username))");
        server.exec(LEDGER);
        server.exec("VACUUM ANALYZE");
        Self { server, users }
    }

    /// Runs SQL as the superuser.
    pub fn exec(&self, sql: &str) {
        self.server.exec(sql);
    }

    /// The sections of the configuration that fit this table; keys of `[password]` may follow.
    pub fn configuration(&self) -> String {
        let DatabaseUrl::Postgres(of) = self.server.url() else { panic!("PostgreSQL") };
        format!("[database]\nurl = \"postgres://{}@127.0.0.1:{}/{}\"\n{MAPPING}", of.user, of.port, of.database)
    }
}
