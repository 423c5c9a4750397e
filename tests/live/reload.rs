//! A configuration that changes under a running bridge.
use super::{BCRYPT, PASSWORD, World, ada, authority::write, eventually, login, told};
use crate::support::{
    client,
    issuer::{AUDIENCE, Issuer},
    legacy_users::{self, Row},
    postgres::PostgresServer,
};
use drawbridge::config::database::{DatabaseTls, DatabaseUrl};
use rustix::process::Signal;
use serde_json::json;
use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

#[tokio::test]
async fn a_signal_takes_the_new_rules_and_tells_what_needs_a_restart() {
    let world = World::with("[log]\nformat = \"json\"\nlevel = \"info\"");
    assert_eq!(world.login().await.status, 200);
    assert_eq!(world.metric("drawbridge_config_last_reload_successful").await, 1.0);
    let begun = world.metric("drawbridge_config_last_reload_timestamp_seconds").await;
    assert!(begun > 1_700_000_000.0);
    let rules = world.usual().replace("audience =", "clients = [\"another\"]\naudience =");
    let restart =
        "[server]\nlisten = \"127.0.0.1:1\"\n[limits]\nverify_threads = 7\n[log]\nformat = \"text\"\nlevel = \"trace\"";
    world.bridge.rewrite(&format!("{rules}\n{restart}"));
    world.bridge.signal(Signal::HUP);
    world.reloaded("ok", 1.0).await;
    assert_eq!(world.login().await.code(), "client_not_allowed");
    assert!(world.metric("drawbridge_config_last_reload_timestamp_seconds").await >= begun);
    let warned = told(&world.bridge, &["WARN"]);
    assert!(warned.contains("server.listen, limits.verify_threads, log.format"), "{warned}");
    // The level is another one now, and the lines are JSON as before.
    world.login().await;
    eventually(&world.bridge, async || !told(&world.bridge, &["DEBUG"]).is_empty()).await;
    world.bridge.rewrite(&world.usual());
    world.reloaded("ok", 2.0).await;
    assert_eq!(world.login().await.status, 200);
}

#[tokio::test]
async fn a_bad_configuration_is_told_and_the_old_one_stays() {
    let world = World::with("");
    let bad =
        world.usual().replace("algorithms", "").replace("identifiers", "identfiers").replace("\"password\"", "\"\"");
    world.bridge.rewrite(&bad);
    world.reloaded("failed", 1.0).await;
    assert_eq!(world.metric("drawbridge_config_last_reload_successful").await, 0.0);
    assert_eq!(world.login().await.status, 200);
    let shown = shown(&world).await;
    assert_eq!(shown["state"], "warn", "{shown}");
    let problems = told(&world.bridge, &["ERROR"]);
    for part in [
        "`users.identfiers` is not a known key",
        "the nearest known one is `identifiers`",
        "`password.column` is empty",
    ] {
        assert!(problems.contains(part), "{part} is missing in {problems}");
    }
    // Right by itself, but not for this database.
    world.bridge.rewrite(&world.usual().replace("column = \"password\"", "column = \"passwd\""));
    eventually(&world.bridge, async || told(&world.bridge, &["ERROR"]).contains("no such column")).await;
    assert_eq!(world.login().await.status, 200);
    // Keys that nobody serves.
    let closed = Issuer::start();
    closed.answers(crate::support::issuer::Answer::Closes);
    world.bridge.rewrite(&world.usual().replace(&world.issuer.url, &closed.url));
    eventually(&world.bridge, async || told(&world.bridge, &["ERROR"]).contains("signing keys")).await;
    assert_eq!(world.login().await.status, 200);
    let told_before = told(&world.bridge, &["ERROR"]).lines().count();
    let failed = world.metric("drawbridge_config_reloads_total{result=\"failed\"}").await;
    world.reloaded("failed", failed + 1.0).await;
    assert_eq!(told(&world.bridge, &["ERROR"]).lines().count(), told_before, "the same again is not told again");
    world.bridge.rewrite(&world.usual());
    world.reloaded("ok", 1.0).await;
    assert_eq!(world.metric("drawbridge_config_last_reload_successful").await, 1.0);
    let shown = self::shown(&world).await;
    assert_eq!((&shown["state"], &shown["word"]), (&json!("ok"), &json!("read")), "{shown}");
}

/// What the ops page shows of the configuration.
async fn shown(world: &World) -> serde_json::Value {
    let status = client::send(world.client.get(format!("{}/status", world.bridge.ops))).await.json();
    let parts = status["health"].as_array().expect("parts").clone();
    parts.into_iter().find(|part| part["name"] == "configuration").expect("the configuration")
}

#[tokio::test]
async fn a_limit_that_tightens_forgets_nothing() {
    let world = World::with("[limits]\naccount_attempts = \"5 per 15m\"");
    let guess = async || {
        let body = json!({"identifier": "ada", "password": "wrong"});
        client::send(client::post(&world.client, &format!("{}/login", world.bridge.url), &world.issuer.token(), &body))
            .await
            .status
    };
    for _ in 0..4 {
        assert_eq!(guess().await, 422);
    }
    world.bridge.rewrite(&format!("{}\n[limits]\naccount_attempts = \"2 per 15m\"", world.usual()));
    world.reloaded("ok", 1.0).await;
    assert_eq!(guess().await, 429);
    world.bridge.rewrite(&format!("{}\n[limits]\naccount_attempts = \"off\"", world.usual()));
    world.reloaded("ok", 2.0).await;
    assert_eq!(guess().await, 422);
}

/// One request over a connection that stays: the bytes of the answer.
fn over(connection: &mut TcpStream, token: &str) -> String {
    let body = format!("{{\"identifier\":\"ada@example.com\",\"password\":\"{PASSWORD}\"}}");
    let head = format!(
        "POST /login HTTP/1.1\r\nhost: bridge\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all(format!("{head}{body}").as_bytes()).expect("the connection takes a request");
    let mut answer = [0; 8192];
    let mut length = 0;
    loop {
        let read = connection.read(&mut answer[length..]).expect("the connection gives an answer");
        assert!(read > 0, "the connection was closed");
        length += read;
        let text = String::from_utf8_lossy(&answer[..length]);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
            if body.len() >= announced.parse::<usize>().expect("a number") {
                return text.into_owned();
            }
        }
    }
}

/// Reloads that replace the database, and a storm of signals, under load: every answer is right, no connection ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_flight_is_dropped() {
    let off = "[limits]\nclient_rate = \"off\"\naccount_attempts = \"off\"";
    let world = Arc::new(World::with(off));
    let ended = Arc::new(AtomicBool::new(false));
    let (address, token) = (world.bridge.url.trim_start_matches("http://").to_owned(), world.issuer.token());
    let standing: Vec<_> = (0..4)
        .map(|_| {
            let (ended, address, token) = (Arc::clone(&ended), address.clone(), token.clone());
            std::thread::spawn(move || {
                let mut connection = TcpStream::connect(address).expect("a connection");
                connection.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
                let mut answers = 0;
                while !ended.load(Ordering::Relaxed) {
                    let answer = over(&mut connection, &token);
                    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                    answers += 1;
                }
                answers
            })
        })
        .collect();
    for round in 1..=4 {
        // Another pool size is another pool: the old one is drained by the requests that still hold it.
        let configuration = world.usual().replace("[database]", &format!("[database]\npool = {}", 2 + round));
        world.bridge.rewrite(&format!("{configuration}\n{off}"));
        for _ in 0..200 {
            world.bridge.signal(Signal::HUP);
        }
        world.reloaded("ok", f64::from(round)).await;
    }
    for _ in 0..500 {
        world.bridge.signal(Signal::HUP);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    ended.store(true, Ordering::Relaxed);
    for thread in standing {
        let answers: u32 = thread.join().expect("every answer was right");
        assert!(answers > 0);
    }
    assert_eq!(world.metric("drawbridge_config_reloads_total{result=\"failed\"}").await, 0.0);
    let reloads = world.metric("drawbridge_config_reloads_total{result=\"ok\"}").await;
    assert!(reloads < 50.0, "a storm of signals is few reloads, not {reloads}");
    assert_eq!(told(&world.bridge, &["ERROR"]), "");
}

#[tokio::test]
async fn another_database_is_opened_before_the_old_one_is_left() {
    let world = World::with("");
    let other = world.directory.path().join("other");
    std::fs::create_dir(&other).expect("a directory");
    legacy_users::create(&other, &[Row { plan: "'silver'", ..ada() }]);
    let there = |name: &str| world.usual().replace("legacy.db", name);
    world.bridge.rewrite(&there("missing.db"));
    world.reloaded("failed", 1.0).await;
    assert_eq!(world.login().await.json()["metadata"]["plan"], "gold");
    world.bridge.rewrite(&there("other/legacy.db"));
    world.reloaded("ok", 1.0).await;
    assert_eq!(world.login().await.json()["metadata"]["plan"], "silver");
    // Only the new one is open.
    let open: Vec<_> = std::fs::read_dir(format!("/proc/{}/fd", world.bridge.id()))
        .expect("open files")
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter(|path| path.extension().is_some_and(|extension| extension == "db"))
        .collect();
    assert!(!open.is_empty() && open.iter().all(|path| path.starts_with(&other)), "{open:?}");
}

/// A password is changed in its file first and in the database later, or the other way round.
#[tokio::test]
async fn a_new_database_password_is_tried_until_it_is_right() {
    let server = PostgresServer::start_new(false);
    server.exec(&format!(
        "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100), username varchar(100), full_name varchar(100), \
         password char(80), is_active int, plan_code varchar(20)); \
         INSERT INTO users VALUES (1, 'ada@example.com', 'ada', NULL, {BCRYPT}, 1, 'gold'); \
         CREATE ROLE bridge LOGIN PASSWORD 'sesame-1'; GRANT SELECT ON users TO bridge; GRANT CREATE ON SCHEMA public TO bridge"
    ));
    let DatabaseUrl::Postgres(at) = server.url_of("bridge", None, DatabaseTls::Off) else { panic!("a server") };
    let issuer = Issuer::start();
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), "db", "sesame-1");
    let url = format!(
        "postgres://bridge@127.0.0.1:{}/postgres\"\npassword_file = \"{}",
        at.port,
        directory.path().join("db").display()
    );
    let usual = legacy_users::configuration(std::path::Path::new("unused.db"), &issuer.url, AUDIENCE);
    let bridge = crate::support::bridge::Bridge::start(&usual.replace("sqlite:unused.db", &url));
    let http = client::client(None);
    let login = async || login(&http, &bridge.url, &issuer.token()).await.status;
    assert_eq!(login().await, 200);
    write(directory.path(), "db", "sesame-2");
    let reloads = |result: &str| format!("drawbridge_config_reloads_total{{result=\"{result}\"}}");
    eventually(&bridge, async || super::metric(&bridge, &reloads("failed")).await >= 1.0).await;
    assert_eq!(login().await, 200, "the old connections serve on");
    server.exec("ALTER ROLE bridge PASSWORD 'sesame-2'");
    // Nobody touches a file: it is tried again by itself.
    eventually(&bridge, async || super::metric(&bridge, &reloads("ok")).await >= 1.0).await;
    assert_eq!(login().await, 200);
    server.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bridge'");
    assert_eq!(login().await, 200, "new connections use the new password");
    for password in ["sesame-1", "sesame-2"] {
        assert!(!bridge.log().contains(password), "a password is told");
    }
}

#[tokio::test]
async fn other_signing_keys_are_there_before_the_first_token() {
    let world = World::with("");
    let other = Issuer::start();
    world.bridge.rewrite(&world.usual().replace(&world.issuer.url, &other.url));
    world.reloaded("ok", 1.0).await;
    assert_eq!(login(&world.client, &world.bridge.url, &other.token()).await.status, 200);
    assert_eq!(world.login().await.code(), "invalid_token");
}
