//! A hash's rounds in portions, and a moment for others between two of them.
//!
//! # Why a thread that computes gives way
//! Niceness shares out time, not moments. Whoever has just run is a little ahead of its share; where it wakes before the
//! thread that computes has made up for that, it is not let in, and the kernel only looks again in a tick, up to 4 ms
//! later (10 where ticks are that long). `/get_user` is four wake-ups of three programs, so this meets one of a hundred.
//! Whoever offers the processor by itself lets them look each time, for a call that costs nothing while nobody waits.
use std::{
    iter::FusedIterator,
    thread::yield_now,
    time::{Duration, Instant},
};

/// How long a thread computes before it gives way; also the slice that it asks the scheduler for (`verify_pool`).
pub const TURN: Duration = Duration::from_micros(250);

/// Most times as many rounds as in the portion before.
const GROWTH: u64 = 16;

/// Numbers of rounds that add up to all of them, each about a turn long on this machine; between two, others go first.
#[derive(Debug)]
pub struct Portions {
    left: u64,
    size: u64,
    begun: Option<Instant>,
}

impl Portions {
    /// Of so many rounds. The first portion is one round: how long that takes says how many the next one has.
    #[must_use]
    pub fn of(rounds: u64) -> Self {
        Self { left: rounds, size: 1, begun: None }
    }
}

impl Iterator for Portions {
    type Item = u64;

    // Once in a portion, and apart: what it calls must not cost the rounds their registers.
    #[inline(never)]
    fn next(&mut self) -> Option<u64> {
        if self.left == 0 {
            return None;
        }
        if let Some(begun) = self.begun {
            let took = begun.elapsed();
            self.size = next_size(self.size, took);
            if took > TURN / 4 {
                yield_now();
            }
        }
        self.begun = Some(Instant::now());
        let portion = self.size.min(self.left);
        self.left -= portion;
        Some(portion)
    }
}

impl FusedIterator for Portions {}

/// How many rounds take about a turn, after `size` of them took so long.
fn next_size(size: u64, took: Duration) -> u64 {
    let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX).max(1);
    let fitting = u64::try_from(TURN.as_nanos()).unwrap_or(u64::MAX).saturating_mul(size) / nanos;
    // A portion in which somebody else had the processor says little about rounds.
    fitting.clamp(size.div_ceil(2), size.saturating_mul(GROWTH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// No round is lost or done twice, however they are divided.
        #[test]
        fn portions_add_up_to_all_rounds(rounds in 0_u64..100_000) {
            let portions: Vec<u64> = Portions::of(rounds).collect();
            prop_assert_eq!(portions.iter().sum::<u64>(), rounds);
            prop_assert!(portions.iter().all(|portion| *portion > 0));
        }

        #[test]
        fn a_portion_is_never_empty_and_never_grows_by_more_than_its_bound(size in 1_u64.., took in any::<u64>()) {
            let next = next_size(size, Duration::from_nanos(took));
            prop_assert!((1..=size.saturating_mul(GROWTH)).contains(&next));
        }
    }

    #[test]
    fn rounds_longer_than_a_turn_come_one_by_one() {
        let portions = Portions::of(5).inspect(|_| std::thread::sleep(2 * TURN));
        assert_eq!(portions.collect::<Vec<_>>(), [1; 5]);
    }

    #[test]
    fn a_portion_grows_towards_a_turn_and_shrinks_by_half_at_most() {
        assert_eq!(next_size(1, Duration::from_nanos(70)), 16);
        assert_eq!(next_size(256, Duration::from_micros(25)), 2560);
        assert_eq!(next_size(1, Duration::from_micros(65)), 3);
        assert_eq!(next_size(3, Duration::from_millis(5)), 2);
        assert_eq!(next_size(1, Duration::from_secs(1)), 1);
    }
}
