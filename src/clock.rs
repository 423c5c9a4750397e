//! The one place that asks what time it is, so that tests can say it.
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970; 0 for a machine whose clock stands before that.
#[must_use]
pub fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// Seconds since 1970 with their fraction.
#[must_use]
pub fn unix_now_exact() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |elapsed| elapsed.as_secs_f64())
}
