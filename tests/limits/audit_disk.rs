//! A disk that is full or gone: what cannot be recorded is refused where that is required, and goes on where it is not.
use super::{
    PASSWORD, World,
    audit::{end, lines, requests},
    said,
};
use crate::support::client::Answer;
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// A file system of 64 KiB, where the system lets us mount one.
struct Tiny(PathBuf);

impl Tiny {
    fn mount(directory: &Path) -> Option<Self> {
        let path = directory.join("tiny");
        fs::create_dir(&path).expect("a directory");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(&path).output();
        let is_mounted = mounted.is_ok_and(|output| output.status.success());
        if !is_mounted {
            eprintln!("no tmpfs can be mounted here: a full disk is tried as root only");
        }
        is_mounted.then_some(Self(path))
    }

    fn fill(&self) {
        let full = fs::write(self.0.join("ballast"), vec![b'x'; 1 << 20]);
        assert!(full.is_err(), "the disk is full");
    }

    fn clear(&self) {
        fs::remove_file(self.0.join("ballast")).expect("removed");
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

async fn login(world: &World, bridge: &crate::support::bridge::Bridge) -> Answer {
    world.post(bridge, "/login", json!({"identifier": "ada", "password": PASSWORD})).await
}

/// Lets requests pass until the last free bytes of the disk are written.
async fn until_full(world: &World, bridge: &crate::support::bridge::Bridge) {
    let begun = Instant::now();
    while world.metric(bridge, "audit_records_total{result=\"lost\"}").await == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", bridge.log());
        world.post(bridge, "/get_user", json!({"identifier": "ada"})).await;
    }
}

async fn until_recorded(world: &World, bridge: &crate::support::bridge::Bridge) {
    let begun = Instant::now();
    while world.ops(bridge, "/readyz").await.json()["status"] != "ready" {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", bridge.log());
        world.post(bridge, "/get_user", json!({"identifier": "ada"})).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn what_cannot_be_recorded_is_refused_before_any_password_is_verified() {
    let world = World::start();
    let Some(tiny) = Tiny::mount(world.directory.path()) else { return };
    let path = tiny.0.join("audit.jsonl");
    let mut bridge = world.bridge(&format!("[audit]\nfile = \"{}\"\nrequired = true", path.display()));
    assert_eq!(login(&world, &bridge).await.status, 200);
    tiny.fill();
    until_full(&world, &bridge).await;
    let written = requests(&lines(&path)).len();
    let verified = world.metric(&bridge, "password_verify_seconds_count{scheme=\"bcrypt_2a\"}").await;
    let lost = world.metric(&bridge, "audit_records_total{result=\"lost\"}").await;
    for _ in 0..5 {
        let answer = login(&world, &bridge).await;
        assert_eq!((answer.status, answer.code().as_str()), (503, "overloaded"), "{}", answer.body);
        assert!(answer.header("retry-after").is_some());
        let answer = world.post(&bridge, "/mark_migrated", json!({"user_id": "2"})).await;
        assert_eq!((answer.status, answer.code().as_str()), (503, "overloaded"));
        let answer = world.post_with(&bridge, "/login", json!({}), "no-token").await;
        assert_eq!((answer.status, answer.code().as_str()), (503, "overloaded"));
    }
    assert_eq!(world.metric(&bridge, "password_verify_seconds_count{scheme=\"bcrypt_2a\"}").await, verified);
    assert_eq!(world.metric(&bridge, "marked_migrated_total").await, 0);
    assert_eq!(world.metric(&bridge, "audit_records_total{result=\"lost\"}").await, lost + 15);
    assert_eq!(requests(&lines(&path)).len(), written);
    let ready = world.ops(&bridge, "/readyz").await;
    assert_eq!((ready.status, ready.json()["checks"]["audit"].as_str()), (503, Some("cannot be written")));
    tiny.clear();
    until_recorded(&world, &bridge).await;
    assert_eq!(login(&world, &bridge).await.status, 200);
    let lost = world.metric(&bridge, "audit_records_total{result=\"lost\"}").await;
    end(&mut bridge);
    let lines = lines(&path);
    let gaps: u64 = lines.iter().filter(|line| line["event"] == "gap").filter_map(|line| line["lost"].as_u64()).sum();
    assert_eq!(gaps, lost, "the stream says itself what is missing");
    assert!(said(&bridge, "the audit stream cannot be written") >= 1);
    assert_eq!(
        said(&bridge, "the audit stream cannot be written"),
        said(&bridge, "the audit stream is written again"),
        "one line for each change"
    );
}

#[tokio::test]
async fn where_it_is_not_required_requests_go_on_and_the_gap_is_told() {
    let world = World::start();
    let Some(tiny) = Tiny::mount(world.directory.path()) else { return };
    let path = tiny.0.join("audit.jsonl");
    let mut bridge = world.bridge(&format!("[audit]\nfile = \"{}\"", path.display()));
    tiny.fill();
    until_full(&world, &bridge).await;
    for _ in 0..20 {
        assert_eq!(login(&world, &bridge).await.status, 200);
    }
    let ready = world.ops(&bridge, "/readyz").await;
    assert_eq!((ready.status, ready.json()["status"].as_str()), (200, Some("degraded")));
    tiny.clear();
    until_recorded(&world, &bridge).await;
    end(&mut bridge);
    let lines = lines(&path);
    let gaps: u64 = lines.iter().filter(|line| line["event"] == "gap").filter_map(|line| line["lost"].as_u64()).sum();
    assert!(gaps > 20, "{gaps}");
}

#[tokio::test]
async fn a_directory_that_is_gone_is_found_again() {
    let world = World::start();
    let directory = world.directory.path().join("audit");
    fs::create_dir(&directory).expect("a directory");
    let path = directory.join("audit.jsonl");
    let mut bridge = world.bridge(&format!("[audit]\nfile = \"{}\"\nrequired = true", path.display()));
    assert_eq!(login(&world, &bridge).await.status, 200);
    fs::remove_dir_all(&directory).expect("removed");
    for _ in 0..3 {
        assert_eq!(login(&world, &bridge).await.status, 503);
    }
    fs::create_dir(&directory).expect("a directory");
    until_recorded(&world, &bridge).await;
    assert_eq!(login(&world, &bridge).await.status, 200);
    end(&mut bridge);
    let lines = lines(&path);
    assert_eq!(lines[0]["event"], "gap");
    assert_eq!(said(&bridge, "the audit stream cannot be written"), 1);
    assert_eq!(said(&bridge, "the audit stream is written again"), 1);
}

#[tokio::test]
async fn a_disk_that_is_full_from_the_start() {
    let world = World::start();
    let log = world.try_bridge("[audit]\nfile = \"/dev/full\"\nrequired = true", &[]).err().expect("it does not start");
    assert!(log.contains("`audit.required` is set, and /dev/full cannot be written"), "{log}");
    assert!(log.contains("hint: let the service write there"), "{log}");
    let bridge = world.bridge("[audit]\nfile = \"/dev/full\"");
    for _ in 0..3 {
        assert_eq!(login(&world, &bridge).await.status, 200);
    }
    let begun = Instant::now();
    while world.metric(&bridge, "audit_records_total{result=\"lost\"}").await < 3 {
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
    assert_eq!(world.metric(&bridge, "audit_records_total{result=\"written\"}").await, 0);
    assert_eq!(said(&bridge, "the audit stream cannot be written"), 1);
}
