//! Two bridges before one Redis: they count together, and tell it nothing that could be read.
use super::{KEY, PASSWORD, World};
use crate::support::{bridge::Bridge, redis::RedisServer};

/// `[limits]` with this store.
fn limits(redis: &RedisServer, more: &str) -> String {
    format!("[limits]\nstore = \"redis://127.0.0.1:{}\"\nkey = \"{KEY}\"\n{more}\n", redis.port())
}

fn two(world: &World, redis: &RedisServer, more: &str) -> [Bridge; 2] {
    [world.bridge(&limits(redis, more)), world.bridge(&limits(redis, more))]
}

#[tokio::test]
async fn guesses_at_any_replica_and_in_any_spelling_are_one_count() {
    let (world, redis) = (World::start(), RedisServer::start_new(&[]));
    let bridges = two(&world, &redis, "account_attempts = \"4 per 15m\"");
    for (number, spelling) in ["ada", "ADA", "Ada@Example.com", "ada@example.COM"].iter().enumerate() {
        assert_eq!(world.guess(&bridges[number % 2], spelling).await, 422, "{spelling}");
    }
    for bridge in &bridges {
        assert_eq!(world.guess(bridge, "ada").await, 429);
        assert_eq!(world.login(bridge, "ADA@EXAMPLE.COM", PASSWORD).await, 429, "the right password, too");
        assert_eq!(world.login(bridge, "grace", PASSWORD).await, 200);
        assert_eq!(world.metric(bridge, "throttled_total{by=\"account\"}").await, 2);
        assert_eq!(world.metric(bridge, "throttle_store_up").await, 1);
        assert_eq!(world.ops(bridge, "/readyz").await.json()["status"], "ready");
        assert!(!world.ops(bridge, "/metrics").await.body.contains("throttle_store_errors_total{"));
    }
}

#[tokio::test]
async fn guesses_side_by_side_at_both_replicas_are_limited_like_one_by_one() {
    let (world, redis) = (World::start(), RedisServer::start_new(&[]));
    let bridges = two(&world, &redis, "account_attempts = \"5 per 15m\"");
    let guesses = (0..40).map(|number| world.guess(&bridges[number % 2], "ada"));
    let statuses = futures_util::future::join_all(guesses).await;
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5, "{statuses:?}");
    assert!(statuses.iter().all(|status| [422, 429].contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn a_success_at_one_replica_forgives_at_all() {
    let (world, redis) = (World::start(), RedisServer::start_new(&[]));
    let bridges = two(&world, &redis, "account_attempts = \"4 per 15m\"");
    for _ in 0..3 {
        for _ in 0..3 {
            assert_eq!(world.guess(&bridges[0], "ada").await, 422);
        }
        assert_eq!(world.login(&bridges[1], "Ada@Example.com", PASSWORD).await, 200);
    }
    let of_accounts = redis.everything().into_iter().filter(|(key, _)| key.contains(":account:"));
    assert_eq!(of_accounts.count(), 0);
}

#[tokio::test]
async fn requests_of_a_client_are_one_count() {
    let (world, redis) = (World::start(), RedisServer::start_new(&[]));
    let bridges = two(&world, &redis, "client_rate = \"6 per 10m\"");
    let mut statuses = Vec::new();
    for number in 0..8 {
        statuses.push(world.login(&bridges[number % 2], "ada", PASSWORD).await);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 429, 429]);
}

#[tokio::test]
async fn nothing_in_redis_can_be_read_and_nothing_stays() {
    let (world, redis) = (World::start(), RedisServer::start_new(&[]));
    let bridge = world.bridge(&limits(&redis, "client_rate = \"100 per 1h\""));
    for identifier in ["ada", "grace@example.com", "nobody@example.com"] {
        assert!([422, 404].contains(&world.guess(&bridge, identifier).await));
    }
    let everything = redis.everything();
    assert_eq!(everything.iter().filter(|(key, _)| key.contains(":account:")).count(), 3);
    assert_eq!(everything.iter().filter(|(key, _)| key.contains(":client:")).count(), 1);
    for (key, value) in everything.iter().filter(|(key, _)| !key.ends_with(":trial")) {
        let name = key.rsplit(':').next().expect("a name");
        assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
        let value = value.lines().nth(1).expect("a value");
        assert!(value.bytes().all(|byte| byte.is_ascii_digit()), "{value}");
        let left = redis.tell(&format!("PTTL {key}"));
        let left: i64 =
            left.lines().next().and_then(|line| line.strip_prefix(':')).expect("a time").parse().expect("ms");
        assert!((1..=3_600_000).contains(&left), "{left}");
    }
    let keys: String = redis.tell("KEYS *").lines().filter(|line| !line.contains("drawbridge:throttle:")).collect();
    assert!(keys.starts_with('*') && keys.ends_with("+OK"), "{keys}");
}

#[tokio::test]
async fn a_password_is_given_and_tls_is_verified() {
    let world = World::start();
    let redis = RedisServer::start_new(&["--requirepass", "of-the-store"]);
    let bridge = world.bridge(&limits(&redis, "store_password = \"of-the-store\""));
    assert_eq!(world.metric(&bridge, "throttle_store_up").await, 1);
    let redis = RedisServer::start_tls();
    let encrypted = limits(&redis, "").replace("redis://127.0.0.1", "rediss://localhost");
    let root = redis.root().display().to_string();
    let bridge = world.try_bridge(&encrypted, &[("SSL_CERT_FILE", &root)]).expect("it starts");
    assert_eq!(world.metric(&bridge, "throttle_store_up").await, 1, "{}", bridge.log());
    let bridge = world.bridge(&encrypted);
    assert_eq!(world.metric(&bridge, "throttle_store_up").await, 0, "nobody vouches for that authority");
    assert_eq!(world.login(&bridge, "ada", PASSWORD).await, 200);
}
