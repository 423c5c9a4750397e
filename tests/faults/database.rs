//! The database cut off, held up, slow, full, read-only and restarted: an outage is never an answer about a person.
use super::{
    NO_LIMITS, World,
    proxy::{Mode, Proxy},
    server, url,
};
use drawbridge::config::database::DatabaseUrl;
use serde_json::json;
use std::time::{Duration, Instant};

const OUTAGE: [&str; 2] = ["database_unavailable", "overloaded"];

fn port(server: &crate::support::postgres::PostgresServer) -> u16 {
    let DatabaseUrl::Postgres(of) = server.url() else { panic!("PostgreSQL") };
    of.port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_off_held_up_and_refused() {
    let server = server();
    let proxy = Proxy::before(port(&server));
    let world = World::before(
        &url(&server, Some(proxy.port)),
        &format!("{NO_LIMITS}\n[server]\nlisten = \"127.0.0.1:0\"\ndeadline = \"3s\""),
    );
    world.answers_right().await;
    for mode in [Mode::Hold, Mode::Refuse] {
        proxy.set(mode);
        if mode == Mode::Refuse {
            proxy.cut();
        }
        let begun = Instant::now();
        let outages = world.answers_right_or(&OUTAGE).await;
        assert_eq!(outages, 3, "{mode:?}: nothing can be known");
        assert!(begun.elapsed() < Duration::from_secs(30), "{mode:?}: every answer has its deadline");
        assert_eq!(world.ops("/readyz").await.status, 503, "{mode:?}");
        assert_eq!(world.ops("/livez").await.status, 200, "{mode:?}: the process itself is well");
        proxy.set(Mode::Pass);
        world.is_ready_again().await;
        world.answers_right().await;
    }
    // A connection that was cut between two requests is nobody's outage.
    for _ in 0..5 {
        proxy.cut();
        world.answers_right_or(&OUTAGE).await;
        world.answers_right().await;
    }
    proxy.delay(Duration::from_millis(150));
    world.answers_right().await;
    proxy.delay(Duration::from_secs(4));
    assert_eq!(world.answers_right_or(&OUTAGE).await, 3, "slower than the deadline");
    proxy.delay(Duration::ZERO);
    world.is_ready_again().await;
    world.answers_right().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backends_killed_and_connections_used_up() {
    let server = server();
    // A role of its own: what is used up for it is not used up for the administrator.
    server.exec(
        "CREATE ROLE bridge LOGIN PASSWORD 'bridge' CONNECTION LIMIT 20; GRANT ALL ON users TO bridge; \
         GRANT CREATE ON SCHEMA public TO bridge",
    );
    let url = url(&server, None).replace("postgres@", "bridge:bridge@");
    let world = World::before(&url, NO_LIMITS);
    world.answers_right().await;
    for _ in 0..10 {
        server.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bridge'");
        world.answers_right_or(&OUTAGE).await;
    }
    world.answers_right().await;
    server.exec("ALTER ROLE bridge CONNECTION LIMIT 0");
    server.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bridge'");
    assert_eq!(world.answers_right_or(&OUTAGE).await, 3, "there is no connection for us");
    assert_eq!(world.ops("/readyz").await.status, 503);
    server.exec("ALTER ROLE bridge CONNECTION LIMIT 20");
    world.is_ready_again().await;
    world.answers_right().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_database_answers_and_marks_nobody() {
    let server = server();
    let world = World::before(&url(&server, None), NO_LIMITS);
    world.answers_right().await;
    server.exec("ALTER SYSTEM SET default_transaction_read_only = on");
    server.exec("SELECT pg_reload_conf()");
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'drawbridge' AND pid <> pg_backend_pid()");
    world.answers_right_or(&OUTAGE).await;
    world.answers_right().await;
    let marked = world.post("/mark_migrated", json!({"user_id": "legacy|1"})).await;
    assert!(marked.status >= 500, "a mark that is not written is no mark: {}", marked.body);
    world.answers_right().await;
    server.exec_writing("ALTER SYSTEM RESET default_transaction_read_only");
    server.exec("SELECT pg_reload_conf()");
    for _ in 0..100 {
        if world.post("/mark_migrated", json!({"user_id": "legacy|1"})).await.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("marks are not taken again");
}
