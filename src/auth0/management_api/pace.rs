//! The pace of requests: what the tenant's rate-limit headers leave, and longer and longer pauses while nothing works.
//! Source: "Rate Limit Headers" in Auth0's documentation.
use crate::clock;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use std::time::{Duration, Instant};

/// The longest pause that a header can ask for.
const LONGEST: Duration = Duration::from_secs(120);
/// Pauses between attempts that failed: the first, and the longest.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(20));
/// So few requests left are spread over the time until there are more.
const FEW: u64 = 2;

/// When the next request may go out.
#[derive(Debug)]
pub struct Pace {
    free_at: Instant,
    failures: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { free_at: Instant::now(), failures: 0 }
    }
}

impl Pace {
    /// How long the next request has to wait.
    #[must_use]
    pub fn wait(&self) -> Duration {
        self.free_at.saturating_duration_since(Instant::now())
    }

    /// An answer came: its headers say how many more may follow.
    pub fn heard(&mut self, headers: &HeaderMap, refused: bool) {
        if refused {
            self.failed();
        } else {
            self.failures = 0;
        }
        self.wait_at_least(pause(headers, clock::unix_now_exact()));
    }

    /// No answer came, or none that helps.
    pub fn failed(&mut self) {
        let doubled = BACK_OFF.0.saturating_mul(1 << self.failures.min(16));
        self.failures += 1;
        self.wait_at_least(doubled.min(BACK_OFF.1));
    }

    fn wait_at_least(&mut self, pause: Duration) {
        if !pause.is_zero() {
            self.free_at = self.free_at.max(Instant::now() + jittered(pause));
        }
    }
}

/// The pause that an answer's headers ask for; `local` is this machine's clock, in seconds since 1970.
fn pause(headers: &HeaderMap, local: f64) -> Duration {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    if let Some(seconds) = number(RETRY_AFTER.as_str()) {
        return Duration::from_secs(seconds).min(LONGEST);
    }
    let (Some(remaining), Some(reset)) = (number("x-ratelimit-remaining"), number("x-ratelimit-reset")) else {
        return Duration::ZERO;
    };
    if remaining > FEW {
        return Duration::ZERO;
    }
    // The header is a moment of the server's clock, which its `Date` tells; ours may be wrong.
    let date = headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(http_date);
    let now = date.filter(|date| (date - local).abs() > 5.0).unwrap_or(local);
    let until = u32::try_from(reset).map_or(0.0, f64::from) - now;
    let share = u32::try_from(remaining + 1).map_or(1.0, f64::from);
    Duration::try_from_secs_f64((until / share).max(0.0)).map_or(LONGEST, |pause| pause.min(LONGEST))
}

/// Seconds since 1970 of an HTTP date, which always is GMT.
fn http_date(text: &str) -> Option<f64> {
    let date = chrono::NaiveDateTime::parse_from_str(text, "%a, %d %b %Y %H:%M:%S GMT").ok()?;
    u32::try_from(date.and_utc().timestamp()).ok().map(f64::from)
}

/// The pause and up to a quarter more, so that several machines do not come back in step.
#[must_use]
pub fn jittered(pause: Duration) -> Duration {
    let share = getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX));
    pause + pause.mul_f64(share / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    const NOW: u32 = 1_800_000_000;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
        };
        pairs.iter().map(pair).collect()
    }

    fn asked(pairs: &[(&'static str, &str)]) -> u64 {
        pause(&headers(pairs), f64::from(NOW)).as_secs()
    }

    #[test]
    fn the_last_requests_wait_for_the_next_ones() {
        let reset = (NOW + 9).to_string();
        let left = |remaining: &str| asked(&[("x-ratelimit-remaining", remaining), ("x-ratelimit-reset", &reset)]);
        assert_eq!((left("40"), left("3"), left("2"), left("0")), (0, 0, 3, 9));
        assert_eq!(asked(&[]), 0);
        assert_eq!(asked(&[("x-ratelimit-remaining", "x"), ("x-ratelimit-reset", "-1")]), 0);
        assert_eq!(asked(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "4294967295")]), 120);
        assert_eq!(asked(&[("retry-after", "7"), ("x-ratelimit-remaining", "9")]), 7);
    }

    #[test]
    fn the_servers_clock_counts() {
        // NOW is 08:00:00 GMT of that day: the local clock is 305 seconds ahead.
        let date = ("date", "Fri, 15 Jan 2027 07:54:55 GMT");
        let reset = (NOW - 300).to_string();
        assert_eq!(asked(&[date, ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)]), 5);
    }

    #[test]
    fn pauses_grow_and_an_answer_ends_them() {
        let mut pace = Pace::default();
        assert!(pace.wait().is_zero());
        for _ in 0..30 {
            pace.failed();
        }
        assert!(pace.wait() <= BACK_OFF.1 * 2 && pace.wait() > BACK_OFF.1 / 2);
        assert_eq!(pace.failures, 30);
        pace.heard(&HeaderMap::new(), false);
        assert_eq!(pace.failures, 0);
    }
}
