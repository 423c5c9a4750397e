//! The audit stream: one line of JSON for each decision, in the order in which they were made.
//!
//! # Why one thread writes
//! A disk or a reader that hangs holds up this thread and no other, and what stands before a line was decided before
//! it. The queue is bounded: what finds no place in it is lost, and counted.
//!
//! # What `written` means
//! The system has taken the whole line in one `write`: it outlives the process, not a power cut. Nothing is synced to
//! the disk line by line, which would bound logins by its latency.
mod output;
mod writer;

pub use output::{Destination, Output};

use prometheus::IntCounterVec;
use serde_json::json;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{self, SyncSender, TrySendError},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
pub use writer::now;
use writer::{Message, Writer};

/// Most lines that wait; about a kilobyte each at the most.
const QUEUE: usize = 8192;
/// How long an orderly end waits for the last lines.
const CLOSE: Duration = Duration::from_secs(5);

/// The stream's entrance.
pub struct Audit {
    queue: SyncSender<Message>,
    required: AtomicBool,
    state: Arc<State>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What the entrance and the writer both see.
struct State {
    failing: AtomicBool,
    // Lines lost since the last line that was written.
    lost: AtomicU64,
    records: IntCounterVec,
}

impl State {
    fn lose(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        self.records.with_label_values(&["lost"]).inc();
    }
}

impl Audit {
    /// Starts the writer, which begins with `first`; `key` tells where the key for accounts comes from.
    ///
    /// # Errors
    /// When there is no thread for it; and, where the stream is required, when its first line cannot be written.
    pub fn start(
        destination: Destination,
        required: bool,
        key: &'static str,
        records: IntCounterVec,
    ) -> Result<Self, String> {
        let state = Arc::new(State { failing: AtomicBool::new(false), lost: AtomicU64::new(0), records });
        for result in ["written", "lost"] {
            state.records.with_label_values(&[result]).inc_by(0);
        }
        let mut writer = Writer::new(Output::new(destination), Arc::clone(&state));
        if let Err(error) = writer.begin(key)
            && required
        {
            return Err(format!("`audit.required` is set, and {} cannot be written: {error}", writer.shown()));
        }
        let (queue, messages) = mpsc::sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("audit".into())
            .spawn(move || writer.run(&messages))
            .map_err(|error| format!("no thread for the audit stream: {error}"))?;
        Ok(Self { queue, required: AtomicBool::new(required), state, writer: Mutex::new(Some(thread)) })
    }

    /// Whether what cannot be recorded has to be refused now. One that is refused so is counted as lost.
    #[must_use]
    pub fn refuses(&self) -> bool {
        let refuses = self.is_required() && self.is_failing();
        if refuses {
            self.state.lose();
        }
        refuses
    }

    /// Whether the last line could not be written.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.state.failing.load(Ordering::Relaxed)
    }

    /// Whether a decision may only be told once it is recorded.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required.load(Ordering::Relaxed)
    }

    /// The same stream by other words of the configuration. `key` is said in the stream, where it is another one.
    pub fn go_on(&self, required: bool, key: Option<&'static str>) {
        self.required.store(required, Ordering::Relaxed);
        if let Some(key) = key {
            self.note(writer::event(&json!({"time": now(), "event": "key", "account_key": key})));
        }
    }

    /// Records a line, which ends in a line feed. Where the stream is required, waits until it is written.
    ///
    /// Answers whether the decision may be told.
    pub async fn record(&self, line: Vec<u8>, deadline: Instant) -> bool {
        if !self.is_required() {
            self.note(line);
            return true;
        }
        let (heard, written) = oneshot::channel();
        if !self.send(Message::Line { line, heard: Some(heard) }) {
            return false;
        }
        matches!(tokio::time::timeout_at(deadline.into(), written).await, Ok(Ok(true)))
    }

    /// Records a line and waits for nothing.
    pub fn note(&self, line: Vec<u8>) {
        self.send(Message::Line { line, heard: None });
    }

    fn send(&self, message: Message) -> bool {
        let sent = self.queue.try_send(message);
        if sent.is_err() {
            self.state.lose();
        }
        sent.is_ok()
    }

    /// Opens the file anew: after a rotation its name is another file's, or nobody's.
    pub fn reopen(&self) {
        if let Err(TrySendError::Full(message)) = self.queue.try_send(Message::Reopen) {
            // Behind a full queue a thread of its own may wait for the place.
            let queue = self.queue.clone();
            let _ = std::thread::Builder::new().spawn(move || queue.send(message));
        }
    }

    /// Writes what waits, says that the stream ends here, and ends the writer.
    pub fn close(&self) {
        let (done, ended) = mpsc::sync_channel(1);
        let until = Instant::now() + CLOSE;
        let mut message = Message::Close(done);
        while let Err(TrySendError::Full(back)) = self.queue.try_send(message) {
            if Instant::now() > until {
                tracing::error!("the last lines of the audit stream were not written in time");
                return;
            }
            message = back;
            std::thread::sleep(Duration::from_millis(10));
        }
        if ended.recv_timeout(CLOSE).is_err() {
            tracing::error!("the last lines of the audit stream were not written in time");
            return;
        }
        let thread = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // It has said its last word: joining it only frees its stack.
        let _ = thread.map(JoinHandle::join);
    }
}
