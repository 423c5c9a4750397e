//! Whole tables of PostgreSQL: a binary COPY within one read-only snapshot, on a connection of its own. It must never be
//! cut by the time limit of a lookup, and never hand out a table that ended before its trailer.
use super::{
    copy_tap::{self, Rows},
    error::{StoreError, StoreErrorKind},
    key_lookup::KeyLookup,
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
use futures_util::StreamExt;
use std::{pin::Pin, sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_postgres::{Client, CopyOutStream, Error};

/// Rows of a page, where only some stripes are read.
const PAGE: u32 = 16_384;
/// How long the server may send nothing: it may have to sort first.
const SILENCE: Duration = Duration::from_secs(600);
/// What the format begins with.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Bytes behind it: flags, and the length of an extension that nobody writes.
const FLAGS: usize = 8;
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
        let KeyLookup { parse, .. } = plan.key.as_ref()?;
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
    let (outlet, rows) = copy_tap::outlet();
    let (client, io) = settings.tapped(outlet).await?;
    // In one task: bytes come in small pieces, and each would wake another thread.
    tokio::select! {
        done = read(client, rows, settings.setup(), plan, parse, stripes, sink) => done,
        () = io => Err(StoreError::new(StoreErrorKind::Connection, "the connection to the database was lost").into()),
    }
}

async fn read(
    client: Client,
    mut rows: Rows,
    setup: &str,
    plan: &Plan,
    parse: Parse,
    stripes: Option<Stripes>,
    sink: &Sink,
) -> Result<(), StreamError> {
    client.batch_execute(setup).await.map_err(|error| of_fault(&error))?;
    client.batch_execute(BEGIN).await.map_err(|error| of_fault(&error))?;
    let Some(_) = stripes else { return copied(&client, &mut rows, plan, None, None, sink).await.map(drop) };
    let mut walk = Walk::new(parse, PAGE, stripes);
    loop {
        let (after, limit) = walk.next();
        let page = copied(&client, &mut rows, plan, after, Some(limit), sink).await?;
        if !walk.go_on(page.last.as_ref(), page.rows)? {
            return Ok(());
        }
    }
}

/// What one COPY gave, where its end is asked for.
#[derive(Default)]
struct Page {
    rows: usize,
    last: Option<LegacyValue>,
}

impl Page {
    /// Counts tuples. The key is their first column, a whole number wherever there are stripes.
    fn count(&mut self, mut tuples: &[u8]) -> Option<()> {
        while let Some((fields, mut behind)) = tuples.split_first_chunk::<2>() {
            for _ in 0..u16::from_be_bytes(*fields) {
                let (length, value) = behind.split_first_chunk::<4>()?;
                // A NULL has no bytes.
                behind = value.get(usize::try_from(i32::from_be_bytes(*length)).unwrap_or(0)..)?;
            }
            self.rows += 1;
            if behind.is_empty() {
                let key = tuples.get(6..14).and_then(|key| <[u8; 8]>::try_from(key).ok())?;
                self.last = Some(LegacyValue::Int(i64::from_be_bytes(key).into()));
            }
            tuples = behind;
        }
        Some(())
    }
}

async fn copied(
    client: &Client,
    rows: &mut Rows,
    plan: &Plan,
    after: Option<&str>,
    limit: Option<u32>,
    sink: &Sink,
) -> Result<Page, StreamError> {
    let reading = plan.copy(after, limit).ok_or_else(unreadable)?;
    let text = reading.statement.text(|_| String::new());
    let stream = client.copy_out(text.as_str()).await.map_err(|error| of_fault(&error))?;
    let mut stream = std::pin::pin!(stream);
    let (mut page, mut ended) = (Page::default(), false);
    // The last batch ends with the trailer: which is the last is known when the COPY is over.
    let mut held: Option<Vec<u8>> = None;
    while let Some(batch) = next(&mut stream, rows, &mut ended).await? {
        let Some(ready) = held.replace(if held.is_none() { without_signature(batch)? } else { batch }) else {
            continue;
        };
        push(sink, ready, limit.map(|_| &mut page)).await?;
    }
    let broken = || StoreError::new(StoreErrorKind::Connection, "the rows of the database broke off");
    let mut last = held.ok_or_else(broken)?;
    let end = last.strip_suffix(TRAILER).ok_or_else(broken)?.len();
    last.truncate(end);
    if !last.is_empty() {
        push(sink, last, limit.map(|_| &mut page)).await?;
    }
    Ok(page)
}

/// The next batch of the COPY; `None` behind its last.
async fn next(
    stream: &mut Pin<&mut CopyOutStream>,
    rows: &mut Rows,
    ended: &mut bool,
) -> Result<Option<Vec<u8>>, StreamError> {
    while !*ended {
        let came = async {
            tokio::select! {
                biased;
                Some(batch) = rows.next() => Ok(Some(batch)),
                message = stream.next() => match message.transpose().map_err(|error| of_fault(&error))? {
                    None => Ok(None),
                    Some(_) => Err(unreadable().into()),
                },
            }
        };
        match timeout(SILENCE, came).await {
            Ok(Ok(None)) => *ended = true,
            Ok(came) => return came,
            // A batch may take its time, as long as there are rows.
            Err(_) if rows.heard() => {}
            Err(_) => {
                return Err(
                    StoreError::new(StoreErrorKind::Timeout, "the database has sent no row for ten minutes").into()
                );
            }
        }
    }
    // All rows were handed over before the end was.
    Ok(rows.at_hand())
}

/// The first batch, without what the format begins with.
fn without_signature(mut batch: Vec<u8>) -> Result<Vec<u8>, StreamError> {
    if !batch.starts_with(SIGNATURE) || batch.len() < SIGNATURE.len() + FLAGS {
        return Err(unreadable().into());
    }
    batch.drain(..SIGNATURE.len() + FLAGS);
    Ok(batch)
}

async fn push(sink: &Sink, tuples: Vec<u8>, page: Option<&mut Page>) -> Result<(), StreamError> {
    if let Some(page) = page {
        page.count(&tuples).ok_or_else(unreadable)?;
    }
    let unwanted = |_| StoreError::new(StoreErrorKind::Connection, "nobody reads the rows any more");
    Ok(sink.send(Ok(Batch::Tuples(tuples))).await.map_err(unwanted)?)
}

fn unreadable() -> StoreError {
    StoreError::new(StoreErrorKind::Schema, "the rows of the database cannot be read")
}

/// What a failed COPY means. The server's words may quote a row: none of them is passed on.
fn of_fault(error: &Error) -> StreamError {
    StreamError::Store(match error.as_db_error() {
        Some(_) => StoreError::new(StoreErrorKind::Refused, "the database refused the statement"),
        None => StoreError::new(StoreErrorKind::Connection, "the connection to the database was lost"),
    })
}
