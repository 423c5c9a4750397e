//! Threads that drive the connections of their own lookups: what others open in their place is not theirs.
use crate::bench::{Bench, one, users_from};
use drawbridge::{
    config::users::From,
    store::{Store, home, legacy_row::LegacyValue},
};
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::time::sleep;

/// Each lookup tells the process of the server that answered it; one of them takes a while.
const WHO_ANSWERS: &str = "select pg_backend_pid() as id, 'x' as pw from (select case when :identifier = 'slow' then \
                           pg_sleep(2) end) as waited";

async fn answering(store: &Arc<dyn Store>, identifier: &str) -> String {
    match one(store.find(identifier).await).get("id") {
        Some(LegacyValue::Int(process)) => process.to_string(),
        Some(LegacyValue::Text(process)) => process.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_connection_that_somebody_else_opened_is_not_the_threads_own() {
    let bench = Bench::postgres();
    let store = bench.open(&users_from(From::Query(WHO_ANSWERS.into()), &[])).await.unwrap();
    let (its_store, (busy, is_busy), (done, is_done)) =
        (Arc::clone(&store), std::sync::mpsc::channel(), tokio::sync::oneshot::channel::<()>());
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            home::settle();
            let mut own = HashSet::new();
            // The second one takes a second connection, and opens it only when the first is busy.
            for _ in 0..2 {
                own.insert(answering(&its_store, "x").await);
            }
            let slow = tokio::spawn({
                let store = Arc::clone(&its_store);
                async move { answering(&store, "slow").await }
            });
            sleep(Duration::from_millis(200)).await;
            busy.send(()).expect("somebody listens");
            is_done.await.expect("the other one asks");
            own.insert(answering(&its_store, "x").await);
            own.insert(slow.await.expect("an answer"));
            own
        })
    });
    tokio::task::spawn_blocking(move || is_busy.recv()).await.expect("a thread").expect("busy");
    let other = answering(&store, "x").await;
    done.send(()).expect("somebody listens");
    let own = tokio::task::spawn_blocking(move || thread.join().expect("no panic")).await.expect("a thread");
    assert!(!own.contains(&other), "the thread asked on a connection that another one drives");
}
