//! Refusals leave one behind the other.
//!
//! # Why
//! Whoever is refused and asks again at once would take the processor from those who were let in: refusing tens of
//! thousands a second, a machine verifies a sixth of the passwords that it could. A lone refusal waits for nothing.
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How far apart they leave.
const APART: Duration = Duration::from_millis(1);
/// How long one waits at most.
const LONGEST: Duration = Duration::from_secs(1);

/// When the next refusal may leave.
#[derive(Default)]
pub struct Refusals(Mutex<Option<Instant>>);

impl Refusals {
    /// Waits until it is this one's turn, and at most for half of the time that is left.
    pub async fn wait(&self, deadline: Instant) {
        let now = Instant::now();
        let turn = self.turn(now, deadline);
        if turn > now {
            tokio::time::sleep_until(turn.into()).await;
        }
    }

    fn turn(&self, now: Instant, deadline: Instant) -> Instant {
        let latest = now + LONGEST.min(deadline.saturating_duration_since(now) / 2);
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.map_or(now, |next| next.clamp(now, latest));
        *next = Some(turn + APART);
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_one_leaves_at_once_and_the_next_ones_behind_it() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        let deadline = now + Duration::from_secs(5);
        let waits = |later: Duration| refusals.turn(now + later, deadline) - (now + later);
        assert_eq!(
            [waits(Duration::ZERO), waits(Duration::ZERO), waits(Duration::ZERO)],
            [Duration::ZERO, APART, 2 * APART]
        );
        assert_eq!(waits(Duration::from_millis(10)), Duration::ZERO);
    }

    #[test]
    fn none_waits_longer_than_a_second_or_half_of_its_time() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        for _ in 0..2000 {
            assert!(refusals.turn(now, now + Duration::from_secs(5)) <= now + LONGEST);
        }
        assert_eq!(refusals.turn(now, now + Duration::from_millis(100)), now + Duration::from_millis(50));
        assert_eq!(refusals.turn(now, now), now);
    }
}
