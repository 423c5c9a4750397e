//! Whole tables of PostgreSQL: a binary COPY within one read-only snapshot, on a connection of its own. It must never be
//! cut by the time limit of a lookup, and never hand out a table that ended before its trailer.
use super::{
    error::{StoreError, StoreErrorKind},
    legacy_row::LegacyValue,
    matching::Parse,
    postgres::Settings,
    row_stream::{Batch, RowStream, Sink, StreamError},
    runtime::DatabaseRuntime,
    sql_store::Whole,
    statements::Plan,
    stripes::Stripes,
    walk::Walk,
};
use futures_util::{FutureExt, StreamExt};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_postgres::{Client, CopyOutStream, Error};
use tokio_util::bytes::Bytes;

/// Bytes of a batch.
const BATCH: usize = 256 * 1024;
/// Rows of a page, where only some stripes are read.
const PAGE: u32 = 16_384;
/// How long the server may send nothing: it may have to sort first.
const SILENCE: Duration = Duration::from_secs(600);
/// What the format begins with; eleven bytes, then flags and the length of an extension.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// What it ends with, in the place of a tuple's count of fields.
const TRAILER: &[u8] = &[0xff, 0xff];
/// One snapshot for all pages, and as long as it takes.
const BEGIN: &str = "begin transaction isolation level repeatable read, read only; set local statement_timeout = 0; \
                     set local idle_in_transaction_session_timeout = 0";

/// Reads whole tables by COPY.
pub(crate) struct Copy {
    settings: Arc<Settings>,
    runtime: DatabaseRuntime,
}

impl Copy {
    pub fn new(settings: Arc<Settings>, runtime: DatabaseRuntime) -> Self {
        Self { settings, runtime }
    }
}

impl Whole for Copy {
    fn stream(&self, plan: &Plan, stripes: Option<Stripes>) -> Option<RowStream> {
        let (_, parse) = plan.key.as_ref()?;
        let (stream, sink) = RowStream::of(&plan.copy(None, None)?);
        let (settings, plan, parse) = (Arc::clone(&self.settings), plan.clone(), *parse);
        self.runtime.spawn(async move {
            let done = send(&settings, &plan, parse, stripes, &sink).await;
            // Nobody reads any more: there is nobody to tell.
            let _ = sink.send(done.map(|()| Batch::End)).await;
        });
        Some(stream)
    }
}

async fn send(
    settings: &Settings,
    plan: &Plan,
    parse: Parse,
    stripes: Option<Stripes>,
    sink: &Sink,
) -> Result<(), StreamError> {
    let (client, io) = settings.apart().await?;
    // In one task: bytes come in pieces of 8 KiB, and each would wake another thread.
    tokio::select! {
        done = read(client, settings.setup(), plan, parse, stripes, sink) => done,
        () = io => Err(StoreError::new(StoreErrorKind::Connection, "the connection to the database was lost").into()),
    }
}

async fn read(
    client: Client,
    setup: &str,
    plan: &Plan,
    parse: Parse,
    stripes: Option<Stripes>,
    sink: &Sink,
) -> Result<(), StreamError> {
    client.batch_execute(setup).await.map_err(|error| of_fault(&error))?;
    client.batch_execute(BEGIN).await.map_err(|error| of_fault(&error))?;
    let Some(_) = stripes else { return copied(&client, plan, None, None, sink).await.map(drop) };
    let mut walk = Walk::new(parse, PAGE, stripes);
    loop {
        let (after, limit) = walk.next();
        let page = copied(&client, plan, after, Some(limit), sink).await?;
        if !walk.go_on(page.last_key().as_ref(), page.rows)? {
            return Ok(());
        }
    }
}

/// What one COPY gave.
#[derive(Default)]
struct Page {
    rows: usize,
    last: Vec<u8>,
}

impl Page {
    /// The key of the last row: its first column, a whole number wherever there are stripes.
    fn last_key(&self) -> Option<LegacyValue> {
        let key = self.last.get(6..14).and_then(|key| <[u8; 8]>::try_from(key).ok())?;
        Some(LegacyValue::Int(i64::from_be_bytes(key).into()))
    }
}

async fn copied(
    client: &Client,
    plan: &Plan,
    after: Option<&str>,
    limit: Option<u32>,
    sink: &Sink,
) -> Result<Page, StreamError> {
    let unreadable = || StoreError::new(StoreErrorKind::Schema, "the rows of the database cannot be read");
    let reading = plan.copy(after, limit).ok_or_else(unreadable)?;
    let text = reading.statement.text(|_| String::new());
    let stream = client.copy_out(text.as_str()).await.map_err(|error| of_fault(&error))?;
    let mut stream = std::pin::pin!(stream);
    let (mut page, mut batch, mut ended) = (Page::default(), Vec::with_capacity(BATCH), false);
    let mut begun = false;
    while let Some(message) = next(&mut stream).await? {
        let mut tuple = message.as_ref();
        if !begun {
            begun = true;
            tuple = tuple.strip_prefix(SIGNATURE).and_then(|rest| rest.get(8..)).ok_or_else(unreadable)?;
        }
        if tuple == TRAILER {
            ended = true;
        } else if !tuple.is_empty() {
            page.rows += 1;
            batch.extend_from_slice(tuple);
            if limit.is_some() {
                page.last.clear();
                page.last.extend_from_slice(tuple);
            }
        }
        if batch.len() >= BATCH - BATCH / 8 {
            push(sink, std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).await?;
        }
    }
    if !ended {
        return Err(StoreError::new(StoreErrorKind::Connection, "the rows of the database broke off").into());
    }
    if !batch.is_empty() {
        push(sink, batch).await?;
    }
    Ok(page)
}

async fn next(stream: &mut std::pin::Pin<&mut CopyOutStream>) -> Result<Option<Bytes>, StreamError> {
    let silent = |_| StoreError::new(StoreErrorKind::Timeout, "the database has sent no row for ten minutes");
    let message = match stream.next().now_or_never() {
        // Most rows are here already: a timer for each would cost more than the row.
        Some(message) => message,
        None => timeout(SILENCE, stream.next()).await.map_err(silent)?,
    };
    message.transpose().map_err(|error| of_fault(&error))
}

async fn push(sink: &Sink, tuples: Vec<u8>) -> Result<(), StreamError> {
    let unwanted = |_| StoreError::new(StoreErrorKind::Connection, "nobody reads the rows any more");
    Ok(sink.send(Ok(Batch::Tuples(tuples))).await.map_err(unwanted)?)
}

/// What a failed COPY means. The server's words may quote a row: none of them is passed on.
fn of_fault(error: &Error) -> StreamError {
    StreamError::Store(match error.as_db_error() {
        Some(_) => StoreError::new(StoreErrorKind::Refused, "the database refused the statement"),
        None => StoreError::new(StoreErrorKind::Connection, "the connection to the database was lost"),
    })
}
