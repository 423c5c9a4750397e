//! Promises 9 and 10, black box: the throttle that replicas share, and the audit stream; with a real Redis, real disks
//! that are full, and real rotations.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod audit;
mod audit_disk;
mod shared;
mod store_faults;

use serde_json::json;
use std::time::{Duration, Instant};
pub use support::site::{PASSWORD, Site as World};
use support::{bridge::Bridge, legacy_users::Row, site::person};

/// A key for HMACs.
pub const KEY: &str = "0123456789abcdef0123456789abcdef";

impl World {
    /// The usual people.
    pub fn start() -> Self {
        Self::with(&[
            person("'1'", "'Ada@Example.com'", "'ada'"),
            person("'2'", "'grace@example.com'", "'grace'"),
            Row { active: 0, ..person("'3'", "'alan@example.com'", "'alan'") },
        ])
    }

    /// A bridge with these sections and variables, or what it printed when it did not start.
    pub fn try_bridge(&self, more: &str, variables: &[(&str, &str)]) -> Result<Bridge, String> {
        Bridge::try_start_with(&format!("{}\n{more}", self.configuration()), variables)
    }

    /// The status of a login.
    pub async fn login(&self, bridge: &Bridge, identifier: &str, password: &str) -> u16 {
        self.post(bridge, "/login", json!({"identifier": identifier, "password": password})).await.status
    }

    /// The status of a guess.
    pub async fn guess(&self, bridge: &Bridge, identifier: &str) -> u16 {
        self.login(bridge, identifier, "a-wrong-password").await
    }

    /// The value of a metric, by its name and labels; 0 when it is not there.
    pub async fn metric(&self, bridge: &Bridge, name: &str) -> u64 {
        let metrics = self.ops(bridge, "/metrics").await.body;
        let line = metrics.lines().find_map(|line| line.strip_prefix(&format!("drawbridge_{name} ")));
        line.and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    /// Waits until a metric has a value.
    pub async fn until_metric(&self, bridge: &Bridge, name: &str, value: u64) {
        let begun = Instant::now();
        while self.metric(bridge, name).await != value {
            assert!(begun.elapsed() < Duration::from_secs(60), "`{name}` does not become {value}: {}", bridge.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// How often the log says this.
pub fn said(bridge: &Bridge, text: &str) -> usize {
    bridge.log().lines().filter(|line| line.contains(text)).count()
}
