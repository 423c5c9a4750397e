//! `drawbridge status` and `user unmark`: who has crossed, who remains, and one that went wrong.
use super::run;
use crate::support::legacy_users::{self, Row};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use serde_json::{Value, json};
use std::fs;

const HASH: &str = "'$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou'";

#[test]
fn a_migration_half_way() {
    let directory = tempfile::tempdir().expect("a directory");
    let names: Vec<(String, String, String)> =
        (1..=20).map(|n| (format!("'{n}'"), format!("'user{n}@example.com'"), format!("'user{n}'"))).collect();
    let rows: Vec<Row<'_>> = names
        .iter()
        .enumerate()
        .map(|(n, (id, email, username))| Row {
            id,
            email,
            username,
            password: if n < 15 { HASH } else { "'!'" },
            active: 1,
            plan: "NULL",
        })
        .collect();
    let database = legacy_users::create(directory.path(), &rows);
    let file = directory.path().join("drawbridge.toml");
    fs::write(&file, legacy_users::configuration(&database, "https://issuer.example/", "audience")).expect("a file");
    let file = file.to_string_lossy().into_owned();
    let call = |arguments: &[&str]| {
        let output = run(&[arguments, &["--config", &file]].concat(), &[]);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    assert_eq!(call(&["status"]).0, Some(1), "there is no ledger yet");
    assert_eq!(call(&["sql", "--apply"]).0, Some(0));
    let mut connection = SqliteConnection::establish(&database.to_string_lossy()).expect("the database");
    connection
        .batch_execute(
            "insert into drawbridge_migrated_users values ('legacy|1', datetime('now'), 'client'), \
             ('legacy|2', datetime('now', '-1 day'), 'client'), ('legacy|3', datetime('now', '-30 days'), 'client'), \
             ('legacy|4', datetime('now', '-40 days'), 'bulk import of x'), ('legacy|99', datetime('now'), 'client')",
        )
        .expect("marks");
    let (code, text, errors) = call(&["status", "--json"]);
    assert_eq!(code, Some(0), "{errors}");
    let mut status: Value = serde_json::from_str(&text).expect("JSON");
    assert!(status["projected_end"].take().is_string());
    assert_eq!(
        status,
        json!({
            "total": 20, "migrated_by_login": 4, "migrated_in_bulk": 1, "remaining": 16,
            "remaining_by_scheme": {"bcrypt_2a": 11, "none": 5}, "unmappable": 0, "per_day": 3.0 / 7.0,
            "projected_end": null
        })
    );
    let (_, text, _) = call(&["status"]);
    assert!(text.contains("remaining                                  16"), "{text}");
    assert_eq!(call(&["user", "unmark", "auth0|legacy|1"]).0, Some(0));
    assert_eq!(call(&["user", "unmark", "1"]).0, Some(1), "it is not marked any more");
    let (_, text, _) = call(&["status", "--json"]);
    assert!(text.contains("\"remaining\": 17"), "{text}");
}
