//! `drawbridge bulk reconcile`: the tenant's export against the legacy table and the ledger.
use super::run;
use crate::support::legacy_users::{self, Row};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use std::{fs, io::Write, path::Path};

/// The form of a users export job: "Bulk User Exports" of Auth0's documentation.
const EXPORT: &str = r#"{"user_id":"auth0|legacy|1","email":"ada@example.com","name":"Ada","username":"ada"}
{"user_id":"auth0|legacy|2","email":"new@example.com","username":"Grace"}

{"user_id":"auth0|legacy|3","email":"joan@example.com"}
{"user_id":"auth0|legacy|99","email":"gone@example.com"}
{"user_id":"auth0|5f7c8ec7c33c6c004bbafe82","email":"signed-up@example.com"}
{"user_id":"google-oauth2|117","email":"elsewhere@example.com"}
{"user_id":"auth0|legacy|77","email":"TAKEN@example.com"}
not a user
"#;

fn legacy(directory: &Path) {
    let row = |id, email, username| Row { id, email, username, password: "'!'", active: 1, plan: "'gold'" };
    let rows = [
        row("'1'", "'Ada@Example.com'", "'ada'"),
        row("'2'", "'grace@example.com'", "'grace'"),
        row("'3'", "'joan@example.com'", "NULL"),
        row("'4'", "'lost@example.com'", "NULL"),
        row("'5'", "'ADA@example.com'", "'twin'"),
        row("'6'", "'quiet@example.com'", "NULL"),
        row("'7'", "'taken@example.com'", "NULL"),
        row("'a b'", "'broken@example.com'", "NULL"),
    ];
    let database = legacy_users::create(directory, &rows);
    let file = directory.join("drawbridge.toml");
    fs::write(&file, legacy_users::configuration(&database, "https://issuer.example/", "audience")).expect("a file");
    assert_eq!(run(&["sql", "--apply", "--config", &file.to_string_lossy()], &[]).status.code(), Some(0));
    let mut connection = SqliteConnection::establish(&database.to_string_lossy()).expect("the database");
    for id in [1, 2, 4, 1000] {
        connection
            .batch_execute(&format!(
                "insert into drawbridge_migrated_users values ('legacy|{id}', '2026-01-01 00:00:00', 'client')"
            ))
            .expect("a mark");
    }
}

fn reconciled(directory: &Path, file: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let (configuration, file) = (directory.join("drawbridge.toml"), file.to_string_lossy());
    let configuration = configuration.to_string_lossy();
    let output = run(&[&["bulk", "reconcile", &*file, "--config", &*configuration], more].concat(), &[]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn every_difference_has_a_name_and_a_meaning() {
    let directory = tempfile::tempdir().expect("a directory");
    legacy(directory.path());
    let file = directory.path().join("tenant.json");
    fs::write(&file, EXPORT).expect("the export");
    let (code, text, errors) = reconciled(directory.path(), &file, &[]);
    assert_eq!(code, Some(1), "{errors}");
    insta::assert_snapshot!("reconcile", text);
    let (code, json, _) = reconciled(directory.path(), &file, &["--json"]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!("reconcile_json", json);
    assert!(!json.contains("example.com") && !text.contains("example.com"), "users are told by id alone");
    let packed = directory.path().join("tenant.json.gz");
    let mut gzip =
        flate2::write::GzEncoder::new(fs::File::create(&packed).expect("a file"), flate2::Compression::fast());
    gzip.write_all(EXPORT.as_bytes()).expect("the export");
    gzip.finish().expect("the export");
    assert_eq!(reconciled(directory.path(), &packed, &["--json"]).1, json, "Auth0 hands the file over as gzip");
}

#[test]
fn what_is_no_export_is_said() {
    let directory = tempfile::tempdir().expect("a directory");
    legacy(directory.path());
    let (code, _, errors) = reconciled(directory.path(), &directory.path().join("nowhere.json"), &[]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("the export cannot be read"), "{errors}");
}
