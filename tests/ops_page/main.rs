//! The ops page in a real Chromium, before a real bridge with a real database.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod browser;
mod hostile;
mod looks;

use browser::Browser;
use serde_json::{Value, json};
use std::net::TcpListener;
use support::{
    bridge::Bridge,
    client,
    issuer::{AUDIENCE, Issuer},
    legacy_users::{self, Row},
    postgres::PostgresServer,
};

/// `hashcat`'s own example of mode 3200; the password is the program's name.
pub const BCRYPT: &str = "'$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou'";

/// People in a SQLite file before a bridge.
pub struct World {
    issuer: Issuer,
    /// The running bridge.
    pub bridge: Bridge,
    client: reqwest::Client,
    _directory: tempfile::TempDir,
}

impl World {
    /// Twelve people, one of them with a hash that nobody can tell.
    pub fn start() -> Self {
        let names: Vec<[String; 3]> =
            (1..=12).map(|n| [format!("'{n}'"), format!("'user{n}@example.com'"), format!("'user{n}'")]).collect();
        let rows: Vec<Row<'_>> = names
            .iter()
            .enumerate()
            .map(|(n, [id, email, username])| Row {
                id,
                email,
                username,
                password: if n == 11 { "'5f4dcc3b5aa765d61d8327deb882cf99'" } else { BCRYPT },
                active: 1,
                plan: "NULL",
            })
            .collect();
        let (issuer, directory) = (Issuer::start(), tempfile::tempdir().expect("a directory"));
        let database = legacy_users::create(directory.path(), &rows);
        let bridge = Bridge::start(&legacy_users::configuration(&database, &issuer.url, AUDIENCE));
        Self { issuer, bridge, client: client::client(None), _directory: directory }
    }

    /// A POST with a good token; the status of its answer.
    pub async fn post(&self, path: &str, body: Value) -> u16 {
        let url = format!("{}{path}", self.bridge.url);
        client::send(client::post(&self.client, &url, &self.issuer.token(), &body)).await.status
    }

    /// A login; the status of its answer.
    pub async fn login(&self, identifier: &str, password: &str) -> u16 {
        self.post("/login", json!({"identifier": identifier, "password": password})).await
    }

    /// The address of the page.
    pub fn page(&self) -> String {
        format!("{}/", self.bridge.ops)
    }
}

/// Opened, asked nobody else, and had nothing to complain about.
pub fn is_quiet(browser: &mut Browser, page: &str) {
    assert_eq!(browser.seen("console"), Vec::<String>::new());
    assert_eq!(browser.seen("violations"), Vec::<String>::new());
    let requests = browser.seen("requests");
    assert!(requests.iter().any(|url| url == &format!("{page}status")), "{requests:?}");
    let elsewhere: Vec<&String> = requests.iter().filter(|url| !url.starts_with(page) && *url != "data:").collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_opens_quietly_and_shows_what_happens() {
    let world = World::start();
    let mut browser = Browser::start();
    browser.open(&world.page(), json!({}));
    browser.wait_for("verdict-title", "All is well");
    browser.wait_for("crossing", "0 of 12 users have crossed");
    assert!(browser.text("problem-list").contains("None."));
    for (who, password, status) in [("user1", "hashcat", 200), ("user2", "hashcat", 200), ("user3", "wrong", 422)] {
        assert_eq!(world.login(who, password).await, status);
    }
    assert_eq!(world.login("user12", "password").await, 500, "nobody can tell this hash");
    assert_eq!(world.post("/mark_migrated", json!({"user_id": "1"})).await, 200);
    browser.wait_for("outcomes", "accepted");
    let outcomes = browser.text("outcomes");
    for told in ["2 · 50.0 %", "wrong password", "stored hash cannot be verified"] {
        assert!(outcomes.contains(told), "{outcomes}");
    }
    assert!(browser.text("schemes").contains("bcrypt_2a"));
    browser.wait_for("crossing", "1 of 12 users have crossed");
    assert!(browser.text("migration-figures").contains("11"));
    assert!(browser.text("latency").contains("ms"));
    browser.wait_for("legend", "2accepted");
    browser.wait_for("legend", "1failed");
    assert_eq!(browser.evaluate("document.querySelectorAll('#chart rect.failed').length"), json!(1));
    let problems = browser.text("problem-list");
    for told in ["A stored hash cannot be verified", "reason ambiguous", "What to do:", "drawbridge census"] {
        assert!(problems.contains(told), "{problems}");
    }
    let all = browser.evaluate("document.body.innerText").as_str().expect("text").to_owned();
    for personal in ["user1", "user12", "example.com", "5f4dcc3b"] {
        assert!(!all.contains(personal), "{personal} is on the page");
    }
    is_quiet(&mut browser, &world.page());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_is_seen_with_what_to_do_and_comes_back() {
    let mut server = PostgresServer::start_new(false);
    server.exec(&format!(
        "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100), username varchar(100), full_name varchar(100), \
         password char(80), is_active int, plan_code varchar(20)); \
         CREATE INDEX ON users (lower(email)); CREATE INDEX ON users (lower(username)); \
         INSERT INTO users VALUES (42, 'ada@example.com', 'ada', 'Ada', {BCRYPT}, 1, 'gold')"
    ));
    let drawbridge::config::database::DatabaseUrl::Postgres(url) = server.url() else { panic!("PostgreSQL") };
    let url = format!("postgres://{}@127.0.0.1:{}/{}?sslmode=disable", url.user, url.port, url.database);
    let issuer = Issuer::start();
    let usual = legacy_users::configuration(std::path::Path::new("unused.db"), &issuer.url, AUDIENCE);
    let bridge = Bridge::start(&usual.replace("sqlite:unused.db", &url));
    let page = format!("{}/", bridge.ops);
    let mut browser = Browser::start();
    browser.open(&page, json!({}));
    browser.wait_for("verdict-title", "All is well");
    server.stop();
    let login = json!({"identifier": "ada", "password": "hashcat"});
    let client = client::client(None);
    let post = async || {
        let request = client::post(&client, &format!("{}/login", bridge.url), &issuer.token(), &login);
        client::send(request).await.status
    };
    assert_eq!(post().await, 503);
    browser.wait_for("verdict-title", "Not well");
    let worries = browser.text("worries");
    assert!(worries.contains("The legacy database does not answer"), "{worries}");
    assert!(worries.contains("drawbridge check"), "{worries}");
    browser.wait_for("health", "Database does not answer");
    assert_eq!(browser.evaluate("document.title"), json!("✕ Not well – Drawbridge"));
    browser.wait_for("problem-list", "The database did not answer");
    assert!(browser.text("problem-list").contains("query find_user, kind connection"));
    browser.wait_for("night-text", "Trouble once");
    server.start();
    browser.wait_for("health", "Database answers");
    assert_eq!(post().await, 200);
    // The outage is over, and is still told for some minutes.
    browser.wait_for("verdict-title", "Worth a look");
    is_quiet(&mut browser, &page);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_when_the_bridge_is_restarted() {
    let issuer = Issuer::start();
    let directory = tempfile::tempdir().expect("a directory");
    let database = legacy_users::create(directory.path(), &[]);
    let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port");
    let configuration = legacy_users::configuration(&database, &issuer.url, AUDIENCE);
    let configuration = format!("{configuration}\n[ops]\nlisten = \"{free}\"\n");
    let bridge = Bridge::start(&configuration);
    let mut browser = Browser::start();
    browser.open(&format!("{}/", bridge.ops), json!({}));
    browser.wait_for("live-text", "live");
    let first = browser.text("about");
    drop(bridge);
    browser.wait("!document.getElementById('stale').hidden");
    let stale = browser.text("stale");
    assert!(stale.contains("has not answered since") && stale.contains("goes on asking"), "{stale}");
    assert_eq!(browser.text("live-text"), "no answer");
    // What was well then is not called well now.
    assert_eq!(browser.text("verdict-title"), "No answer");
    assert_eq!(browser.text("about"), first, "the last numbers stay");
    let _bridge = Bridge::start(&configuration);
    browser.wait("document.getElementById('stale').hidden");
    browser.wait_for("live-text", "live");
    browser.wait_for("verdict-title", "All is well");
    assert_ne!(browser.text("about"), first, "it is another process");
}
