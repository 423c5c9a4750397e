//! The issuer's keys gone, slow, rotating and hostile: whoever had a known key is answered, nobody else gets in.
use super::{NO_LIMITS, World, server, url};
use crate::support::issuer::{Answer, SigningKey};
use serde_json::json;
use std::time::{Duration, Instant};

const QUICK: &str = "jwks_refresh = \"1s\"\njwks_cooldown = \"1s\"";

fn world(server: &crate::support::postgres::PostgresServer) -> World {
    World::with_token(&url(server, None), NO_LIMITS, QUICK)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_key_sets_change_nothing_for_known_keys() {
    let server = server();
    let world = world(&server);
    world.answers_right().await;
    let other = SigningKey::new("other");
    let key = world.issuer.key.jwk();
    let with = |field: &str, value: serde_json::Value| {
        let mut changed = key.clone();
        changed[field] = value;
        json!({"keys": [changed]}).to_string()
    };
    let hostile = [
        Answer::Closes,
        Answer::With(500, String::new()),
        Answer::With(302, String::new()),
        Answer::With(200, "<html>".to_owned()),
        Answer::With(200, "[]".to_owned()),
        Answer::With(200, json!({"keys": "none"}).to_string()),
        Answer::With(200, format!("{{\"keys\":[{}]}}", "{},".repeat(50_000))),
        Answer::With(200, format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(2_000_000))),
        Answer::With(200, "[".repeat(100_000)),
        Answer::With(200, with("n", json!("AQAB"))),
        Answer::With(200, with("kty", json!("oct"))),
    ];
    for (number, answer) in hostile.into_iter().enumerate() {
        let what = format!("answer {number}");
        world.issuer.answers(answer);
        tokio::time::sleep(Duration::from_millis(1300)).await;
        let begun = Instant::now();
        assert_eq!(world.login(super::PASSWORD).await.status, 200, "{what}");
        let body = json!({"identifier": "ada@example.com"});
        let stranger = crate::support::client::post(
            &world.client,
            &format!("{}/get_user", world.bridge.url),
            &other.token(&world.issuer.claims()),
            &body,
        );
        assert_eq!(crate::support::client::send(stranger).await.status, 401, "{what}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
    }
    world.issuer.publishes(&[key, other.jwk()]);
    tokio::time::sleep(Duration::from_millis(2500)).await;
    world.answers_right().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_endpoint_delays_nobody_whose_key_is_known() {
    let server = server();
    let world = world(&server);
    world.answers_right().await;
    world.issuer.answers(Answer::Hangs);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..50 {
        let begun = Instant::now();
        assert_eq!(world.get_user().await.status, 200);
        slowest = slowest.max(begun.elapsed());
    }
    assert!(slowest < Duration::from_secs(2), "a request waited for the endpoint: {slowest:?}");
}
