//! A bridge before a real PostgreSQL to which everything happens that a metric tells of, and what it shows then.
use super::promql::Seen;
use crate::support::{
    bridge::Bridge,
    client::{self, Answer},
    issuer::{AUDIENCE, Answer as Jwks, Issuer},
    legacy_users,
    postgres::PostgresServer,
    redis::RedisServer,
    site::{Site, person},
};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::sync::OnceCell;

/// `hashcat`'s own example of mode 3200; the password is the program's name.
const BCRYPT: &str = "$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou";
pub const PASSWORD: &str = "hashcat";

const TABLE: &str = "CREATE TABLE users (id text PRIMARY KEY, email varchar(100), username varchar(100), \
                     full_name varchar(100), password varchar(200), is_active int, plan_code varchar(20))";

/// One person for each way in which a login can end.
fn people() -> String {
    let slow = bcrypt::hash(PASSWORD, 11).expect("a hash");
    let rows = [
        ("1", "ada", BCRYPT, 1),
        ("2", "disabled", BCRYPT, 0),
        ("3", "nopassword", "!", 1),
        ("4", "unverifiable", "5f4dcc3b5aa765d61d8327deb882cf99", 1),
        ("a|b", "unmappable", BCRYPT, 1),
        ("6", "twin", BCRYPT, 1),
        ("7", "TWIN", BCRYPT, 1),
        ("8", "crossing", BCRYPT, 1),
        ("9", "slow", slow.as_str(), 1),
    ];
    let values = rows.map(|(id, name, hash, active)| {
        format!("('{id}', '{name}-{id}@example.com', '{name}', 'Name', '{hash}', {active}, 'gold')")
    });
    format!("{TABLE}; INSERT INTO users VALUES {}", values.join(", "))
}

/// The running parts.
pub struct World {
    pub server: PostgresServer,
    pub issuer: Issuer,
    pub bridge: Bridge,
    pub client: reqwest::Client,
}

impl World {
    /// A bridge that is easily overburdened: one thread, one place in the queue, one connection.
    pub fn start() -> Self {
        let server = PostgresServer::start_new(false);
        server.exec(&people());
        let issuer = Issuer::start();
        let drawbridge::config::database::DatabaseUrl::Postgres(at) = server.url() else { panic!("a server") };
        let usual = legacy_users::configuration(Path::new("unused.db"), &issuer.url, AUDIENCE);
        let url = format!(
            "postgres://{}@127.0.0.1:{}/{}?sslmode=disable\"\npool = 1\npool_timeout = \"200ms\"\nstatement_timeout = \"500ms",
            at.user, at.port, at.database
        );
        let configuration = usual
            .replace("sqlite:unused.db", &url)
            .replace("[database]", "jwks_refresh = \"1s\"\n\n[database]")
            + "\n[server]\nlisten = \"127.0.0.1:0\"\ndeadline = \"2s\"\n[limits]\nverify_threads = 1\nverify_queue = 1\n\
               account_attempts = \"5 per 15m\"\nclient_rate = \"60 per 1h\"\n";
        let bridge = Bridge::start(&configuration);
        Self { server, issuer, bridge, client: client::client(None) }
    }

    /// A POST with a token of this client.
    pub async fn post_as(&self, caller: &str, path: &str, body: Value) -> Answer {
        let token = self.issuer.token_with(json!({"sub": format!("{caller}@clients"), "azp": caller}));
        client::send(client::post(&self.client, &format!("{}{path}", self.bridge.url), &token, &body)).await
    }

    /// A login of this client.
    pub async fn login(&self, caller: &str, identifier: &str, password: &str) -> String {
        let answer = self.post_as(caller, "/login", json!({"identifier": identifier, "password": password})).await;
        if answer.status == 200 { "ok".into() } else { answer.code() }
    }

    /// What `/metrics` shows.
    pub async fn metrics(&self) -> String {
        client::send(self.client.get(format!("{}/metrics", self.bridge.ops))).await.body
    }

    /// Waits until `/metrics` has this line.
    pub async fn wait_for(&self, line: &str) {
        for _ in 0..300 {
            if self.metrics().await.lines().any(|known| known == line) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("`{line}` does not come:\n{}", self.metrics().await);
    }
}

/// Every metric with the values of its labels, after everything has happened.
pub async fn seen() -> Seen {
    static SEEN: OnceCell<Seen> = OnceCell::const_new();
    SEEN.get_or_init(happen).await.clone()
}

async fn happen() -> Seen {
    let world = Arc::new(World::start());
    for (identifier, password, outcome) in [
        ("ada", PASSWORD, "ok"),
        ("ada", "wrong", "wrong_password"),
        ("nobody", "x", "user_not_found"),
        ("disabled", PASSWORD, "account_disabled"),
        ("nopassword", "x", "no_password"),
        ("unverifiable", "x", "password_unverifiable"),
        ("unmappable", PASSWORD, "user_unmappable"),
        ("twin", PASSWORD, "ambiguous_user"),
    ] {
        assert_eq!(world.login("scripts", identifier, password).await, outcome, "{identifier}");
    }
    assert_eq!(world.post_as("scripts", "/get_user", json!({"identifier": "ada"})).await.status, 200);
    assert_eq!(world.post_as("scripts", "/get_user", json!({"identifier": "unmappable"})).await.status, 500);
    assert_eq!(world.post_as("scripts", "/mark_migrated", json!({"user_id": "auth0|legacy|8"})).await.status, 200);
    assert_eq!(world.post_as("scripts", "/mark_migrated", json!({"user_id": "none"})).await.status, 404);
    let no_token = world.client.post(format!("{}/login", world.bridge.url));
    assert_eq!(client::send(no_token).await.status, 401);
    assert_eq!(client::send(world.client.get(format!("{}/", world.bridge.url))).await.status, 404);
    let scopeless = world.issuer.token_with(json!({"scope": ""}));
    let refused = client::post(&world.client, &format!("{}/login", world.bridge.url), &scopeless, &json!({}));
    assert_eq!(client::send(refused).await.code(), "insufficient_scope");

    // Somebody guesses; a client asks too often; more logins come than one thread can verify.
    for _ in 0..6 {
        world.login("guesser", "crossing", "guess").await;
    }
    for _ in 0..62 {
        world.post_as("rusher", "/get_user", json!({"identifier": "nobody"})).await;
    }
    let mut rush = tokio::task::JoinSet::new();
    for _ in 0..24 {
        let world = Arc::clone(&world);
        rush.spawn(async move { world.login("rush", "slow", PASSWORD).await });
    }
    let outcomes = rush.join_all().await;
    assert!(outcomes.iter().any(|outcome| outcome == "overloaded"), "{outcomes:?}");

    // The tenant's keys are gone, then the database stands still.
    world.issuer.answers(Jwks::With(500, "{}".into()));
    let mut seen = Seen::default();
    world.server.freeze();
    let mut stuck = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let world = Arc::clone(&world);
        stuck.spawn(async move { world.login("stuck", "ada", PASSWORD).await });
    }
    assert!(stuck.join_all().await.iter().all(|outcome| outcome == "database_unavailable"));
    world.server.thaw();
    let failed = "drawbridge_jwks_refreshes_total{result=\"failed\"} 0";
    while world.metrics().await.contains(failed) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    seen.add(&world.metrics().await);
    seen.add(&of_a_bridge_with_a_certificate_and_without_keys().await);
    seen.add(&of_a_bridge_with_a_lost_store_and_an_audit_stream().await);
    seen
}

async fn of_a_bridge_with_a_lost_store_and_an_audit_stream() -> String {
    let site = Site::with(&[person("'1'", "'ada@example.com'", "'ada'")]);
    let mut redis = RedisServer::start_new(&[]);
    let bridge = site.bridge(&format!(
        "[limits]\nstore = \"redis://127.0.0.1:{}\"\nkey = \"0123456789abcdef0123456789abcdef\"\n[audit]\nstdout = true\n",
        redis.port()
    ));
    redis.stop();
    let answer = site.post(&bridge, "/login", json!({"identifier": "ada", "password": "wrong"})).await;
    assert_eq!(answer.code(), "wrong_password");
    site.ops(&bridge, "/metrics").await.body
}

async fn of_a_bridge_with_a_certificate_and_without_keys() -> String {
    let issuer = Issuer::start();
    issuer.answers(Jwks::Closes);
    let directory = tempfile::tempdir().expect("a directory");
    let database = legacy_users::create(directory.path(), &[]);
    crate::support::guard::certificates(directory.path());
    let tls =
        format!("tls = {{ certificate = \"{0}/server.pem\", key = \"{0}/server.key\" }}", directory.path().display());
    let configuration = legacy_users::configuration(&database, &issuer.url, AUDIENCE);
    let bridge = Bridge::start(&format!("{configuration}\n[server]\nlisten = \"127.0.0.1:0\"\n{tls}\n"));
    let plain = client::client(None);
    let ready = client::send(plain.get(format!("{}/readyz", bridge.ops))).await;
    assert_eq!(ready.status, 503);
    client::send(plain.get(format!("{}/metrics", bridge.ops))).await.body
}
