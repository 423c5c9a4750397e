//! The process itself: its files, its starts, and a Prometheus that does not know it any more.
use crate::{
    prometheus::Prometheus,
    support::{
        guard::free_port,
        site::{Site, person},
    },
};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use std::{fs, net::TcpStream, time::Duration};

/// Connections that hold nearly all files.
pub const FILES: &[&str] = &["DrawbridgeFilesRunningOut"];
/// A process that is ended again and again.
pub const STARTS: &[&str] = &["DrawbridgeRestarting"];
/// Settings of Prometheus without the bridge.
pub const FORGOTTEN: &[&str] = &["DrawbridgeAbsent"];

#[tokio::test]
async fn files_that_run_out_starts_without_end_and_a_bridge_that_is_forgotten() {
    let site = Site::with(&[person("'1'", "'ada@example.com'", "'ada'")]);
    let ops = format!("[ops]\nlisten = \"127.0.0.1:{}\"", free_port());
    let mut bridge = site.bridge(&ops);
    let prometheus = Prometheus::start(&[&bridge.ops]);
    prometheus.is_quiet().await;

    // Room for 60 files more, and 50 connections.
    let open = fs::read_dir(format!("/proc/{}/fd", bridge.id())).expect("its files").count();
    let limit = Some(u64::try_from(open + 60).expect("a number"));
    let id = Pid::from_raw(i32::try_from(bridge.id()).expect("an id")).expect("a process");
    prlimit(Some(id), Resource::Nofile, Rlimit { current: limit, maximum: limit }).expect("a limit");
    let address = bridge.url.trim_start_matches("http://").to_owned();
    let (mut held, mut turn) = (Vec::new(), 0);
    prometheus
        .wait_for(FILES, async || {
            // Who says nothing is sent away after some seconds.
            if turn % 12 == 0 {
                held.clear();
                held.extend((0..50).filter_map(|_| TcpStream::connect(&address).ok()));
            }
            turn += 1;
        })
        .await;
    drop(held);

    for _ in 0..3 {
        let before = prometheus.value("process_start_time_seconds").await;
        drop(bridge);
        // Starts are told apart by the second.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        bridge = site.bridge(&ops);
        for _ in 0..240 {
            let now = prometheus.value("process_start_time_seconds").await;
            if now.is_some() && now != before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
    prometheus.wait_for(STARTS, async || ()).await;
    prometheus.forget();
    prometheus.wait_for(FORGOTTEN, async || ()).await;
}
