//! Sizes, jobs at once, and the rate limit.
use super::world::{World, error, multipart, users};
use crate::support::{
    client::send,
    issuer::now,
    management_api::{MAX_BYTES, Route, Settings},
};
use serde_json::json;
use std::time::Duration;

/// An upload of exactly so many bytes.
fn upload_of(world: &World, bytes: usize) -> reqwest::RequestBuilder {
    let connection = world.api.connection_id();
    let file = |padding: usize| format!("[{}{}]", users(0..1).as_array().expect("users")[0], " ".repeat(padding));
    let parts = |file: &str| multipart(&[("users", Some("u.json"), file), ("connection_id", None, connection)]).1.len();
    let padding = bytes - parts(&file(0));
    let file = file(padding);
    world.uploading(&[("users", Some("u.json"), &file), ("connection_id", None, connection)])
}

// The description: 413 "Payload content length greater than maximum allowed: 512000".
#[tokio::test]
async fn a_request_has_at_most_512000_bytes() {
    let world = World::start(Settings::default()).await;
    let refused = send(upload_of(&world, 512_001)).await;
    let message = "Payload content length greater than maximum allowed: 512000";
    let body = json!({"statusCode": 413, "error": "Request Entity Too Large", "message": message});
    assert_eq!((refused.status, refused.json()), (413, body));
    assert_eq!(MAX_BYTES, 512_000);
    assert_eq!(send(upload_of(&world, 512_000)).await.status, 202);
    assert_eq!(world.api.tenant().jobs.len(), 1);
}

// "Bulk User Imports", "Concurrent import jobs": the body has no `errorCode`.
#[tokio::test]
async fn two_jobs_at_once_and_no_more() {
    let world = World::start(Settings { start_latency: Duration::from_secs(600), ..Settings::default() }).await;
    for place in 0..2 {
        world.import(&users(place..place + 1)).await;
    }
    let refused = send(world.importing(&users(2..3))).await;
    let message = "There are 2 active import users jobs, please wait until some of them are finished and try again";
    let body = json!({"statusCode": 429, "error": "Too Many Requests", "message": message});
    assert_eq!((refused.status, refused.json()), (429, body));
    // The tenant's rate limit has nothing to do with it.
    assert_ne!(refused.header("x-ratelimit-remaining"), Some("0"));
    let tenant = world.api.tenant();
    assert_eq!((tenant.jobs.len(), tenant.most_jobs_at_once, tenant.sent.len()), (2, 2, 2));

    let world = World::start(Settings::default()).await;
    for place in 0..4 {
        world.import(&users(place..place + 1)).await;
        world.finish().await;
    }
    assert_eq!(world.api.tenant().most_jobs_at_once, 1);
}

// "Rate Limit Policy": 2 requests a second and 10 at once for a free tenant, and the three headers.
#[tokio::test]
async fn a_free_tenant_has_ten_requests_at_once() {
    let world = World::start(Settings { rate: 0.001, ..Settings::free() }).await;
    for left in (0..10).rev() {
        let answer = world.get("users/auth0%7C1").await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("x-ratelimit-limit"), Some("10"));
        assert_eq!(answer.header("x-ratelimit-remaining"), Some(&*left.to_string()));
        let reset: u64 = answer.header("x-ratelimit-reset").expect("a header").parse().expect("seconds since 1970");
        assert!(reset > now());
    }
    for path in ["users/auth0%7C1", "jobs/job_0000000000000001", "nowhere"] {
        let refused = world.get(path).await;
        let body = error(429, "Too Many Requests", "Global limit has been reached", "too_many_requests");
        assert_eq!((refused.status, refused.json()), (429, body));
        assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    }
    // It would take up an upload's place as well, but not the token's.
    assert_eq!(send(world.importing(&users(0..1))).await.status, 429);
    assert_eq!(send(world.ask_for_token(&world.credentials())).await.status, 200);
    let tenant = world.api.tenant();
    assert_eq!((tenant.too_many_requests(), tenant.requests[&(Route::User, 429)], tenant.jobs.len()), (4, 1, 0));
}

#[tokio::test]
async fn the_bucket_fills_again() {
    let world = World::start(Settings { rate: 20.0, burst: 1, ..Settings::default() }).await;
    let mut statuses = Vec::new();
    while statuses.iter().filter(|status| **status == 404).count() < 3 {
        statuses.push(world.get("users/auth0%7C1").await.status);
        assert!(statuses.len() < 10_000);
    }
    assert!(statuses.contains(&429));
    assert_eq!(Settings::default().rate, 15.0);
    assert_eq!((Settings::default().burst, Settings::free().rate, Settings::free().burst), (50, 2.0, 10));
}

#[tokio::test]
async fn nothing_else_is_there() {
    let world = World::start(Settings::default()).await;
    for path in ["", "clients", "jobs", "jobs/job_0000000000000001/results", "users/", "connections/con_1"] {
        let answer = world.get(path).await;
        let body = json!({"statusCode": 404, "error": "Not Found", "message": "Not Found"});
        assert_eq!((answer.status, answer.json()), (404, body), "{path}");
        assert!(answer.header("x-ratelimit-limit").is_some());
    }
}
