//! What verifications take on this machine: processor time by kind and cost, alone and side by side.
use crate::hash::scheme::Cost;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Most kinds of work that are remembered: a table that holds more does not fill the memory.
const MOST_KINDS: usize = 256;
/// Most side by side whose time is remembered.
const MOST_LANES: usize = 32;

/// Verifications that take equally long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Work {
    kind: &'static str,
    rounds: u64,
    memory: u64,
}

impl Work {
    /// What this cost means.
    #[must_use]
    pub fn of(cost: &Cost) -> Self {
        Self { kind: cost.kind, rounds: cost.rounds, memory: cost.memory }
    }

    /// Whether it is more than so many times the other, as far as their costs tell.
    fn is_over(&self, times: u32, other: &Self) -> bool {
        self.kind == other.kind && self.rounds > other.rounds.saturating_mul(times.into())
    }
}

/// The times, each a moving average of what was measured.
#[derive(Debug, Default)]
pub struct Times {
    // By how many ran side by side, one first; zero is not known.
    known: Mutex<HashMap<Work, Vec<Duration>>>,
}

impl Times {
    /// What so many of this kind take side by side; as long as one where that many never ran, `None` where none ever did.
    #[must_use]
    pub fn of(&self, work: &Work, count: usize) -> Option<Duration> {
        let known = self.lock();
        let times = known.get(work)?;
        let at = |count: usize| count.checked_sub(1).and_then(|at| times.get(at)).filter(|time| !time.is_zero());
        // Lanes cost little: taken for nothing, so many run once, and then it is known. A guess too high would never be
        // put right, since nobody would try.
        at(count).or_else(|| at(1)).copied()
    }

    /// Remembers what so many took side by side.
    pub fn note(&self, work: &Work, count: usize, spent: Duration) {
        let mut known = self.lock();
        if known.len() >= MOST_KINDS && !known.contains_key(work) {
            return;
        }
        let times = known.entry(*work).or_default();
        if count > times.len() && count <= MOST_LANES {
            times.resize(count, Duration::ZERO);
        }
        if let Some(time) = count.checked_sub(1).and_then(|at| times.get_mut(at)) {
            *time = if time.is_zero() { spent } else { *time / 8 * 7 + spent / 8 };
        }
    }

    /// Whether it takes more than so many times as long as the other.
    #[must_use]
    pub fn is_over(&self, work: &Work, factor: u32, other: &Work) -> bool {
        match (self.of(work, 1), self.of(other, 1)) {
            (Some(time), Some(other)) => time > other * factor,
            _ => work.is_over(factor, other),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Work, Vec<Duration>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(rounds: u64) -> Work {
        Work { kind: "bcrypt", rounds, memory: 0 }
    }

    #[test]
    fn what_never_ran_side_by_side_is_taken_for_one() {
        let times = Times::default();
        assert_eq!(times.of(&work(32), 1), None);
        times.note(&work(32), 1, Duration::from_millis(40));
        assert_eq!(times.of(&work(32), 1), Some(Duration::from_millis(40)));
        assert_eq!(times.of(&work(32), 4), Some(Duration::from_millis(40)));
        times.note(&work(32), 4, Duration::from_millis(44));
        assert_eq!(times.of(&work(32), 4), Some(Duration::from_millis(44)));
        assert_eq!(times.of(&work(32), 3), Some(Duration::from_millis(40)));
    }

    #[test]
    fn costs_tell_what_is_dear_before_it_ever_ran() {
        let times = Times::default();
        assert!(times.is_over(&work(1 << 14), 2, &work(1 << 10)));
        assert!(!times.is_over(&work(1 << 11), 2, &work(1 << 10)));
        assert!(!times.is_over(&Work { kind: "argon2id", ..work(1 << 30) }, 2, &work(1 << 10)));
    }

    #[test]
    fn many_kinds_do_not_fill_the_memory() {
        let times = Times::default();
        for rounds in 0..10_000 {
            times.note(&work(rounds), 1, Duration::from_millis(1));
        }
        assert_eq!(times.lock().len(), MOST_KINDS);
    }
}
