//! The log: text or JSON lines on stderr, by `tracing`.
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts the log. `level` is a tracing filter such as `info`; a second call changes nothing.
///
/// # Errors
/// When `level` is not a filter; the message says what is wrong with it.
pub fn start(json: bool, level: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(level).map_err(|error| error.to_string())?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(true);
    // A log that is started twice keeps its first form: only tests do that.
    let _ = if json {
        lines.json().flatten_event(true).with_current_span(false).try_init()
    } else {
        lines.with_ansi(std::io::stderr().is_terminal()).try_init()
    };
    Ok(())
}
