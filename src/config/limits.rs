//! `[limits]`: verification threads and throttles.
use std::time::Duration;

/// Bounds of the work that callers can cause.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Threads that verify passwords; as many as cores by default.
    pub verify_threads: usize,
    /// Most verifications that may wait; 256 by default.
    pub verify_queue: usize,
    /// Most memory of running and waiting verifications, in bytes; 1 GiB by default.
    pub verify_memory: u64,
    /// Failed logins of one account; `10 per 15m` by default. `None` is `"off"`.
    pub account_attempts: Option<Rate>,
    /// Requests of one client; `200 per 1s` by default. `None` is `"off"`.
    pub client_rate: Option<Rate>,
}

/// So many in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many; at least 1.
    pub count: u32,
    /// In how long.
    pub period: Duration,
}
