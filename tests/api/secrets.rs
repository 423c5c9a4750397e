//! Promise 4: nothing secret and nobody's identifier in anything that a run prints or shows.
use super::{BCRYPT, PASSWORD, World, people};
use serde_json::json;

#[tokio::test]
async fn no_log_line_metric_or_error_holds_a_secret() {
    let world = World::with(&people(), "");
    let mut shown = String::new();
    for (identifier, password) in [
        ("ada@example.com", PASSWORD),
        ("ada", "a-wrong-password"),
        ("nobody@example.com", "another-password"),
        ("unmappable@example.com", PASSWORD),
        ("costly@example.com", "third-password"),
        ("twin@example.com", "fourth-password"),
    ] {
        let answer = world.post("/login", json!({"identifier": identifier, "password": password})).await;
        if answer.status != 200 {
            shown.push_str(&answer.body);
        }
    }
    let url = format!("{}/login", world.bridge.url);
    let broken = world.client.post(&url).bearer_auth(world.issuer.token()).header("content-type", "application/json");
    shown.push_str(
        &broken
            .body("{\"identifier\":\"broken@example.com\",\"password\":\"fifth-password\"")
            .send()
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a body"),
    );
    shown.push_str(&world.ops("/metrics").await.body);
    shown.push_str(&world.bridge.log());
    assert!(shown.contains("\"route\":\"login\""), "the log is there");
    let token = world.issuer.token();
    let token_start = token.get(..20).expect("a token");
    for secret in [
        "example.com",
        PASSWORD,
        "wrong-password",
        "another-password",
        "third-password",
        "fourth-password",
        "fifth-password",
        BCRYPT.trim_matches('\''),
        "$2y$31$",
        "5f4dcc3b",
        token_start,
        "\"ada\"",
    ] {
        let line = shown.lines().find(|line| line.contains(secret));
        // The audience of the tests is not a person's.
        let line = line.filter(|line| !(secret == "example.com" && line.contains("test.example")));
        assert!(line.is_none(), "a secret of kind {} was shown", secret.len());
    }
}

#[tokio::test]
async fn the_process_leaves_no_core_and_cannot_be_dumped() {
    let world = World::with(&people(), "");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", world.bridge.id())).expect("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("the line");
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
}
