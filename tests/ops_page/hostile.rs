//! Whatever is shown stays text, and nothing else runs.
use super::{
    Browser, World, is_quiet,
    looks::bad_night,
    support::{
        bridge::Bridge,
        issuer::{AUDIENCE, Issuer},
        legacy_users,
    },
};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use serde_json::{Value, json};

const MARKUP: &str = "<img src=x onerror=window.taken=1><script>window.taken=1</script>";

/// Every text of it becomes markup; what the page compares stays.
fn poisoned(value: &Value) -> Value {
    match value {
        Value::String(text) if ["import", "ok", "warn", "bad", "off", "trouble", "error"].contains(&text.as_str()) => {
            value.clone()
        }
        Value::String(text) => json!(format!("{text}{MARKUP}")),
        Value::Array(all) => all.iter().map(poisoned).collect(),
        Value::Object(all) => all
            .iter()
            .map(|(key, value)| {
                let counted = ["ok", "wrong_password", "django_pbkdf2_sha256"].contains(&key.as_str());
                (if counted { format!("{key}{MARKUP}") } else { key.clone() }, poisoned(value))
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_in_any_text_stays_text() {
    let world = World::start();
    let mut browser = Browser::start();
    let (status, history) = bad_night();
    browser.call("fake", json!({"answers": {"/status": poisoned(&status), "/status/history": history}}));
    for width in [1280, 360] {
        browser.open(&world.page(), json!({"width": width}));
        browser.wait_for("live-text", "live");
        for id in ["host", "worries", "health", "schemes", "outcomes", "problem-list", "latency", "about"] {
            assert!(browser.text(id).contains("onerror"), "{id} shows it");
        }
        assert_eq!(browser.evaluate("window.taken ?? null"), Value::Null);
        assert_eq!(browser.evaluate("document.images.length + document.scripts.length"), json!(1));
        assert_eq!(browser.evaluate("document.documentElement.scrollWidth"), json!(width));
        is_quiet(&mut browser, &world.page());
    }
    // Even who could put markup into the page would find that it does not run.
    let refused = browser.evaluate(
        "(() => { try { document.body.innerHTML = '<b>'; return 'taken'; } catch (error) { return error.name; } })()",
    );
    assert_eq!(refused, json!("TypeError"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_name_in_the_database_reaches_the_page_as_text() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("legacy.db");
    let mut connection = SqliteConnection::establish(&path.to_string_lossy()).expect("a database file");
    // No index on this column: the bridge says so in its log, with the names.
    connection
        .batch_execute(&format!(
            "CREATE TABLE users (id TEXT PRIMARY KEY, \"mail {MARKUP}\" TEXT, username TEXT COLLATE NOCASE, full_name TEXT, \
             password TEXT, is_active INTEGER, plan_code TEXT); CREATE INDEX users_username ON users (username);"
        ))
        .expect("a table");
    let issuer = Issuer::start();
    let usual = legacy_users::configuration(&path, &issuer.url, AUDIENCE);
    let bridge = Bridge::start(
        &usual
            .replace("\"email\", \"username\"", &format!("'mail {MARKUP}', \"username\""))
            .replace("email = \"email\"", &format!("email = 'mail {MARKUP}'")),
    );
    let mut browser = Browser::start();
    let page = format!("{}/", bridge.ops);
    browser.open(&page, json!({}));
    browser.wait_for("live-text", "live");
    assert!(browser.text("problem-list").contains("onerror"), "{}", browser.text("problem-list"));
    assert_eq!(browser.evaluate("window.taken ?? null"), Value::Null);
    assert_eq!(browser.evaluate("document.images.length"), json!(0));
    is_quiet(&mut browser, &page);
}
