//! One user by id, and the search that is behind.
use super::world::{World, error, user, users};
use crate::support::management_api::Settings;
use serde_json::{Value, json};
use std::time::Duration;

fn q(query: &str, more: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    format!("users?q={encoded}&search_engine=v3{more}")
}

async fn ids(world: &World, query: &str) -> Vec<String> {
    let answer = world.get(&q(query, "&fields=user_id&include_fields=true&per_page=100")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let users: Vec<Value> = serde_json::from_str(&answer.body).expect("an array");
    users
        .iter()
        .map(|user| {
            assert_eq!(user.as_object().expect("a user").len(), 1);
            user["user_id"].as_str().expect("an id").to_owned()
        })
        .collect()
}

// The description, get_users_by_id; the body of the 404 as Auth0's own clients expect it.
#[tokio::test]
async fn a_user_is_there_at_once_and_never_with_a_hash() {
    let world = World::start(Settings::default()).await;
    world.api.faults(|faults| faults.search_lag = Duration::from_secs(600));
    world.summary(&json!([user("42")]), false).await;
    let answer = world.get("users/auth0%7Clegacy%7C42").await;
    let shown = answer.json();
    assert_eq!((answer.status, &shown["user_id"]), (200, &json!("auth0|legacy|42")));
    assert_eq!((&shown["email"], &shown["app_metadata"]["plan"]), (&json!("user42@example.com"), &json!("gold")));
    assert_eq!(shown["identities"][0]["user_id"], "legacy|42");
    assert!(!answer.body.contains("$2b$"));
    let missing = world.get("users/auth0%7Clegacy%7C43").await;
    let body = error(404, "Not Found", "The user does not exist.", "inexistent_user");
    assert_eq!((missing.status, missing.json()), (404, body));
    // "User Search Best Practices": search is eventually consistent.
    assert!(ids(&world, "user_id:\"auth0|legacy|42\"").await.is_empty());
    world.api.faults(|faults| faults.search_lag = Duration::ZERO);
    assert_eq!(ids(&world, "user_id:\"auth0|legacy|42\"").await, ["auth0|legacy|42"]);
}

#[tokio::test]
async fn search_knows_ids_and_addresses() {
    let world = World::start(Settings::default()).await;
    world.api.existing_user("legacy|7", "Grace@Example.com");
    world.summary(&users(1..4), false).await;
    let query = "user_id:(\"auth0|legacy|1\" OR \"auth0|legacy|3\" OR \"auth0|legacy|99\")";
    assert_eq!(ids(&world, query).await, ["auth0|legacy|1", "auth0|legacy|3"]);
    assert_eq!(ids(&world, "email:\"GRACE@example.com\"").await, ["auth0|legacy|7"]);
    assert_eq!(ids(&world, "email:\"user2@example.com\" AND user_id:\"auth0|legacy|2\"").await, ["auth0|legacy|2"]);
    assert!(ids(&world, "email:\"user2@example.com\" AND user_id:\"auth0|legacy|3\"").await.is_empty());
    let totals = world.get(&q(query, "&include_totals=true&per_page=1&page=1")).await.json();
    assert_eq!((&totals["total"], &totals["start"], &totals["length"]), (&json!(2), &json!(1), &json!(1)));
    assert_eq!(totals["users"][0]["user_id"], "auth0|legacy|3");
    for wrong in ["email:grace", "name:\"x\"", "user_id:(\"a\" \"b\")", "user_id:\"a\" OR user_id:\"b\"", ""] {
        assert_eq!(world.get(&q(wrong, "")).await.status, 400, "{wrong}");
    }
}

// The description, get_users: at most 100 a page, the first 1,000, and the engine.
#[tokio::test]
async fn search_has_its_limits() {
    let world = World::start(Settings::unhurried()).await;
    let query = "email:\"a@example.com\"";
    assert_eq!(world.get(&q(query, "&per_page=100&page=9")).await.status, 200);
    let paged = world.get(&q(query, "&per_page=100&page=10")).await;
    let message = "You can only page through the first 1000 records. See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation";
    assert_eq!((paged.status, paged.json()), (400, error(400, "Bad Request", message, "invalid_paging")));
    let wide = world.get(&q(query, "&per_page=101")).await;
    assert_eq!((wide.status, &wide.json()["errorCode"]), (400, &json!("invalid_query_string")));
    let old = world.get("users?q=email%3A%22a%40example.com%22").await;
    let message = "The 'q' parameter is available only if you specify 'search_engine=v2|v3'";
    assert_eq!((old.status, &old.json()["message"]), (400, &json!(message)));
    assert_eq!(world.get("users?q=email%3A%22a%40example.com%22&search_engine=v2").await.status, 400);
}
