//! SIGTERM: not ready at once, accepted requests finish, then exit 0.
use super::World;
use crate::support::{client, legacy_users::Row};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn accepted_requests_finish_and_the_exit_is_clean() {
    let hash = format!("'{}'", bcrypt::hash("slow", 10).expect("a hash"));
    let row =
        Row { id: "'1'", email: "'ada@example.com'", username: "'ada'", password: &hash, active: 1, plan: "NULL" };
    let mut world = World::with(&[row], "[limits]\nverify_threads = 1");
    let token = world.issuer.token();
    let body = json!({"identifier": "ada", "password": "slow"});
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let request = client::post(&world.client, &format!("{}/login", world.bridge.url), &token, &body);
        logins.spawn(client::send(request));
    }
    tokio::time::sleep(Duration::from_millis(150)).await;
    world.bridge.terminate();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let ready = world.client.get(format!("{}/readyz", world.bridge.ops)).send().await;
    if let Ok(ready) = ready {
        assert_eq!(ready.status().as_u16(), 503);
    }
    for answer in logins.join_all().await {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert_eq!(world.bridge.wait(), Some(0));
    assert!(world.bridge.log().contains("draining"));
}
