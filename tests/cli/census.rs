//! `drawbridge census` over a table of everything.
use super::run;
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use std::fs;

#[test]
fn a_census_counts_everything_and_names_nobody() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = directory.path().join("legacy.db");
    let mut connection = SqliteConnection::establish(&database.to_string_lossy()).expect("a database");
    connection
        .batch_execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE, password TEXT)")
        .expect("a table");
    let bcrypt = "$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou";
    let md5_crypt = "$1$38652870$DUjsu4TTlTsOe/xxZ05uf/";
    let mut sql = String::new();
    // More than two pages.
    for id in 1..=2500 {
        let hash = if id % 5 == 0 { md5_crypt } else { bcrypt };
        sql.push_str(&format!("INSERT INTO users VALUES ({id}, 'user{id}@example.com', '{hash}');"));
    }
    for (id, email, hash) in [
        (3001, "'USER7@example.com'", format!("'{bcrypt}'")),
        (3002, "'no-at'", format!("'{bcrypt}'")),
        (3003, "NULL", format!("'{bcrypt}'")),
        (3004, "'d@example.com'", "'!'".into()),
        (3005, "'e@example.com'", "NULL".into()),
        (3006, "'f@example.com'", "'5f4dcc3b5aa765d61d8327deb882cf99'".into()),
        (3007, "'g@example.com'", format!("'{}'", bcrypt.replace("$05$", "$31$"))),
    ] {
        sql.push_str(&format!("INSERT INTO users VALUES ({id}, {email}, {hash});"));
    }
    connection.batch_execute(&sql).expect("rows");
    let file = directory.path().join("drawbridge.toml");
    let configuration = format!(
        "[database]\nurl = \"sqlite:{}\"\n[users]\ntable = \"users\"\nidentifiers = [\"email\"]\n\
         user_id = {{ column = \"id\" }}\n[users.profile]\nemail = \"email\"\n[password]\ncolumn = \"password\"\n",
        database.display()
    );
    fs::write(&file, &configuration).expect("a configuration");
    let path = file.to_string_lossy().into_owned();
    let output = run(&["census", "--config", &path], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains("example.com") && !text.contains("MBCz"));
    insta::assert_snapshot!(text);
    let output = run(&["census", "--json", "--config", &path], &[]);
    let census: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(census["rows"], 2507);
    assert_eq!(census["plan"]["in_bulk"], 2001);
    let query = configuration.replace(
        "table = \"users\"\nidentifiers = [\"email\"]",
        "query = \"SELECT * FROM users WHERE email = :identifier\"",
    );
    fs::write(&file, query).expect("a configuration");
    let output = run(&["census", "--config", &path], &[]);
    assert_eq!(output.status.code(), Some(2));
}
