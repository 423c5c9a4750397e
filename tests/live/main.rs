//! What happens to a running bridge: other configurations, other certificates, and what it has given up.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod audit;
mod authority;
mod backends;
mod certificates;
mod confinement;
mod memory;
mod reload;
mod throttle;

use serde_json::{Value, json};
use std::{path::Path, time::Duration};
pub use support::site::{BCRYPT, PASSWORD};
use support::{
    bridge::Bridge,
    client::{self, Answer},
    issuer::{AUDIENCE, Issuer},
    legacy_users::{self, Row},
    site::{Site, person},
};

/// An issuer, a legacy database and a bridge whose configuration can be rewritten.
pub struct World {
    /// The stand-in for the tenant.
    pub issuer: Issuer,
    /// The running bridge.
    pub bridge: Bridge,
    /// A client for it.
    pub client: reqwest::Client,
    /// Where the database is, and what else a test writes.
    pub directory: tempfile::TempDir,
}

impl World {
    /// One person, and what the configuration says beside.
    pub fn with(more: &str) -> Self {
        Self::made(|_, configuration| format!("{configuration}\n{more}"))
    }

    /// The same with a configuration of the test's own making.
    pub fn made(make: impl FnOnce(&Path, String) -> String) -> Self {
        let site = Site::with(&[ada()]);
        let bridge = Bridge::start(&make(site.directory.path(), site.configuration()));
        let Site { issuer, directory, client } = site;
        Self { issuer, bridge, client, directory }
    }

    /// The usual configuration.
    pub fn usual(&self) -> String {
        legacy_users::configuration(&self.directory.path().join("legacy.db"), &self.issuer.url, AUDIENCE)
    }

    /// A login with the right password.
    pub async fn login(&self) -> Answer {
        login(&self.client, &self.bridge.url, &self.issuer.token()).await
    }

    /// The value of a metric.
    pub async fn metric(&self, name: &str) -> f64 {
        metric(&self.bridge, name).await
    }

    /// Waits until so many reloads had this result.
    pub async fn reloaded(&self, result: &str, count: f64) {
        let name = format!("drawbridge_config_reloads_total{{result=\"{result}\"}}");
        eventually(&self.bridge, async || self.metric(&name).await >= count).await;
    }
}

/// The person of these tests.
pub fn ada() -> Row<'static> {
    person("'1'", "'ada@example.com'", "'ada'")
}

/// A login with the right password.
pub async fn login(client: &reqwest::Client, url: &str, token: &str) -> Answer {
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    client::send(client::post(client, &format!("{url}/login"), token, &body)).await
}

/// The value of a metric; 0 where there is none.
pub async fn metric(bridge: &Bridge, name: &str) -> f64 {
    let text = client::send(client::client(None).get(format!("{}/metrics", bridge.ops))).await.body;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.unwrap_or(0.0)
}

/// Waits for something that comes sooner or later.
pub async fn eventually(bridge: &Bridge, mut condition: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never came:\n{}", told(bridge, &["WARN", "ERROR"]));
}

/// The log's events of these levels, one a line.
pub fn told(bridge: &Bridge, levels: &[&str]) -> String {
    let log = bridge.log();
    let events = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let wanted = events.filter(|event| levels.iter().any(|level| event["level"] == *level));
    wanted.map(|event| format!("{event}\n")).collect()
}
