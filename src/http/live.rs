//! The bridge that answers now, replaceable while it runs.
//!
//! A request takes the bridge once, at its beginning, and keeps it to its end: a reload is only seen by the requests after
//! it. What no request holds any more closes its own connections.
use super::Bridge;
use crate::confinement::Confined;
use arc_swap::ArcSwap;
use std::sync::Arc;

/// What both listeners look at.
pub struct Live {
    bridge: ArcSwap<Bridge>,
    /// What the process has given up.
    pub confined: Confined,
}

impl Live {
    /// The first bridge.
    #[must_use]
    pub fn new(bridge: Bridge, confined: Confined) -> Self {
        Self { bridge: ArcSwap::new(Arc::new(bridge)), confined }
    }

    /// The bridge for a request that begins.
    #[must_use]
    pub fn bridge(&self) -> Arc<Bridge> {
        self.bridge.load_full()
    }

    /// From now on requests are answered by this one.
    pub fn replace(&self, bridge: Bridge) {
        self.bridge.store(Arc::new(bridge));
    }
}
