//! A confined bridge works with every backend, over TCP, over sockets and over TLS, and after its connections were lost.
use super::{BCRYPT, PASSWORD, authority::Authority, eventually, told};
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
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

const TABLE: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100), username varchar(100), \
                     full_name varchar(100), password char(80), is_active int, plan_code varchar(20))";

fn row() -> String {
    format!("INSERT INTO users VALUES (42, 'ada@example.com', 'ada', 'Ada Pontis', {BCRYPT}, 1, 'gold')")
}

async fn serves(url: &str, lose: impl Fn()) {
    let issuer = Issuer::start();
    let usual = legacy_users::configuration(Path::new("unused.db"), &issuer.url, AUDIENCE);
    // Another round follows on the same ledger.
    let shown = "\n[migration]\nhide_migrated = false";
    let bridge = Bridge::start(&format!("{}{shown}", usual.replace("sqlite:unused.db", url)));
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

/// Keys over TLS, by a name that has to be looked up, and again after the process was confined.
#[tokio::test]
async fn signing_keys_over_tls() {
    let authority = Authority::new("issuers");
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("roots.pem"), &authority.pem).expect("a file");
    let issuer = Issuer::start();
    let fetches = Arc::new(AtomicUsize::new(0));
    let url = serve_keys(&authority, json!({"keys": [issuer.key.jwk()]}).to_string(), Arc::clone(&fetches));
    let people = tempfile::tempdir().expect("a directory");
    let database = legacy_users::create(people.path(), &[super::ada()]);
    let usual = legacy_users::configuration(&database, &issuer.url, AUDIENCE);
    let keys = format!("jwks_url = \"{url}\"\njwks_refresh = \"1s\"\naudience =");
    let roots = directory.path().join("roots.pem");
    let environment = [("SSL_CERT_FILE", roots.to_str().expect("a path"))];
    let bridge = Bridge::try_start_with(&usual.replace("audience =", &keys), &environment).expect("it starts");
    eventually(&bridge, async || fetches.load(Ordering::SeqCst) >= 3).await;
    assert_eq!(super::login(&client::client(None), &bridge.url, &issuer.token()).await.status, 200);
    // A reload makes a client of its own, and reads the roots again.
    bridge.rewrite(&usual.replace("audience =", &keys.replace("1s", "2s")));
    let reloads = "drawbridge_config_reloads_total{result=\"ok\"}";
    eventually(&bridge, async || super::metric(&bridge, reloads).await >= 1.0).await;
    assert_eq!(super::login(&client::client(None), &bridge.url, &issuer.token()).await.status, 200);
}

fn serve_keys(authority: &Authority, body: String, fetches: Arc<AtomicUsize>) -> String {
    let config = Arc::new(authority.server().listener());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://localhost:{}/keys.json", listener.local_addr().expect("an address").port());
    std::thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            let session = rustls::ServerConnection::new(Arc::clone(&config)).expect("a session");
            let mut stream = rustls::StreamOwned::new(session, connection);
            let mut request = [0; 4096];
            if stream.read(&mut request).is_ok() {
                let length = body.len();
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
                fetches.fetch_add(1, Ordering::SeqCst);
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    url
}
