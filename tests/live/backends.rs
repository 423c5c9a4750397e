//! A confined bridge works with every backend, over TCP, over sockets and over TLS, and after its connections were lost.
use super::{BCRYPT, PASSWORD, eventually, told};
use crate::support::{
    bridge::Bridge,
    client,
    issuer::{AUDIENCE, Issuer},
    legacy_users,
    mariadb::MariadbServer,
    postgres::PostgresServer,
};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use serde_json::json;
use std::path::Path;

const TABLE: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100), username varchar(100), \
                     full_name varchar(100), password char(80), is_active int, plan_code varchar(20))";

fn row() -> String {
    format!("INSERT INTO users VALUES (42, 'ada@example.com', 'ada', 'Ada Pontis', {BCRYPT}, 1, 'gold')")
}

async fn serves(url: &str, lose: impl Fn()) {
    let issuer = Issuer::start();
    let usual = legacy_users::configuration(Path::new("unused.db"), &issuer.url, AUDIENCE);
    let bridge = Bridge::start(&usual.replace("sqlite:unused.db", url));
    let client = client::client(None);
    let post = async |path: &str, body: serde_json::Value| {
        client::send(client::post(&client, &format!("{}{path}", bridge.url), &issuer.token(), &body)).await
    };
    let login = json!({"identifier": "ada@example.com", "password": PASSWORD});
    for _ in 0..3 {
        let mut together = tokio::task::JoinSet::new();
        for _ in 0..20 {
            together.spawn(client::send(client::post(
                &client,
                &format!("{}/login", bridge.url),
                &issuer.token(),
                &login,
            )));
        }
        for answer in together.join_all().await {
            assert_eq!(answer.status, 200, "{}\n{}", answer.body, told(&bridge, &["WARN", "ERROR"]));
        }
        // New connections are made by the same rules.
        lose();
    }
    assert_eq!(post("/mark_migrated", json!({"user_id": "42"})).await.status, 200);
    eventually(&bridge, async || client::send(client.get(format!("{}/readyz", bridge.ops))).await.status == 200).await;
    let seccomp = std::fs::read_to_string(format!("/proc/{}/status", bridge.id())).expect("status");
    assert!(seccomp.contains("Seccomp:\t2"), "it is confined");
}

#[tokio::test]
async fn sqlite_with_a_write_ahead_log() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("legacy.db");
    let mut connection = SqliteConnection::establish(&path.to_string_lossy()).expect("a database");
    connection.batch_execute(&format!("PRAGMA journal_mode = wal; {TABLE}; {}", row())).expect("a table");
    drop(connection);
    serves(&format!("sqlite:{}", path.display()), || ()).await;
}

#[tokio::test]
async fn postgres_over_tcp_tls_and_socket() {
    let server = PostgresServer::start_new(true);
    server.exec(&format!("{TABLE}; {}", row()));
    let drawbridge::config::database::DatabaseUrl::Postgres(at) = server.url() else { panic!("a server") };
    let (port, socket, root) = (at.port, server.socket().display(), server.root());
    let lose =
        || drop(server.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"));
    serves(&format!("postgres://postgres@localhost:{port}/postgres"), lose).await;
    serves(&format!("postgres://postgres@localhost:{port}/postgres?host={socket}"), lose).await;
    let tls = format!("sslmode=verify-full&sslrootcert={}", root.display());
    serves(&format!("postgres://postgres@localhost:{port}/postgres?{tls}"), lose).await;
}

#[tokio::test]
async fn mariadb_over_tcp_and_socket() {
    let server = MariadbServer::start_new(false);
    server.exec(&format!(
        "USE legacy; {TABLE}; {}; CREATE USER bridge@localhost IDENTIFIED BY 'bridge'; GRANT ALL ON legacy.* TO bridge@localhost",
        row()
    ));
    let drawbridge::config::database::DatabaseUrl::Mysql(at) = server.url() else { panic!("a server") };
    serves(&format!("mysql://bridge:bridge@127.0.0.1:{}/legacy", at.port), || ()).await;
    serves(&format!("mysql://bridge:bridge@localhost/legacy?socket={}", server.socket().display()), || ()).await;
}
