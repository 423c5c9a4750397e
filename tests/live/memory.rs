//! Promise 4, in memory: once its connection is closed, nothing of a login is left in the process.
use super::{PASSWORD, World};
use crate::support::client;
use serde_json::json;
use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    time::Duration,
};

/// How often the readable memory of a process holds these bytes.
fn count(id: u32, wanted: &str) -> usize {
    let memory = File::open(format!("/proc/{id}/mem")).expect("its memory");
    let maps = fs::read_to_string(format!("/proc/{id}/maps")).expect("its maps");
    let mut found = 0;
    for line in maps.lines().filter(|line| !line.contains("[v")) {
        let (range, rest) = line.split_once(' ').expect("a range");
        let (from, to) = range.split_once('-').expect("two addresses");
        let address = |text: &str| u64::from_str_radix(text, 16).expect("an address");
        if !rest.starts_with("rw") {
            continue;
        }
        let mut bytes = vec![0; usize::try_from(address(to) - address(from)).expect("a size")];
        // What was unmapped meanwhile holds nothing.
        if memory.read_exact_at(&mut bytes, address(from)).is_ok() {
            found += bytes.windows(wanted.len()).filter(|window| *window == wanted.as_bytes()).count();
        }
    }
    found
}

#[tokio::test]
async fn nothing_of_a_login_is_left_once_its_connection_is_closed() {
    if !rustix::process::geteuid().is_root() {
        assert!(std::env::var_os("CI").is_none(), "only root reads the memory of a process that cannot be dumped");
        eprintln!("NOT RUN: only root reads the memory of a process that cannot be dumped");
        return;
    }
    let world = World::with("");
    let guess = "a-wrong-password-that-stands-nowhere-else";
    let token = world.issuer.token();
    let signature = token.rsplit('.').next().expect("a signature").to_owned();
    let login = format!("{}/login", world.bridge.url);
    for password in [PASSWORD, guess, PASSWORD, guess] {
        let other = client::client(None);
        let body = json!({"identifier": "ada@example.com", "password": password});
        let answer = client::send(client::post(&other, &login, &token, &body)).await;
        assert_eq!(answer.status, if password == guess { 422 } else { 200 });
    }
    assert!(count(world.bridge.id(), "legacy-users.test.example") > 0, "the audience stands in its configuration");
    let mut left = Vec::new();
    for _ in 0..50 {
        // Its threads close connections in their own time.
        tokio::time::sleep(Duration::from_millis(100)).await;
        left = [guess, &signature].map(|secret| count(world.bridge.id(), secret)).to_vec();
        if left.iter().all(|count| *count == 0) {
            return;
        }
    }
    panic!("in memory are {} copies of the guess and {} of the token", left[0], left[1]);
}
