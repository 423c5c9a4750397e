//! One bridge before one PostgreSQL: people, rows, a rush, and the database that goes away.
use crate::{
    prometheus::Prometheus,
    world::{PASSWORD, World},
};
use serde_json::json;
use std::sync::Arc;

/// Many wrong passwords for one account.
pub const GUESSES: &[&str] = &["DrawbridgeGuessing"];
/// Rows that only their owner can mend.
pub const ROWS: &[&str] = &["DrawbridgeUsersUnmappable", "DrawbridgePasswordsUnverifiable"];
/// One client that asks too often.
pub const RUSHER: &[&str] = &["DrawbridgeClientThrottled"];
/// A database that stands still while more people come than there are connections.
pub const NO_CONNECTION: &[&str] = &["DrawbridgePoolExhausted"];
/// A database that is gone.
pub const DATABASE: &[&str] = &[
    "DrawbridgeNotReady",
    "DrawbridgeDatabaseErrors",
    "DrawbridgeRequestsFailing",
    "DrawbridgeRequestsFailingSlowly",
    "DrawbridgeMarksFailing",
];
/// A bridge that was ended.
pub const GONE: &[&str] = &["DrawbridgeDown"];

/// As many guesses at once.
async fn guesses(world: &Arc<World>, count: usize) {
    let mut burst = tokio::task::JoinSet::new();
    for _ in 0..count {
        let world = Arc::clone(world);
        burst.spawn(async move { world.login("guesser", "crossing", "guess").await });
    }
    burst.join_all().await;
}

#[tokio::test]
async fn people_rows_a_rush_and_a_database_that_goes_away() {
    let mut world = World::start();
    let prometheus = Prometheus::start(&[&world.bridge.ops]);
    for check in ["database", "ledger", "keys"] {
        world.wait_for(&format!("drawbridge_ready{{check=\"{check}\"}} 1")).await;
    }
    world.login("scripts", "ada", PASSWORD).await;
    prometheus.is_quiet().await;

    // What is over the limit comes in one burst between two looks of Prometheus, as it may.
    let shared = Arc::new(world);
    for _ in 0..5 {
        shared.login("guesser", "crossing", "guess").await;
    }
    for _ in 0..10 {
        guesses(&shared, 4).await;
    }
    prometheus.wait_for(GUESSES, async || ()).await;
    let mut turn = 0;
    prometheus
        .wait_for(ROWS, async || {
            turn += 1;
            shared.login(&format!("scripts-{turn}"), "unmappable", PASSWORD).await;
            shared.login(&format!("scripts-{turn}"), "unverifiable", PASSWORD).await;
        })
        .await;
    prometheus
        .wait_for(RUSHER, async || {
            for _ in 0..10 {
                shared.post_as("rusher", "/get_user", json!({"identifier": "nobody"})).await;
            }
        })
        .await;

    shared.server.freeze();
    prometheus
        .wait_for(NO_CONNECTION, async || {
            turn += 1;
            let mut stuck = tokio::task::JoinSet::new();
            for _ in 0..4 {
                let world = Arc::clone(&shared);
                let caller = format!("stuck-{turn}");
                stuck.spawn(async move { world.login(&caller, "ada", PASSWORD).await });
            }
            stuck.join_all().await;
        })
        .await;
    shared.server.thaw();

    world = Arc::into_inner(shared).expect("nobody else has it");
    world.server.stop();
    prometheus
        .wait_for(DATABASE, async || {
            turn += 1;
            let caller = format!("scripts-{turn}");
            world.login(&caller, "ada", PASSWORD).await;
            world.post_as(&caller, "/mark_migrated", json!({"user_id": "auth0|legacy|8"})).await;
        })
        .await;
    world.bridge.terminate();
    prometheus.wait_for(GONE, async || ()).await;
}
