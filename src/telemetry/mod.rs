//! What operations see: the log, the metrics and the audit stream. Never a password, hash, token, e-mail address or
//! username.
pub mod audit;
pub mod logging;
pub mod metrics;
