//! The thread that writes the audit stream, and what it does when it cannot.
//!
//! A stream that was interrupted says so itself: the next line that is written tells how many are missing before it.
use super::{Output, State};
use chrono::{SecondsFormat, Utc};
use serde_json::json;
use std::{
    io,
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError, SyncSender},
    },
    time::Duration,
};
use tokio::sync::oneshot;

/// How often a stream that cannot be written is tried again while nobody asks for it.
const RETRY: Duration = Duration::from_secs(1);

/// What the writer is asked for.
pub enum Message {
    /// A line, and who wants to know whether it was written.
    Line {
        /// JSON with its line feed.
        line: Vec<u8>,
        /// Hears true when it was.
        heard: Option<oneshot::Sender<bool>>,
    },
    /// The file was renamed away.
    Reopen,
    /// The process ends.
    Close(SyncSender<()>),
}

/// The writer with its output.
pub struct Writer {
    output: Output,
    state: Arc<State>,
}

impl Writer {
    /// A writer that has written nothing yet.
    pub fn new(output: Output, state: Arc<State>) -> Self {
        Self { output, state }
    }

    /// Where it writes, for messages.
    pub fn shown(&self) -> String {
        self.output.shown()
    }

    /// Writes the first line.
    ///
    /// # Errors
    /// Why it cannot be written; the writer then goes on trying.
    pub fn begin(&mut self, key: &'static str) -> io::Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        let line = event(&json!({"time": now(), "event": "start", "version": version, "account_key": key}));
        let result = self.output.write(&line);
        if let Err(error) = &result {
            self.failed(error);
        }
        result
    }

    /// Writes until the entrance is gone.
    pub fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let message = if self.is_failing() {
                messages.recv_timeout(RETRY)
            } else {
                messages.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match message {
                Ok(Message::Line { line, heard }) => {
                    let written = self.line(&line);
                    if let Some(heard) = heard {
                        // A caller who has gone needs no answer.
                        let _ = heard.send(written);
                    }
                }
                Ok(Message::Reopen) => self.reopen(),
                Ok(Message::Close(done)) => {
                    self.stop();
                    let _ = done.send(());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.bridge_gap();
                }
                // A reload has put another stream in its place, and its last request has ended.
                Err(RecvTimeoutError::Disconnected) => return self.stop(),
            }
        }
    }

    /// Says that the stream ends here.
    fn stop(&mut self) {
        if self.bridge_gap() {
            // Nothing comes behind it whose order it could spoil.
            let _ = self.output.write(&event(&json!({"time": now(), "event": "stop"})));
        }
    }

    fn line(&mut self, line: &[u8]) -> bool {
        let written = self.bridge_gap() && self.output.write(line).inspect_err(|error| self.failed(error)).is_ok();
        if written {
            self.state.records.with_label_values(&["written"]).inc();
        } else {
            self.state.lose();
        }
        written
    }

    /// Says how many lines are missing, where some are; false when that cannot be written, and nothing else can.
    fn bridge_gap(&mut self) -> bool {
        let lost = self.state.lost.swap(0, Ordering::Relaxed);
        if lost == 0 && !self.is_failing() {
            return true;
        }
        match self.output.write(&event(&json!({"time": now(), "event": "gap", "lost": lost}))) {
            Ok(()) => {
                if self.state.failing.swap(false, Ordering::Relaxed) {
                    tracing::warn!(lost, "the audit stream is written again");
                }
                true
            }
            Err(error) => {
                self.state.lost.fetch_add(lost, Ordering::Relaxed);
                self.failed(&error);
                false
            }
        }
    }

    fn reopen(&mut self) {
        match self.output.reopen() {
            Ok(()) => tracing::info!("the audit stream was opened anew"),
            // What is open still takes lines: they are in the file that was renamed away.
            Err(error) => tracing::error!(%error, "the audit stream could not be opened anew; the old file goes on"),
        }
    }

    fn failed(&self, error: &io::Error) {
        if !self.state.failing.swap(true, Ordering::Relaxed) {
            let place = self.output.shown();
            tracing::error!(%error, place, "the audit stream cannot be written");
        }
    }

    fn is_failing(&self) -> bool {
        self.state.failing.load(Ordering::Relaxed)
    }
}

/// The moment of a line: UTC with milliseconds (RFC 3339).
#[must_use]
pub fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A line of the stream's own.
pub fn event(event: &serde_json::Value) -> Vec<u8> {
    format!("{event}\n").into_bytes()
}
