//! The ops page without a browser: its headers, the shape of its JSON, and the gauges of the migration.
use super::{PASSWORD, World, people};
use crate::support::{
    bridge::Bridge,
    client,
    issuer::{AUDIENCE, Issuer},
    legacy_users,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[tokio::test]
async fn the_page_is_closed_to_everything_else() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let world = World::with(&people(), "");
    let page = world.ops("/").await;
    assert_eq!(page.status, 200);
    let named = ["date", "content-length", "etag"];
    let headers: Vec<String> = page
        .headers
        .iter()
        .filter(|(name, _)| !named.contains(&name.as_str()))
        .map(|(name, value)| {
            format!("{name}: {}", if name.contains("policy") { hashes_out(value) } else { value.clone() })
        })
        .collect();
    insta::assert_snapshot!("page_headers", headers.join("\n"));
    // The policy names exactly the sheet and the script that the page holds.
    let policy = page.header("content-security-policy").expect("a policy");
    for (tag, opening) in [("style", "<style>"), ("script", "<script type=\"module\">")] {
        let inside = page.body.split(opening).nth(1).and_then(|rest| rest.split(&format!("</{tag}>")).next());
        let hash = STANDARD.encode(Sha256::digest(inside.expect("it is in the page")));
        assert!(policy.contains(&format!("{tag}-src 'sha256-{hash}'")), "{tag}: {policy}");
        assert_eq!(page.body.matches(&format!("<{tag}")).count(), 1);
    }
    for outside in ["http://", "https://", "//cdn", "@import", " style=", " onclick="] {
        let found: Vec<&str> =
            page.body.lines().filter(|line| line.contains(outside) && !line.contains("www.w3.org")).collect();
        assert!(found.is_empty(), "{outside}: {found:?}");
    }
    assert!(page.body.len() < 64 * 1024);
    let tag = page.header("etag").expect("a tag").to_owned();
    let again = world.client.get(format!("{}/", world.bridge.ops)).header("if-none-match", &tag);
    let again = client::send(again).await;
    assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", Some(tag.as_str())));
    assert_eq!(client::send(world.client.post(format!("{}/", world.bridge.ops))).await.status, 404);
}

fn hashes_out(policy: &str) -> String {
    let parts = policy.split('\'').map(|part| if part.starts_with("sha256-") { "sha256-…" } else { part });
    parts.collect::<Vec<_>>().join("'")
}

/// Numbers, times and texts that are never twice the same, by their kind.
fn shape(value: &Value) -> Value {
    match value {
        Value::Number(_) => json!("number"),
        // What the kernel can is the machine's.
        Value::String(word) if word == "as far as this kernel can" => json!("in force"),
        Value::Array(all) => all.iter().map(shape).collect(),
        Value::Object(all) => all
            .iter()
            .map(|(key, value)| {
                (key.clone(), if ["host", "version"].contains(&key.as_str()) { json!("text") } else { shape(value) })
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// The numbers of the migration, when they are there: counting begins with the bridge and keeps nobody waiting.
async fn counted(client: &reqwest::Client, ops: &str) -> Value {
    for _ in 0..200 {
        let status = client::send(client.get(format!("{ops}/status"))).await.json();
        if status["migration"] != Value::Null {
            return status["migration"].clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nobody counted");
}

#[tokio::test]
async fn the_status_has_this_shape() {
    let world = World::with(&people(), "");
    world.post("/login", json!({"identifier": "ada", "password": PASSWORD})).await;
    world.post("/login", json!({"identifier": "ambiguous-hash", "password": "password"})).await;
    world.post("/mark_migrated", json!({"user_id": "1"})).await;
    world.post("/get_user", json!({"identifier": "crossing"})).await;
    counted(&world.client, &world.bridge.ops).await;
    let answer = world.ops("/status").await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
    let status = answer.json();
    insta::assert_json_snapshot!("status", shape(&status));
    let migration = &status["migration"];
    assert_eq!(
        (&migration["total"], &migration["migrated"], &migration["remaining"], &migration["last_day"]),
        (&json!(11), &json!(1), &json!(10), &json!(1))
    );
    assert_eq!(
        status["logins"],
        json!({"outcomes": {"ok": 1, "password_unverifiable": 1}, "schemes": {"bcrypt_2a": 1}})
    );
    assert_eq!(status["latency"][0]["count"], json!(2));
    assert_eq!(status["pool"]["size"], json!(16));
    for personal in ["ada", "example.com", "ambiguous-hash@", "5f4dcc3b", "test-client"] {
        assert!(!answer.body.to_lowercase().contains(personal), "{personal} is in the status");
    }
    let history = world.ops("/status/history").await.json();
    assert_eq!(history["accepted"].as_array().map(|minutes| minutes.iter().filter_map(Value::as_u64).sum()), Some(1));
    let keys: Vec<&String> = history.as_object().expect("columns").keys().collect();
    insta::assert_json_snapshot!("history", keys);
}

#[tokio::test]
async fn nobody_crosses_in_mode_proxy() {
    let world = World::with(&people(), "[migration]\nmode = \"proxy\"");
    world.post("/mark_migrated", json!({"user_id": "9"})).await;
    let status = world.ops("/status").await.json();
    assert_eq!((&status["mode"], &status["migration"]), (&json!("proxy"), &Value::Null));
    assert!(!world.ops("/metrics").await.body.contains("drawbridge_users"));
}

#[tokio::test]
async fn behind_an_own_select_only_those_who_crossed_are_known() {
    let issuer = Issuer::start();
    let directory = tempfile::tempdir().expect("a directory");
    let database = legacy_users::create(directory.path(), &people());
    let query = "query = \"select * from users where email = :identifier or username = :identifier\"";
    let usual = legacy_users::configuration(&database, &issuer.url, AUDIENCE).replace("table = \"users\"", query);
    let bridge = Bridge::start(&usual);
    let client = client::client(None);
    let mark = json!({"user_id": "9"});
    client::send(client::post(&client, &format!("{}/mark_migrated", bridge.url), &issuer.token(), &mark)).await;
    let get = async |path: &str| client::send(client.get(format!("{}{path}", bridge.ops))).await;
    let migration = counted(&client, &bridge.ops).await;
    assert_eq!(
        (&migration["total"], &migration["remaining"], &migration["migrated"]),
        (&Value::Null, &Value::Null, &json!(1))
    );
    assert!(!get("/metrics").await.body.contains("drawbridge_users"));
}

#[tokio::test]
async fn what_others_marked_is_told_by_way_and_by_time() {
    use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
    let issuer = Issuer::start();
    let directory = tempfile::tempdir().expect("a directory");
    let database = legacy_users::create(directory.path(), &people());
    let configuration = legacy_users::configuration(&database, &issuer.url, AUDIENCE);
    drop(Bridge::start(&configuration));
    let mut connection = SqliteConnection::establish(&database.to_string_lossy()).expect("the database");
    connection
        .batch_execute(
            "insert into drawbridge_migrated_users values ('legacy|1', datetime('now'), 'client'), \
             ('legacy|2', datetime('now', '-2 days'), 'client'), ('legacy|3', datetime('now', '-30 days'), 'client'), \
             ('legacy|4', datetime('now', '-3 days'), 'bulk import of x')",
        )
        .expect("marks");
    let bridge = Bridge::start(&configuration);
    let client = client::client(None);
    let migration = counted(&client, &bridge.ops).await;
    let end = migration["projected_end"].as_u64().expect("a projection");
    let counted = migration["counted_at"].as_u64().expect("a moment");
    // Three in a week, seven remain: the last one in 7 / 3 weeks.
    assert!((end - counted).abs_diff(7 * 604_800 / 3) < 60);
    for (key, count) in
        [("total", 11), ("by_login", 3), ("in_bulk", 1), ("remaining", 7), ("last_day", 1), ("last_week", 3)]
    {
        assert_eq!(migration[key], json!(count), "{key}");
    }
}
