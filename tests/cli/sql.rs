//! `drawbridge sql` where no server is needed: what it prints for SQL Server, SQLite, and a ledger elsewhere.
use super::run;
use std::fs;

const USERS: &str = r#"
[users]
table = "dbo.Users"
identifiers = ["Email"]
user_id = "Id"
active = "u.Locked = 0"
[users.profile]
email = "Email"
[users.metadata]
plan = { cel = "row['Plan Code'] == 3 ? 'gold' : 'free'" }
[password]
column = "Password]Hash"
"#;

fn printed(database: &str, more: &str) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("drawbridge.toml");
    fs::write(&file, format!("[database]\nurl = \"{database}\"\n{more}{USERS}")).expect("the configuration");
    let output = run(&["sql", "--config", &file.to_string_lossy()], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).replace(&*directory.path().to_string_lossy(), "…")
}

#[test]
fn sql_server() {
    insta::assert_snapshot!("sql_server", printed("mssql://drawbridge@db.example.com/legacy", ""));
}

#[test]
fn a_ledger_elsewhere() {
    let more = "[migration]\nstore = \"postgres://marks@other.example.com/marks\"\n";
    insta::assert_snapshot!("sql_ledger_elsewhere", printed("sqlite:legacy.db", more));
}
