//! The throttle: so many events of one name in a period, by the generic cell rate algorithm.
//!
//! What is counted is a name under a key (`subject`), never a readable identifier.
//!
//! # Why two counts
//! With `limits.store` all replicas count in one Redis, and it decides. Each replica also remembers what Redis last
//! told it, so that it goes on from there when Redis is gone; what a Redis that comes back cannot know, because it was
//! counted meanwhile or lost with a restart, is told to it with the next event of that name, and the stricter of both
//! counts. So neither losing the store nor finding it again opens the door or closes it.
//!
//! # What a reload leaves
//! Another rate is taken by the throttle itself, and another store gets one of its own that remembers what the old one
//! knew. Only another key begins from nothing: what was counted has other names under it.
mod failure;
mod local;
mod shared;

pub use shared::SharedStore;

use super::subject::NameKey;
use crate::config::limits::Rate;
use arc_swap::ArcSwapOption;
use local::Local;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// What happens to a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// Is the name over its limit? Counts nothing.
    Look,
    /// One more, unless the name is over its limit.
    Count,
    /// All is forgotten, unless the name is over its limit.
    Success,
}

/// How a name stands after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// Until when it is over its limit; zero when it is not.
    over: Duration,
    /// In how long its bucket is empty.
    backlog: Duration,
}

/// A limit on how often each name may come.
pub struct Throttle {
    kind: &'static str,
    rate: ArcSwapOption<Rate>,
    key: NameKey,
    local: Local,
    shared: Option<Arc<SharedStore>>,
}

impl Throttle {
    /// A throttle of a rate; `None` lets everything pass. Names of two kinds are counted apart.
    #[must_use]
    pub fn new(kind: &'static str, rate: Option<Rate>, key: NameKey, shared: Option<Arc<SharedStore>>) -> Self {
        let rate = ArcSwapOption::from(rate.map(Arc::new));
        Self { kind, rate, key, local: Local::default(), shared }
    }

    /// One that goes on where `before` stands: names under the same key keep their counts, which the store has to hear.
    #[must_use]
    pub fn going_on(self, before: &Self) -> Self {
        if !self.key.agrees(&before.key) {
            return self;
        }
        Self { local: before.local.untold_to_any(), ..self }
    }

    /// The key under which it names what it counts.
    #[must_use]
    pub fn key(&self) -> &NameKey {
        &self.key
    }

    /// Another rate from now on. What was counted stays: a reload is no way to a fresh start.
    pub fn set_rate(&self, rate: Option<Rate>) {
        self.rate.store(rate.map(Arc::new));
    }

    /// Counts one event.
    ///
    /// # Errors
    /// The time until it may come again, when it is over its limit; the event is not counted then.
    pub async fn count(&self, of: &str, deadline: Instant) -> Result<(), Duration> {
        self.decide(Event::Count, of, deadline).await
    }

    /// Looks whether it may come now; counts nothing.
    ///
    /// # Errors
    /// The time until it may come again.
    pub async fn look(&self, of: &str, deadline: Instant) -> Result<(), Duration> {
        self.decide(Event::Look, of, deadline).await
    }

    /// Forgets what was counted: the event was a success.
    ///
    /// # Errors
    /// The time until it may come again, when it is over its limit; nothing is forgotten then.
    pub async fn forgive(&self, of: &str, deadline: Instant) -> Result<(), Duration> {
        self.decide(Event::Success, of, deadline).await
    }

    async fn decide(&self, event: Event, of: &str, deadline: Instant) -> Result<(), Duration> {
        let Some(rate) = self.rate.load().as_deref().copied() else { return Ok(()) };
        let name = self.key.name(self.kind, of);
        let standing = match &self.shared {
            None => self.local.decide(event, &name, rate, Instant::now()),
            Some(shared) => {
                let epoch = shared.epoch();
                let untold = self.local.untold(&name, epoch);
                match shared.decide(self.kind, event, &name, rate, (epoch, untold), deadline).await {
                    Some(standing) => {
                        self.local.follow(&name, standing, untold, epoch);
                        standing
                    }
                    None => self.local.decide(event, &name, rate, Instant::now()),
                }
            }
        };
        if standing.over.is_zero() { Ok(()) } else { Err(standing.over) }
    }

    /// Whether the shared store answers; `None` where none is configured.
    #[must_use]
    pub fn store_answers(&self) -> Option<bool> {
        self.shared.as_ref().map(|shared| shared.is_up())
    }
}
