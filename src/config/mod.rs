//! The configuration: parsed once, cannot be wrong afterwards. One file per section of `drawbridge.toml`.
pub mod audit;
pub mod auth0;
pub mod client_name;
pub mod computed;
pub mod database;
pub mod database_url;
pub mod difference;
pub mod limits;
pub mod load;
pub mod log;
pub mod migration;
pub mod noted;
pub mod ops;
pub mod password;
mod preset;
pub mod problem;
pub(crate) mod secret_file;
mod section;
pub mod server;
pub mod shared_store;
mod source;
pub(crate) mod table_name;
pub mod token;
pub mod users;
mod users_reader;

/// Everything that `drawbridge.toml`, the environment and the secret files say.
#[derive(Debug, Clone)]
pub struct Config {
    /// `[server]`: the bridge listener.
    pub server: server::Server,
    /// `[ops]`: the listener for the people who run it.
    pub ops: ops::Ops,
    /// `[token]`: who is let in. `None` when the section is absent; `serve` and `check` need it, others do not.
    pub token: Option<token::Token>,
    /// `[database]`: where the legacy users are.
    pub database: database::Database,
    /// `[users]`: which table and columns, or which SELECT.
    pub users: users::Users,
    /// `[password]`: where the stored hash is and how it is read.
    pub password: password::Password,
    /// `[migration]`: the mode and the ledger.
    pub migration: migration::Migration,
    /// `[limits]`: verification threads and throttles.
    pub limits: limits::Limits,
    /// `[audit]`: the record of every decision, where one is kept.
    pub audit: Option<audit::Audit>,
    /// `[auth0]`: the Management API. `None` when the section is absent; only `bulk import` needs it.
    pub auth0: Option<auth0::Auth0>,
    /// `[log]`: format and level of the log.
    pub log: log::Log,
    /// Keys whose secrets stand in the file itself instead of one of their own.
    pub secrets_inside: Vec<String>,
    /// The files that it was made of, itself first.
    pub files: Vec<noted::NotedFile>,
    /// What the sections said, files included: to tell what another configuration changes.
    pub said: difference::Said,
}
