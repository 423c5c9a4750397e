//! A disk that is full or gone: what cannot be recorded is refused where that is required, and goes on where it is not.
use super::{
    PASSWORD, World,
    audit::{end, lines, requests},
    said,
};
use crate::support::{bridge::Bridge, client::Answer};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::json;
use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// A bridge that nothing ends when a file may not grow any more: it hears of it as of a full disk.
///
/// # Why no disk
/// Only root can mount one; the kernel's limit for the size of files is for everybody, and takes part of a line, too.
fn bridge(world: &World, more: &str) -> Bridge {
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_drawbridge")]);
    let configuration = format!("{}\n{more}", world.configuration());
    Bridge::try_start_by(command, &configuration).unwrap_or_else(|log| panic!("no bridge:\n{log}"))
}

/// From now on there is room for less than a line.
fn fill(bridge: &Bridge, file: &Path) {
    limit(bridge, Some(fs::metadata(file).expect("the file").len() + 20));
}

/// There is room again.
fn clear(bridge: &Bridge) {
    limit(bridge, None);
}

fn limit(bridge: &Bridge, bytes: Option<u64>) {
    let id = Pid::from_raw(i32::try_from(bridge.id()).expect("an id"));
    prlimit(id, Resource::Fsize, Rlimit { current: bytes, maximum: None }).expect("a limit");
}

async fn login(world: &World, bridge: &Bridge) -> Answer {
    world.post(bridge, "/login", json!({"identifier": "ada", "password": PASSWORD})).await
}

/// What the gauge says about the stream.
async fn gauge(world: &World, bridge: &Bridge) -> Option<String> {
    let metrics = world.ops(bridge, "/metrics").await.body;
    let value = metrics.lines().find_map(|line| line.strip_prefix("drawbridge_ready{check=\"audit\"} "));
    value.map(str::to_owned)
}

/// Lets requests pass until one of them finds no room.
async fn until_full(world: &World, bridge: &Bridge) {
    let begun = Instant::now();
    while world.metric(bridge, "audit_records_total{result=\"lost\"}").await == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", bridge.log());
        world.post(bridge, "/get_user", json!({"identifier": "ada"})).await;
    }
}

async fn until_recorded(world: &World, bridge: &Bridge) {
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
    let path = world.directory.path().join("audit.jsonl");
    let mut bridge = bridge(&world, &format!("[audit]\nfile = \"{}\"\nrequired = true", path.display()));
    assert_eq!(login(&world, &bridge).await.status, 200);
    fill(&bridge, &path);
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
    clear(&bridge);
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
    let path = world.directory.path().join("audit.jsonl");
    let mut bridge = bridge(&world, &format!("[audit]\nfile = \"{}\"", path.display()));
    fill(&bridge, &path);
    until_full(&world, &bridge).await;
    for _ in 0..20 {
        assert_eq!(login(&world, &bridge).await.status, 200);
    }
    let ready = world.ops(&bridge, "/readyz").await;
    assert_eq!((ready.status, ready.json()["status"].as_str()), (200, Some("degraded")));
    // Nobody waits for these lines: the last of them must have found no room before there is room again.
    let begun = Instant::now();
    while world.metric(&bridge, "audit_records_total{result=\"lost\"}").await <= 20 {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", bridge.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    clear(&bridge);
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
    assert_eq!(world.ops(&bridge, "/readyz").await.status, 503);
    assert_eq!(gauge(&world, &bridge).await.as_deref(), Some("0"));
    fs::create_dir(&directory).expect("a directory");
    until_recorded(&world, &bridge).await;
    assert_eq!(gauge(&world, &bridge).await.as_deref(), Some("1"));
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
    // Nothing is refused for it, so nobody is woken up.
    assert_eq!(world.ops(&bridge, "/readyz").await.json()["status"], "degraded");
    assert_eq!(gauge(&world, &bridge).await.as_deref(), Some("1"));
    assert_eq!(said(&bridge, "the audit stream cannot be written"), 1);
}
