//! Promise 9: attempts per account are limited, one by one and side by side; the right password never counts.
use super::{PASSWORD, World, people};
use serde_json::json;
use std::sync::Arc;

async fn side_by_side(world: &Arc<World>, passwords: Vec<String>) -> Vec<u16> {
    let mut logins = tokio::task::JoinSet::new();
    for password in passwords {
        let world = Arc::clone(world);
        logins.spawn(
            async move { world.post("/login", json!({"identifier": "ada", "password": password})).await.status },
        );
    }
    logins.join_all().await
}

#[tokio::test]
async fn guesses_side_by_side_are_limited_like_guesses_one_by_one() {
    let world = Arc::new(World::with(&people(), "[limits]\naccount_attempts = \"5 per 15m\""));
    let guesses = (0..60).map(|number| format!("guess-{number}")).collect();
    let statuses = side_by_side(&world, guesses).await;
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5, "{statuses:?}");
    assert!(statuses.iter().all(|status| [422, 429].contains(status)), "{statuses:?}");
    let right = world.post("/login", json!({"identifier": "ADA", "password": PASSWORD})).await;
    assert_eq!(right.status, 429);
    let other = world.post("/login", json!({"identifier": "crossing", "password": PASSWORD})).await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn right_passwords_side_by_side_all_get_in() {
    let world = Arc::new(World::with(&people(), "[limits]\naccount_attempts = \"2 per 15m\""));
    let statuses = side_by_side(&world, vec![PASSWORD.to_owned(); 40]).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    for (password, expected) in [("wrong", 422), (PASSWORD, 200), ("wrong", 422), ("wrong", 422), (PASSWORD, 429)] {
        let answer = world.post("/login", json!({"identifier": "ada", "password": password})).await;
        assert_eq!(answer.status, expected);
    }
}
