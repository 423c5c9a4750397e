//! Who comes through the gate, and who does not.
use crate::{
    prometheus::Prometheus,
    support::site::{PASSWORD, Site, person},
};
use serde_json::json;

/// People log in, and nobody is marked.
pub const STANDSTILL: &[&str] = &["DrawbridgeNobodyCrosses"];
/// A list of names from elsewhere is tried.
pub const A_LIST: &[&str] = &["DrawbridgeGuessingWidely"];
/// A tenant whose tokens are not accepted any more.
pub const REJECTED: &[&str] = &["DrawbridgeCallerRejected", "DrawbridgeTokenRejectionsRising"];

#[tokio::test]
async fn logins_that_lead_nowhere_a_list_that_is_tried_and_tokens_that_are_not_accepted() {
    let site = Site::with(&[person("'1'", "'ada@example.com'", "'ada'")]);
    let bridge = site.bridge("[limits]\nclient_rate = \"off\"\naccount_attempts = \"off\"");
    let prometheus = Prometheus::start(&[&bridge.ops]);
    prometheus.is_quiet().await;
    prometheus
        .wait_for(STANDSTILL, async || {
            let answer = site.post(&bridge, "/login", json!({"identifier": "ada", "password": PASSWORD})).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        })
        .await;
    let mut tried = 0;
    prometheus
        .wait_for(A_LIST, async || {
            for _ in 0..20 {
                tried += 1;
                let body = json!({"identifier": format!("name-{tried}@example.com"), "password": "a-wrong-password"});
                assert_eq!(site.post(&bridge, "/login", body).await.code(), "user_not_found");
            }
        })
        .await;
    let other_audience = site.issuer.token_with(json!({"aud": "https://another.test.example"}));
    prometheus
        .wait_for(REJECTED, async || {
            for _ in 0..50 {
                let answer = site.post_with(&bridge, "/get_user", json!({"identifier": "ada"}), &other_audience).await;
                assert_eq!(answer.code(), "invalid_token");
            }
        })
        .await;
}
