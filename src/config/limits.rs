//! `[limits]`: verification threads and throttles.
use super::{
    section::Section,
    shared_store::{self, SharedStore},
    source::Value,
};
use crate::secret::Secret;
use std::time::Duration;
use zeroize::Zeroizing;

/// Bounds of the work that callers can cause.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Threads that verify passwords; as many as cores by default.
    pub verify_threads: usize,
    /// Most verifications that may wait; 256 by default.
    pub verify_queue: usize,
    /// Most memory of running and waiting verifications, in bytes; 1 GiB by default.
    pub verify_memory: u64,
    /// Whether passwords are verified with what this processor has beyond the portable instructions.
    pub cpu_extensions: bool,
    /// Failed logins of one account; `10 per 15m` by default. `None` is `"off"`.
    pub account_attempts: Option<Rate>,
    /// Requests of one client; `200 per 1s` by default. `None` is `"off"`.
    pub client_rate: Option<Rate>,
    /// Where all replicas count together; each by itself when `None`.
    pub store: Option<SharedStore>,
    /// The key under which accounts and clients are named there; one of each process when `None`.
    pub key: Option<Secret>,
}

impl Limits {
    /// Whether both count in the same place under the same names.
    #[must_use]
    pub fn counts_like(&self, other: &Self) -> bool {
        let key = |limits: &Self| limits.key.as_ref().map(|key| key.expose().to_owned()).map(Zeroizing::new);
        let same_store = match (&self.store, &other.store) {
            (Some(ours), Some(theirs)) => ours.is(theirs),
            (None, None) => true,
            _ => false,
        };
        same_store && key(self) == key(other)
    }
}

/// So many in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many; at least 1.
    pub count: u32,
    /// In how long.
    pub period: Duration,
}

pub(super) fn read(section: &Section<'_>) -> Limits {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let is_word = section.node("verify_threads").is_some_and(|node| node.text() == Some("cores"));
    let verify_threads = if is_word { cores } else { section.integer("verify_threads", cores, 1..=1024) };
    let key = shared_store::read_key(section);
    let limits = Limits {
        verify_threads,
        verify_queue: section.integer("verify_queue", 256, 1..=1_000_000),
        verify_memory: memory(section, "verify_memory", 1 << 30),
        cpu_extensions: section.bool("cpu_extensions", true),
        account_attempts: rate(section, "account_attempts", Rate { count: 10, period: Duration::from_secs(900) }),
        client_rate: rate(section, "client_rate", Rate { count: 200, period: Duration::from_secs(1) }),
        store: shared_store::read(section, key.as_ref()),
        key,
    };
    section.finish();
    limits
}

/// Bytes: a number, or one with `KiB`, `MiB` or `GiB` behind it.
fn memory(section: &Section<'_>, key: &str, default: u64) -> u64 {
    let bytes = match section.node(key).map(|node| &node.value) {
        None => return default,
        Some(Value::Integer(bytes)) => u64::try_from(*bytes).ok(),
        Some(Value::Text(text)) => {
            let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
            let unit = match text.strip_prefix(digits).map(str::trim) {
                Some("" | "B") => Some(1),
                Some("KiB") => Some(1 << 10),
                Some("MiB") => Some(1 << 20),
                Some("GiB") => Some(1 << 30),
                _ => None,
            };
            unit.and_then(|unit: u64| digits.parse::<u64>().ok()?.checked_mul(unit))
        }
        Some(_) => None,
    };
    bytes.filter(|bytes| *bytes >= 1 << 20).unwrap_or_else(|| {
        section.problem(
            key,
            format!("`{}` is no size of at least 1 MiB", section.full(key)),
            Some("write it like `512MiB`"),
        );
        default
    })
}

/// `10 per 15m`, or `off`.
fn rate(section: &Section<'_>, key: &str, default: Rate) -> Option<Rate> {
    let Some(text) = section.text(key) else { return Some(default) };
    if text == "off" {
        return None;
    }
    let parsed = text.split_once(" per ").and_then(|(count, period)| {
        let count = count.trim().parse().ok().filter(|count| *count > 0)?;
        let period = humantime::parse_duration(period.trim()).ok().filter(|period| !period.is_zero())?;
        Some(Rate { count, period })
    });
    if parsed.is_none() {
        section.problem(
            key,
            format!("`{}` is no rate", section.full(key)),
            Some("write it like `10 per 15m`, or `off`"),
        );
    }
    parsed
}
