//! The log: text or JSON lines on stderr, by `tracing`.
//!
//! # Why other crates never say more than warnings
//! At their debug level database drivers print the values that they bind, which are people's identifiers, and HTTP
//! libraries print headers, which are tokens. No level that an operator sets may open that.
use super::problems::Recorder;
use std::io::IsTerminal;
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Starts the log. `level` is a tracing filter such as `info`; a second call changes nothing.
///
/// # Errors
/// When `level` is not a filter; the message says what is wrong with it.
pub fn start(json: bool, level: &str) -> Result<(), String> {
    let wanted = EnvFilter::try_new(level).map_err(|error| error.to_string())?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = if json {
        lines.json().flatten_event(true).with_current_span(false).boxed()
    } else {
        lines.with_ansi(std::io::stderr().is_terminal()).boxed()
    };
    // A log that is started twice keeps its first form: only tests do that.
    let _ = tracing_subscriber::registry()
        .with(lines.with_filter(wanted.and(filter_fn(may_be_said))))
        .with(Recorder.with_filter(filter_fn(is_a_problem)))
        .try_init();
    Ok(())
}

/// The ops page shows these whatever the level of the log is.
fn is_a_problem(event: &Metadata<'_>) -> bool {
    is_ours(event) && *event.level() <= Level::WARN
}

fn may_be_said(event: &Metadata<'_>) -> bool {
    is_ours(event) || *event.level() <= Level::WARN
}

fn is_ours(event: &Metadata<'_>) -> bool {
    event.target() == "drawbridge" || event.target().starts_with("drawbridge::")
}
