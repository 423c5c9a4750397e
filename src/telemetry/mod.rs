//! What operations see: the log and the metrics. Never a password, hash, token, e-mail address or username.
pub mod logging;
pub mod metrics;
