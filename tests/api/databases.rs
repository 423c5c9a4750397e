//! The whole story on real servers, over TLS that the URL asks for.
use super::{BCRYPT, PASSWORD};
use crate::support::{
    bridge::Bridge,
    client,
    issuer::{AUDIENCE, Issuer},
    legacy_users,
    mariadb::MariadbServer,
    postgres::PostgresServer,
};
use serde_json::{Value, json};

const TABLE: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100), username varchar(100), \
                     full_name varchar(100), password char(80), is_active int, plan_code varchar(20))";

fn row() -> String {
    format!("INSERT INTO users VALUES (42, 'Ada@Example.com', 'ada', 'Ada Pontis', {BCRYPT}, 1, 'gold')")
}

async fn crosses(url: &str) {
    let issuer = Issuer::start();
    let usual = legacy_users::configuration(std::path::Path::new("unused.db"), &issuer.url, AUDIENCE);
    let bridge = Bridge::start(&usual.replace("sqlite:unused.db", url));
    let client = client::client(None);
    let post = async |path: &str, body: Value| {
        let token = issuer.token();
        client::send(client::post(&client, &format!("{}{path}", bridge.url), &token, &body)).await
    };
    let login = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let profile = post("/login", login.clone()).await;
    assert_eq!(profile.status, 200, "{}", profile.body);
    assert_eq!(profile.json()["user_id"], json!("legacy|42"));
    assert_eq!(post("/get_user", json!({"identifier": "ADA"})).await.body, profile.body);
    let wrong = post("/login", json!({"identifier": "ada", "password": "wrong"})).await;
    assert_eq!(wrong.code(), "wrong_password");
    let first = post("/mark_migrated", json!({"user_id": "auth0|legacy|42"})).await.json();
    let second = post("/mark_migrated", json!({"user_id": "42"})).await.json();
    assert_eq!((&first["newly_marked"], &second["newly_marked"]), (&json!(true), &json!(false)));
    assert_eq!(first["migrated_at"], second["migrated_at"]);
    assert_eq!(post("/mark_migrated", json!({"user_id": "42x"})).await.code(), "user_not_found");
    assert_eq!(post("/get_user", json!({"identifier": "ada"})).await.code(), "user_not_found");
    assert_eq!(post("/login", login).await.code(), "user_not_found");
    nothing_personal_in(&bridge.log());
    // Counted at the start, and moved by the mark.
    let metrics = client::metrics(&client, &bridge.ops).await;
    for line in ["users{state=\"migrated\"} 1", "users{state=\"remaining\"} 0"] {
        assert!(metrics.contains(&format!("drawbridge_{line}")), "{line} is missing");
    }
}

/// Drivers print what they bind when they are allowed to: as text, or byte by byte.
fn nothing_personal_in(log: &str) {
    assert!(log.contains("\"route\":\"login\""), "the log is there");
    for personal in ["ada@example.com", "Ada@Example.com", "Ada Pontis", PASSWORD, BCRYPT.trim_matches('\'')] {
        let bytes: Vec<String> = personal.bytes().map(|byte| byte.to_string()).collect();
        for form in [personal.to_owned(), bytes.join(", "), hex::encode(personal)] {
            let found = log.lines().find(|line| line.contains(&form));
            let target = found.map(|line| line.split("\"target\":").nth(1).unwrap_or("?").to_owned());
            assert_eq!(target, None, "a log line holds what a person typed or is");
        }
    }
}

/// The URL of a server as an operator writes it, its address by name so that the certificate can be verified.
fn written(url: &drawbridge::config::database::DatabaseUrl, scheme: &str, tls: &str) -> String {
    use drawbridge::config::database::DatabaseUrl::{Mysql, Postgres};
    let (Postgres(server) | Mysql(server)) = url else { panic!("a server") };
    let password = server.password.as_ref().map_or(String::new(), |password| format!(":{}", password.expose()));
    format!("{scheme}://{}{password}@localhost:{}/{}?{tls}", server.user, server.port, server.database)
}

#[tokio::test]
async fn postgres_over_verified_tls() {
    let server = PostgresServer::start_new(true);
    server.exec(&format!("{TABLE}; {}", row()));
    let tls = format!("sslmode=verify-full&sslrootcert={}", server.root().display());
    crosses(&written(&server.url(), "postgres", &tls)).await;
}

#[tokio::test]
async fn mariadb_over_verified_tls() {
    let server = MariadbServer::start_new(true);
    server.exec(&format!("USE legacy; {TABLE}; {}", row()));
    let tls = format!("ssl-mode=VERIFY_IDENTITY&ssl-ca={}", server.root().display());
    crosses(&written(&server.url(), "mysql", &tls)).await;
}
