//! The shared throttle over reloads: another Redis hears what was counted, and one that does not answer is not taken.
use super::{World, told};
use crate::support::{client, redis::RedisServer};
use serde_json::json;

fn limits(redis: &RedisServer, rate: &str) -> String {
    format!(
        "[limits]\nstore = \"redis://127.0.0.1:{}\"\nkey = \"0123456789abcdef0123456789abcdef\"\n\
         account_attempts = \"{rate} per 15m\"\n",
        redis.port()
    )
}

async fn guess(world: &World) -> u16 {
    let body = json!({"identifier": "ada", "password": "wrong"});
    let url = format!("{}/login", world.bridge.url);
    client::send(client::post(&world.client, &url, &world.issuer.token(), &body)).await.status
}

#[tokio::test]
async fn counts_outlive_another_rate_another_store_and_none() {
    let (mut first, second) = (RedisServer::start_new(&[]), RedisServer::start_new(&[]));
    let world = World::with(&limits(&first, "5"));
    for _ in 0..4 {
        assert_eq!(guess(&world).await, 422);
    }
    // A guess fills its share of the period: four of five leave no room for one of two, and for just one of six.
    world.bridge.rewrite(&format!("{}\n{}", world.usual(), limits(&first, "2")));
    world.reloaded("ok", 1.0).await;
    assert_eq!(guess(&world).await, 429, "another rate, the same counts");
    world.bridge.rewrite(&format!("{}\n{}", world.usual(), limits(&second, "6")));
    world.reloaded("ok", 2.0).await;
    // Nobody asks the old one any more, so nothing is lost or counted as an error with it.
    first.stop();
    assert_eq!(guess(&world).await, 422, "the last of six");
    assert_eq!(guess(&world).await, 429, "another store, the same counts");
    assert!(second.everything().iter().any(|(key, _)| key.contains(":account:")), "the other one knows them now");
    assert_eq!(world.metric("drawbridge_throttle_store_up").await, 1.0);
    let none = "[limits]\nkey = \"0123456789abcdef0123456789abcdef\"\naccount_attempts = \"6 per 15m\"";
    world.bridge.rewrite(&format!("{}\n{none}", world.usual()));
    world.reloaded("ok", 3.0).await;
    assert_eq!(guess(&world).await, 429, "no store, the same counts");
    let metrics = client::send(world.client.get(format!("{}/metrics", world.bridge.ops))).await.body;
    assert!(!metrics.contains("drawbridge_throttle_store_up "), "a store that is not there is not shown");
    assert_eq!(told(&world.bridge, &["ERROR"]), "");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_not_taken() {
    let (first, mut second) = (RedisServer::start_new(&[]), RedisServer::start_new(&[]));
    let world = World::with(&limits(&first, "5"));
    second.stop();
    world.bridge.rewrite(&format!("{}\n{}", world.usual(), limits(&second, "5")));
    world.reloaded("failed", 1.0).await;
    let problems = told(&world.bridge, &["ERROR"]);
    assert!(problems.contains("`limits.store` does not answer"), "{problems}");
    assert_eq!(world.metric("drawbridge_throttle_store_up").await, 1.0);
    assert_eq!(guess(&world).await, 422);
    assert!(first.everything().iter().any(|(key, _)| key.contains(":account:")), "the old one counts");
}
