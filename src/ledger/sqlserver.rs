//! Marks in SQL Server, by the same rules as in the other databases: inserted or found, never changed.
use super::{BULK, Ledger, Mark, NewMark, PAGE, Pace};
use crate::store::{
    error::{StoreError, StoreErrorKind},
    session::{Sessions, Work},
    sqlserver::{Tds, TdsManager},
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use futures_util::FutureExt;
use std::{collections::HashSet, sync::Arc, time::Duration};
use tiberius::{Query, error::Error as TdsError};

/// How a moment is written and read: whole microseconds.
const FORMAT: &str = "%Y-%m-%dT%H:%M:%S%.6f";
const FIND: &str = "select convert(nvarchar(30), migrated_at, 126), marked_by from drawbridge_migrated_users where \
                    user_id = cast(@P1 as nvarchar(255))";
const INSERT: &str = "insert into drawbridge_migrated_users (user_id, migrated_at, marked_by) values (@P1, \
                      convert(datetime2(6), @P2, 126), @P3)";
/// Users that are looked up by one statement.
const CHUNK: usize = 500;
/// A unique key that is there already.
const DUPLICATE: [u32; 2] = [2601, 2627];

/// The ledger over one pool.
pub(crate) struct TdsLedger {
    sessions: Sessions<TdsManager>,
}

impl TdsLedger {
    pub fn new(sessions: Sessions<TdsManager>) -> Self {
        Self { sessions }
    }

    /// Enters one mark, or finds the one that stands.
    async fn enter_one(&self, user_id: &str, marked_by: &str) -> Result<Mark, StoreError> {
        if user_id.contains('\0') || marked_by.contains('\0') || user_id.encode_utf16().count() > 255 {
            return Err(StoreError::new(StoreErrorKind::Refused, "the `user_id` cannot be entered into the ledger"));
        }
        let moment = Utc::now().naive_utc().trunc_subsecs(6);
        let (user_id, marked_by) = (user_id.to_owned(), marked_by.chars().take(255).collect::<String>());
        let work: Work<TdsManager, Mark> = Arc::new(move |client: &mut Tds, attempt| {
            let (user_id, marked_by) = (user_id.clone(), marked_by.clone());
            async move {
                if let Some(found) = find(client, &user_id).await? {
                    // The first attempt may have entered it before its connection was lost.
                    let ours = attempt > 1 && found == (moment, marked_by);
                    return Ok(Mark { migrated_at: found.0.and_utc(), newly_marked: ours });
                }
                let mut insert = Query::new(INSERT);
                insert.bind(user_id.clone());
                insert.bind(moment.format(FORMAT).to_string());
                insert.bind(marked_by);
                match insert.execute(client).await {
                    Ok(_) => Ok(Mark { migrated_at: moment.and_utc(), newly_marked: true }),
                    Err(TdsError::Server(refusal)) if DUPLICATE.contains(&refusal.code()) => {
                        match find(client, &user_id).await? {
                            Some(found) => Ok(Mark { migrated_at: found.0.and_utc(), newly_marked: false }),
                            None => Err(TdsError::Server(refusal)),
                        }
                    }
                    Err(error) => Err(error),
                }
            }
            .boxed()
        });
        self.sessions.run(work).await
    }
}

type Found = Option<(NaiveDateTime, String)>;

async fn find(client: &mut Tds, user_id: &str) -> Result<Found, TdsError> {
    let mut query = Query::new(FIND);
    query.bind(user_id.to_owned());
    let Some(row) = query.query(client).await?.into_row().await? else { return Ok(None) };
    let text = |place: usize| row.get::<&str, _>(place).map(ToOwned::to_owned);
    let moment = text(0).and_then(|text| NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").ok());
    match moment {
        Some(moment) => Ok(Some((moment, text(1).unwrap_or_default()))),
        None => Err(TdsError::Conversion("a moment of the ledger cannot be read".into())),
    }
}

/// Inserts so many marks, those that are there already left as they are.
fn insert_missing(users: usize) -> String {
    let places: Vec<String> = (3..users + 3).map(|n| format!("(@P{n})")).collect();
    format!(
        "insert into drawbridge_migrated_users (user_id, migrated_at, marked_by) select given.user_id, \
         convert(datetime2(6), @P1, 126), @P2 from (values {}) as given(user_id) where not exists (select 1 from \
         drawbridge_migrated_users with (updlock, holdlock) where user_id = given.user_id)",
        places.join(", ")
    )
}

#[async_trait]
impl Ledger for TdsLedger {
    async fn enter(&self, marks: &[NewMark]) -> Result<Vec<Mark>, StoreError> {
        let mut standing = Vec::with_capacity(marks.len());
        for NewMark { user_id, marked_by } in marks {
            standing.push(self.enter_one(user_id, marked_by).await?);
        }
        Ok(standing)
    }

    fn pace(&self) -> Pace {
        // Each mark is a statement here.
        Pace { most: 1, at_once: 4, patience: Duration::ZERO }
    }

    async fn mark_all(&self, user_ids: &[String], marked_by: &str) -> Result<(), StoreError> {
        let moment = Utc::now().naive_utc().trunc_subsecs(6);
        let marked_by: String = marked_by.chars().take(255).collect();
        for some in user_ids.chunks(CHUNK) {
            let (some, marked_by) = (some.to_vec(), marked_by.clone());
            let work: Work<TdsManager, ()> = Arc::new(move |client: &mut Tds, _| {
                let (some, marked_by) = (some.clone(), marked_by.clone());
                async move {
                    let mut insert = Query::new(insert_missing(some.len()));
                    insert.bind(moment.format(FORMAT).to_string());
                    insert.bind(marked_by);
                    insert.bind_iter(some);
                    insert.execute(client).await.map(drop)
                }
                .boxed()
            });
            self.sessions.run(work).await?;
        }
        Ok(())
    }

    async fn migrated_at(&self, user_id: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        if user_id.contains('\0') {
            return Ok(None);
        }
        let user_id = user_id.to_owned();
        let work: Work<TdsManager, Found> = Arc::new(move |client: &mut Tds, _| {
            let user_id = user_id.clone();
            async move { find(client, &user_id).await }.boxed()
        });
        Ok(self.sessions.run(work).await?.map(|(moment, _)| moment.and_utc()))
    }

    async fn marked(&self, user_ids: &[String]) -> Result<HashSet<String>, StoreError> {
        let mut marked = HashSet::new();
        for some in user_ids.chunks(CHUNK) {
            let some = some.to_vec();
            let work: Work<TdsManager, Vec<String>> = Arc::new(move |client: &mut Tds, _| {
                let some = some.clone();
                async move {
                    let places: Vec<String> = (1..=some.len()).map(|n| format!("@P{n}")).collect();
                    let mut query = Query::new(format!(
                        "select user_id from drawbridge_migrated_users where user_id in ({})",
                        places.join(", ")
                    ));
                    query.bind_iter(some);
                    let rows = query.query(client).await?.into_first_result().await?;
                    Ok(rows.iter().filter_map(|row| row.get::<&str, _>(0).map(ToOwned::to_owned)).collect())
                }
                .boxed()
            });
            marked.extend(self.sessions.run(work).await?);
        }
        Ok(marked)
    }

    async fn marked_behind(&self, user_id: &str) -> Result<Vec<String>, StoreError> {
        let user_id = user_id.to_owned();
        let work: Work<TdsManager, Vec<String>> = Arc::new(move |client: &mut Tds, _| {
            let user_id = user_id.clone();
            async move {
                let mut query = Query::new(format!(
                    "select top ({PAGE}) user_id from drawbridge_migrated_users where user_id > cast(@P1 as nvarchar(255)) \
                     order by user_id"
                ));
                query.bind(user_id);
                let rows = query.query(client).await?.into_first_result().await?;
                Ok(rows.iter().filter_map(|row| row.get::<&str, _>(0).map(ToOwned::to_owned)).collect())
            }
            .boxed()
        });
        self.sessions.run(work).await
    }

    async fn count_since(&self, moment: DateTime<Utc>, in_bulk: bool) -> Result<u64, StoreError> {
        let moment = moment.naive_utc().format(FORMAT).to_string();
        let work: Work<TdsManager, i64> = Arc::new(move |client: &mut Tds, _| {
            let moment = moment.clone();
            async move {
                let like = if in_bulk { "like" } else { "not like" };
                let mut query = Query::new(format!(
                    "select count_big(*) from drawbridge_migrated_users where migrated_at >= convert(datetime2(6), @P1, 126) \
                     and marked_by {like} @P2"
                ));
                query.bind(moment);
                query.bind(format!("{BULK}%"));
                let row = query.query(client).await?.into_row().await?;
                Ok(row.and_then(|row| row.get::<i64, _>(0)).unwrap_or(0))
            }
            .boxed()
        });
        self.sessions.run(work).await.map(|count| u64::try_from(count).unwrap_or(0))
    }

    async fn unmark(&self, user_id: &str) -> Result<bool, StoreError> {
        if user_id.contains('\0') {
            return Ok(false);
        }
        let user_id = user_id.to_owned();
        let work: Work<TdsManager, u64> = Arc::new(move |client: &mut Tds, _| {
            let user_id = user_id.clone();
            async move {
                let mut query =
                    Query::new("delete from drawbridge_migrated_users where user_id = cast(@P1 as nvarchar(255))");
                query.bind(user_id);
                Ok(query.execute(client).await?.total())
            }
            .boxed()
        });
        self.sessions.run(work).await.map(|removed| removed > 0)
    }

    async fn count(&self) -> Result<u64, StoreError> {
        let work: Work<TdsManager, i64> = Arc::new(move |client: &mut Tds, _| {
            async move {
                let query = Query::new("select count_big(*) from drawbridge_migrated_users");
                let row = query.query(client).await?.into_row().await?;
                Ok(row.and_then(|row| row.get::<i64, _>(0)).unwrap_or(0))
            }
            .boxed()
        });
        self.sessions.run(work).await.map(|count| u64::try_from(count).unwrap_or(0))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        // No user's id is empty: this asks for the table, not only for the server.
        self.migrated_at("").await.map(drop)
    }
}
