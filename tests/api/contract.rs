//! Every row of the two tables of the contract, as one snapshot: status, the headers that matter, body.
use super::{PASSWORD, World, people};
use crate::support::{
    bridge::Bridge,
    client::{self, Answer},
    issuer::{AUDIENCE, Issuer},
    legacy_users::{self, Row},
};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use serde_json::{Value, json};
use std::fmt::Write;

/// Headers that are part of the contract; a number of seconds is shown as `N`.
fn shown(text: &mut String, name: &str, answer: &Answer) {
    writeln!(text, "# {name}\n{}", answer.status).expect("text");
    for (header, value) in &answer.headers {
        match header.as_str() {
            "date" | "content-length" | "connection" => {}
            "retry-after" => writeln!(text, "{header}: N").expect("text"),
            _ => writeln!(text, "{header}: {value}").expect("text"),
        }
    }
    writeln!(text, "{}\n", answer.body).expect("text");
}

#[tokio::test]
async fn every_answer_is_as_the_contract_says() {
    let world = World::with(&people(), "[limits]\naccount_attempts = \"3 per 15m\"\nclient_rate = \"off\"");
    let mut text = String::new();
    let login = |identifier: &str, password: &str| json!({"identifier": identifier, "password": password});
    let rows: Vec<(&str, &str, Value)> = vec![
        ("login", "/login", login("ada@example.com", PASSWORD)),
        ("login by username", "/login", json!({"username": "ADA", "password": PASSWORD})),
        ("get_user", "/get_user", json!({"email": "ADA@example.COM"})),
        ("mark_migrated", "/mark_migrated", json!({"user_id": "auth0|legacy|9"})),
        ("not JSON: an array", "/login", json!(["ada@example.com", PASSWORD])),
        ("a field missing", "/login", json!({"identifier": "ada@example.com"})),
        ("wrong type", "/login", json!({"identifier": 1, "password": "x"})),
        ("unknown field", "/get_user", json!({"identifier": "a", "extra": 1})),
        ("field and alias", "/get_user", json!({"identifier": "a", "email": "a"})),
        ("empty identifier", "/get_user", json!({"identifier": ""})),
        ("identifier too long", "/get_user", json!({"identifier": "a".repeat(321)})),
        ("NUL in identifier", "/get_user", json!({"identifier": "a\u{0}b"})),
        ("password too long", "/login", login("ada@example.com", &"p".repeat(4097))),
        ("no such user on login", "/login", login("nobody@example.com", "x")),
        ("no such user", "/get_user", json!({"identifier": "nobody@example.com"})),
        ("inactive on get_user", "/get_user", json!({"identifier": "disabled@example.com"})),
        ("migrated on get_user", "/get_user", json!({"identifier": "crossing@example.com"})),
        ("migrated on login", "/login", login("crossing@example.com", PASSWORD)),
        ("mark of nobody", "/mark_migrated", json!({"user_id": "auth0|legacy|nobody"})),
        ("ambiguous user", "/login", login("twin@example.com", PASSWORD)),
        ("ambiguous on get_user", "/get_user", json!({"identifier": "twin@example.com"})),
        ("wrong password", "/login", login("ada@example.com", "wrong")),
        ("disabled, right password", "/login", login("disabled@example.com", PASSWORD)),
        ("disabled, wrong password", "/login", login("disabled@example.com", "wrong")),
        ("no password: a mark", "/login", login("nopassword@example.com", "x")),
        ("no password: NULL", "/login", login("null@example.com", "x")),
        ("unverifiable: ambiguous", "/login", login("ambiguous-hash@example.com", "x")),
        ("unverifiable: too costly", "/login", login("costly@example.com", "x")),
        ("unmappable key", "/login", login("unmappable@example.com", PASSWORD)),
        ("unmappable on get_user", "/get_user", json!({"identifier": "noemail"})),
        ("a body over 8 KiB", "/login", login("ada@example.com", &"p".repeat(9000))),
    ];
    for (name, path, body) in rows {
        let mut answer = world.post(path, body).await;
        if name == "mark_migrated" {
            let moment = answer.json()["migrated_at"].as_str().expect("a moment").to_owned();
            chrono::DateTime::parse_from_rfc3339(&moment).expect("RFC 3339");
            answer.body = answer.body.replace(&moment, "MOMENT");
        }
        shown(&mut text, name, &answer);
    }
    for number in 0..4 {
        let answer = world.post("/login", login("guessed@example.com", "x")).await;
        if number == 3 {
            shown(&mut text, "too many attempts of an account", &answer);
        }
    }
    let url = format!("{}/get_user", world.bridge.url);
    let request = || world.client.post(&url).header("x-request-id", "test").header("content-type", "application/json");
    let body = json!({"identifier": "ada@example.com"}).to_string();
    let token = |changes: Value| world.issuer.token_with(changes);
    let rows: Vec<(&str, reqwest::RequestBuilder)> = vec![
        ("no token", request().body(body.clone())),
        ("expired", request().bearer_auth(token(json!({"exp": 1}))).body(body.clone())),
        ("a person's token", request().bearer_auth(token(json!({"sub": "auth0|legacy|x@clients"}))).body(body.clone())),
        ("without the scope", request().bearer_auth(token(json!({"scope": "legacy:login"}))).body(body.clone())),
        (
            "text/plain",
            world.client.post(&url).header("x-request-id", "test").bearer_auth(world.issuer.token()).body(body.clone()),
        ),
        ("broken JSON", request().bearer_auth(world.issuer.token()).body("{\"identifier\":")),
        ("GET", world.client.get(&url).header("x-request-id", "test")),
        ("another path", world.client.post(format!("{}/users", world.bridge.url)).header("x-request-id", "test")),
    ];
    for (name, request) in rows {
        shown(&mut text, name, &client::send(request).await);
    }
    insta::assert_snapshot!("contract", text);
}

#[tokio::test]
async fn a_client_that_is_not_on_the_list_and_one_over_its_rate() {
    let issuer = Issuer::start();
    let directory = tempfile::tempdir().expect("a directory");
    let database = legacy_users::create(directory.path(), &people());
    let configuration = legacy_users::configuration(&database, &issuer.url, AUDIENCE);
    let mut text = String::new();
    for (name, more) in [
        ("not on the list", configuration.replace("[database]", "clients = [\"another\"]\n[database]")),
        ("over its rate", format!("{configuration}\n[limits]\nclient_rate = \"1 per 1h\"")),
    ] {
        let bridge = Bridge::start(&more);
        let client = client::client(None);
        let body = json!({"identifier": "ada@example.com"});
        let request = || {
            client::post(&client, &format!("{}/get_user", bridge.url), &issuer.token(), &body)
                .header("x-request-id", "test")
        };
        client::send(request()).await;
        shown(&mut text, name, &client::send(request()).await);
    }
    insta::assert_snapshot!("clients", text);
}

#[tokio::test]
async fn what_is_out_of_reach_is_never_an_answer_about_a_person() {
    let world = World::with(&people(), "");
    let mut text = String::new();
    let lock = || {
        let mut connection = SqliteConnection::establish(&world.database().to_string_lossy()).expect("a connection");
        // Whoever reads at this moment finishes first.
        connection.batch_execute("PRAGMA busy_timeout = 10000; BEGIN EXCLUSIVE").expect("a lock");
        connection
    };
    let locked = lock();
    for path in ["/login", "/get_user"] {
        let mut body = json!({"identifier": "ada@example.com", "password": PASSWORD});
        if path == "/get_user" {
            body.as_object_mut().expect("an object").remove("password");
        }
        shown(&mut text, &format!("database out of reach, {path}"), &world.post(path, body).await);
    }
    drop(locked);
    assert_eq!(world.post("/login", json!({"identifier": "ada", "password": PASSWORD})).await.status, 200);

    let issuer = Issuer::start();
    issuer.answers(crate::support::issuer::Answer::Closes);
    let configuration = legacy_users::configuration(&world.database(), &issuer.url, AUDIENCE);
    let bridge = Bridge::start(&configuration);
    let body = json!({"identifier": "ada@example.com"});
    let request = client::post(&world.client, &format!("{}/get_user", bridge.url), &issuer.token(), &body);
    shown(&mut text, "no keys", &client::send(request.header("x-request-id", "test")).await);
    insta::assert_snapshot!("out_of_reach", text);
}

#[tokio::test]
async fn a_full_queue_is_said_at_once() {
    let hash = format!("'{}'", bcrypt::hash("slow", 11).expect("a hash"));
    let row =
        Row { id: "'1'", email: "'ada@example.com'", username: "'ada'", password: &hash, active: 1, plan: "NULL" };
    let world = World::with(&[row], "[limits]\nverify_threads = 1\nverify_queue = 1\naccount_attempts = \"off\"");
    let world = std::sync::Arc::new(world);
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let world = std::sync::Arc::clone(&world);
        logins.spawn(async move { world.post("/login", json!({"identifier": "ada", "password": "slow"})).await });
    }
    let answers = logins.join_all().await;
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status != 200).collect();
    assert!(answers.len() > refused.len(), "somebody got in");
    let mut text = String::new();
    shown(&mut text, "overloaded", refused.first().expect("somebody was refused"));
    assert!(refused.iter().all(|answer| answer.code() == "overloaded"));
    insta::assert_snapshot!("overloaded", text);
}
