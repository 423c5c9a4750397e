//! The audit stream over reloads: which file has which line, and under which name.
use super::{World, eventually, told};
use crate::support::client;
use rustix::process::Signal;
use serde_json::Value;
use std::{fs, path::Path};

fn events(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

fn count(path: &Path, event: &str) -> usize {
    events(path).iter().filter(|line| line["event"] == event).count()
}

/// The one name that all requests of a file have.
fn name(path: &Path) -> String {
    let events = events(path);
    let names: Vec<_> = events.iter().filter(|line| line["event"] == "request").map(|line| &line["account"]).collect();
    assert!(!names.is_empty() && names.iter().all(|name| *name == names[0]), "{names:?}");
    names[0].as_str().expect("a name").to_owned()
}

fn audit(directory: &Path, file: &str, more: &str) -> String {
    format!("[audit]\nfile = \"{}\"\nrequired = true\n{more}", directory.join(file).display())
}

#[tokio::test]
async fn one_signal_opens_the_file_anew_and_reloads_and_the_stream_goes_on() {
    let mut world = World::made(|directory, usual| format!("{usual}\n{}", audit(directory, "a.jsonl", "")));
    let (first, rotated) = (world.directory.path().join("a.jsonl"), world.directory.path().join("a.jsonl.1"));
    assert_eq!(world.login().await.status, 200);
    fs::rename(&first, &rotated).expect("rotated");
    world.bridge.signal(Signal::HUP);
    world.reloaded("ok", 1.0).await;
    eventually(&world.bridge, async || first.is_file()).await;
    assert_eq!(world.login().await.status, 200);
    assert_eq!((count(&rotated, "request"), count(&first, "request")), (1, 1));
    // Another store is no other stream, and the key of the process is as long-lived as the process.
    let pool = world.usual().replace("[database]", "[database]\npool = 3");
    world.bridge.rewrite(&format!("{pool}\n{}", audit(world.directory.path(), "a.jsonl", "")));
    world.reloaded("ok", 2.0).await;
    assert_eq!(world.login().await.status, 200);
    assert_eq!((count(&first, "request"), count(&first, "start"), count(&first, "stop")), (2, 0, 0));
    assert_eq!(name(&first), name(&rotated));
    assert_eq!(told(&world.bridge, &["ERROR"]), "");
    world.bridge.terminate();
    assert_eq!(world.bridge.wait(), Some(0));
    assert_eq!(events(&first).last().expect("a line")["event"], "stop");
}

#[tokio::test]
async fn another_place_begins_and_the_old_one_ends_and_another_key_is_told() {
    let world = World::made(|directory, usual| format!("{usual}\n{}", audit(directory, "a.jsonl", "")));
    let file = |name: &str| world.directory.path().join(name);
    assert_eq!(world.login().await.status, 200);
    world.bridge.rewrite(&format!("{}\n{}", world.usual(), audit(world.directory.path(), "b.jsonl", "")));
    world.reloaded("ok", 1.0).await;
    assert_eq!(world.login().await.status, 200);
    eventually(&world.bridge, async || count(&file("a.jsonl"), "stop") == 1).await;
    assert_eq!((count(&file("a.jsonl"), "request"), count(&file("b.jsonl"), "request")), (1, 1));
    assert_eq!(count(&file("b.jsonl"), "start"), 1);
    assert_eq!(name(&file("a.jsonl")), name(&file("b.jsonl")));
    // Another key for the same place.
    let key = "key = \"0123456789abcdef0123456789abcdef\"";
    world.bridge.rewrite(&format!("{}\n{}", world.usual(), audit(world.directory.path(), "b.jsonl", key)));
    world.reloaded("ok", 2.0).await;
    assert_eq!(world.login().await.status, 200);
    let lines = events(&file("b.jsonl"));
    let of_event: Vec<_> = lines.iter().map(|line| line["event"].as_str().expect("an event")).collect();
    assert_eq!(of_event, ["start", "request", "key", "request"]);
    assert_eq!(lines[2]["account_key"], "configured");
    // printf 'account\0user_id legacy|1' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    assert_eq!(lines[3]["account"], "8f7504173d9e517c4a92765ab13411f8");
    assert_ne!(lines[1]["account"], lines[3]["account"]);
    // None any more.
    world.bridge.rewrite(&world.usual());
    world.reloaded("ok", 3.0).await;
    eventually(&world.bridge, async || count(&file("b.jsonl"), "stop") == 1).await;
    assert_eq!(world.login().await.status, 200);
    assert_eq!(count(&file("b.jsonl"), "request"), 2);
    // Nor in what alerts look at.
    let client = &world.client;
    let ops = async |path: &str| client::send(client.get(format!("{}{path}", world.bridge.ops))).await;
    assert_eq!(ops("/readyz").await.status, 200);
    assert!(!ops("/metrics").await.body.contains("check=\"audit\""));
}

#[tokio::test]
async fn a_place_that_is_out_of_reach_is_refused() {
    let world = World::made(|directory, usual| format!("{usual}\n{}", audit(directory, "a.jsonl", "")));
    let other = tempfile::tempdir().expect("a directory");
    world.bridge.rewrite(&format!("{}\n{}", world.usual(), audit(other.path(), "a.jsonl", "")));
    world.reloaded("failed", 1.0).await;
    let problems = told(&world.bridge, &["ERROR"]);
    assert!(problems.contains("`audit.file`") && problems.contains("is out of reach"), "{problems}");
    assert_eq!(world.login().await.status, 200);
    assert_eq!(count(&world.directory.path().join("a.jsonl"), "request"), 1);
}
