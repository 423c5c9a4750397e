//! Our marks: who has crossed, when, and which client said so. The only schema that is ours.
mod enter;
mod enter_or_find;
mod insert_all;
mod marks;
mod open;
pub mod schema;
mod sqlserver;

use crate::store::error::{StoreError, StoreErrorKind};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::{collections::HashSet, time::Duration};

pub use open::{Missing, create_file, open, table};

/// The table's name, in every backend.
pub const TABLE: &str = "drawbridge_migrated_users";

/// What the `marked_by` of a bulk import begins with; a client's id never does.
pub const BULK: &str = "bulk import";

/// Marks that one statement reads where all are read.
const PAGE: i64 = 10_000;

/// A mark in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When the user crossed, in whole microseconds or coarser, the same on every read.
    pub migrated_at: DateTime<Utc>,
    /// Whether this very call entered it.
    pub newly_marked: bool,
}

/// A mark to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMark {
    /// Whose.
    pub user_id: String,
    /// The client that says so.
    pub marked_by: String,
}

/// How a ledger is best asked when many marks come at once.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Most marks of one statement; one where it cannot be all or nothing.
    pub most: usize,
    /// Most statements under way.
    pub at_once: usize,
    /// How long the last one is under way before the next one begins beside it.
    pub patience: Duration,
}

/// The ledger of migrated users. `user_id` is the profile's, prefix included.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Enters marks, or finds those that stand: as many answers, in their order. Of two for one user the first one is
    /// entered. Concurrent calls agree. One that is refused is a reason to refuse all.
    async fn enter(&self, marks: &[NewMark]) -> Result<Vec<Mark>, StoreError>;
    /// How it is best asked.
    fn pace(&self) -> Pace;
    /// Enters one mark, or answers with the one that stands.
    async fn mark(&self, user_id: &str, marked_by: &str) -> Result<Mark, StoreError> {
        let mark = NewMark { user_id: user_id.to_owned(), marked_by: marked_by.to_owned() };
        self.enter(&[mark]).await?.pop().ok_or_else(lost)
    }
    /// Enters the marks that are not there yet, at one moment.
    async fn mark_all(&self, user_ids: &[String], marked_by: &str) -> Result<(), StoreError>;
    /// When the user was marked, if ever.
    async fn migrated_at(&self, user_id: &str) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Which of these users are marked.
    async fn marked(&self, user_ids: &[String]) -> Result<HashSet<String>, StoreError>;
    /// Marked users behind this one in the ledger's own order, as many as one statement reads; none at the end. The empty
    /// text is before all.
    async fn marked_behind(&self, user_id: &str) -> Result<Vec<String>, StoreError>;
    /// How many marks a bulk import, or else a login, has entered since a moment.
    async fn count_since(&self, moment: DateTime<Utc>, in_bulk: bool) -> Result<u64, StoreError>;
    /// Takes a mark away; whether there was one. The service's own role may not: `Refused` then.
    async fn unmark(&self, user_id: &str) -> Result<bool, StoreError>;
    /// How many users are marked.
    async fn count(&self) -> Result<u64, StoreError>;
    /// Whether the ledger answers.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// Nobody answers any more.
pub(crate) fn lost() -> StoreError {
    StoreError::new(StoreErrorKind::Schema, "the reply of the database could not be read")
}
