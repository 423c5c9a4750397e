//! The audit stream: what a line says, that it names nobody, and that none is lost in a rotation.
use super::{KEY, PASSWORD, World};
use crate::support::{bridge::Bridge, client, issuer::CLIENT};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    os::unix::net::UnixDatagram,
    path::Path,
    time::{Duration, Instant},
};

/// The lines of a file, each of which is a JSON object.
pub fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("the audit file");
    assert!(text.is_empty() || text.ends_with('\n'), "the last line is whole");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
}

/// The lines about requests.
pub fn requests(lines: &[Value]) -> Vec<&Value> {
    lines.iter().filter(|line| line["event"] == "request").collect()
}

/// Ends a bridge in its orderly way.
pub fn end(bridge: &mut Bridge) {
    bridge.terminate();
    assert_eq!(bridge.wait(), Some(0), "{}", bridge.log());
}

fn audit(path: &Path, more: &str) -> String {
    format!("[audit]\nfile = \"{}\"\n{more}\n", path.display())
}

/// A line without what differs from run to run.
fn steady(line: &Value, names: &mut Vec<String>) -> String {
    let mut line = line.clone();
    let time = line["time"].as_str().expect("a time").to_owned();
    assert!(chrono::DateTime::parse_from_rfc3339(&time).is_ok() && time.len() == 24 && time.ends_with('Z'), "{time}");
    line["time"] = json!("…");
    if let Some(latency) = line.get_mut("latency_ms") {
        assert!(latency.is_u64());
        *latency = json!("…");
    }
    if let Some(mark) = line.get_mut("token_id").filter(|id| id.as_str().is_some_and(|id| id.starts_with("sha256:"))) {
        assert_eq!(mark.as_str().map(str::len), Some("sha256:".len() + 16));
        *mark = json!("sha256:…");
    }
    if let Some(account) = line.get_mut("account") {
        let name = account.as_str().expect("a name").to_owned();
        assert_eq!(name.len(), 32);
        let known = names.iter().position(|known| *known == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        *account = json!(format!("account {known}"));
    }
    if let Some(version) = line.get_mut("version") {
        *version = json!("…");
    }
    line.to_string()
}

#[tokio::test]
async fn every_decision_is_a_line_and_names_nobody() {
    let world = World::start();
    let path = world.directory.path().join("audit.jsonl");
    let more = format!("key = \"{KEY}\"\n[limits]\naccount_attempts = \"2 per 15m\"");
    let mut bridge = world.bridge(&audit(&path, &more));
    let login = |identifier: &str, password: &str| json!({"identifier": identifier, "password": password});
    for body in [
        login("ada", PASSWORD),
        login("ADA@example.com", PASSWORD),
        login("ada", "a-wrong-password"),
        login("nobody@example.com", "another-password"),
        login("Nobody@Example.com", "another-password"),
        login("alan", PASSWORD),
        login("grace", "third-password"),
        login("grace", "third-password"),
        login("grace@example.com", PASSWORD),
        json!({"identifier": "ada"}),
    ] {
        world.post(&bridge, "/login", body).await;
    }
    world.post(&bridge, "/get_user", json!({"identifier": "Ada"})).await;
    world.post(&bridge, "/mark_migrated", json!({"user_id": "auth0|legacy|1"})).await;
    let rfc9068 = world.issuer.key.token(&world.issuer.claims_rfc9068());
    world.post_with(&bridge, "/get_user", json!({"identifier": "ada"}), &rfc9068).await;
    for token in [
        "no-token".to_owned(),
        world.issuer.token_with(json!({"exp": 1})),
        world.issuer.token_with(json!({"sub": "auth0|legacy|1"})),
        world.issuer.token_with(json!({"scope": "other"})),
    ] {
        world.post_with(&bridge, "/login", login("ada", PASSWORD), &token).await;
    }
    end(&mut bridge);
    let lines = lines(&path);
    let mut names = Vec::new();
    let shown: Vec<String> =
        lines.iter().map(|line| steady(line, &mut names)).map(|line| line.replace(CLIENT, "CLIENT")).collect();
    let ids: BTreeSet<&str> = requests(&lines).iter().filter_map(|line| line["request_id"].as_str()).collect();
    assert_eq!(ids.len(), requests(&lines).len(), "every request has an id of its own");
    let shown = shown.join("\n");
    let shown = ids.iter().fold(shown, |shown, id| shown.replace(id, "ID"));
    insta::assert_snapshot!(shown);

    let text = std::fs::read_to_string(&path).expect("the file");
    let start = rfc9068.get(..20).expect("a token");
    for secret in ["example.com", "ada\"", "Ada", "grace", "alan", PASSWORD, "-password", "legacy|1", "$2a$", start] {
        assert!(!text.contains(secret), "{secret}");
    }
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&path).expect("the file"));
    assert_eq!(mode & 0o777, 0o640);
}

#[tokio::test]
async fn an_account_keeps_its_name_under_a_key_and_loses_it_without() {
    let world = World::start();
    let mut named = Vec::new();
    for (file, key) in
        [("kept", format!("key = \"{KEY}\"")), ("kept", format!("key = \"{KEY}\"")), ("own", String::new())]
    {
        let path = world.directory.path().join(file);
        let mut bridge = world.bridge(&audit(&path, &key));
        assert_eq!(world.login(&bridge, "ada", PASSWORD).await, 200);
        end(&mut bridge);
        let lines = lines(&path);
        let start = lines.iter().rfind(|line| line["event"] == "start").expect("a first line");
        let expected = if key.is_empty() { "of this process" } else { "configured" };
        assert_eq!(start["account_key"], expected);
        named.push(requests(&lines).last().expect("a line")["account"].clone());
    }
    // The value of the unit test in `accounts/subject.rs`, made by openssl.
    assert_eq!(named[0], "8f7504173d9e517c4a92765ab13411f8");
    assert_eq!(named[0], named[1]);
    assert_ne!(named[0], named[2]);
}

#[tokio::test]
async fn a_rotation_under_load_loses_no_line_and_keeps_the_order() {
    let world = World::start();
    let path = world.directory.path().join("audit.jsonl");
    let mut bridge = world.bridge(&audit(&path, "required = true\n[limits]\nclient_rate = \"off\""));
    let rotated = |number: usize| world.directory.path().join(format!("audit.jsonl.{number}"));
    let (client, url, token) = (client::client(None), format!("{}/get_user", bridge.url), world.issuer.token());
    let body = json!({"identifier": "ada"});
    let load = async {
        let mut answered = 0;
        for _ in 0..40 {
            let ten = (0..10).map(|_| client::send(client::post(&client, &url, &token, &body)));
            for answer in futures_util::future::join_all(ten).await {
                assert_eq!(answer.status, 200);
                answered += 1;
            }
        }
        answered
    };
    let rotation = async {
        for number in 0..5 {
            tokio::time::sleep(Duration::from_millis(30)).await;
            std::fs::rename(&path, rotated(number)).expect("renamed");
            tokio::time::sleep(Duration::from_millis(5)).await;
            bridge.signal(Signal::HUP);
            let begun = Instant::now();
            while !path.exists() {
                assert!(begun.elapsed() < Duration::from_secs(30), "{}", bridge.log());
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    };
    let (answered, ()) = tokio::join!(load, rotation);
    end(&mut bridge);
    let mut all = Vec::new();
    for number in 0..5 {
        all.extend(lines(&rotated(number)));
    }
    all.extend(lines(&path));
    assert_eq!(requests(&all).len(), answered);
    assert_eq!(all.first().map(|line| line["event"].clone()), Some(json!("start")));
    assert_eq!(all.last().map(|line| line["event"].clone()), Some(json!("stop")));
    assert!(!all.iter().any(|line| line["event"] == "gap"));
}

#[tokio::test]
async fn a_file_that_was_deleted_is_made_again() {
    let world = World::start();
    let path = world.directory.path().join("audit.jsonl");
    let mut bridge = world.bridge(&audit(&path, "required = true"));
    assert_eq!(world.login(&bridge, "ada", PASSWORD).await, 200);
    std::fs::remove_file(&path).expect("deleted");
    assert_eq!(world.login(&bridge, "ada", PASSWORD).await, 200);
    assert_eq!(requests(&lines(&path)).len(), 1);
    std::fs::remove_file(&path).expect("deleted");
    bridge.signal(Signal::HUP);
    assert_eq!(world.login(&bridge, "ada", PASSWORD).await, 200);
    assert_eq!(requests(&lines(&path)).len(), 1);
    end(&mut bridge);
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_a_line_too() {
    use std::io::Write;
    let world = World::start();
    let path = world.directory.path().join("audit.jsonl");
    let mut bridge = world.bridge(&audit(&path, ""));
    let address = bridge.url.trim_start_matches("http://").to_owned();
    let mut stream = std::net::TcpStream::connect(&address).expect("a connection");
    let head = format!(
        "POST /login HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: 60\r\n\r\n{{\"identifier\":\"ada\"",
        world.issuer.token()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let begun = Instant::now();
    while world.metric(&bridge, "http_requests_in_flight").await == 0 {
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
    drop(stream);
    while requests(&lines(&path)).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let lines = lines(&path);
    let outcome = requests(&lines)[0]["outcome"].as_str().expect("an outcome").to_owned();
    assert!(["abandoned", "invalid_request"].contains(&outcome.as_str()), "{outcome}");
    assert_eq!(requests(&lines)[0]["client_id"], CLIENT);
    end(&mut bridge);
}

#[tokio::test]
async fn lines_go_to_stdout() {
    let world = World::start();
    let mut bridge = world.bridge("[audit]\nstdout = true\nrequired = true");
    assert_eq!(world.login(&bridge, "ada", PASSWORD).await, 200);
    end(&mut bridge);
    let begun = Instant::now();
    while !bridge.output().contains("\"stop\"") {
        assert!(begun.elapsed() < Duration::from_secs(30), "{}", bridge.output());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let events: Vec<Value> = bridge.output().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let events: Vec<&str> = events.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(events, ["start", "request", "stop"]);
}

#[tokio::test]
async fn lines_go_to_a_syslog_also_when_it_was_restarted() {
    let world = World::start();
    let path = world.directory.path().join("log");
    let listen = || {
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
        socket
    };
    let heard = |socket: &UnixDatagram| {
        let mut datagram = [0; 4096];
        let count = socket.recv(&mut datagram).expect("a datagram");
        String::from_utf8(datagram[..count].to_vec()).expect("text")
    };
    let socket = listen();
    let mut bridge = world.bridge(&format!("[audit]\nsyslog = \"unix:{}\"\nrequired = true", path.display()));
    assert!(heard(&socket).contains("\"event\":\"start\""));
    assert_eq!(world.login(&bridge, "ada", PASSWORD).await, 200);
    let datagram = heard(&socket);
    let (head, line) = datagram.split_once(": ").expect("a head");
    // Facility authpriv (10), severity info (6): RFC 5424, section 6.2.1.
    assert!(head.starts_with("<86>") && head.ends_with(&format!(" drawbridge[{}]", bridge.id())), "{head}");
    assert_eq!(serde_json::from_str::<Value>(line).expect("JSON")["outcome"], "ok");
    drop(socket);
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(world.login(&bridge, "ada", PASSWORD).await, 503);
    let socket = listen();
    world.until_metric(&bridge, "audit_records_total{result=\"written\"}", 1).await;
    assert!(heard(&socket).contains("\"event\":\"gap\",\"lost\":1"));
    // The line is heard a moment before the bridge knows that it was written.
    while world.ops(&bridge, "/readyz").await.json()["status"] != "ready" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(world.login(&bridge, "ada", PASSWORD).await, 200);
    assert!(heard(&socket).contains("\"outcome\":\"ok\""));
    end(&mut bridge);
}
