//! For every user the two routes answer with the same bytes, and the rules of the profile hold.
use super::{BCRYPT, PASSWORD, World};
use crate::support::legacy_users::Row;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::json;

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace('\0', ""))
}

#[tokio::test]
async fn login_and_get_user_answer_the_same_bytes() {
    // Unicode of every plane, blanks, quotes, numbers as text: whatever stands in a legacy table.
    let strategy = prop::collection::vec(("[a-zA-Z0-9_.-]{1,40}", "\\PC{0,60}", "\\PC{0,200}"), 120);
    let mut runner = TestRunner::deterministic();
    let generated = strategy.new_tree(&mut runner).expect("values").current();
    let texts: Vec<[String; 4]> = generated
        .iter()
        .enumerate()
        .map(|(number, (id, name, plan))| {
            [
                quoted(&format!("{id}-{number}")),
                quoted(&format!("user{number}@example.com")),
                quoted(&format!("{}{number}", name.chars().take(60).collect::<String>())),
                quoted(plan),
            ]
        })
        .collect();
    let rows: Vec<Row<'_>> = texts
        .iter()
        .map(|[id, email, username, plan]| Row { id, email, username, password: BCRYPT, active: 1, plan })
        .collect();
    let world = World::with(&rows, "[limits]\nclient_rate = \"off\"");
    for number in 0..rows.len() {
        let email = format!("USER{number}@example.com");
        let login = world.post("/login", json!({"identifier": email, "password": PASSWORD})).await;
        let get_user = world.post("/get_user", json!({"identifier": email})).await;
        assert_eq!((login.status, get_user.status), (200, 200), "user {number}: {}", login.body);
        assert_eq!(login.body, get_user.body, "user {number}");
        let profile = login.json();
        let user_id = profile["user_id"].as_str().expect("a user_id");
        assert!(user_id.starts_with("legacy|") && !user_id.contains(char::is_whitespace));
        assert!(profile["metadata"].is_object());
        assert_eq!(profile["email_verified"], json!(false));
        let empty = profile.as_object().expect("an object").values().any(|value| value == "");
        assert!(!empty, "no key is empty");
    }
}
