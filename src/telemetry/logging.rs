//! The log: text or JSON lines on stderr, by `tracing`.
//!
//! # Why other crates never say more than warnings
//! At their debug level database drivers print the values that they bind, which are people's identifiers, and HTTP
//! libraries print headers, which are tokens. No level that an operator sets may open that.
use super::problems::Recorder;
use std::{io::IsTerminal, sync::OnceLock};
use tracing::Metadata;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, filter_fn},
    fmt,
    layer::SubscriberExt,
    reload,
    util::SubscriberInitExt,
};

/// The filter of the running log's lines.
static LEVEL: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Starts the log. `level` is a tracing filter such as `info`; a second call changes nothing.
///
/// # Errors
/// When `level` is not a filter; the message says what is wrong with it.
pub fn start(json: bool, level: &str) -> Result<(), String> {
    let (wanted, handle) = reload::Layer::new(EnvFilter::try_new(level).map_err(|error| error.to_string())?);
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = if json {
        lines.json().flatten_event(true).with_current_span(false).boxed()
    } else {
        lines.with_ansi(std::io::stderr().is_terminal()).boxed()
    };
    // A log that is started twice keeps its first form: only tests do that.
    let started = tracing_subscriber::registry()
        .with(lines.with_filter(wanted.and(filter_fn(may_be_said))))
        .with(Recorder.with_filter(filter_fn(is_a_problem)))
        .try_init();
    if started.is_ok() {
        let _ = LEVEL.set(handle);
    }
    Ok(())
}

/// Another level for the running log, not in force yet.
pub struct Level(EnvFilter);

impl Level {
    /// A tracing filter such as `info`.
    ///
    /// # Errors
    /// When it is none; the message says what is wrong with it.
    pub fn new(level: &str) -> Result<Self, String> {
        EnvFilter::try_new(level).map(Self).map_err(|error| error.to_string())
    }

    /// From now on lines are of this level.
    pub fn take_effect(self) {
        if let Some(running) = LEVEL.get()
            && let Err(error) = running.reload(self.0)
        {
            tracing::warn!(%error, "the level of the log stays as it was");
        }
    }
}

/// The ops page shows these whatever the level of the log is.
fn is_a_problem(event: &Metadata<'_>) -> bool {
    is_ours(event) && *event.level() <= tracing::Level::WARN
}

fn may_be_said(event: &Metadata<'_>) -> bool {
    is_ours(event) || *event.level() <= tracing::Level::WARN
}

fn is_ours(event: &Metadata<'_>) -> bool {
    event.target() == "drawbridge" || event.target().starts_with("drawbridge::")
}
