//! Redis gone, slow, full, read-only or no Redis at all: the local throttle goes on from what it knows, and nobody is
//! refused or let through because of it.
use super::{KEY, PASSWORD, World, said};
use crate::support::{bridge::Bridge, redis::RedisServer};
use std::{
    io::{Read, Write},
    net::TcpListener,
};

fn limits(port: u16) -> String {
    format!(
        "[limits]\nstore = \"redis://127.0.0.1:{port}\"\nkey = \"{KEY}\"\naccount_attempts = \"4 per 15m\"\n\
         client_rate = \"10000 per 1s\"\n"
    )
}

/// Two guesses at each of two bridges are as many as the limit allows; `breaks` stands between, `mends` behind.
async fn the_door_stays_as_it_is(
    redis: &mut RedisServer,
    breaks: fn(&mut RedisServer),
    mends: fn(&mut RedisServer),
    kind: &str,
) {
    let world = World::start();
    let bridges = [world.bridge(&limits(redis.port())), world.bridge(&limits(redis.port()))];
    let [one, other] = &bridges;
    for bridge in &bridges {
        assert_eq!(world.guess(bridge, "ada").await, 422);
    }
    assert_eq!(world.guess(other, "ada").await, 422);
    breaks(redis);
    // The other one knows of three guesses, and itself counts the fourth.
    assert_eq!(world.guess(other, "ada").await, 422);
    assert_eq!(world.guess(other, "Ada@example.com").await, 429);
    assert_eq!(world.login(other, "ada", PASSWORD).await, 429);
    for bridge in &bridges {
        for _ in 0..20 {
            assert_eq!(world.login(bridge, "grace", PASSWORD).await, 200);
        }
        // Somebody whom nobody has counted yet is counted here from now on.
        for expected in [422, 422, 422, 422, 429] {
            assert_eq!(world.guess(bridge, "alan").await, expected);
        }
        let ready = world.ops(bridge, "/readyz").await;
        assert_eq!((ready.status, ready.json()["status"].as_str()), (200, Some("degraded")), "{}", ready.body);
        assert_eq!(ready.json()["checks"]["throttle_store"], "does not answer: this replica limits by itself");
        assert_eq!(world.metric(bridge, "throttle_store_up").await, 0);
        let errors = world.metric(bridge, &format!("throttle_store_errors_total{{kind=\"{kind}\"}}")).await;
        // More than fifty decisions were asked for: not every one of them went to the store.
        assert!((1..30).contains(&errors), "{errors} errors: {}", bridge.log());
        assert_eq!(said(bridge, "the throttle's shared store failed"), 1, "{}", bridge.log());
    }
    mends(redis);
    for bridge in &bridges {
        world.until_metric(bridge, "throttle_store_up", 1).await;
        assert_eq!(said(bridge, "the throttle's shared store answers again"), 1);
        assert_eq!(world.ops(bridge, "/readyz").await.json()["status"], "ready");
    }
    // What was counted meanwhile still counts; it is told to the store, and so to the first one.
    assert_eq!(world.guess(other, "ada").await, 429);
    assert_eq!(world.guess(one, "ada").await, 429);
    assert_eq!(world.guess(one, "alan").await, 429);
    assert_eq!(world.login(one, "grace", PASSWORD).await, 200);
}

#[tokio::test]
async fn redis_that_hangs() {
    let mut redis = RedisServer::start_new(&[]);
    the_door_stays_as_it_is(&mut redis, |redis| redis.freeze(), |redis| redis.thaw(), "timeout").await;
}

#[tokio::test]
async fn redis_that_dies_and_comes_back_empty() {
    let mut redis = RedisServer::start_new(&[]);
    the_door_stays_as_it_is(&mut redis, RedisServer::stop, RedisServer::start, "connection").await;
}

#[tokio::test]
async fn redis_without_memory() {
    let mut redis = RedisServer::start_new(&[]);
    let full = |redis: &mut RedisServer| assert!(redis.tell("CONFIG SET maxmemory 1").starts_with("+OK"));
    let free = |redis: &mut RedisServer| assert!(redis.tell("CONFIG SET maxmemory 0").starts_with("+OK"));
    the_door_stays_as_it_is(&mut redis, full, free, "out_of_memory").await;
}

#[tokio::test]
async fn redis_that_became_a_replica() {
    let mut redis = RedisServer::start_new(&[]);
    let replica = |redis: &mut RedisServer| assert!(redis.tell("REPLICAOF 127.0.0.1 1").starts_with("+OK"));
    let primary = |redis: &mut RedisServer| assert!(redis.tell("REPLICAOF NO ONE").starts_with("+OK"));
    the_door_stays_as_it_is(&mut redis, replica, primary, "read_only").await;
}

#[tokio::test]
async fn redis_that_restarts_between_two_requests_has_forgotten_nothing() {
    let (world, mut redis) = (World::start(), RedisServer::start_new(&[]));
    let bridge = world.bridge(&limits(redis.port()));
    for _ in 0..4 {
        assert_eq!(world.guess(&bridge, "ada").await, 422);
    }
    redis.stop();
    redis.start();
    for _ in 0..3 {
        assert_eq!(world.guess(&bridge, "ada").await, 429);
    }
    assert_eq!(world.guess(&bridge, "grace").await, 422);
}

async fn limits_by_itself(world: &World, bridge: &Bridge, kind: &str) {
    for expected in [422, 422, 422, 422, 429] {
        assert_eq!(world.guess(bridge, "ada").await, expected);
    }
    assert_eq!(world.login(bridge, "grace", PASSWORD).await, 200);
    assert_eq!(world.metric(bridge, "throttle_store_up").await, 0);
    let errors = world.metric(bridge, &format!("throttle_store_errors_total{{kind=\"{kind}\"}}")).await;
    assert!(errors > 0, "{}", bridge.log());
}

#[tokio::test]
async fn a_wrong_password_of_the_store_is_told() {
    let (world, redis) = (World::start(), RedisServer::start_new(&["--requirepass", "of-the-store"]));
    let bridge = world.bridge(&format!("{}store_password = \"another-one\"\n", limits(redis.port())));
    limits_by_itself(&world, &bridge, "refused").await;
    assert!(!bridge.log().contains("another-one"));
    let bridge = world.bridge(&limits(redis.port()));
    limits_by_itself(&world, &bridge, "refused").await;
}

#[tokio::test]
async fn what_answers_nonsense_decides_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                while stream.read(&mut request).is_ok_and(|count| count > 0) {
                    let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
                }
            });
        }
    });
    let world = World::start();
    let bridge = world.bridge(&limits(port));
    limits_by_itself(&world, &bridge, "answer").await;
}

#[tokio::test]
async fn nobody_at_the_address() {
    let world = World::start();
    let bridge = world.bridge(&limits(1));
    limits_by_itself(&world, &bridge, "connection").await;
}
