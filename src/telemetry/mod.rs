//! What operations see: the log, the metrics, the audit stream, and what the ops page makes of them. Never a password, hash,
//! token, e-mail address or username.
pub mod audit;
pub mod history;
pub mod logging;
pub mod metrics;
pub mod problems;
pub mod reading;
