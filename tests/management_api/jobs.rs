//! What a job makes of its users.
use super::world::{World, error, user, users};
use crate::support::management_api::{Settings, Status, UpsertedHash};
use serde_json::{Value, json};
use std::time::Duration;

fn codes(errors: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = errors.as_array().expect("a list").iter().flat_map(|entry| entry["errors"].as_array().expect("errors"));
    all.map(|error| (text(&error["code"]), text(&error["path"]))).collect()
}

// "Bulk User Imports": the summary, the prefix; "Bulk User Import Database Schema": custom_password_hash.
#[tokio::test]
async fn users_are_inserted_as_documented() {
    let world = World::start(Settings::default()).await;
    let custom = json!({"algorithm": "sha256", "hash": {"value": "00ff", "encoding": "hex"}});
    let plain = json!({"email": "No.Id@Example.COM", "custom_password_hash": custom});
    let id = world.import(&json!([user("1"), plain])).await;
    assert_eq!(world.finished(&id).await["summary"], json!({"failed": 0, "updated": 0, "inserted": 2, "total": 2}));
    let errors = world.get(&format!("jobs/{id}/errors")).await;
    assert_eq!((errors.status, errors.body.as_str()), (204, ""));
    let tenant = world.api.tenant();
    let stored = &tenant.users["auth0|legacy|1"];
    assert_eq!(stored.fields["email"], "user1@example.com");
    assert_eq!(stored.fields["password_hash"], user("1")["password_hash"]);
    assert_eq!((stored.inserted, stored.updated, stored.sent), (1, 0, 1));
    let other = tenant.users.values().find(|user| user.user_id() != "auth0|legacy|1").expect("another user");
    assert_eq!((&other.fields["email"], &other.fields["email_verified"]), (&json!("no.id@example.com"), &json!(false)));
    assert_eq!(other.fields["custom_password_hash"], custom);
    assert!(tenant.jobs[0].is_completed());
}

// "Bulk User Imports", "Retrieve failed entries": the codes, and what is redacted.
#[tokio::test]
async fn each_user_is_held_against_the_schema() {
    let world = World::start(Settings::default()).await;
    let long = "x".repeat(301);
    let metadata = json!({"email": "k@example.com", "app_metadata": {"clientID": "1"}});
    let cases = [
        (json!({"name": "nobody"}), "OBJECT_REQUIRED", "email"),
        (json!({"email": "akshay144@"}), "FORMAT", "email"),
        (json!({"email": "c@example.com", "blocked": "yes"}), "INVALID_TYPE", "blocked"),
        (json!({"email": "d@example.com", "surname": "x"}), "OBJECT_ADDITIONAL_PROPERTIES", "surname"),
        (json!({"email": "e@example.com", "name": long}), "MAX_LENGTH", "name"),
        (json!({"email": "f@example.com", "nickname": ""}), "MIN_LENGTH", "nickname"),
        (json!({"email": "g@example.com", "password_hash": "$2y$12$x"}), "PATTERN", "password_hash"),
        (json!({"email": "h@example.com", "mfa_factors": []}), "ARRAY_LENGTH_SHORT", "mfa_factors"),
        (
            json!({"email": "i@example.com", "mfa_factors": [{"totp": {"secret": "1"}}]}),
            "PATTERN",
            "mfa_factors[0].totp.secret",
        ),
        (
            json!({"email": "j@example.com", "custom_password_hash": {"algorithm": "crypt", "hash": {"value": "x"}}}),
            "ENUM_MISMATCH",
            "custom_password_hash.algorithm",
        ),
        (metadata, "NOT_PASSED", "app_metadata.clientID"),
    ];
    let file = cases.iter().map(|(user, _, _)| user.clone()).chain([user("1")]).collect::<Value>();
    let (summary, errors) = world.summary(&file, false).await;
    assert_eq!(summary, json!({"failed": cases.len(), "updated": 0, "inserted": 1, "total": cases.len() + 1}));
    let expected: Vec<(String, String)> =
        cases.iter().map(|(_, code, path)| ((*code).to_owned(), (*path).to_owned())).collect();
    assert_eq!(codes(&errors), expected);
    assert_eq!(errors[0]["user"], cases[0].0);
    assert_eq!(errors[6]["user"]["password_hash"], "*****");
    assert_eq!(errors[9]["user"]["custom_password_hash"]["hash"]["value"], "*****");
    // The complete example of community.auth0.com/t/102951.
    let message = "Error in email property - Object didn't pass validation for format email: akshay144@";
    assert_eq!(errors[1]["errors"][0]["message"], message);
}

// "Bulk User Imports", `upsert`: false refuses who matches on address, id or username.
#[tokio::test]
async fn who_is_there_is_refused() {
    let world = World::start(Settings::default()).await;
    world.api.existing_user("legacy|1", "one@example.com");
    let named = json!({"email": "two@example.com", "user_id": "legacy|2", "username": "Two"});
    assert_eq!(world.summary(&json!([named]), false).await.0["inserted"], 1);
    let again = json!([
        {"email": "ONE@example.com", "user_id": "legacy|8"},
        {"email": "other@example.com", "user_id": "legacy|1"},
        {"email": "third@example.com", "user_id": "legacy|9", "username": "two"},
    ]);
    let (summary, errors) = world.summary(&again, false).await;
    assert_eq!(summary, json!({"failed": 3, "updated": 0, "inserted": 0, "total": 3}));
    let duplicated = json!([{"code": "DUPLICATED_USER", "message": "User already exists"}]);
    assert!(errors.as_array().expect("a list").iter().all(|entry| entry["errors"] == duplicated), "{errors}");
    let tenant = world.api.tenant();
    assert_eq!((tenant.users.len(), tenant.sent["auth0|legacy|1"]), (2, 1));
    assert_eq!((tenant.users["auth0|legacy|1"].inserted, tenant.users["auth0|legacy|1"].sent), (0, 1));
}

// "Bulk User Imports": "a duplicated user entry in the import file will cause an error".
#[tokio::test]
async fn nobody_stands_twice_in_a_file() {
    let world = World::start(Settings::default()).await;
    let twin = json!({"email": "USER1@example.com", "user_id": "legacy|2"});
    for upsert in [false, true] {
        let (summary, errors) = world.summary(&json!([user("1"), twin]), upsert).await;
        let (inserted, updated) = if upsert { (0, 1) } else { (1, 0) };
        assert_eq!(summary, json!({"failed": 1, "updated": updated, "inserted": inserted, "total": 2}));
        let message = "A user with this email was already provided.";
        assert_eq!(errors[0]["errors"], json!([{"code": "DUPLICATED_USER", "message": message}]));
    }
    assert_eq!(world.api.tenant().users.len(), 1);
}

// "Bulk User Imports": matched on the address; "completely overwritten" metadata. No hash ever: auth0.com support,
// "Auth0 Bulk User Import Without Password Hashes".
#[tokio::test]
async fn an_upsert_replaces_metadata_and_never_the_password() {
    let world = World::start(Settings::default()).await;
    let first = json!([{"email": "a@example.com", "user_id": "legacy|1", "app_metadata": {"old": 1}, "name": "A"}]);
    assert_eq!(world.summary(&first, false).await.0["inserted"], 1);
    let mut second = user("9");
    second["email"] = "A@example.com".into();
    let (summary, _) = world.summary(&json!([second, user("2")]), true).await;
    assert_eq!(summary, json!({"failed": 0, "updated": 1, "inserted": 1, "total": 2}));
    let tenant = world.api.tenant();
    let stored = &tenant.users["auth0|legacy|1"];
    assert_eq!((&stored.fields["app_metadata"], &stored.fields["name"]), (&json!({"plan": "gold"}), &json!("A")));
    assert!(!stored.fields.contains_key("password_hash"));
    assert_eq!((stored.inserted, stored.updated, tenant.users.len()), (1, 1, 2));

    let strict = World::start(Settings { upserted_hash: UpsertedHash::Refused, ..Settings::default() }).await;
    strict.api.existing_user("legacy|2", "user2@example.com");
    let (summary, errors) = strict.summary(&json!([user("2")]), true).await;
    assert_eq!((&summary["failed"], &summary["updated"]), (&json!(1), &json!(0)));
    let message = errors[0]["errors"][0]["message"].as_str().expect("a message");
    assert_eq!(message, "A password_hash was provided, but the user already has password hash defined");
}

#[tokio::test]
async fn two_jobs_take_turns() {
    let slow = Settings { time_per_user: Duration::from_millis(100), ..Settings::unhurried() };
    let world = World::start(slow).await;
    let first = world.import(&users(0..1000)).await;
    world.import(&users(1000..2000)).await;
    loop {
        let jobs = world.api.tenant().jobs;
        assert!(jobs.iter().all(|job| job.is_active()), "one job waited for the other");
        if jobs.iter().all(|job| job.inserted > 0) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let job = world.get(&format!("jobs/{first}")).await.json();
    assert_eq!(job["status"], "processing");
    assert!(job["percentage_done"].as_u64().is_some_and(|done| done < 100) && job["time_left_seconds"].is_u64());
    assert_eq!(job["summary"], Value::Null);
}

// "Bulk User Imports", "Job timeouts": two hours, then failed; 24 hours, then gone.
#[tokio::test]
async fn jobs_have_an_end_and_their_traces_too() {
    let short = Settings {
        job_timeout: Duration::from_millis(1),
        time_per_user: Duration::from_millis(5),
        ..Settings::default()
    };
    let world = World::start(short).await;
    let id = world.import(&users(0..50)).await;
    assert_eq!(world.finished(&id).await["status"], "failed");

    let world = World::start(Settings { job_lifetime: Duration::ZERO, ..Settings::default() }).await;
    let id = world.import(&users(0..1)).await;
    world.finish().await;
    for path in [format!("jobs/{id}"), format!("jobs/{id}/errors"), "jobs/job_0000000000000001".into()] {
        let answer = world.get(&path).await;
        let body = error(404, "Not Found", "The job does not exist", "inexistent_job");
        assert_eq!((answer.status, answer.json()), (404, body));
    }
    assert_eq!(world.api.tenant().jobs[0].status, Status::Completed);
    assert_eq!(world.get("jobs/1").await.status, 400);
}
