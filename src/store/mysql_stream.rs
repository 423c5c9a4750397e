//! Whole tables of MySQL and MariaDB: one statement whose rows come as they are read, on a connection of its own. It must
//! never be cut by the time limit of a lookup.
use super::{
    error::{StoreError, StoreErrorKind},
    legacy_row::LegacyRow,
    mysql::{Settings, decoded},
    row_stream::{Batch, RowStream, Sink, StreamError},
    runtime::DatabaseRuntime,
    session::{from_connecting, from_statement},
    sql_store::Whole,
    statements::{Plan, Reading},
    stripes::Stripes,
};
use crate::sql::statement::Bound;
use diesel_async::{AsyncConnectionCore, SimpleAsyncConnection};
use futures_util::{StreamExt, TryStreamExt};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// Rows of a batch.
const BATCH: usize = 1000;
/// How long the server may send nothing: it may have to sort first.
const SILENCE: Duration = Duration::from_secs(600);
/// As long as it takes; and the server waits longer than a minute for a reader who waits for a disk. Each flavour reads its
/// own comment.
const PATIENCE: &str = "set session net_write_timeout = 600 /*!50708 , session max_execution_time = 0 */ \
                        /*M!100100 , session max_statement_time = 0 */";

/// Reads whole tables row by row.
pub(crate) struct Unbuffered {
    settings: Arc<Settings>,
    runtime: DatabaseRuntime,
}

impl Unbuffered {
    pub fn new(settings: Arc<Settings>, runtime: DatabaseRuntime) -> Self {
        Self { settings, runtime }
    }
}

impl Whole for Unbuffered {
    fn stream(&self, plan: &Plan, stripes: Option<Stripes>) -> Option<RowStream> {
        // Stripes are jumped by pages.
        let reading = stripes.is_none().then(|| plan.walk()).flatten()?;
        let (stream, sink) = RowStream::of(&reading);
        let settings = Arc::clone(&self.settings);
        self.runtime.spawn(async move {
            let done = send(&settings, &reading, &sink).await;
            // Nobody reads any more: there is nobody to tell.
            let _ = sink.send(done.map(|()| Batch::End)).await;
        });
        Some(stream)
    }
}

async fn send(settings: &Settings, reading: &Reading, sink: &Sink) -> Result<(), StreamError> {
    let of_fault = |error| StreamError::Store(from_statement(&error));
    let mut connection = settings.connect().await.map_err(|error| from_connecting(&error))?;
    connection.batch_execute(PATIENCE).await.map_err(of_fault)?;
    let bound = Bound::new(Arc::clone(&reading.statement), Vec::new());
    let silent = |_| StoreError::new(StoreErrorKind::Timeout, "the database has sent no row for ten minutes");
    let rows = timeout(SILENCE, AsyncConnectionCore::load(&mut connection, bound)).await.map_err(silent)?;
    let rows =
        rows.map_err(of_fault)?.map_ok(|row| LegacyRow::of(reading.names.clone(), decoded(&row, &reading.columns)));
    let mut batches = std::pin::pin!(rows.try_chunks(BATCH));
    while let Some(batch) = timeout(SILENCE, batches.next()).await.map_err(silent)? {
        let batch = batch.map_err(|broken| of_fault(broken.1))?;
        let unwanted = |_| StoreError::new(StoreErrorKind::Connection, "nobody reads the rows any more");
        sink.send(Ok(Batch::Rows(batch))).await.map_err(unwanted)?;
    }
    Ok(())
}
