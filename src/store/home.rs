//! Threads that drive the connections of their own lookups.
//!
//! # Why
//! A lookup whose connection another thread drives wakes that thread for the question and this one for the answer. Each
//! waits for a core, which takes long where verification keeps all of them busy.
use std::{
    cell::Cell,
    num::NonZeroUsize,
    sync::atomic::{AtomicUsize, Ordering},
};

thread_local! {
    static HOME: Cell<Option<NonZeroUsize>> = const { Cell::new(None) };
}

static LAST: AtomicUsize = AtomicUsize::new(0);

/// A thread that drives connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Home(NonZeroUsize);

/// From now on this thread, which has a runtime of its own, drives the connections of the lookups that it makes.
pub fn settle() {
    if HOME.get().is_none() {
        HOME.set(NonZeroUsize::new(LAST.fetch_add(1, Ordering::Relaxed) + 1));
    }
}

/// This thread, if it is one of them.
pub(crate) fn here() -> Option<Home> {
    HOME.get().map(Home)
}

/// Whose a connection is.
pub(crate) struct Owner(AtomicUsize);

impl Owner {
    /// Nobody's yet.
    pub const fn nobody() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// Whether it is this one's.
    pub fn is(&self, Home(home): Home) -> bool {
        self.0.load(Ordering::Relaxed) == home.get()
    }

    /// Makes it this one's, unless it has an owner.
    pub fn becomes(&self, Home(home): Home) -> bool {
        self.0.compare_exchange(0, home.get(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}
