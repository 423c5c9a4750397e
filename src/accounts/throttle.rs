//! The throttle: so many events of one key in a period, by the generic cell rate algorithm.
//!
//! Keys are HMACs under a key of this process: what is counted is never a readable identifier. Memory is bounded.
use crate::config::limits::Rate;
use arc_swap::ArcSwapOption;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Most keys that are remembered; 56 bytes each.
const MAX_KEYS: usize = 200_000;

/// A limit on how often each key may come.
pub struct Throttle {
    rate: ArcSwapOption<Rate>,
    hmac_key: [u8; 32],
    // For each key the moment at which its bucket is empty again.
    empty_at: Mutex<HashMap<[u8; 16], Instant>>,
}

impl Throttle {
    /// A throttle of a rate; `None` lets everything pass.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn new(rate: Option<Rate>) -> Result<Self, getrandom::Error> {
        let mut hmac_key = [0; 32];
        getrandom::fill(&mut hmac_key)?;
        Ok(Self { rate: ArcSwapOption::from(rate.map(Arc::new)), hmac_key, empty_at: Mutex::default() })
    }

    /// Another rate from now on. What was counted stays: a reload is no way to a fresh start.
    pub fn set_rate(&self, rate: Option<Rate>) {
        self.rate.store(rate.map(Arc::new));
    }

    fn rate(&self) -> Option<Rate> {
        self.rate.load().as_deref().copied()
    }

    /// Counts one event of a key.
    ///
    /// # Errors
    /// The time until the key may come again, when it is over its limit; the event is not counted then.
    pub fn count(&self, key: &str) -> Result<(), Duration> {
        self.count_at(key, Instant::now())
    }

    /// How long until the key may come again; `None` when it may come now. Counts nothing.
    #[must_use]
    pub fn wait(&self, key: &str) -> Option<Duration> {
        let rate = self.rate()?;
        let now = Instant::now();
        let keys = self.keys();
        over_limit(next_empty_at(keys.get(&self.digest(key)), rate, now), rate, now)
    }

    /// Forgets a key: its event was a success.
    pub fn forgive(&self, key: &str) {
        if self.rate().is_some() {
            self.keys().remove(&self.digest(key));
        }
    }

    fn count_at(&self, key: &str, now: Instant) -> Result<(), Duration> {
        let Some(rate) = self.rate() else { return Ok(()) };
        let digest = self.digest(key);
        let mut keys = self.keys();
        let empty_at = next_empty_at(keys.get(&digest), rate, now);
        if let Some(over) = over_limit(empty_at, rate, now) {
            return Err(over);
        }
        if keys.len() >= MAX_KEYS && !keys.contains_key(&digest) {
            make_room(&mut keys, now);
        }
        keys.insert(digest, empty_at);
        Ok(())
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 16], Instant>> {
        self.empty_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn digest(&self, key: &str) -> [u8; 16] {
        let mut short = [0; 16];
        // HMAC takes keys of every length: the other arm does not exist.
        if let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(&self.hmac_key) {
            hmac.update(key.as_bytes());
            for (to, from) in short.iter_mut().zip(hmac.finalize().into_bytes()) {
                *to = from;
            }
        }
        short
    }
}

/// When the bucket of a key would be empty again after one more event.
fn next_empty_at(empty_at: Option<&Instant>, rate: Rate, now: Instant) -> Instant {
    let increment = rate.period / rate.count.max(1);
    empty_at.copied().filter(|at| *at > now).unwrap_or(now) + increment
}

/// By how much that is over the limit.
fn over_limit(empty_at: Instant, rate: Rate, now: Instant) -> Option<Duration> {
    Some(empty_at.duration_since(now).saturating_sub(rate.period)).filter(|over| !over.is_zero())
}

/// Forgets the keys that are empty, and when that is not enough the half that is emptiest.
fn make_room(keys: &mut HashMap<[u8; 16], Instant>, now: Instant) {
    keys.retain(|_, empty_at| *empty_at > now);
    if keys.len() >= MAX_KEYS {
        let mut moments: Vec<Instant> = keys.values().copied().collect();
        let middle = moments.len() / 2;
        let (_, median, _) = moments.select_nth_unstable(middle);
        let median = *median;
        keys.retain(|_, empty_at| *empty_at > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(count: u32, period: Duration) -> Throttle {
        Throttle::new(Some(Rate { count, period })).expect("random bytes")
    }

    #[test]
    fn so_many_in_a_period_and_then_one_by_one() {
        let throttle = throttle(3, Duration::from_secs(30));
        let start = Instant::now();
        for _ in 0..3 {
            assert_eq!(throttle.count_at("a", start), Ok(()));
        }
        assert_eq!(throttle.count_at("a", start), Err(Duration::from_secs(10)));
        assert_eq!(throttle.count_at("b", start), Ok(()));
        assert_eq!(throttle.count_at("a", start + Duration::from_secs(10)), Ok(()));
        assert!(throttle.count_at("a", start + Duration::from_secs(10)).is_err());
    }

    #[test]
    fn a_success_forgets_and_asking_counts_nothing() {
        let throttle = throttle(1, Duration::from_secs(30));
        assert_eq!(throttle.wait("a"), None);
        assert!(throttle.count("a").is_ok());
        assert!(throttle.wait("a").is_some());
        assert!(throttle.count("a").is_err());
        throttle.forgive("a");
        assert_eq!(throttle.wait("a"), None);
        assert!(throttle.count("a").is_ok());
    }

    #[test]
    fn a_flood_of_keys_stays_within_its_memory() {
        let throttle = throttle(2, Duration::from_secs(900));
        let start = Instant::now();
        for number in 0..(MAX_KEYS + 5_000) {
            let _ = throttle.count_at(&number.to_string(), start + Duration::from_micros(number as u64));
        }
        assert!(throttle.keys().len() <= MAX_KEYS);
    }
}
