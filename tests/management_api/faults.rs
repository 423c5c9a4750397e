//! Faults of requests: what was accepted stays accepted, whatever its sender learns of it.
use super::world::{World, multipart, users};
use crate::support::{
    client::send,
    management_api::{Fault, Route, Settings},
};
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// The number of jobs after an import that met this fault, and what its sender got.
async fn import_meets(world: &World, fault: Fault) -> (usize, Result<reqwest::Response, reqwest::Error>) {
    let before = world.api.tenant().jobs.len();
    world.api.faults(|faults| faults.next(Route::Imports, fault));
    let got = world.importing(&users(before * 10..before * 10 + 1)).send().await;
    assert_eq!(world.api.faults(|faults| faults.waiting()), 0);
    world.finish().await;
    (world.api.tenant().jobs.len() - before, got)
}

#[tokio::test]
async fn a_connection_closes_before_or_after_the_request_is_carried_out() {
    let world = World::start(Settings::default()).await;
    let (jobs, got) = import_meets(&world, Fault::DropBefore).await;
    assert!(got.is_err() && jobs == 0);
    let (jobs, got) = import_meets(&world, Fault::DropAfter).await;
    assert!(got.is_err() && jobs == 1);
    let tenant = world.api.tenant();
    assert_eq!((tenant.dropped[&Route::Imports], tenant.users["auth0|legacy|0"].sent), (2, 1));
    // Whoever sends it again has sent it twice, and the counts say so.
    world.summary(&users(0..1), false).await;
    let user = &world.api.tenant().users["auth0|legacy|0"];
    assert_eq!((user.inserted, user.sent), (1, 2));
    world.api.faults(|faults| faults.connections_closed = 1.0);
    assert!(crate::support::client::client(None).get(world.api.url()).send().await.is_err());
}

#[tokio::test]
async fn an_outage_comes_before_or_after_the_request_is_carried_out() {
    let world = World::start(Settings::default()).await;
    for status in [500, 502, 503] {
        let (jobs, got) = import_meets(&world, Fault::ErrorBefore(status)).await;
        assert_eq!((jobs, got.expect("an answer").status().as_u16()), (0, status));
        let (jobs, got) = import_meets(&world, Fault::ErrorAfter(status)).await;
        assert_eq!((jobs, got.expect("an answer").status().as_u16()), (1, status));
    }
    world.api.faults(|faults| faults.next(Route::Token, Fault::ErrorBefore(503)));
    assert_eq!(send(world.ask_for_token(&world.credentials())).await.status, 503);
    assert_eq!(world.api.tenant().tokens_given, 1);
}

#[tokio::test]
async fn a_storm_says_429_though_few_ask() {
    let world = World::start(Settings::default()).await;
    let (jobs, got) = import_meets(&world, Fault::RateLimited).await;
    let got = got.expect("an answer");
    assert_eq!((jobs, got.status().as_u16()), (0, 429));
    assert_eq!(got.headers()["x-ratelimit-remaining"], "0");
    let body: Value = serde_json::from_slice(&got.bytes().await.expect("a body")).expect("JSON");
    assert_eq!(body["errorCode"], "too_many_requests");
}

#[tokio::test]
async fn a_body_comes_slowly_or_half_or_as_nonsense() {
    let world = World::start(Settings::default()).await;
    let (jobs, got) = import_meets(&world, Fault::SlowBody(Duration::from_millis(2))).await;
    let body = got.expect("an answer").bytes().await.expect("a body");
    assert!(jobs == 1 && serde_json::from_slice::<Value>(&body).is_ok());
    let (jobs, got) = import_meets(&world, Fault::CutBody).await;
    assert!(jobs == 1 && got.expect("a head").bytes().await.is_err());
    for _ in 0..4 {
        let (jobs, got) = import_meets(&world, Fault::Garbage).await;
        let got = got.expect("an answer");
        assert_eq!((jobs, got.status().as_u16()), (1, 202));
        assert!(serde_json::from_slice::<Value>(&got.bytes().await.expect("a body")).is_err());
    }
}

#[tokio::test]
async fn chances_come_again_with_the_same_seed() {
    let mut series = Vec::new();
    for seed in [7, 7, 8] {
        let world = World::start(Settings { seed, ..Settings::unhurried() }).await;
        world.api.faults(|faults| {
            faults.latency = Duration::from_millis(1);
            faults.jitter = Duration::from_millis(1);
            faults.sometimes(Some(Route::User), Fault::ErrorBefore(503), 0.5);
        });
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(world.get("users/auth0%7C1").await.status);
        }
        assert!(statuses.contains(&404) && statuses.contains(&503));
        assert_eq!(world.get("nowhere").await.status, 404);
        series.push(statuses);
    }
    assert_eq!(series[0], series[1]);
    assert_ne!(series[0], series[2]);
    let world = World::start(Settings::unhurried()).await;
    world.api.faults(|faults| faults.sometimes(None, Fault::RateLimited, 1.0));
    assert_eq!(world.get("nowhere").await.status, 429);
}

/// The bytes of an import, as they go over the wire.
fn wire(world: &World) -> Vec<u8> {
    let file = users(0..50).to_string();
    let (content_type, body) =
        multipart(&[("users", Some("u.json"), &file), ("connection_id", None, world.api.connection_id())]);
    let head = format!(
        "POST /api/v2/jobs/users-imports HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
         content-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        world.token,
        body.len()
    );
    [head.into_bytes(), body].concat()
}

fn connect(world: &World) -> TcpStream {
    let address = world.api.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
    TcpStream::connect(address).expect("a connection")
}

// A client that is killed closes its sockets where it stands.
#[tokio::test]
async fn half_a_request_is_no_job_and_a_whole_one_is() {
    let world = World::start(Settings::default()).await;
    let whole = wire(&world);
    for part in [10, whole.len() / 2, whole.len() - 1] {
        let mut connection = connect(&world);
        connection.write_all(&whole[..part]).expect("it is sent");
        drop(connection);
    }
    // The server has seen the ends of those when it has answered one that came after.
    assert_eq!(world.get("nowhere").await.status, 404);
    assert!(world.api.tenant().jobs.is_empty());

    // The sender is gone while the request is carried out.
    world.api.faults(|faults| faults.latency = Duration::from_millis(200));
    let mut connection = connect(&world);
    connection.write_all(&whole).expect("it is sent");
    drop(connection);
    while world.api.tenant().jobs.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.finish().await;
    assert_eq!((world.api.tenant().users.len(), world.api.tenant().jobs.len()), (50, 1));
}

#[test]
fn a_stopped_one_answers_nobody_and_still_knows() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut world = runtime.block_on(World::start(Settings::default()));
    runtime.block_on(world.summary(&users(0..3), false));
    world.api.stop();
    let mut rest = Vec::new();
    let answered = TcpStream::connect(world.api.url().trim_start_matches("http://").trim_end_matches('/'))
        .and_then(|mut connection| connection.read_to_end(&mut rest));
    assert!(answered.is_err() || rest.is_empty());
    assert_eq!(world.api.tenant().users.len(), 3);
}
