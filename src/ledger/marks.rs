//! Marks in the three databases. A mark is inserted or found, never changed: the role has INSERT and SELECT alone.
use super::{
    BULK, Ledger, Mark, NewMark, PAGE, Pace, enter::Enter, enter_or_find::enter_or_find, insert_all::InsertAll,
    schema::drawbridge_migrated_users::dsl,
};
use crate::store::{
    error::StoreError,
    runtime::DatabaseRuntime,
    session::{self, Diesel, SessionLimits, Sessions, Work},
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use deadpool::managed::Manager;
use diesel::{ExpressionMethods, QueryDsl, QueryResult, TextExpressionMethods, result::OptionalExtension};
use diesel_async::{
    AsyncMysqlConnection, AsyncPgConnection,
    pooled_connection::{PoolError as SetupError, SetupCallback},
};
use futures_util::{FutureExt, future::BoxFuture};
use std::{collections::HashSet, sync::Arc};

/// Users that are looked up by one statement.
const CHUNK: usize = 500;

/// A connection to a database with the ledger in it.
pub(crate) trait Register: InsertAll + Enter {
    /// When the user was marked and by whom.
    fn find<'a>(&'a mut self, user_id: &'a str) -> BoxFuture<'a, QueryResult<Option<(NaiveDateTime, String)>>>;
    /// How many marks there are.
    fn count(&mut self) -> BoxFuture<'_, QueryResult<i64>>;
    /// Which of these users are marked.
    fn marked(&mut self, user_ids: Vec<String>) -> BoxFuture<'_, QueryResult<Vec<String>>>;
    /// Marked users behind this one.
    fn marked_behind<'a>(&'a mut self, user_id: &'a str) -> BoxFuture<'a, QueryResult<Vec<String>>>;
    /// How many marks were entered since a moment, by clients whose name begins so or not.
    fn count_since(&mut self, moment: NaiveDateTime, in_bulk: bool) -> BoxFuture<'_, QueryResult<i64>>;
    /// Takes a mark away.
    fn remove<'a>(&'a mut self, user_id: &'a str) -> BoxFuture<'a, QueryResult<usize>>;
    /// The marks of these users.
    fn find_all(&mut self, user_ids: Vec<String>) -> BoxFuture<'_, QueryResult<Vec<(String, NaiveDateTime, String)>>>;
}

// diesel's typed statements want a concrete connection: the bounds of a generic one would be longer than this.
macro_rules! register {
    ($($connection:ty),+) => {$(
        impl Register for $connection {
            fn find<'a>(&'a mut self, user_id: &'a str) -> BoxFuture<'a, QueryResult<Option<(NaiveDateTime, String)>>> {
                let query = dsl::drawbridge_migrated_users.filter(dsl::user_id.eq(user_id)).select((dsl::migrated_at, dsl::marked_by));
                async move { diesel_async::RunQueryDsl::first(query, self).await.optional() }.boxed()
            }

            fn count(&mut self) -> BoxFuture<'_, QueryResult<i64>> {
                let query = dsl::drawbridge_migrated_users.count();
                async move { diesel_async::RunQueryDsl::get_result(query, self).await }.boxed()
            }

            fn marked(&mut self, user_ids: Vec<String>) -> BoxFuture<'_, QueryResult<Vec<String>>> {
                let query =
                    dsl::drawbridge_migrated_users.filter(dsl::user_id.eq_any(user_ids)).select(dsl::user_id);
                async move { diesel_async::RunQueryDsl::load(query, self).await }.boxed()
            }

            fn marked_behind<'a>(&'a mut self, user_id: &'a str) -> BoxFuture<'a, QueryResult<Vec<String>>> {
                let behind = dsl::drawbridge_migrated_users.filter(dsl::user_id.gt(user_id));
                let query = behind.order(dsl::user_id).limit(PAGE).select(dsl::user_id);
                async move { diesel_async::RunQueryDsl::load(query, self).await }.boxed()
            }

            fn count_since(&mut self, moment: NaiveDateTime, in_bulk: bool) -> BoxFuture<'_, QueryResult<i64>> {
                let recent = dsl::drawbridge_migrated_users.filter(dsl::migrated_at.ge(moment));
                let bulk = format!("{BULK}%");
                async move {
                    if in_bulk {
                        let query = recent.filter(dsl::marked_by.like(bulk)).count();
                        diesel_async::RunQueryDsl::get_result(query, self).await
                    } else {
                        let query = recent.filter(dsl::marked_by.not_like(bulk)).count();
                        diesel_async::RunQueryDsl::get_result(query, self).await
                    }
                }
                .boxed()
            }

            fn remove<'a>(&'a mut self, user_id: &'a str) -> BoxFuture<'a, QueryResult<usize>> {
                let query = diesel::delete(dsl::drawbridge_migrated_users.filter(dsl::user_id.eq(user_id)));
                async move { diesel_async::RunQueryDsl::execute(query, self).await }.boxed()
            }

            fn find_all(
                &mut self,
                user_ids: Vec<String>,
            ) -> BoxFuture<'_, QueryResult<Vec<(String, NaiveDateTime, String)>>> {
                let theirs = dsl::drawbridge_migrated_users.filter(dsl::user_id.eq_any(user_ids));
                let query = theirs.select((dsl::user_id, dsl::migrated_at, dsl::marked_by));
                async move { diesel_async::RunQueryDsl::load(query, self).await }.boxed()
            }
        }
    )+};
}

register!(AsyncPgConnection, AsyncMysqlConnection, crate::store::sqlite::AsyncSqlite);

/// The ledger over one pool.
pub(crate) struct SqlLedger<C: Register>
where
    Diesel<C>: Manager<Type = C, Error = SetupError> + Send + Sync,
{
    sessions: Sessions<Diesel<C>>,
}

impl<C: Register> SqlLedger<C>
where
    Diesel<C>: Manager<Type = C, Error = SetupError> + Send + Sync,
{
    pub fn new(setup: SetupCallback<C>, limits: SessionLimits, runtime: DatabaseRuntime) -> Result<Self, StoreError> {
        Ok(Self { sessions: Sessions::new(session::diesel(setup), limits, runtime)? })
    }

    async fn find(&self, user_id: &str) -> Result<Option<(NaiveDateTime, String)>, StoreError> {
        let user_id = user_id.to_owned();
        let work: Work<Diesel<C>, _> = Arc::new(move |connection: &mut C, _| {
            let user_id = user_id.clone();
            async move { connection.find(&user_id).await }.boxed()
        });
        self.sessions.run(work).await
    }
}

#[async_trait]
impl<C: Register> Ledger for SqlLedger<C>
where
    Diesel<C>: Manager<Type = C, Error = SetupError> + Send + Sync,
{
    async fn enter(&self, marks: &[NewMark]) -> Result<Vec<Mark>, StoreError> {
        enter_or_find(&self.sessions, marks).await
    }

    fn pace(&self) -> Pace {
        C::PACE
    }

    async fn mark_all(&self, user_ids: &[String], marked_by: &str) -> Result<(), StoreError> {
        let moment = Utc::now().naive_utc().trunc_subsecs(6);
        let marked_by: String = marked_by.chars().take(255).collect();
        for some in user_ids.chunks(CHUNK) {
            let (some, marked_by) = (some.to_vec(), marked_by.clone());
            let work: Work<Diesel<C>, usize> = Arc::new(move |connection: &mut C, _| {
                let (some, marked_by) = (some.clone(), marked_by.clone());
                async move { connection.insert_all(&some, moment, &marked_by).await }.boxed()
            });
            self.sessions.run(work).await?;
        }
        Ok(())
    }

    async fn migrated_at(&self, user_id: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        if user_id.contains('\0') {
            return Ok(None);
        }
        Ok(self.find(user_id).await?.map(|(moment, _)| moment.and_utc()))
    }

    async fn marked(&self, user_ids: &[String]) -> Result<HashSet<String>, StoreError> {
        let mut marked = HashSet::new();
        for some in user_ids.chunks(CHUNK) {
            let some = some.to_vec();
            let work: Work<Diesel<C>, Vec<String>> = Arc::new(move |connection: &mut C, _| {
                let some = some.clone();
                async move { connection.marked(some).await }.boxed()
            });
            marked.extend(self.sessions.run(work).await?);
        }
        Ok(marked)
    }

    async fn marked_behind(&self, user_id: &str) -> Result<Vec<String>, StoreError> {
        let user_id = user_id.to_owned();
        let work: Work<Diesel<C>, Vec<String>> = Arc::new(move |connection: &mut C, _| {
            let user_id = user_id.clone();
            async move { connection.marked_behind(&user_id).await }.boxed()
        });
        self.sessions.run(work).await
    }

    async fn count_since(&self, moment: DateTime<Utc>, in_bulk: bool) -> Result<u64, StoreError> {
        let moment = moment.naive_utc();
        let work: Work<Diesel<C>, i64> =
            Arc::new(move |connection: &mut C, _| async move { connection.count_since(moment, in_bulk).await }.boxed());
        self.sessions.run(work).await.map(|count| u64::try_from(count).unwrap_or(0))
    }

    async fn unmark(&self, user_id: &str) -> Result<bool, StoreError> {
        if user_id.contains('\0') {
            return Ok(false);
        }
        let user_id = user_id.to_owned();
        let work: Work<Diesel<C>, usize> = Arc::new(move |connection: &mut C, _| {
            let user_id = user_id.clone();
            async move { connection.remove(&user_id).await }.boxed()
        });
        self.sessions.run(work).await.map(|removed| removed > 0)
    }

    async fn count(&self) -> Result<u64, StoreError> {
        let work: Work<Diesel<C>, i64> =
            Arc::new(move |connection: &mut C, _| async move { connection.count().await }.boxed());
        self.sessions.run(work).await.map(|count| u64::try_from(count).unwrap_or(0))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        // No user's id is empty: this asks for the table, not only for the server.
        self.find("").await.map(drop)
    }
}
