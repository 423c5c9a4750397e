//! A real Prometheus with our rules.
use super::tools::text;
use crate::support::{
    client,
    guard::{Guarded, free_port, wait_until_ready},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rustix::process::Signal;
use std::{collections::BTreeSet, fs, path::Path, process::Command, time::Duration};

/// Our rules, which fire without waiting first, over some bridges; ended on drop.
pub struct Prometheus {
    server: Guarded,
    url: String,
    client: reqwest::Client,
    directory: tempfile::TempDir,
}

impl Prometheus {
    /// Looks at these ops listeners every second.
    pub fn start(bridges: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path();
        let at_once: String = text("deploy/prometheus/alerts.yml")
            .lines()
            .filter(|line| !line.trim_start().starts_with("for: "))
            .map(|line| format!("{line}\n"))
            .collect();
        fs::write(path.join("alerts.yml"), at_once).expect("the rules");
        write_settings(path, bridges);
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
        Self { server, url, client: client::client(None), directory }
    }

    /// Somebody takes the bridges out of its settings.
    pub fn forget(&self) {
        write_settings(self.directory.path(), &[]);
        self.server.signal(Signal::HUP);
    }

    /// The alerts that fire now.
    pub async fn firing(&self) -> BTreeSet<String> {
        let answer = client::send(self.client.get(format!("{}/api/v1/alerts", self.url))).await.json();
        let alerts = answer["data"]["alerts"].as_array().cloned().unwrap_or_default();
        let name = |alert: &serde_json::Value| alert["labels"]["alertname"].as_str().unwrap_or_default().to_owned();
        alerts.iter().filter(|alert| alert["state"] == "firing").map(name).collect()
    }

    /// Waits until these fire, while `event` goes on happening.
    pub async fn wait_for(&self, names: &[&str], mut event: impl AsyncFnMut()) {
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

    /// The value of an expression, when it has one.
    pub async fn value(&self, expression: &str) -> Option<f64> {
        let query = utf8_percent_encode(expression, NON_ALPHANUMERIC);
        let request = self.client.get(format!("{}/api/v1/query?query={query}", self.url));
        client::send(request).await.json()["data"]["result"][0]["value"][1].as_str()?.parse().ok()
    }

    /// Waits until it has looked often enough to know that all is well; a bridge that has just begun may not be so far.
    pub async fn is_quiet(&self) {
        let mut firing = None;
        for _ in 0..240 {
            let looks = self.value("min(count_over_time(up{job=\"drawbridge\"}[1m]))").await;
            let evaluations = self.value("count_over_time(drawbridge:logins_ok:increase1d[1m])").await;
            if looks.is_some_and(|looks| looks >= 3.0) && evaluations.is_some_and(|known| known >= 3.0) {
                let found = self.firing().await;
                if found.is_empty() {
                    return;
                }
                firing = Some(found);
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!(
            "not quiet within a minute: {}",
            firing.map_or("no bridge seen".to_owned(), |names| format!("{names:?}"))
        );
    }
}

fn write_settings(directory: &Path, bridges: &[&str]) {
    let targets: Vec<String> =
        bridges.iter().map(|bridge| format!("\"{}\"", bridge.trim_start_matches("http://"))).collect();
    let settings = format!(
        "global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }}\nrule_files: [alerts.yml]\n\
         scrape_configs:\n  - job_name: drawbridge\n    static_configs: [{{ targets: [{}] }}]\n",
        targets.join(", ")
    );
    fs::write(directory.join("prometheus.yml"), settings).expect("the settings");
}
