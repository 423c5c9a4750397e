//! `[log]`: format and level of the log.

use super::section::Section;

/// How the log looks. It goes to stderr.
#[derive(Debug, Clone)]
pub struct Log {
    /// JSON lines or text; `text` by default.
    pub format: Format,
    /// A tracing filter such as `info` or `drawbridge=debug`; `info` by default.
    pub level: String,
}

/// The shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

pub(super) fn read(section: &Section<'_>) -> Log {
    let format = section.choice("format", Format::Text, &[("text", Format::Text), ("json", Format::Json)]);
    let level = section.text("level").unwrap_or_else(|| "info".to_owned());
    if tracing_subscriber::EnvFilter::try_new(&level).is_err() {
        section.problem("level", "`log.level` is no filter", Some("write it like `info` or `drawbridge=debug`"));
    }
    section.finish();
    Log { format, level }
}
