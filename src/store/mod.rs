//! The legacy database, read only. Only here and in `ledger` is a database driver known.
pub mod catalogue;
pub mod console;
mod copy_tap;
pub mod error;
pub mod home;
mod key_lookup;
pub mod legacy_row;
mod marks;
mod matching;
pub(crate) mod mysql;
mod mysql_catalogue;
mod mysql_stream;
mod open;
mod pipeline;
mod plan;
pub(crate) mod postgres;
mod postgres_catalogue;
mod postgres_copy;
mod postgres_tapped;
pub mod row_stream;
pub mod runtime;
pub(crate) mod session;
mod shape;
mod sql_store;
pub(crate) mod sqlite;
mod sqlite_catalogue;
pub(crate) mod sqlserver;
mod sqlserver_catalogue;
mod statements;
pub mod stripes;
mod transport;
mod walk;

use async_trait::async_trait;
use error::StoreError;
use legacy_row::LegacyRow;
use row_stream::RowStream;
use std::sync::Arc;
use stripes::Stripes;

pub use open::{Inspection, inspect, open};
pub use plan::{SchemaProblem, named_columns};

/// What a lookup found.
#[derive(Debug)]
pub enum Found {
    /// Nobody.
    Nobody,
    /// One row.
    One(LegacyRow),
    /// More than one row: nobody may guess which.
    Several,
}

/// A legacy database: the same contract for every backend.
///
/// Every method may be dropped at any moment: the statement runs in a task of its own, and its reply never reaches
/// another caller.
#[async_trait]
pub trait Store: Send + Sync {
    /// The row that answers to what a person typed: case-insensitive, accents and trailing blanks significant.
    async fn find(&self, identifier: &str) -> Result<Found, StoreError>;
    /// From now on `find` also tells of each row whether it is marked in the ledger of the same database. `false` where a
    /// question to the ledger is still needed: not every backend and not every key can be asked like this.
    async fn tell_marks(&self) -> bool {
        false
    }
    /// Whether `find` tells marks.
    fn tells_marks(&self) -> bool {
        false
    }
    /// Which of these keys (the parts of `user_id` behind the prefix) a row has, in their order. `None` when the
    /// operator's own SELECT gives no way to ask.
    async fn has_keys(&self, keys: &[&str]) -> Result<Option<Vec<bool>>, StoreError>;
    /// Whether the database answers.
    async fn ping(&self) -> Result<(), StoreError>;
    /// Up to `limit` rows, with the password columns only: to choose the decoy.
    async fn sample(&self, limit: u32) -> Result<Vec<LegacyRow>, StoreError>;
    /// Up to `limit` rows behind this key (the first ones without one), in the order of the key, with every mapped
    /// column. `None` when the operator's own SELECT gives no way to ask.
    async fn page(&self, after: Option<&str>, limit: u32) -> Result<Option<Vec<LegacyRow>>, StoreError>;
    /// Every row in the order of the key, with every mapped column. With stripes, only pages in which they lie are read
    /// where the key is a whole number: rows of others may be among them. `None` when the operator's own SELECT gives no
    /// way to ask.
    fn walk(self: Arc<Self>, stripes: Option<Stripes>) -> Option<RowStream>;
    /// How many users there are; `None` when the operator's own SELECT gives no way to ask. Reads the whole table.
    async fn count(&self) -> Result<Option<u64>, StoreError>;
    /// Connections in the pool: in use, idle.
    fn connections(&self) -> (usize, usize);
}
