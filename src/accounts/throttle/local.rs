//! The counts of this process, in bounded memory.
use super::{super::subject::Name, Event, Standing};
use crate::config::limits::Rate;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Most names that are remembered; 64 bytes each.
const MAX_NAMES: usize = 200_000;

#[derive(Clone, Copy)]
struct Bucket {
    // The moment at which it is empty again.
    empty_at: Instant,
    // In which epoch of the shared store it was told of this; `ALONE` when it never was.
    told: u64,
}

/// The epoch of what only this process has counted. The store's own begin with 1.
const ALONE: u64 = 0;

/// For each name its bucket.
#[derive(Default)]
pub struct Local(Mutex<HashMap<Name, Bucket>>);

impl Local {
    /// When the bucket is empty, if the store of this epoch has not been told.
    pub fn untold(&self, name: &Name, epoch: u64) -> Option<Instant> {
        self.buckets().get(name).filter(|bucket| bucket.told != epoch).map(|bucket| bucket.empty_at)
    }

    /// Remembers what the store of this epoch decided, after it was told of `untold`.
    pub fn follow(&self, name: &Name, standing: Standing, untold: Option<Instant>, epoch: u64) {
        let now = Instant::now();
        let mut buckets = self.buckets();
        // What was counted alone while the store decided is still untold.
        let since = buckets.get(name).filter(|bucket| bucket.told == ALONE && Some(bucket.empty_at) != untold);
        let told = if since.is_some() { ALONE } else { epoch };
        let empty_at = since.map_or(now, |bucket| bucket.empty_at).max(now + standing.backlog);
        if empty_at > now {
            insert(&mut buckets, name, Bucket { empty_at, told }, now);
        } else {
            buckets.remove(name);
        }
    }

    /// A copy of which no store has heard anything.
    pub fn untold_to_any(&self) -> Self {
        let alone = |(name, bucket): (&Name, &Bucket)| (*name, Bucket { told: ALONE, ..*bucket });
        Self(Mutex::new(self.buckets().iter().map(alone).collect()))
    }

    /// Decides by what this process knows; a store has to be told later.
    pub fn decide(&self, event: Event, name: &Name, rate: Rate, now: Instant) -> Standing {
        let mut buckets = self.buckets();
        let known = buckets.get(name).copied();
        let empty_at = known.map_or(now, |bucket| bucket.empty_at.max(now));
        let one_more = empty_at + increment(rate);
        let over = one_more.duration_since(now).saturating_sub(rate.period);
        let empty_at = match event {
            Event::Count if over.is_zero() => {
                insert(&mut buckets, name, Bucket { empty_at: one_more, told: ALONE }, now);
                one_more
            }
            Event::Success if over.is_zero() => {
                buckets.remove(name);
                now
            }
            Event::Look | Event::Count | Event::Success => empty_at,
        };
        Standing { over, backlog: empty_at.duration_since(now) }
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<Name, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one event fills.
pub fn increment(rate: Rate) -> Duration {
    rate.period / rate.count.max(1)
}

fn insert(buckets: &mut HashMap<Name, Bucket>, name: &Name, bucket: Bucket, now: Instant) {
    if buckets.len() >= MAX_NAMES && !buckets.contains_key(name) {
        make_room(buckets, now);
    }
    buckets.insert(*name, bucket);
}

/// Forgets the names whose buckets are empty, and when that is not enough the half that is emptiest.
fn make_room(buckets: &mut HashMap<Name, Bucket>, now: Instant) {
    buckets.retain(|_, bucket| bucket.empty_at > now);
    if buckets.len() >= MAX_NAMES {
        let mut moments: Vec<Instant> = buckets.values().map(|bucket| bucket.empty_at).collect();
        let middle = moments.len() / 2;
        let (_, median, _) = moments.select_nth_unstable(middle);
        let median = *median;
        buckets.retain(|_, bucket| bucket.empty_at > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Name = [1; 16];
    const B: Name = [2; 16];

    fn rate(count: u32, seconds: u64) -> Rate {
        Rate { count, period: Duration::from_secs(seconds) }
    }

    fn over(local: &Local, event: Event, name: &Name, rate: Rate, now: Instant) -> u64 {
        local.decide(event, name, rate, now).over.as_secs()
    }

    #[test]
    fn so_many_in_a_period_and_then_one_by_one() {
        let (local, rate, start) = (Local::default(), rate(3, 30), Instant::now());
        for _ in 0..3 {
            assert_eq!(over(&local, Event::Count, &A, rate, start), 0);
        }
        assert_eq!(over(&local, Event::Count, &A, rate, start), 10);
        assert_eq!(over(&local, Event::Count, &B, rate, start), 0);
        let later = start + Duration::from_secs(10);
        assert_eq!(over(&local, Event::Count, &A, rate, later), 0);
        assert_eq!(over(&local, Event::Count, &A, rate, later), 10);
    }

    #[test]
    fn a_success_forgets_unless_over_the_limit_and_looking_counts_nothing() {
        let (local, rate, now) = (Local::default(), rate(2, 30), Instant::now());
        for _ in 0..5 {
            assert_eq!(over(&local, Event::Look, &A, rate, now), 0);
        }
        assert_eq!(over(&local, Event::Count, &A, rate, now), 0);
        assert_eq!(over(&local, Event::Success, &A, rate, now), 0);
        for _ in 0..2 {
            assert_eq!(over(&local, Event::Count, &A, rate, now), 0);
        }
        assert_eq!(over(&local, Event::Success, &A, rate, now), 15);
        assert_eq!(over(&local, Event::Look, &A, rate, now), 15);
    }

    #[test]
    fn what_was_counted_alone_is_kept_until_the_store_was_told() {
        let (local, rate, now) = (Local::default(), rate(10, 1000), Instant::now());
        let seconds = |seconds| Standing { over: Duration::ZERO, backlog: Duration::from_secs(seconds) };
        local.follow(&A, seconds(300), None, 1);
        assert_eq!(local.untold(&A, 1), None);
        local.decide(Event::Count, &A, rate, now);
        let first = local.untold(&A, 1);
        assert!(
            first.is_some_and(|first| first > now + Duration::from_secs(399)),
            "it goes on from what the store said"
        );
        // A second one is counted alone while the store is told of the first.
        local.decide(Event::Count, &A, rate, now);
        let second = local.untold(&A, 1);
        local.follow(&A, seconds(400), first, 1);
        assert_eq!(local.untold(&A, 1), second);
        local.follow(&A, seconds(500), second, 1);
        assert_eq!(local.untold(&A, 1), None);
        assert!(local.untold(&A, 2).is_some(), "a store that was restarted has forgotten");
        assert!(local.untold_to_any().untold(&A, 1).is_some(), "and so has another one");
        local.follow(&A, seconds(0), None, 2);
        assert!(local.buckets().is_empty());
    }

    #[test]
    fn a_flood_of_names_stays_within_its_memory() {
        let (local, rate, start) = (Local::default(), rate(2, 900), Instant::now());
        for number in 0..(MAX_NAMES as u64 + 5_000) {
            let now = start + Duration::from_micros(number);
            local.decide(Event::Count, &u128::from(number).to_le_bytes(), rate, now);
        }
        assert!(local.buckets().len() <= MAX_NAMES);
    }
}
