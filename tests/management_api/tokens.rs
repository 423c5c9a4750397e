//! Tokens: who gets one, how long it is good, and for what.
use super::world::{World, error, user, users};
use crate::support::{
    client::send,
    management_api::{Route, Settings},
};
use serde_json::json;
use std::time::Duration;

// "Get Management API Access Tokens for Production": the request, in both forms, and the answer.
#[tokio::test]
async fn a_client_gets_a_token_by_json_and_by_form() {
    let world = World::start(Settings::default()).await;
    let url = format!("{}oauth/token", world.api.url());
    assert_eq!(world.api.audience(), format!("{}api/v2/", world.api.url()));
    let by_json = send(world.ask_for_token(&world.credentials())).await;
    let credentials = world.credentials();
    let pairs =
        credentials.as_object().expect("fields").iter().map(|(name, value)| (name, value.as_str().expect("text")));
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let by_form = world.client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
    for answer in [by_json, send(by_form).await] {
        let token = answer.json();
        assert_eq!(answer.status, 200);
        assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(86_400)));
        assert_eq!(token["scope"], "create:users read:users");
        assert_eq!(answer.header("x-ratelimit-limit"), None);
    }
    assert_eq!(world.api.tenant().tokens_given, 3);
    assert_eq!(world.api.tenant().requests[&(Route::Token, 200)], 3);
}

// RFC 6749, 5.2, with Auth0's word for wrong credentials.
#[tokio::test]
async fn no_token_for_a_wrong_secret() {
    let world = World::start(Settings::default()).await;
    for (field, value, status, word) in [
        ("client_secret", "another", 401, "access_denied"),
        ("client_id", "another", 401, "access_denied"),
        ("audience", "https://another.example/api/v2/", 403, "access_denied"),
        ("grant_type", "password", 403, "unsupported_grant_type"),
    ] {
        let mut credentials = world.credentials();
        credentials[field] = value.into();
        let answer = send(world.ask_for_token(&credentials)).await;
        assert_eq!((answer.status, &answer.json()["error"]), (status, &json!(word)), "{field}");
    }
    assert_eq!(world.api.tenant().tokens_given, 1);
}

#[tokio::test]
async fn a_token_ends() {
    let short = Settings { token_lifetime: Duration::ZERO, ..Settings::default() };
    let expired = "Expired token received for JSON Web Token validation";
    let world = World::start(short).await;
    let answer = world.get("users/auth0%7C1").await;
    assert_eq!((answer.status, answer.json()), (401, error(401, "Unauthorized", expired, "invalid_token")));

    let world = World::start(Settings::default()).await;
    assert_eq!(world.get("users/auth0%7C1").await.status, 404);
    world.api.expire_tokens();
    assert_eq!(world.get("users/auth0%7C1").await.json()["message"], expired);
}

// The description: 401 "Invalid signature received for JSON Web Token validation".
#[tokio::test]
async fn nobody_gets_in_without_a_token() {
    let mut world = World::start(Settings::default()).await;
    world.token = "made-up".into();
    let answer = world.get("users/auth0%7C1").await;
    let message = "Invalid signature received for JSON Web Token validation";
    assert_eq!((answer.status, answer.json()), (401, error(401, "Unauthorized", message, "invalid_token")));
    let bare = world.client.get(format!("{}api/v2/users/auth0%7C1", world.api.url()));
    assert_eq!(send(bare).await.status, 401);
}

// The description: each route's scopes, and the text of its 403.
#[tokio::test]
async fn each_route_has_its_scope() {
    let only = |scope: &str| Settings { scopes: vec![scope.into()], ..Settings::default() };
    let reader = World::start(only("read:users")).await;
    let refused = send(reader.importing(&users(0..1))).await;
    let message = "Insufficient scope, expected any of: create:users";
    assert_eq!((refused.status, refused.json()), (403, error(403, "Forbidden", message, "insufficient_scope")));
    assert_eq!(reader.get("users/auth0%7C1").await.status, 404);
    assert_eq!(reader.get("jobs/job_0000000000000001").await.status, 404);
    assert!(reader.api.tenant().jobs.is_empty());

    let importer = World::start(only("create:users")).await;
    let id = importer.import(&json!([user("1")])).await;
    assert_eq!(importer.finished(&id).await["summary"]["inserted"], 1);
    let refused = importer.get("users/auth0%7Clegacy%7C1").await;
    assert_eq!((refused.status, refused.code()), (403, String::new()));
    assert_eq!(refused.json()["message"], "Insufficient scope, expected any of: read:users");
}
