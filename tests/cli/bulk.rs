//! `drawbridge bulk export`: who is in the files, who is not and why, and what a killed export leaves.
use super::run;
use crate::support::legacy_users::{self, Row};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

const BCRYPT: &str = "'$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou'";
const SHA_CRYPT: &str = "'$5$rounds=1000$saltsalt$RPTpmrtnWCTzQAOjzQ3pFHaPKvrJzbEZHGZzYkQqRX4'";

fn exported(directory: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let (file, out) = (directory.join("drawbridge.toml"), directory.join("out"));
    let (file, out) = (file.to_string_lossy(), out.to_string_lossy());
    let output = run(&[&["bulk", "export", "--out", &*out, "--json", "--config", &*file], more].concat(), &[]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn legacy(directory: &Path) {
    let row = |id, email, username, password, active| Row { id, email, username, password, active, plan: "'gold'" };
    let rows = [
        row("'1'", "'Ada@Example.com'", "'ada'", BCRYPT, 1),
        row("'2'", "'grace@example.com'", "'grace'", BCRYPT, 0),
        row("'3'", "'joan@example.com'", "'joan'", SHA_CRYPT, 1),
        row("'4'", "'marked@example.com'", "'marked'", BCRYPT, 1),
        row("'5'", "'ADA@example.com'", "'twin'", BCRYPT, 1),
        row("'6'", "'reset@example.com'", "'reset'", "'!'", 1),
        row("'7'", "'md5@example.com'", "'md5'", "'5f4dcc3b5aa765d61d8327deb882cf99'", 1),
        row("'a b'", "'broken@example.com'", "'broken'", BCRYPT, 1),
    ];
    let database = legacy_users::create(directory, &rows);
    fs::write(
        directory.join("drawbridge.toml"),
        legacy_users::configuration(&database, "https://issuer.example/", "audience"),
    )
    .expect("the configuration");
    let file = directory.join("drawbridge.toml");
    assert_eq!(run(&["sql", "--apply", "--config", &file.to_string_lossy()], &[]).status.code(), Some(0));
    let mut connection = SqliteConnection::establish(&database.to_string_lossy()).expect("the database");
    connection
        .batch_execute("insert into drawbridge_migrated_users values ('legacy|4', '2026-01-01 00:00:00', 'client')")
        .expect("a mark");
}

#[test]
fn everybody_is_exported_or_named_with_a_reason() {
    let directory = tempfile::tempdir().expect("a directory");
    legacy(directory.path());
    // What a killed export leaves is no export.
    fs::create_dir(directory.path().join("out")).expect("a directory");
    fs::write(directory.path().join("out/users-000001.json"), "[{").expect("half a file");
    fs::write(directory.path().join("out/users-000002.unfinished"), "[").expect("half a file");
    let (code, manifest, errors) = exported(directory.path(), &[]);
    assert_eq!(code, Some(0), "{errors}");
    insta::assert_snapshot!("bulk_manifest", manifest);
    let rejects = fs::read_to_string(directory.path().join("out/rejects.jsonl")).expect("the rejects");
    insta::assert_snapshot!("bulk_rejects", rejects);
    assert!(!rejects.contains('@') && !rejects.contains("$2a$"), "a reject is told by its id alone");
    let users = fs::read_to_string(directory.path().join("out/users-000001.json")).expect("the users");
    let users: Value = serde_json::from_str(&users).expect("an array");
    assert_eq!(
        users,
        json!([{
            "user_id": "legacy|1", "email": "Ada@Example.com", "email_verified": false, "username": "ada",
            "app_metadata": {"plan": "gold"},
            "custom_password_hash": {"algorithm": "bcrypt", "hash": {"value": BCRYPT.trim_matches('\''), "encoding": "utf8"}}
        }])
    );
    let mode = {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(directory.path().join("out/users-000001.json")).expect("the file").permissions().mode()
    };
    assert_eq!(mode & 0o077, 0, "hashes are for nobody else");
    let (code, _, errors) = exported(directory.path(), &[]);
    assert_eq!(code, Some(2), "a whole export is not overwritten");
    assert!(errors.contains("whole export"), "{errors}");
}

#[test]
fn without_a_password_only_who_is_asked_for() {
    let directory = tempfile::tempdir().expect("a directory");
    legacy(directory.path());
    let (code, _, errors) =
        exported(directory.path(), &["--without-password", "sha256_crypt", "--without-password", "none"]);
    assert_eq!(code, Some(0), "{errors}");
    let users = fs::read_to_string(directory.path().join("out/users-000001.json")).expect("the users");
    let users: Value = serde_json::from_str(&users).expect("an array");
    let ids: Vec<&str> = users.as_array().expect("users").iter().filter_map(|user| user["user_id"].as_str()).collect();
    assert_eq!(ids, ["legacy|1", "legacy|3", "legacy|6"]);
    assert!(users[1].get("custom_password_hash").is_none() && users[1].get("password_hash").is_none());
}

#[test]
fn a_directory_with_something_else_in_it_is_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    legacy(directory.path());
    fs::create_dir(directory.path().join("out")).expect("a directory");
    fs::write(directory.path().join("out/notes.txt"), "keep me").expect("a file");
    assert_eq!(exported(directory.path(), &[]).0, Some(2));
    assert_eq!(fs::read_to_string(directory.path().join("out/notes.txt")).expect("the file"), "keep me");
}

/// Every file of an export, by name.
fn files(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(out).expect("a directory").map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file")))
        .collect()
}

#[test]
fn an_export_that_was_killed_is_begun_anew_and_whole() {
    let directory = tempfile::tempdir().expect("a directory");
    legacy(directory.path());
    let mut connection =
        SqliteConnection::establish(&directory.path().join("legacy.db").to_string_lossy()).expect("the database");
    let password = BCRYPT.trim_matches('\'');
    connection
        .batch_execute(&format!(
            "with recursive n(n) as (select 100 union all select n + 1 from n where n < 12000) insert into users select \
             n, 'user' || n || '@example.com', 'user' || n, NULL, '{password}', n % 9, 'gold' from n"
        ))
        .expect("many rows");
    let (code, _, errors) = exported(directory.path(), &[]);
    assert_eq!(code, Some(0), "{errors}");
    let out = directory.path().join("out");
    let whole = files(&out);
    assert!(whole.len() > 6, "several files of users");
    fs::remove_dir_all(&out).expect("a directory");
    let file = directory.path().join("drawbridge.toml");
    let mut killed = 0;
    // At moments that nobody chooses: from before the first page to after the manifest.
    for moment in (0..).map(|n: u64| n * 29 % 600).take(25) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_drawbridge"))
            .args(["bulk", "export", "--json", "--out"])
            .arg(&out)
            .arg("--config")
            .arg(&file)
            .env_remove("DRAWBRIDGE_CONFIG")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        std::thread::sleep(Duration::from_millis(moment));
        // SIGKILL, unless it is done.
        child.kill().expect("a signal");
        let status = child.wait().expect("an end");
        if out.join("manifest.json").exists() {
            assert_eq!(files(&out), whole, "a manifest means that all is there");
            fs::remove_dir_all(&out).expect("a directory");
        } else {
            killed += 1;
            assert!(!status.success());
        }
    }
    assert!(killed > 0, "no moment was early enough");
    if !out.join("manifest.json").exists() {
        assert_eq!(exported(directory.path(), &[]).0, Some(0), "the same command again");
    }
    assert_eq!(files(&out), whole);
}
