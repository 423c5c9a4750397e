//! Promise 6b over HTTP: requests reset at any moment, with the database stopped and started under load, on every
//! backend. Every answer is about the person asked for, or 503.
use super::{BCRYPT, World};
use crate::support::{
    bridge::Bridge,
    client,
    issuer::{AUDIENCE, Issuer},
    legacy_users::{self, Row},
    mariadb::MariadbServer,
    postgres::PostgresServer,
};
use drawbridge::config::database::{DatabaseUrl, ServerUrl};
use serde_json::{Value, json};
use std::{
    io::Write,
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

const PEOPLE: usize = 300;
const SQL: &str = "CREATE TABLE users (id varchar(20) PRIMARY KEY, email varchar(100), username varchar(100), \
                   full_name varchar(100), password varchar(255), is_active int, plan_code varchar(20))";

fn rows() -> String {
    let rows: Vec<String> = (0..PEOPLE)
        .map(|n| format!("('{n}', 'user{n}@example.com', 'user{n}', 'User {n}', {BCRYPT}, 1, 'plan{n}')"))
        .collect();
    format!("INSERT INTO users VALUES {}", rows.join(", "))
}

fn configuration(url: &str, issuer: &Issuer) -> String {
    let usual = legacy_users::configuration(std::path::Path::new("unused.db"), &issuer.url, AUDIENCE);
    let more = "[limits]\nclient_rate = \"off\"\naccount_attempts = \"off\"\n[log]\nformat = \"json\"\nlevel = \"warn,drawbridge::cli=info\"\n";
    format!("{}\n{more}", usual.replace("sqlite:unused.db", url))
}

fn text_of(url: &DatabaseUrl, scheme: &str) -> String {
    let (DatabaseUrl::Postgres(server) | DatabaseUrl::Mysql(server)) = url else { panic!("a server") };
    let ServerUrl { host, port, user, database, password, .. } = server;
    let password = password.as_ref().map_or(String::new(), |password| format!(":{}", password.expose()));
    format!("{scheme}://{user}{password}@{host}:{port}/{database}")
}

/// Asks for everybody again and again, resetting half of the requests at some moment; gives (right, 503).
async fn load(bridge: &Bridge, issuer: &Issuer, until: Arc<AtomicBool>) -> (usize, usize) {
    let (right, unavailable) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (url, token) = (bridge.url.clone(), issuer.token());
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let (url, token, until) = (url.clone(), token.clone(), Arc::clone(&until));
        let (right, unavailable) = (Arc::clone(&right), Arc::clone(&unavailable));
        tasks.spawn(async move {
            let client = client::client(None);
            let mut n = worker * 37;
            while !until.load(Ordering::Relaxed) {
                n = (n + 1) % PEOPLE;
                let body = json!({"identifier": format!("user{n}@example.com")});
                let answer = client::send(client::post(&client, &format!("{url}/get_user"), &token, &body)).await;
                match answer.status {
                    200 => {
                        assert_eq!(answer.json()["user_id"], Value::from(format!("legacy|{n}")), "somebody else's row");
                        assert_eq!(answer.json()["metadata"]["plan"], Value::from(format!("plan{n}")));
                        right.fetch_add(1, Ordering::Relaxed);
                    }
                    503 => {
                        assert_eq!(answer.code(), "database_unavailable");
                        unavailable.fetch_add(1, Ordering::Relaxed);
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    other => panic!("an outage was answered with {other}: {}", answer.code()),
                }
            }
        });
    }
    for worker in 0..2_u64 {
        let (address, token, until) = (url.trim_start_matches("http://").to_owned(), token.clone(), Arc::clone(&until));
        tasks.spawn_blocking(move || {
            let mut n = worker * 51;
            while !until.load(Ordering::Relaxed) {
                n = (n + 1) % 300;
                let body = format!("{{\"identifier\":\"user{n}@example.com\"}}");
                let Ok(mut connection) = TcpStream::connect(&address) else { continue };
                let _ = write!(
                    connection,
                    "POST /get_user HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: \
                     application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                // Gone before, while and after the statement runs.
                std::thread::sleep(Duration::from_micros((n * 7919) % 6000));
                drop(connection);
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.expect("every answer was right");
    }
    (right.load(Ordering::Relaxed), unavailable.load(Ordering::Relaxed))
}

async fn after(seconds: f64, flag: &AtomicBool) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    flag.store(true, Ordering::Relaxed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_resets() {
    let texts: Vec<[String; 3]> =
        (0..PEOPLE).map(|n| [format!("'{n}'"), format!("'user{n}@example.com'"), format!("'plan{n}'")]).collect();
    let rows: Vec<Row<'_>> = texts
        .iter()
        .map(|[id, email, plan]| Row { id, email, username: "NULL", password: BCRYPT, active: 1, plan })
        .collect();
    let world = World::with(
        &rows,
        "[limits]\nclient_rate = \"off\"\n[log]\nformat = \"json\"\nlevel = \"warn,drawbridge::cli=info\"",
    );
    let until = Arc::new(AtomicBool::new(false));
    let ((right, _), ()) = tokio::join!(load(&world.bridge, &world.issuer, Arc::clone(&until)), after(3.0, &until));
    assert!(right > 500, "only {right} answers");
}

/// Under load: killed and started again, then frozen and thawed, then an end with everything working.
async fn survives(bridge: &Bridge, issuer: &Issuer, mut act: impl FnMut(&str) + Send + 'static) {
    let until = Arc::new(AtomicBool::new(false));
    let acting = tokio::task::spawn_blocking({
        let until = Arc::clone(&until);
        move || {
            for (seconds, what) in [
                (1.0, "stop"),
                (1.0, "start"),
                (2.0, "freeze"),
                (3.5, "thaw"),
                (1.5, "stop"),
                (0.1, "start"),
                (2.0, ""),
            ] {
                std::thread::sleep(Duration::from_secs_f64(seconds));
                act(what);
            }
            until.store(true, Ordering::Relaxed);
            act
        }
    });
    let (right, unavailable) = load(bridge, issuer, until).await;
    // The server lives as long as who acts on it.
    let _act = acting.await.expect("the server was stopped and started");
    assert!(right > 200, "only {right} answers were right");
    assert!(unavailable > 0, "the database was never missed");
    for _ in 0..100 {
        if client::send(client::client(None).get(format!("{}/readyz", bridge.ops))).await.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not become ready again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_stopped_frozen_and_started_in_mid_load() {
    let mut server = PostgresServer::start_new(false);
    server.exec(&format!(
        "{SQL}; CREATE INDEX ON users (lower(email)); CREATE INDEX ON users (lower(username)); {}",
        rows()
    ));
    let issuer = Issuer::start();
    let bridge = Bridge::start(&configuration(&text_of(&server.url(), "postgres"), &issuer));
    survives(&bridge, &issuer, move |what| match what {
        "stop" => server.stop(),
        "start" => server.start(),
        "freeze" => server.freeze(),
        "thaw" => server.thaw(),
        _ => {}
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_stopped_frozen_and_started_in_mid_load() {
    let mut server = MariadbServer::start_new(false);
    server.exec(&format!(
        "USE legacy; {SQL}; CREATE INDEX e ON users (email); CREATE INDEX u ON users (username); {}",
        rows()
    ));
    let issuer = Issuer::start();
    let bridge = Bridge::start(&configuration(&text_of(&server.url(), "mysql"), &issuer));
    survives(&bridge, &issuer, move |what| match what {
        "stop" => server.stop(),
        "start" => server.start(),
        "freeze" => server.freeze(),
        "thaw" => server.thaw(),
        _ => {}
    })
    .await;
}
