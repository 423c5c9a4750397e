//! More logins than one thread verifies.
use crate::{
    prometheus::Prometheus,
    support::{
        bridge::Bridge,
        legacy_users::Row,
        site::{PASSWORD, Site, person},
    },
};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// A queue that does not empty.
pub const SLOW: &[&str] = &["DrawbridgeQueueLong", "DrawbridgeLoginsSlow"];
/// A queue that is full.
pub const TOO_MANY: &[&str] = &["DrawbridgeOverloaded"];

/// So many people log in again and again until the end; who is sent away comes back a second later.
fn crowd(place: &Arc<(Site, Bridge)>, people: usize, over: &Arc<AtomicBool>) {
    for _ in 0..people {
        let (place, over) = (Arc::clone(place), Arc::clone(over));
        tokio::spawn(async move {
            let (site, bridge) = &*place;
            let token = site.issuer.token();
            while !over.load(Ordering::Relaxed) {
                let body = json!({"identifier": "ada", "password": PASSWORD});
                if site.post_with(bridge, "/login", body, &token).await.status != 200 {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        });
    }
}

#[tokio::test]
async fn a_queue_that_does_not_empty_and_one_that_is_full() {
    let hash = format!("'{}'", bcrypt::hash(PASSWORD, 12).expect("a hash"));
    let slow = Row { password: &hash, ..person("'1'", "'ada@example.com'", "'ada'") };
    let site = Site::with(&[slow]);
    let bridge = site.bridge(
        "[limits]\nclient_rate = \"off\"\nverify_threads = 1\nverify_queue = 110\n\
         [server]\nlisten = \"127.0.0.1:0\"\ndeadline = \"60s\"",
    );
    let place = Arc::new((site, bridge));
    let over = Arc::new(AtomicBool::new(false));
    crowd(&place, 105, &over);
    let (site, bridge) = &*place;
    // A queue that was short within the last two minutes is none to wake up for: Prometheus begins behind its start.
    for _ in 0..300 {
        let metrics = site.ops(bridge, "/metrics").await.body;
        let depth = metrics.lines().find_map(|line| line.strip_prefix("drawbridge_password_queue_depth "));
        if depth.and_then(|depth| depth.parse().ok()).is_some_and(|depth: u32| depth > 90) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let prometheus = Prometheus::start(&[&bridge.ops]);
    prometheus.wait_for(SLOW, async || ()).await;
    crowd(&place, 40, &over);
    prometheus.wait_for(TOO_MANY, async || ()).await;
    over.store(true, Ordering::Relaxed);
}
