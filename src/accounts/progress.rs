//! How far the migration is: the gauge `users{state}`, and the numbers of the ops page.
//!
//! # Why so rarely
//! Counting reads the whole table. It is done once in a few minutes on one connection, one statement after the other,
//! and the pause is at least a hundred times as long as the counting took: the legacy database gives it no more than
//! 1 % of a connection. Between two counts the marks of this very process move the numbers; those of other replicas
//! come with the next count.
//!
//! In mode `proxy` nobody crosses, so nothing is counted.
use crate::{
    clock,
    ledger::Ledger,
    store::{Store, error::StoreError},
    telemetry::metrics::Metrics,
};
use arc_swap::ArcSwapOption;
use chrono::{DateTime, TimeDelta, Utc};
use prometheus::{IntCounter, IntGaugeVec};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long after a start the first count begins: it keeps every core of a small database, and the first request comes
/// now.
const FIRST: Duration = Duration::from_millis(100);
/// Shortest time between two counts.
const PAUSE: Duration = Duration::from_secs(180);
/// How many times as long as the last count the pause is at least.
const REST: u32 = 100;
/// A projection beyond this many days is none.
const FORESEEABLE_DAYS: u64 = 36_500;

/// Who has crossed, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossed {
    /// Users of the legacy database; `None` where it cannot be counted.
    pub total: Option<u64>,
    /// Marked after a login.
    pub by_login: u64,
    /// Marked by a bulk import.
    pub in_bulk: u64,
    /// Marked in the last 24 hours, in either way.
    pub last_day: u64,
    /// Marked in the last 7 days, in either way.
    pub last_week: u64,
    /// When it was counted, in seconds since 1970.
    pub counted_at: u64,
}

impl Crossed {
    /// All who have crossed.
    #[must_use]
    pub fn migrated(&self) -> u64 {
        self.by_login.saturating_add(self.in_bulk)
    }

    /// Those who have not; `None` where the legacy database cannot be counted.
    #[must_use]
    pub fn remaining(&self) -> Option<u64> {
        self.total.map(|total| total.saturating_sub(self.migrated()))
    }

    /// When the last one would cross at the pace of the last week, in seconds since 1970.
    #[must_use]
    pub fn projected_end(&self, now: u64) -> Option<u64> {
        projected_end(self.remaining()?, self.last_week, now)
    }
}

/// When the last of those who remain would cross at the pace of the last week, in seconds since 1970; `None` while
/// nobody does, when nobody remains, or when it is more than a century away.
#[must_use]
pub fn projected_end(remaining: u64, last_week: u64, now: u64) -> Option<u64> {
    let seconds = remaining.saturating_mul(7 * 86_400).checked_div(last_week).filter(|_| remaining > 0)?;
    (seconds <= FORESEEABLE_DAYS * 86_400).then(|| now.saturating_add(seconds))
}

/// The last count, and what this process has marked since.
pub struct Progress {
    last: ArcSwapOption<(Crossed, u64)>,
    marked: IntCounter,
    users: IntGaugeVec,
}

impl Progress {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(metrics: &Metrics) -> Arc<Self> {
        let (marked, users) = (metrics.marked.clone(), metrics.users.clone());
        Arc::new(Self { last: ArcSwapOption::empty(), marked, users })
    }

    /// Who has crossed; `None` before the first count.
    #[must_use]
    pub fn crossed(&self) -> Option<Crossed> {
        let last = self.last.load();
        let (mut crossed, marked_then) = **last.as_ref()?;
        let since = self.marked.get().saturating_sub(marked_then);
        for count in [&mut crossed.by_login, &mut crossed.last_day, &mut crossed.last_week] {
            *count = count.saturating_add(since);
        }
        Some(crossed)
    }

    /// Brings the gauges up to date; they stay away where the legacy database cannot be counted.
    pub fn tell(&self) {
        let Some(crossed) = self.crossed() else { return };
        let Some(remaining) = crossed.remaining() else { return };
        for (state, count) in [("migrated", crossed.migrated()), ("remaining", remaining)] {
            self.users.with_label_values(&[state]).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    /// Counts for ever, a little after the start.
    pub async fn watch(self: Arc<Self>, store: Arc<dyn Store>, ledger: Arc<dyn Ledger>) {
        let mut failing = false;
        tokio::time::sleep(FIRST).await;
        loop {
            let begun = Instant::now();
            failing = self.take(count(&*store, &*ledger, Utc::now()).await, failing);
            tokio::time::sleep(pause(begun.elapsed())).await;
        }
    }

    /// Takes in a count, or says once that there is none; whether it failed.
    fn take(&self, counted: Result<Crossed, StoreError>, was_failing: bool) -> bool {
        match counted {
            Ok(crossed) => {
                if was_failing {
                    tracing::info!("the users are counted again");
                }
                self.last.store(Some(Arc::new((crossed, self.marked.get()))));
                false
            }
            Err(error) => {
                // Once is enough: the numbers say themselves how old they are.
                if !was_failing {
                    tracing::warn!(kind = error.kind.word(), %error, "the users could not be counted; the last numbers stay");
                }
                true
            }
        }
    }
}

async fn count(store: &dyn Store, ledger: &dyn Ledger, now: DateTime<Utc>) -> Result<Crossed, StoreError> {
    let total = store.count().await?;
    let ago = |days| now.checked_sub_signed(TimeDelta::days(days)).unwrap_or(DateTime::UNIX_EPOCH);
    let mut both = [0_u64; 2];
    for (count, since) in both.iter_mut().zip([ago(1), ago(7)]) {
        for in_bulk in [false, true] {
            *count = count.saturating_add(ledger.count_since(since, in_bulk).await?);
        }
    }
    let [last_day, last_week] = both;
    let in_bulk = ledger.count_since(DateTime::UNIX_EPOCH, true).await?;
    // Last, right before the marks of this process are read: a mark between the two would be missing until the next count.
    let by_login = ledger.count_since(DateTime::UNIX_EPOCH, false).await?;
    Ok(Crossed { total, by_login, in_bulk, last_day, last_week, counted_at: clock::unix_now() })
}

fn pause(took: Duration) -> Duration {
    PAUSE.max(took.saturating_mul(REST))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: u64 = 7 * 86_400;

    fn crossed(total: Option<u64>, by_login: u64, last_week: u64) -> Crossed {
        Crossed { total, by_login, in_bulk: 100, last_day: 1, last_week, counted_at: 0 }
    }

    #[test]
    fn the_end_is_projected_from_the_last_week() {
        assert_eq!(crossed(Some(1000), 200, 70).projected_end(5), Some(5 + 10 * WEEK));
        assert_eq!(crossed(Some(1000), 200, 0).projected_end(5), None, "nobody crosses");
        assert_eq!(crossed(Some(300), 200, 70).projected_end(5), None, "all have crossed");
        assert_eq!(crossed(Some(u64::MAX), 200, 1).projected_end(5), None, "not in a century");
        assert_eq!(crossed(None, 200, 70).projected_end(5), None, "nobody knows how many remain");
    }

    #[test]
    fn marks_of_users_that_are_gone_leave_no_negative_rest() {
        assert_eq!(crossed(Some(250), 200, 0).remaining(), Some(0));
    }

    #[test]
    fn counting_takes_a_hundredth_of_the_time_at_most() {
        assert_eq!(pause(Duration::from_millis(3)), PAUSE);
        assert_eq!(pause(Duration::from_secs(4)), Duration::from_secs(400));
        assert_eq!(pause(Duration::MAX), Duration::MAX);
    }

    #[test]
    fn own_marks_move_the_numbers_between_two_counts() {
        let metrics = Metrics::new().expect("metrics");
        let progress = Progress::new(&metrics);
        progress.tell();
        assert!(!metrics.text().expect("text").contains("drawbridge_users"), "nothing is known yet");
        metrics.marked.inc_by(5);
        progress.last.store(Some(Arc::new((crossed(Some(1000), 200, 70), 5))));
        metrics.marked.inc_by(3);
        let now = progress.crossed().expect("a count");
        assert_eq!((now.by_login, now.last_day, now.last_week, now.remaining()), (203, 4, 73, Some(697)));
        progress.tell();
        let text = metrics.text().expect("text");
        assert!(text.contains("drawbridge_users{state=\"migrated\"} 303"), "{text}");
        assert!(text.contains("drawbridge_users{state=\"remaining\"} 697"), "{text}");
    }

    #[test]
    fn a_failed_count_is_said_once_and_leaves_the_last_numbers() {
        use crate::telemetry::problems::{self, Recorder};
        use tracing_subscriber::layer::SubscriberExt;
        let progress = Progress::new(&Metrics::new().expect("metrics"));
        let failed = || Err(StoreError::new(crate::store::error::StoreErrorKind::Timeout, "too long"));
        let said = || {
            let all =
                problems::recent().into_iter().filter(|problem| problem.message.starts_with("the users could not"));
            all.map(|problem| problem.count).sum::<u64>()
        };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(Recorder), || {
            let known = crossed(Some(1000), 200, 70);
            let mut failing = progress.take(Ok(known), false);
            for _ in 0..5 {
                failing = progress.take(failed(), failing);
            }
            assert_eq!((progress.crossed(), said()), (Some(known), 1));
            assert!(!progress.take(Ok(known), failing));
            assert!(progress.take(failed(), false));
            assert_eq!(said(), 2, "a later failure is a new one");
        });
    }

    #[test]
    fn a_store_that_cannot_be_counted_shows_no_gauge() {
        let metrics = Metrics::new().expect("metrics");
        let progress = Progress::new(&metrics);
        progress.last.store(Some(Arc::new((crossed(None, 200, 70), 0))));
        progress.tell();
        assert!(!metrics.text().expect("text").contains("drawbridge_users"));
    }
}
