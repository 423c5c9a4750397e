//! The contract of `Store`, once for all SQL backends. It must never answer with a row that its own comparison did not
//! confirm.
use super::{
    Found, Store,
    error::{StoreError, StoreErrorKind},
    key_lookup::KeyLookup,
    legacy_row::{LegacyRow, LegacyValue},
    matching::{self, Parse},
    row_stream::{Batch, RowStream, Sink, StreamError},
    session::{Diesel, DieselConnection, Sessions, Work},
    shape::Shape,
    statements::{Plan, Reading},
    stripes::Stripes,
    walk::Walk,
};
use crate::sql::statement::{Bound, Statement};
use async_trait::async_trait;
use deadpool::managed::Manager;
use diesel::QueryResult;
use diesel_async::pooled_connection::PoolError as SetupError;
use futures_util::future::BoxFuture;
use std::{
    collections::HashSet,
    slice,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The columns of a reading: names and shapes.
pub(crate) type Columns = Arc<[(String, Shape)]>;

/// A connection of diesel's that can read rows of values.
pub(crate) trait Reader: DieselConnection {
    /// Runs a statement to its end and decodes its rows.
    fn read(&mut self, bound: Bound, columns: Columns) -> BoxFuture<'_, QueryResult<Vec<Vec<LegacyValue>>>>;
}

/// A pool that can read rows of values.
#[async_trait]
pub(crate) trait RowReader: Send + Sync + 'static {
    /// Runs a statement to its end and decodes its rows.
    async fn read(&self, bound: Bound, columns: Columns) -> Result<Vec<Vec<LegacyValue>>, StoreError>;
    /// Connections in use and idle.
    fn connections(&self) -> (usize, usize);
}

#[async_trait]
impl<C: Reader> RowReader for Sessions<Diesel<C>>
where
    Diesel<C>: Manager<Type = C, Error = SetupError> + Send + Sync,
{
    async fn read(&self, bound: Bound, columns: Columns) -> Result<Vec<Vec<LegacyValue>>, StoreError> {
        let work: Work<Diesel<C>, _> =
            Arc::new(move |connection: &mut C, _| Reader::read(connection, bound.clone(), Arc::clone(&columns)));
        self.run(work).await
    }

    fn connections(&self) -> (usize, usize) {
        Sessions::connections(self)
    }
}

/// Rows of a page, where whole tables are read by pages.
const PAGE: u32 = 1000;

/// A backend's own way to read a whole table by one statement.
pub(crate) trait Whole: Send + Sync {
    /// The rows; `None` where pages do better.
    fn stream(&self, plan: &Plan, stripes: Option<Stripes>) -> Option<RowStream>;
}

/// A store over one pool.
pub(crate) struct SqlStore<R: RowReader> {
    sessions: R,
    plan: Plan,
    ping: Reading,
    whole: Option<Box<dyn Whole>>,
    lookups: Option<Box<dyn RowReader>>,
    tells_marks: AtomicBool,
}

impl<R: RowReader> SqlStore<R> {
    pub fn new(sessions: R, plan: Plan) -> Self {
        let ping = Reading::new(Statement::new(plan.dialect, vec!["select 1".into()]), Vec::new());
        Self { sessions, plan, ping, whole: None, lookups: None, tells_marks: AtomicBool::new(false) }
    }

    /// The same with a way to read whole tables.
    pub fn reading_whole(self, whole: impl Whole + 'static) -> Self {
        Self { whole: Some(Box::new(whole)), ..self }
    }

    /// The same with connections of their own for what a request asks.
    pub fn looking_up(self, lookups: impl RowReader) -> Self {
        Self { lookups: Some(Box::new(lookups)), ..self }
    }

    /// One short question, which many ask at once.
    async fn look_up(
        &self,
        reading: &Reading,
        values: Vec<Option<String>>,
    ) -> Result<Vec<Vec<LegacyValue>>, StoreError> {
        let Some(lookups) = &self.lookups else { return self.read(reading, values).await };
        lookups.read(Bound::new(Arc::clone(&reading.statement), values), Arc::clone(&reading.columns)).await
    }

    async fn read(&self, reading: &Reading, values: Vec<Option<String>>) -> Result<Vec<Vec<LegacyValue>>, StoreError> {
        let bound = Bound::new(Arc::clone(&reading.statement), values);
        self.sessions.read(bound, Arc::clone(&reading.columns)).await
    }

    fn row(reading: &Reading, values: Vec<LegacyValue>, count: usize) -> LegacyRow {
        LegacyRow::of(reading.names.clone(), values.into_iter().take(count).collect())
    }

    /// The same, of a statement that may have the mark behind the told columns.
    fn marked_row(reading: &Reading, mut values: Vec<LegacyValue>, count: usize, is_told: bool) -> LegacyRow {
        let mark = match values.get_mut(count).filter(|_| is_told) {
            Some(LegacyValue::Text(user_id)) => Some(std::mem::take(user_id)),
            _ => None,
        };
        Self::row(reading, values, count).marked(mark)
    }

    /// Sends the rows page by page.
    async fn send(&self, parse: Parse, stripes: Option<Stripes>, sink: &Sink) -> Result<(), StreamError> {
        let mut walk = Walk::new(parse, PAGE, stripes);
        loop {
            let (after, limit) = walk.next();
            let Some(page) = self.page(after, limit).await? else { return Ok(()) };
            let (last, rows) = (page.last().and_then(LegacyRow::first).cloned(), page.len());
            let unwanted = |_| StoreError::new(StoreErrorKind::Connection, "nobody reads the rows any more");
            sink.send(Ok(Batch::Rows(page))).await.map_err(unwanted)?;
            if !walk.go_on(last.as_ref(), rows)? {
                return Ok(());
            }
        }
    }
}

#[async_trait]
impl<R: RowReader> Store for SqlStore<R> {
    async fn find(&self, identifier: &str) -> Result<Found, StoreError> {
        // No column can hold a NUL, and PostgreSQL would answer with an error.
        if identifier.contains('\0') {
            return Ok(Found::Nobody);
        }
        let marked = self.plan.find_marked.as_ref().filter(|_| self.tells_marks());
        let reading = marked.unwrap_or(&self.plan.find);
        let marks = usize::from(marked.is_some());
        let compared = self.plan.identifiers.len();
        if compared == 0 {
            let mut rows = self.look_up(reading, vec![Some(identifier.to_owned())]).await?;
            return Ok(match (rows.pop(), rows.pop()) {
                (None, _) => Found::Nobody,
                (Some(values), None) => {
                    Found::One(Self::marked_row(reading, values, reading.columns.len() - marks, marks > 0))
                }
                (Some(_), Some(_)) => Found::Several,
            });
        }
        let values = self
            .plan
            .identifiers
            .iter()
            .flat_map(|(parse, second)| [parse.bindable(identifier), second.then(|| matching::folded(identifier))])
            .collect();
        let rows = self.look_up(reading, values).await?;
        let full = rows.len() >= self.plan.rows;
        let told = reading.columns.len().saturating_sub(compared);
        let mut right = rows
            .into_iter()
            .filter(|values| values.iter().skip(told).any(|value| matching::answers(value, identifier)));
        let first = right.next();
        // One row that answers by two of its columns may have come twice.
        let second = right.find(|values| first.as_ref() != Some(values));
        match (first, second) {
            (Some(_), Some(_)) => Ok(Found::Several),
            // The row that was asked for may be behind the limit.
            _ if full => Err(StoreError::new(
                StoreErrorKind::Schema,
                "too many rows compare equal under the collation of an identifier column",
            )),
            (Some(values), None) => Ok(Found::One(Self::marked_row(reading, values, told - marks, marks > 0))),
            (None, _) => Ok(Found::Nobody),
        }
    }

    async fn tell_marks(&self) -> bool {
        let Some(reading) = &self.plan.find_marked else { return false };
        // For nobody: the role may not see the ledger, or its table is not the first of this name. On the connection that
        // reads the sample next: that of a lookup belongs to the thread that asks for it.
        let works = self.read(reading, Vec::new()).await;
        if let Err(error) = &works {
            tracing::debug!(%error, "marks are asked for by themselves");
        }
        self.tells_marks.store(works.is_ok(), Ordering::Relaxed);
        works.is_ok()
    }

    fn tells_marks(&self) -> bool {
        self.tells_marks.load(Ordering::Relaxed)
    }

    async fn has_keys(&self, keys: &[&str]) -> Result<Option<Vec<bool>>, StoreError> {
        let Some(lookup) = &self.plan.key else { return Ok(None) };
        let possible = lookup.possible(keys);
        let mut found = HashSet::new();
        for question in lookup.questions(&possible) {
            let rows = self.read(question.reading, question.values.clone()).await?;
            if let Some(told) = question.told(rows) {
                found.extend(told);
                continue;
            }
            for key in question.keys {
                let alone = lookup.question(slice::from_ref(key));
                let rows = self.read(alone.reading, alone.values.clone()).await?;
                found.extend(alone.told(rows).into_iter().flatten());
            }
        }
        Ok(Some(keys.iter().map(|key| found.contains(*key)).collect()))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.look_up(&self.ping, Vec::new()).await.map(drop)
    }

    async fn sample(&self, limit: u32) -> Result<Vec<LegacyRow>, StoreError> {
        if self.plan.key.is_none() {
            return Ok(Vec::new());
        }
        let reading = self.plan.sample(limit);
        let rows = self.read(&reading, Vec::new()).await?;
        Ok(rows.into_iter().map(|values| Self::row(&reading, values, reading.columns.len())).collect())
    }

    async fn page(&self, after: Option<&str>, limit: u32) -> Result<Option<Vec<LegacyRow>>, StoreError> {
        let Some(KeyLookup { parse, .. }) = &self.plan.key else { return Ok(None) };
        let Some(reading) = self.plan.page(after.is_some(), limit) else { return Ok(None) };
        let after = after.map(|key| parse.bindable(key));
        let rows = self.read(&reading, after.into_iter().collect()).await?;
        Ok(Some(rows.into_iter().map(|values| Self::row(&reading, values, reading.columns.len())).collect()))
    }

    fn walk(self: Arc<Self>, stripes: Option<Stripes>) -> Option<RowStream> {
        let KeyLookup { one: key, parse, .. } = self.plan.key.as_ref()?;
        let parse = *parse;
        // Other keys have no stripes: every reader reads all.
        let stripes = stripes.filter(|_| key.columns.first().is_some_and(|(_, shape)| *shape == Shape::Int));
        if let Some(stream) = self.whole.as_ref().and_then(|whole| whole.stream(&self.plan, stripes)) {
            return Some(stream);
        }
        let (stream, sink) = RowStream::of(&self.plan.walk()?);
        tokio::spawn(async move {
            let done = self.send(parse, stripes, &sink).await;
            // Nobody reads any more: there is nobody to tell.
            let _ = sink.send(done.map(|()| Batch::End)).await;
        });
        Some(stream)
    }

    async fn count(&self) -> Result<Option<u64>, StoreError> {
        if self.plan.key.is_none() {
            return Ok(None);
        }
        let reading = self.plan.count();
        let rows = self.read(&reading, Vec::new()).await?;
        Ok(rows.first().and_then(|row| match row.first() {
            Some(LegacyValue::Text(count)) => count.parse().ok(),
            _ => None,
        }))
    }

    fn connections(&self) -> (usize, usize) {
        let (busy, idle) = self.sessions.connections();
        let (more_busy, more_idle) = self.lookups.as_ref().map_or((0, 0), |lookups| lookups.connections());
        (busy + more_busy, idle + more_idle)
    }
}
