//! What an upload must have, in the words of the description (post_users-imports).
use super::world::{Part, World, error, users};
use crate::support::{client::send, management_api::Settings};
use serde_json::{Value, json};

async fn refusal(world: &World, parts: &[Part<'_>]) -> (u16, String) {
    let answer = world.upload(parts).await;
    assert_eq!(answer.json()["error"], "Bad Request");
    assert!(world.api.tenant().jobs.is_empty());
    (answer.status, answer.json()["message"].as_str().expect("a message").to_owned())
}

#[tokio::test]
async fn an_upload_needs_a_file_and_a_connection() {
    let world = World::start(Settings::default()).await;
    let users = users(0..1).to_string();
    let file = ("users", Some("users.json"), &*users);
    let connection = ("connection_id", None, world.api.connection_id());
    let pattern =
        "Payload validation error: 'String does not match pattern ^con_[A-Za-z0-9]{16}$' on property connection_id";
    for (parts, message) in [
        (vec![connection], "Must provide 'users' file as multipart part."),
        (vec![("users", None, &*users), connection], "Must provide 'users' file as multipart part."),
        (vec![("users", Some("users.json"), ""), connection], "Users file must not be empty."),
        (vec![file], "Must provide 'connection_id' as multipart part."),
        (vec![file, ("connection_id", None, "con_1")], pattern),
        (vec![file, ("connection_id", None, "con_9999999999999999")], "The connection does not exist."),
    ] {
        assert_eq!(refusal(&world, &parts).await, (400, message.into()));
    }
    let (status, message) = refusal(&world, &[file, connection, ("upsert", None, "yes")]).await;
    assert_eq!(status, 400);
    assert!(message.starts_with("Payload validation error:"), "{message}");
}

#[tokio::test]
async fn the_connection_imports_users_and_is_enabled() {
    for (settings, message) in [
        (
            Settings { import_mode: false, ..Settings::default() },
            "Custom Database Connections without import mode are not allowed.",
        ),
        (Settings { connection_enabled: false, ..Settings::default() }, "Connection must be enabled."),
    ] {
        let world = World::start(settings).await;
        let answer = send(world.importing(&users(0..1))).await;
        assert_eq!((answer.status, &answer.json()["message"]), (400, &json!(message)));
    }
}

#[tokio::test]
async fn a_body_that_is_no_multipart_is_refused() {
    let world = World::start(Settings::default()).await;
    let message = "Payload validation error: 'Invalid multipart payload format'.";
    let whole = world.importing(&users(0..1));
    let json = world.importing(&users(0..1)).json(&json!({}));
    let cut = world.importing(&users(0..1)).body("--boundary\r\nContent-Disposition: form-data; name=\"users\"");
    for request in [json, cut] {
        let answer = send(request).await;
        assert_eq!((answer.status, answer.json()), (400, error(400, "Bad Request", message, "invalid_body")));
    }
    assert_eq!(send(whole).await.status, 202);
}

// "Bulk User Imports": the answer; `connection` is required by the description.
#[tokio::test]
async fn the_job_says_what_was_asked() {
    let world = World::start(Settings::default()).await;
    let users = users(0..1).to_string();
    let file = ("users", Some("users.json"), &*users);
    let connection = ("connection_id", None, world.api.connection_id());
    let mut plain = world.upload(&[file, connection]).await.json();
    let id = plain["id"].as_str().expect("an id").to_owned();
    assert!(id.starts_with("job_") && id.len() == 20);
    chrono::DateTime::parse_from_rfc3339(plain["created_at"].as_str().expect("a moment")).expect("RFC 3339");
    plain["id"] = Value::Null;
    plain["created_at"] = Value::Null;
    assert_eq!(
        plain,
        json!({"id": null, "type": "users_import", "status": "pending", "created_at": null,
               "connection_id": "con_0000000000000001", "connection": "legacy-users", "upsert": false,
               "send_completion_email": true})
    );
    world.finish().await;
    let more =
        [("upsert", None, "true"), ("external_id", None, "users-000001"), ("send_completion_email", None, "false")];
    let full = world.upload(&[&[connection, file], &more[..]].concat()).await.json();
    assert_eq!((&full["upsert"], &full["send_completion_email"]), (&json!(true), &json!(false)));
    let id = full["id"].as_str().expect("an id");
    assert_eq!(world.finished(id).await["external_id"], "users-000001");
}

// "Bulk User Imports": "it failed to parse the users JSON file when importing users" comes after the job was accepted.
#[tokio::test]
async fn a_file_that_is_no_array_makes_the_job_fail() {
    let world = World::start(Settings::default()).await;
    for file in ["{\"email\": \"a@example.com\"}", "[{\"email\"", "not JSON"] {
        let connection = ("connection_id", None, world.api.connection_id());
        let answer = world.upload(&[("users", Some("users.json"), file), connection]).await;
        assert_eq!(answer.status, 202);
        let id = answer.json()["id"].as_str().expect("an id").to_owned();
        let job = world.finished(&id).await;
        assert_eq!((&job["status"], &job["summary"]), (&json!("failed"), &Value::Null));
        let errors = world.get(&format!("jobs/{id}/errors")).await;
        assert_eq!(errors.status, 200);
        let details = "Failed to parse users file JSON when importing users. Make sure it is valid JSON.";
        assert_eq!((&errors.json()["id"], &errors.json()["status_details"]), (&json!(id), &json!(details)));
    }
    assert!(world.api.tenant().sent.is_empty());
}
