//! `drawbridge bulk import` against a tenant with every documented limit and error: whatever happens, everybody is
//! inserted once, and the ledger says who is there.
mod crossing;
mod faults;
mod killed;

use crate::support::management_api::{Route, Settings};
use crossing::Crossing;
use diesel::connection::SimpleConnection;
use std::fs;

fn requests(crossing: &Crossing, route: Route) -> u64 {
    crossing.api.tenant().requests.iter().filter(|((of, _), _)| *of == route).map(|(_, count)| count).sum()
}

#[test]
fn everybody_crosses_and_the_same_command_again_sends_nothing() {
    let crossing = Crossing::new(2500, 300, Settings::default());
    let (code, text, errors) = crossing.import(&["--dry-run"]);
    assert_eq!(code, Some(0), "{errors}");
    insta::assert_snapshot!("import_dry_run", text);
    assert_eq!(requests(&crossing, Route::Token), 0, "a rehearsal asks nobody");
    let (code, text, errors) = crossing.import(&[]);
    assert_eq!(code, Some(0), "{errors}");
    insta::assert_snapshot!("import_table", text);
    let tenant = crossing.assert_everybody_crossed();
    assert!(tenant.sent.values().all(|sends| *sends == 1), "nobody is sent twice");
    assert_eq!(tenant.too_many_requests(), 0, "the pace is kept");
    assert_eq!(tenant.tokens_given, 1);
    let sent = requests(&crossing, Route::Imports);
    assert!(sent >= 2, "there is more than one file");
    let (code, again, _) = crossing.import(&[]);
    assert_eq!((code, again), (Some(0), text), "the table is of the whole import");
    assert_eq!(requests(&crossing, Route::Imports), sent);
    let status = crossing.run(&["status", "--json"]);
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
    assert_eq!((&status["migrated_in_bulk"], &status["remaining"]), (&2500.into(), &0.into()));
}

#[test]
fn the_pace_of_a_free_tenant_is_kept() {
    let crossing = Crossing::new(1200, 1500, Settings::free());
    assert_eq!(crossing.import(&[]).0, Some(0));
    assert_eq!(crossing.assert_everybody_crossed().too_many_requests(), 0);
}

#[test]
fn whoever_crossed_since_the_export_is_not_sent() {
    let crossing = Crossing::new(40, 0, Settings::unhurried());
    crossing
        .sqlite()
        .batch_execute("insert into drawbridge_migrated_users values ('legacy|7', '2026-01-01 00:00:00', 'client')")
        .expect("a mark");
    crossing.api.existing_user("legacy|7", "user-7@example.com");
    let (code, text, _) = crossing.import(&["--json"]);
    assert_eq!(code, Some(0));
    let total: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&total["inserted"], &total["crossed"]), (&39.into(), &1.into()));
    let tenant = crossing.assert_the_ledger_is_the_tenant();
    assert!(!tenant.sent.contains_key("auth0|legacy|7"));
}

#[test]
fn who_is_refused_is_told_by_id_and_code() {
    let crossing = Crossing::new(60, 0, Settings::unhurried());
    crossing.api.existing_user("5f7c8ec7c33c6c004bbafe82", "user-3@example.com");
    crossing.api.existing_user("legacy|4", "user-4@example.com");
    crossing.api.faults(|faults| {
        faults.users_refused.insert("legacy|9".into(), "INVALID_FORMAT".into());
        faults.users_refused.insert("legacy|10".into(), "INVALID_FORMAT".into());
    });
    let (code, text, _) = crossing.import(&[]);
    assert_eq!(code, Some(1), "some failed");
    insta::assert_snapshot!("import_refused", text);
    let failed = fs::read_to_string(crossing.file("failed.jsonl")).expect("the file");
    insta::assert_snapshot!("import_failed", failed);
    let tenant = crossing.assert_the_ledger_is_the_tenant();
    assert_eq!(crossing.ledger().len(), 57, "user 4 crossed without a mark, users 3, 9 and 10 have not crossed");
    assert_eq!(tenant.users["auth0|legacy|4"].inserted, 0);
}

#[test]
fn upsert_changes_who_is_there() {
    let crossing = Crossing::new(30, 0, Settings::unhurried());
    crossing.api.existing_user("legacy|4", "user-4@example.com");
    let (code, text, _) = crossing.import(&["--upsert", "--json"]);
    assert_eq!(code, Some(0));
    let total: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&total["inserted"], &total["updated"]), (&29.into(), &1.into()));
    assert_eq!(crossing.ledger().len(), 30);
    assert_eq!(crossing.api.tenant().users["auth0|legacy|4"].updated, 1);
    let (code, _, errors) = crossing.import(&[]);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!("import_of_another_kind", errors);
}

#[test]
fn what_is_no_export_is_not_imported() {
    let crossing = Crossing::new(1500, 300, Settings::unhurried());
    let users = crossing.file("users-000002.json");
    let text = fs::read_to_string(&users).expect("the file");
    fs::write(&users, text.replacen("User-1", "User-X", 1)).expect("the file");
    let (code, _, changed) = crossing.import(&[]);
    assert_eq!(code, Some(2));
    fs::write(&users, text).expect("the file");
    assert_eq!(crossing.import(&[]).0, Some(0), "what was mended goes on");
    fs::remove_file(crossing.file("manifest.json")).expect("the manifest");
    let (code, _, missing) = crossing.import(&[]);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!("import_of_no_export", format!("{changed}\n{missing}"));
}

#[test]
fn a_client_without_rights_is_told_what_it_lacks() {
    let crossing = Crossing::new(5, 0, Settings { scopes: vec!["read:users".into()], ..Settings::unhurried() });
    let (code, _, scope) = crossing.import(&[]);
    assert_eq!(code, Some(2));
    fs::write(crossing.directory.path().join("secret"), "wrong").expect("the secret");
    let (code, _, secret) = crossing.import(&[]);
    assert_eq!(code, Some(2));
    crossing.configure("audience = 7");
    let (code, _, key) = crossing.import(&[]);
    assert_eq!(code, Some(2));
    assert!(key.contains("auth0.audience"), "{key}");
    insta::assert_snapshot!("import_without_rights", format!("{scope}\n{secret}"));
    assert!(crossing.ledger().is_empty());
}
