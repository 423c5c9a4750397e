//! Promises 9 and 10, black box: the throttle that replicas share, and the audit stream; with a real Redis, real disks
//! that are full, and real rotations.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod audit;
mod audit_disk;
mod shared;
mod store_faults;

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::{
    bridge::Bridge,
    client::{self, Answer},
    issuer::{AUDIENCE, Issuer},
    legacy_users::{self, Row},
};

/// `hashcat`'s own example of mode 3200; the password is the program's name.
const BCRYPT: &str = "'$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou'";
/// Its password.
pub const PASSWORD: &str = "hashcat";
/// A key for HMACs.
pub const KEY: &str = "0123456789abcdef0123456789abcdef";

/// An issuer, a legacy database, and as many bridges before it as a test starts.
pub struct World {
    /// The stand-in for the tenant.
    pub issuer: Issuer,
    /// Where a test may write.
    pub directory: tempfile::TempDir,
    client: reqwest::Client,
    configuration: String,
}

impl World {
    /// The usual people.
    pub fn start() -> Self {
        let issuer = Issuer::start();
        let directory = tempfile::tempdir().expect("a directory");
        let row = |id, email, username| Row { id, email, username, password: BCRYPT, active: 1, plan: "'gold'" };
        let people = [
            row("'1'", "'Ada@Example.com'", "'ada'"),
            row("'2'", "'grace@example.com'", "'grace'"),
            Row { active: 0, ..row("'3'", "'alan@example.com'", "'alan'") },
        ];
        let database = legacy_users::create(directory.path(), &people);
        let configuration = legacy_users::configuration(&database, &issuer.url, AUDIENCE);
        Self { issuer, directory, client: client::client(None), configuration }
    }

    /// A bridge with these sections beside.
    pub fn bridge(&self, more: &str) -> Bridge {
        Bridge::start(&format!("{}\n{more}", self.configuration))
    }

    /// The same with variables, or what it printed when it did not start.
    pub fn try_bridge(&self, more: &str, variables: &[(&str, &str)]) -> Result<Bridge, String> {
        Bridge::try_start_with(&format!("{}\n{more}", self.configuration), variables)
    }

    /// A POST with a good token.
    pub async fn post(&self, bridge: &Bridge, path: &str, body: Value) -> Answer {
        self.post_with(bridge, path, body, &self.issuer.token()).await
    }

    /// A POST with another token.
    pub async fn post_with(&self, bridge: &Bridge, path: &str, body: Value, token: &str) -> Answer {
        client::send(client::post(&self.client, &format!("{}{path}", bridge.url), token, &body)).await
    }

    /// The status of a login.
    pub async fn login(&self, bridge: &Bridge, identifier: &str, password: &str) -> u16 {
        self.post(bridge, "/login", json!({"identifier": identifier, "password": password})).await.status
    }

    /// The status of a guess.
    pub async fn guess(&self, bridge: &Bridge, identifier: &str) -> u16 {
        self.login(bridge, identifier, "a-wrong-password").await
    }

    /// A GET of the ops listener.
    pub async fn ops(&self, bridge: &Bridge, path: &str) -> Answer {
        client::send(self.client.get(format!("{}{path}", bridge.ops))).await
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
