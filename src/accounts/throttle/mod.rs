//! The throttle: so many events of one name in a period, by the generic cell rate algorithm.
//!
//! What is counted is a name under a key (`subject`), never a readable identifier.
//!
//! # Why two counts
//! With `limits.store` all replicas count in one Redis, and it decides. Each replica also remembers what Redis last
//! told it, so that it goes on from there when Redis is gone; what a Redis that comes back cannot know, because it was
//! counted meanwhile or lost with a restart, is told to it with the next event of that name, and the stricter of both
//! counts. So neither losing the store nor finding it again opens the door or closes it.
mod failure;
mod local;
mod shared;

pub use shared::SharedStore;

use super::subject::NameKey;
use crate::config::limits::Rate;
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
    rate: Option<Rate>,
    key: NameKey,
    local: Local,
    shared: Option<Arc<SharedStore>>,
}

impl Throttle {
    /// A throttle of a rate; `None` lets everything pass. Names of two kinds are counted apart.
    #[must_use]
    pub fn new(kind: &'static str, rate: Option<Rate>, key: NameKey, shared: Option<Arc<SharedStore>>) -> Self {
        Self { kind, rate, key, local: Local::default(), shared }
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
        let Some(rate) = self.rate else { return Ok(()) };
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
