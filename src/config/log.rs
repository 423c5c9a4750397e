//! `[log]`: format and level of the log.

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
