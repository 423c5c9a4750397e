//! Many marks in one statement. Those that are there already stay as they are: no database's default does that alike.
use super::schema::drawbridge_migrated_users::dsl;
use crate::store::{session::DieselConnection, sqlite::AsyncSqlite};
use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, QueryResult,
    sql_types::{Text, Timestamp},
};
use diesel_async::{AsyncMysqlConnection, AsyncPgConnection, RunQueryDsl};
use futures_util::{FutureExt, future::BoxFuture};

/// A connection that inserts many marks at once.
pub(crate) trait InsertAll: DieselConnection {
    /// Inserts the marks that are not there yet.
    fn insert_all<'a>(
        &'a mut self,
        user_ids: &'a [String],
        moment: NaiveDateTime,
        marked_by: &'a str,
    ) -> BoxFuture<'a, QueryResult<usize>>;
}

macro_rules! insert_all {
    ($($connection:ty),+) => {$(
        impl InsertAll for $connection {
            fn insert_all<'a>(
                &'a mut self,
                user_ids: &'a [String],
                moment: NaiveDateTime,
                marked_by: &'a str,
            ) -> BoxFuture<'a, QueryResult<usize>> {
                let mark = |user_id: &'a String| {
                    (dsl::user_id.eq(user_id), dsl::migrated_at.eq(moment), dsl::marked_by.eq(marked_by))
                };
                let marks: Vec<_> = user_ids.iter().map(mark).collect();
                let query = diesel::insert_into(dsl::drawbridge_migrated_users).values(marks).on_conflict_do_nothing();
                async move { query.execute(self).await }.boxed()
            }
        }
    )+};
}

insert_all!(AsyncPgConnection, AsyncMysqlConnection);

/// diesel inserts one row after the other here; a transaction for each would wait for the disk each time.
const SQLITE: &str = "insert or ignore into drawbridge_migrated_users (user_id, migrated_at, marked_by) \
                      select value, ?, ? from json_each(?)";

impl InsertAll for AsyncSqlite {
    fn insert_all<'a>(
        &'a mut self,
        user_ids: &'a [String],
        moment: NaiveDateTime,
        marked_by: &'a str,
    ) -> BoxFuture<'a, QueryResult<usize>> {
        let list = serde_json::Value::from(user_ids).to_string();
        let query = diesel::sql_query(SQLITE)
            .bind::<Timestamp, _>(moment)
            .bind::<Text, _>(marked_by.to_owned())
            .bind::<Text, _>(list);
        async move { query.execute(self).await }.boxed()
    }
}
