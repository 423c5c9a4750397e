//! A ledger at a URL of its own: the legacy database is never written to, as a read replica demands.
use super::{PASSWORD, World, people};
use serde_json::json;

#[tokio::test]
async fn marks_go_into_a_database_of_their_own() {
    let world = World::with(&people(), "[migration]\nstore = \"sqlite:ledger.db\"");
    let before = std::fs::read(world.database()).expect("the legacy database");
    assert_eq!(world.post("/mark_migrated", json!({"user_id": "auth0|legacy|9"})).await.status, 200);
    let login = json!({"identifier": "crossing@example.com", "password": PASSWORD});
    assert_eq!(world.post("/login", login).await.code(), "user_not_found");
    assert!(world.bridge.directory().join("ledger.db").is_file(), "the ledger was made beside the configuration");
    assert_eq!(std::fs::read(world.database()).expect("the legacy database"), before);
}

#[tokio::test]
async fn nobody_is_hidden_in_proxy_mode_or_when_hiding_is_off() {
    for more in ["[migration]\nmode = \"proxy\"", "[migration]\nhide_migrated = false"] {
        let world = World::with(&people(), more);
        for newly in [true, false] {
            let mark = world.post("/mark_migrated", json!({"user_id": "9"})).await.json();
            assert_eq!(mark["newly_marked"], json!(newly));
        }
        let found = world.post("/get_user", json!({"identifier": "crossing@example.com"})).await;
        assert_eq!(found.status, 200, "{more}");
    }
}
