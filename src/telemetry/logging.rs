//! The log: text or JSON lines on stderr, by `tracing`.
//!
//! # Why other crates never say more than warnings
//! At their debug level database drivers print the values that they bind, which are people's identifiers, and HTTP
//! libraries print headers, which are tokens. No level that an operator sets may open that.
use std::{io::IsTerminal, sync::OnceLock};
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::filter_fn, fmt, layer::SubscriberExt, reload, util::SubscriberInitExt,
};

/// The filter of the running log.
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
    let started =
        tracing_subscriber::registry().with(wanted).with(lines.with_filter(filter_fn(may_be_said))).try_init();
    if started.is_ok() {
        let _ = LEVEL.set(handle);
    }
    Ok(())
}

/// Changes the level of the running log.
///
/// # Errors
/// When `level` is not a filter.
pub fn change(level: &str) -> Result<(), String> {
    let wanted = EnvFilter::try_new(level).map_err(|error| error.to_string())?;
    LEVEL.get().map_or(Ok(()), |running| running.reload(wanted).map_err(|error| error.to_string()))
}

fn may_be_said(event: &Metadata<'_>) -> bool {
    let ours = event.target() == "drawbridge" || event.target().starts_with("drawbridge::");
    ours || *event.level() <= Level::WARN
}
