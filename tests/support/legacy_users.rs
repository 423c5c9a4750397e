//! A small legacy table for the tests of the routes, on SQLite.
//!
//! Hashes come from the vectors of other implementations (`hash_vectors.jsonl`); their sources stand there.
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use std::path::{Path, PathBuf};

/// One row: everything that a route can trip over.
pub struct Row<'a> {
    /// Primary key, as SQL.
    pub id: &'a str,
    /// E-mail, as SQL.
    pub email: &'a str,
    /// Username, as SQL.
    pub username: &'a str,
    /// Stored hash, as SQL.
    pub password: &'a str,
    /// Active flag.
    pub active: u8,
    /// Metadata column, as SQL.
    pub plan: &'a str,
}

/// Makes the database file with these rows.
pub fn create(directory: &Path, rows: &[Row<'_>]) -> PathBuf {
    let path = directory.join("legacy.db");
    let mut connection = SqliteConnection::establish(&path.to_string_lossy()).expect("a database file");
    let mut sql = String::from(
        "CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT COLLATE NOCASE, username TEXT COLLATE NOCASE, \
         full_name TEXT, password TEXT, is_active INTEGER, plan_code TEXT);
         CREATE INDEX users_email ON users (email); CREATE INDEX users_username ON users (username);",
    );
    for row in rows {
        sql.push_str(&format!(
            "INSERT INTO users VALUES ({}, {}, {}, NULL, {}, {}, {});",
            row.id, row.email, row.username, row.password, row.active, row.plan
        ));
    }
    connection.batch_execute(&sql).expect("the rows are inserted");
    path
}

/// The sections of the configuration that fit this table.
pub fn configuration(database: &Path, issuer: &str, audience: &str) -> String {
    format!(
        r#"
[token]
issuer = "{issuer}"
audience = "{audience}"

[database]
url = "sqlite:{}"

[users]
table = "users"
identifiers = ["email", "username"]
user_id = {{ column = "id", prefix = "legacy|" }}
active = "is_active"

[users.profile]
email = "email"
username = "username"
name = "full_name"

[users.metadata]
plan = "plan_code"

[password]
column = "password"
schemes = ["auto"]
"#,
        database.display()
    )
}
