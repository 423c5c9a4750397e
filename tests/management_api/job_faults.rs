//! Faults of jobs and of their error lists.
use super::world::{World, user, users};
use crate::support::management_api::{Masking, Settings, Status};
use serde_json::{Value, json};

#[tokio::test]
async fn a_job_fails_before_or_among_its_users() {
    let world = World::start(Settings::default()).await;
    world.api.faults(|faults| faults.next_jobs_fail_after.extend([0, 3, 99]));
    for (place, inserted) in [0, 3, 5].into_iter().enumerate() {
        let id = world.import(&users(place * 5..place * 5 + 5)).await;
        let job = world.finished(&id).await;
        assert_eq!((&job["status"], &job["summary"]), (&json!("failed"), &Value::Null));
        assert_eq!(world.api.tenant().jobs[place].inserted, inserted);
        // The description of get_errors: a list, or the job with its details.
        let errors = world.get(&format!("jobs/{id}/errors")).await;
        assert_eq!((errors.status, &errors.json()["id"]), (200, &json!(id)));
        assert!(errors.json()["status_details"].is_string());
        // Issue 443 of auth0/auth0.net saw nothing instead.
        world.api.faults(|faults| faults.failed_jobs_tell_nothing = true);
        assert_eq!(world.get(&format!("jobs/{id}/errors")).await.status, 204);
        world.api.faults(|faults| faults.failed_jobs_tell_nothing = false);
    }
    assert_eq!(world.api.tenant().users.len(), 8);
    let id = world.import(&users(0..5)).await;
    assert_eq!(world.finished(&id).await["summary"]["inserted"], 5);
}

#[tokio::test]
async fn jobs_fail_by_chance() {
    let world = World::start(Settings::unhurried()).await;
    world.api.faults(|faults| {
        faults.jobs_fail = 1.0;
        faults.jobs_fail_after = 1;
    });
    let id = world.import(&users(0..2)).await;
    assert_eq!(world.finished(&id).await["status"], "failed");
    let tenant = world.api.tenant();
    assert_eq!((tenant.users.len(), tenant.jobs[0].status), (1, Status::Failed));
}

#[tokio::test]
async fn a_chosen_user_is_refused() {
    let world = World::start(Settings::default()).await;
    world.api.faults(|faults| {
        faults.users_refused.insert("legacy|1".into(), "MFA_FACTORS_FAILED".into());
        faults.users_refused.insert("User2@example.com".into(), "CONFLICT".into());
    });
    let (summary, errors) = world.summary(&users(0..4), false).await;
    assert_eq!((&summary["inserted"], &summary["failed"]), (&json!(2), &json!(2)));
    assert_eq!(errors[0]["errors"][0]["code"], "MFA_FACTORS_FAILED");
    assert_eq!(errors[1]["errors"][0]["code"], "CONFLICT");
    assert_eq!(
        (&errors[0]["user"]["user_id"], &errors[0]["user"]["password_hash"]),
        (&json!("legacy|1"), &json!("*****"))
    );
}

#[tokio::test]
async fn error_lists_hide_more_or_are_gone() {
    let world = World::start(Settings::default()).await;
    world.api.existing_user("legacy|1", "user1@example.com");
    let id = world.import(&json!([user("1")])).await;
    world.finish().await;
    let path = format!("jobs/{id}/errors");
    world.api.faults(|faults| faults.masking = Masking::AllButUserId);
    let list = world.get(&path).await.json();
    assert_eq!((&list[0]["user"]["user_id"], &list[0]["user"]["email"]), (&json!("legacy|1"), &json!("*****")));
    world.api.faults(|faults| faults.masking = Masking::Everything);
    let list = world.get(&path).await.json();
    assert_eq!(
        (&list[0]["user"]["user_id"], &list[0]["user"]["app_metadata"]["plan"]),
        (&json!("*****"), &json!("*****"))
    );
    assert_eq!(list[0]["errors"][0]["code"], "DUPLICATED_USER");
    world.api.faults(|faults| faults.errors_gone = true);
    assert_eq!(world.get(&path).await.code(), "");
    assert_eq!(world.get(&path).await.json()["errorCode"], "inexistent_job");
    assert_eq!(world.get(&format!("jobs/{id}")).await.json()["summary"]["failed"], 1);
    world.api.faults(|faults| faults.end());
    assert_eq!(world.get(&path).await.json()[0]["user"]["email"], "User1@example.com");
}
