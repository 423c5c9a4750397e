//! The last 24 hours of this process by the minute: who opens the ops page at three in the morning sees the night.
//!
//! A ring of 1,440 entries of 44 bytes. Times are those of the wall clock; a clock that was set back takes the minutes
//! that it lives through anew out of the ring, one that was set forward leaves a gap.
use super::reading::Reading;
use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Minutes that are kept.
const MINUTES: usize = 24 * 60;
/// Minutes over which the latency of the page is taken.
pub const WINDOW: usize = 15;

/// What one minute was like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Minute {
    accepted: u32,
    refused: u32,
    failed: u32,
    outages: u32,
    turned_away: u32,
    looked_up: u32,
    marked: u32,
    login_p95: u32,
    waiting: u32,
    state: State,
}

/// How a minute was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// Nobody looked.
    #[default]
    Unknown,
    /// Every dependency answered, and so did we.
    Well,
    /// A dependency did not answer, or a request met an outage.
    Trouble,
}

/// The history as columns, the oldest minute first; the last one is under way.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct Columns {
    /// When the process began to listen, in seconds since 1970.
    pub since: u64,
    /// When the first minute begins, in seconds since 1970.
    pub from: u64,
    /// Seconds of an entry.
    pub step: u32,
    /// Logins that were accepted.
    pub accepted: Vec<u32>,
    /// Logins that were refused.
    pub refused: Vec<u32>,
    /// Logins without an answer about the person.
    pub failed: Vec<u32>,
    /// Requests that met an outage.
    pub outages: Vec<u32>,
    /// Requests that were not let in.
    pub turned_away: Vec<u32>,
    /// Answered lookups.
    pub looked_up: Vec<u32>,
    /// Users marked by this process.
    pub marked: Vec<u32>,
    /// 95th percentile of a login, in microseconds; 0 without logins.
    pub login_p95: Vec<u32>,
    /// Most verifications that waited.
    pub waiting: Vec<u32>,
    /// 0 nobody looked, 1 well, 2 trouble.
    pub state: Vec<u8>,
}

/// The ring, and what the current minute began with.
pub struct History {
    since: u64,
    inner: Mutex<Inner>,
}

struct Inner {
    closed: VecDeque<Minute>,
    minute: u64,
    waiting: u32,
    state: State,
    begun: VecDeque<Reading>,
}

impl History {
    /// Begins now (in seconds since 1970) with the counters as they stand.
    #[must_use]
    pub fn new(now: u64, reading: Reading) -> Self {
        let inner = Inner {
            closed: VecDeque::new(),
            minute: now / 60,
            waiting: 0,
            state: State::Unknown,
            begun: VecDeque::from([reading]),
        };
        Self { since: now, inner: Mutex::new(inner) }
    }

    /// When it began.
    #[must_use]
    pub fn since(&self) -> u64 {
        self.since
    }

    /// Takes in what is seen every few seconds: the counters, how many verifications wait, and whether every dependency
    /// answered when somebody asked.
    pub fn look(&self, now: u64, reading: &Reading, waiting: u64, well: Option<bool>) {
        let mut inner = self.inner();
        inner.turn_to(now / 60, reading);
        inner.waiting = inner.waiting.max(number(waiting));
        let state = match well {
            None => State::Unknown,
            Some(true) => State::Well,
            Some(false) => State::Trouble,
        };
        inner.state = inner.state.max(state);
    }

    /// What was counted in the last quarter of an hour, up to this reading.
    #[must_use]
    pub fn recent(&self, reading: &Reading) -> Reading {
        self.inner().begun.front().map(|earliest| reading.since(earliest)).unwrap_or_default()
    }

    /// Outages of the last minutes, this one included.
    #[must_use]
    pub fn outages(&self, reading: &Reading, minutes: usize) -> u64 {
        let inner = self.inner();
        let index = inner.begun.len().saturating_sub(minutes);
        inner.begun.get(index).map_or(0, |earlier| reading.since(earlier).outages)
    }

    /// All of it.
    #[must_use]
    pub fn columns(&self, reading: &Reading) -> Columns {
        let inner = self.inner();
        let minutes: Vec<Minute> = inner.closed.iter().copied().chain([inner.current(reading)]).collect();
        let all = |pick: fn(&Minute) -> u32| minutes.iter().map(pick).collect();
        let behind = u64::try_from(inner.closed.len()).unwrap_or(0);
        Columns {
            since: self.since,
            from: inner.minute.saturating_sub(behind).saturating_mul(60),
            step: 60,
            accepted: all(|minute| minute.accepted),
            refused: all(|minute| minute.refused),
            failed: all(|minute| minute.failed),
            outages: all(|minute| minute.outages),
            turned_away: all(|minute| minute.turned_away),
            looked_up: all(|minute| minute.looked_up),
            marked: all(|minute| minute.marked),
            login_p95: all(|minute| minute.login_p95),
            waiting: all(|minute| minute.waiting),
            state: minutes
                .iter()
                .map(|minute| match minute.state {
                    State::Unknown => 0,
                    State::Well => 1,
                    State::Trouble => 2,
                })
                .collect(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn current(&self, reading: &Reading) -> Minute {
        let counted = self.begun.back().map(|begun| reading.since(begun)).unwrap_or_default();
        let p95 = counted.login.quantile(0.95).map_or(0, |seconds| {
            std::time::Duration::try_from_secs_f64(seconds).map_or(u128::MAX, |time| time.as_micros())
        });
        Minute {
            accepted: number(counted.accepted),
            refused: number(counted.refused),
            failed: number(counted.failed),
            outages: number(counted.outages),
            turned_away: number(counted.turned_away),
            looked_up: number(counted.looked_up),
            marked: number(counted.marked),
            login_p95: u32::try_from(p95).unwrap_or(u32::MAX),
            waiting: self.waiting,
            state: if counted.outages > 0 { State::Trouble } else { self.state },
        }
    }

    fn turn_to(&mut self, minute: u64, reading: &Reading) {
        if minute == self.minute {
            return;
        }
        let done = self.current(reading);
        self.closed.push_back(done);
        let next = self.minute.saturating_add(1);
        let whole = |minutes: u64| usize::try_from(minutes).unwrap_or(MINUTES).min(MINUTES);
        self.closed.extend(std::iter::repeat_n(Minute::default(), whole(minute.saturating_sub(next))));
        let relived = whole(next.saturating_sub(minute));
        self.closed.truncate(self.closed.len().saturating_sub(relived));
        while self.closed.len() >= MINUTES {
            self.closed.pop_front();
        }
        self.begun.push_back(reading.clone());
        while self.begun.len() > WINDOW {
            self.begun.pop_front();
        }
        (self.minute, self.waiting, self.state) = (minute, 0, State::Unknown);
    }
}

fn number(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_800_000_000;

    fn accepted(accepted: u64) -> Reading {
        Reading { accepted, ..Reading::default() }
    }

    #[test]
    fn each_minute_has_what_was_counted_in_it() {
        let history = History::new(NOON, accepted(100));
        history.look(NOON + 30, &accepted(103), 4, Some(true));
        history.look(NOON + 60, &accepted(105), 1, Some(true));
        history.look(NOON + 65, &accepted(106), 2, Some(false));
        let columns = history.columns(&accepted(107));
        assert_eq!((columns.from, columns.step), (NOON, 60));
        assert_eq!(columns.accepted, [5, 2]);
        assert_eq!(columns.waiting, [4, 2]);
        assert_eq!(columns.state, [1, 2]);
        assert_eq!(history.recent(&accepted(107)).accepted, 7);
    }

    #[test]
    fn an_outage_of_a_request_is_trouble_even_between_two_looks() {
        let history = History::new(NOON, Reading::default());
        let reading = Reading { outages: 1, ..Reading::default() };
        history.look(NOON + 30, &reading, 0, Some(true));
        assert_eq!(history.columns(&reading).state, [2]);
        assert_eq!(history.outages(&reading, 5), 1);
        for minute in 1..=5 {
            history.look(NOON + minute * 60, &reading, 0, Some(true));
        }
        assert_eq!(history.outages(&reading, 5), 0, "it is over for five minutes");
    }

    #[test]
    fn a_day_is_kept_and_no_more() {
        let history = History::new(NOON, accepted(0));
        for minute in 1..3000 {
            history.look(NOON + minute * 60, &accepted(minute), 0, Some(true));
        }
        let columns = history.columns(&accepted(3000));
        assert_eq!(columns.accepted.len(), MINUTES);
        assert_eq!(columns.from, NOON + (3000 - 1440) * 60);
        assert!(columns.accepted.iter().all(|count| *count == 1));
        assert!(std::mem::size_of::<Minute>() <= 44);
    }

    #[test]
    fn a_clock_that_is_set_leaves_a_gap_or_lives_through_it_anew() {
        let history = History::new(NOON, accepted(0));
        history.look(NOON + 60, &accepted(1), 0, Some(true));
        history.look(NOON + 240, &accepted(2), 0, Some(true));
        assert_eq!(history.columns(&accepted(2)).state, [0, 1, 0, 0, 1]);
        history.look(NOON + 60, &accepted(3), 0, Some(true));
        let columns = history.columns(&accepted(3));
        assert_eq!((columns.from, columns.accepted.len()), (NOON, 2));
        history.look(60, &accepted(3), 0, Some(true));
        assert_eq!(history.columns(&accepted(3)).accepted.len(), 1);
        history.look(u64::MAX, &accepted(3), 0, Some(true));
        assert_eq!(history.columns(&accepted(3)).accepted.len(), MINUTES);
    }
}
