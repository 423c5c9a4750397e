//! The alerts themselves: a real Prometheus that looks at a real bridge while things break.
use super::{
    tools::text,
    world::{PASSWORD, World},
};
use crate::support::{
    client,
    guard::{Guarded, free_port, wait_until_ready},
};
use std::{collections::BTreeSet, fs, process::Command, sync::Arc, time::Duration};

/// Prometheus with our rules, which fire without waiting first; ended on drop.
struct Prometheus {
    _server: Guarded,
    url: String,
    client: reqwest::Client,
    _directory: tempfile::TempDir,
}

impl Prometheus {
    fn start(bridge: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path();
        let at_once: String = text("deploy/prometheus/alerts.yml")
            .lines()
            .filter(|line| !line.trim_start().starts_with("for: "))
            .map(|line| format!("{line}\n"))
            .collect();
        fs::write(path.join("alerts.yml"), at_once).expect("the rules");
        let target = bridge.trim_start_matches("http://");
        let settings = format!(
            "global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }}\nrule_files: [alerts.yml]\n\
             scrape_configs:\n  - job_name: drawbridge\n    static_configs: [{{ targets: [\"{target}\"] }}]\n"
        );
        fs::write(path.join("prometheus.yml"), settings).expect("the settings");
        let port = free_port();
        let mut command = Command::new("prometheus");
        command.current_dir(path).args([
            "--config.file=prometheus.yml".to_owned(),
            format!("--storage.tsdb.path={}", path.join("data").display()),
            format!("--web.listen-address=127.0.0.1:{port}"),
        ]);
        let log = path.join("prometheus.log");
        let mut server = Guarded::spawn(command, &log, path);
        wait_until_ready(port, &log, &mut server, || true);
        let url = format!("http://127.0.0.1:{port}");
        Self { _server: server, url, client: client::client(None), _directory: directory }
    }

    async fn firing(&self) -> BTreeSet<String> {
        let answer = client::send(self.client.get(format!("{}/api/v1/alerts", self.url))).await.json();
        let alerts = answer["data"]["alerts"].as_array().cloned().unwrap_or_default();
        let name = |alert: &serde_json::Value| alert["labels"]["alertname"].as_str().unwrap_or_default().to_owned();
        alerts.iter().filter(|alert| alert["state"] == "firing").map(name).collect()
    }

    /// Waits until these fire, while `event` goes on happening.
    async fn wait_for(&self, names: &[&str], mut event: impl AsyncFnMut()) {
        let wanted: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        for _ in 0..240 {
            event().await;
            if wanted.is_subset(&self.firing().await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("of {wanted:?} only {:?} fire", self.firing().await);
    }

    /// Waits until it has looked twice at what is well, and says what fires then.
    async fn settled(&self) -> BTreeSet<String> {
        let query = format!("{}/api/v1/query?query=count_over_time(drawbridge:logins_ok:increase1d[1m])", self.url);
        for _ in 0..240 {
            let answer = client::send(self.client.get(&query)).await.json();
            let looks =
                answer["data"]["result"][0]["value"][1].as_str().and_then(|count| count.parse().ok()).unwrap_or(0);
            if looks >= 3 {
                return self.firing().await;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("Prometheus does not see the bridge");
    }
}

#[tokio::test]
async fn real_faults_fire_their_alerts() {
    let mut world = World::start();
    let prometheus = Prometheus::start(&world.bridge.ops);
    for check in ["database", "ledger", "keys"] {
        world.wait_for(&format!("drawbridge_ready{{check=\"{check}\"}} 1")).await;
    }
    world.login("scripts", "ada", PASSWORD).await;
    assert_eq!(prometheus.settled().await, BTreeSet::new(), "all is well");

    // What is over the limit comes in one burst between two looks of Prometheus, as it may.
    let shared = Arc::new(world);
    for _ in 0..5 {
        shared.login("guesser", "crossing", "guess").await;
    }
    for _ in 0..10 {
        let mut burst = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let world = Arc::clone(&shared);
            burst.spawn(async move { world.login("guesser", "crossing", "guess").await });
        }
        burst.join_all().await;
    }
    prometheus.wait_for(&["DrawbridgeGuessing"], async || ()).await;

    prometheus
        .wait_for(&["DrawbridgeUsersUnmappable"], async || {
            shared.login("scripts", "unmappable", PASSWORD).await;
        })
        .await;

    world = Arc::into_inner(shared).expect("nobody else has it");
    world.server.stop();
    let outage = ["DrawbridgeNotReady", "DrawbridgeDatabaseErrors", "DrawbridgeRequestsFailing"];
    let mut turn = 0;
    prometheus
        .wait_for(&outage, async || {
            turn += 1;
            world.login(&format!("scripts-{}", turn / 20), "ada", PASSWORD).await;
        })
        .await;
    world.bridge.terminate();
    prometheus.wait_for(&["DrawbridgeDown"], async || ()).await;
}
