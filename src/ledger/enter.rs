//! New marks by one statement that tells which of them were not there yet; every backend has its own.
use super::{NewMark, Pace, schema::drawbridge_migrated_users::dsl};
use crate::store::{session::DieselConnection, sqlite::AsyncSqlite};
use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, QueryDsl, QueryResult, QueryableByName,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::{DatabaseErrorKind, Error as DieselError, OptionalExtension},
    sql_types::{Array, Text, Timestamp},
};
use diesel_async::{AsyncMysqlConnection, AsyncPgConnection, RunQueryDsl};
use futures_util::{FutureExt, future::BoxFuture};
use std::time::Duration;

/// A connection that enters marks.
pub(crate) trait Enter: DieselConnection {
    /// How many statements of this kind at once, and when.
    const PACE: Pace;
    /// Enters the marks that are not there yet, and tells whose they are. The users are different ones, and in the order
    /// of their ids, so that no two statements wait for each other.
    fn enter<'a>(&'a mut self, marks: &'a [NewMark], moment: NaiveDateTime) -> BoxFuture<'a, QueryResult<Vec<String>>>;
}

/// diesel's own statement for several rows is another one for each number of them; this one is prepared once.
#[derive(QueryId)]
struct InsertNew {
    user_ids: Vec<String>,
    marked_by: Vec<String>,
    moment: NaiveDateTime,
}

impl QueryFragment<Pg> for InsertNew {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("insert into drawbridge_migrated_users (user_id, migrated_at, marked_by) select u, ");
        out.push_bind_param::<Timestamp, _>(&self.moment)?;
        out.push_sql(", c from unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.user_ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.marked_by)?;
        out.push_sql(") as t (u, c) on conflict do nothing returning user_id");
        Ok(())
    }
}

impl Query for InsertNew {
    type SqlType = Text;
}

impl Enter for AsyncPgConnection {
    // One that is held up holds up nobody else; otherwise one after the other is quicker than several small ones.
    const PACE: Pace = Pace { most: 100, at_once: 4, patience: Duration::from_millis(5) };

    fn enter<'a>(&'a mut self, marks: &'a [NewMark], moment: NaiveDateTime) -> BoxFuture<'a, QueryResult<Vec<String>>> {
        let (user_ids, marked_by) = marks.iter().map(|mark| (mark.user_id.clone(), mark.marked_by.clone())).unzip();
        async move { InsertNew { user_ids, marked_by, moment }.load(self).await }.boxed()
    }
}

const SQLITE: &str = "insert or ignore into drawbridge_migrated_users (user_id, migrated_at, marked_by) \
                      select json_extract(value, '$[0]'), ?, json_extract(value, '$[1]') from json_each(?) \
                      returning user_id";

#[derive(QueryableByName)]
struct Entered {
    #[diesel(sql_type = Text)]
    user_id: String,
}

impl Enter for AsyncSqlite {
    // It has one writer.
    const PACE: Pace = Pace { most: 100, at_once: 1, patience: Duration::ZERO };

    fn enter<'a>(&'a mut self, marks: &'a [NewMark], moment: NaiveDateTime) -> BoxFuture<'a, QueryResult<Vec<String>>> {
        let list: Vec<[&str; 2]> = marks.iter().map(|mark| [&*mark.user_id, &*mark.marked_by]).collect();
        let query =
            diesel::sql_query(SQLITE).bind::<Timestamp, _>(moment).bind::<Text, _>(serde_json::json!(list).to_string());
        async move {
            let entered: Vec<Entered> = query.load(self).await?;
            Ok(entered.into_iter().map(|entered| entered.user_id).collect())
        }
        .boxed()
    }
}

impl Enter for AsyncMysqlConnection {
    // Each mark is a statement here: as many at once as the pool of the ledger has connections.
    const PACE: Pace = Pace { most: 1, at_once: 4, patience: Duration::ZERO };

    fn enter<'a>(&'a mut self, marks: &'a [NewMark], moment: NaiveDateTime) -> BoxFuture<'a, QueryResult<Vec<String>>> {
        async move {
            let mut entered = Vec::new();
            for NewMark { user_id, marked_by } in marks {
                // It counts a mark that stands as entered when it is told to keep silent about it: so it is looked for first.
                let known = dsl::drawbridge_migrated_users.filter(dsl::user_id.eq(user_id)).select(dsl::user_id);
                if known.first::<String>(self).await.optional()?.is_some() {
                    continue;
                }
                let values = (dsl::user_id.eq(user_id), dsl::migrated_at.eq(moment), dsl::marked_by.eq(marked_by));
                match diesel::insert_into(dsl::drawbridge_migrated_users).values(values).execute(self).await {
                    Ok(_) => entered.push(user_id.clone()),
                    Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(entered)
        }
        .boxed()
    }
}
