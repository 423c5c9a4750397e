//! `drawbridge bulk export --shard`: together the shards are the whole, on every backend, whatever the keys, and though rows
//! come in while one machine is done and the next has not begun.
use super::run;
use crate::support::{mariadb::MariadbServer, postgres::PostgresServer};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use drawbridge::config::database::DatabaseUrl;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const SHARDS: u32 = 3;

/// A kind of key: the column's type, in MariaDB, and the keys as SQL without quotes.
struct Keys {
    table: &'static str,
    column: &'static str,
    in_mariadb: &'static str,
    keys: Vec<String>,
    late: Vec<String>,
}

fn kinds() -> Vec<Keys> {
    let numbers = |numbers: Vec<i64>| numbers.iter().map(i64::to_string).collect::<Vec<_>>();
    let uuid = |n: u32| format!("{:08x}-0000-4000-8000-{:012x}", n.wrapping_mul(2_654_435_761), n);
    // Dense below zero and above, then a few in every stripe.
    let whole = (-600..700).chain((1..90).flat_map(|n| [n * 1_777, n * -1_913])).collect::<BTreeSet<_>>();
    vec![
        Keys {
            table: "whole",
            column: "bigint",
            in_mariadb: "bigint",
            keys: numbers(whole.into_iter().collect()),
            late: numbers(vec![-300_000, -40_001, 16_385, 33_001, 70_001, 300_000]),
        },
        Keys {
            table: "sparse",
            column: "bigint",
            in_mariadb: "bigint",
            keys: numbers((1..120).map(|n| n * 7_919_000_003).chain([i64::MIN, i64::MAX]).collect()),
            late: numbers(vec![1, 5_000_000_000_000, -9]),
        },
        Keys {
            table: "uuids",
            column: "uuid",
            in_mariadb: "char(36)",
            keys: (0..90).map(uuid).collect(),
            late: (90..96).map(uuid).collect(),
        },
        Keys {
            table: "texts",
            column: "text",
            in_mariadb: "varchar(50)",
            keys: (0..90).map(|n| format!("Käufer-{}", n * 31)).chain(["10".into(), "9".into()]).collect(),
            late: ["a", "B", "zz"].map(ToOwned::to_owned).to_vec(),
        },
    ]
}

/// Statements that are short enough for an argument.
fn insert(kind: &Keys, keys: &[String]) -> Vec<String> {
    let user = |key: &String| {
        format!("('{key}', 'user{key}@example.com', '$2b$10$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG')")
    };
    let statement = |some: &[String]| {
        format!("insert into {} values {}", kind.table, some.iter().map(user).collect::<Vec<_>>().join(", "))
    };
    keys.chunks(500).map(statement).collect()
}

fn configuration(directory: &Path, url: &str, table: &str) -> String {
    let path = directory.join(format!("{table}.toml"));
    let text = format!(
        "[database]\nurl = \"{url}\"\n[users]\ntable = \"{table}\"\nidentifiers = [\"email\"]\n\
         user_id = {{ column = \"id\", prefix = \"\" }}\n[users.profile]\nemail = \"email\"\n[password]\ncolumn = \"password\"\n\
         [migration]\nstore = \"sqlite:{}/ledger.db\"\n",
        directory.display()
    );
    fs::write(&path, text).expect("the configuration");
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode");
    let path = path.to_string_lossy().into_owned();
    assert_eq!(run(&["sql", "--apply", "--config", &path], &[]).status.code(), Some(0));
    path
}

/// Whom a shard exports, and what its manifest says.
fn exported(config: &str, out: &Path, shard: Option<&str>) -> (Vec<String>, Value) {
    let out_text = out.to_string_lossy();
    let mut arguments = vec!["bulk", "export", "--out", &*out_text, "--config", config];
    arguments.extend(shard.iter().flat_map(|shard| ["--shard", shard]));
    let output = run(&arguments, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let manifest: Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).expect("a manifest")).expect("JSON");
    let mut users = Vec::new();
    for file in manifest["files"].as_array().expect("files") {
        let content = fs::read(out.join(file["name"].as_str().expect("a name"))).expect("the file");
        let some: Vec<Value> = serde_json::from_slice(&content).expect("an array");
        users.extend(some.iter().map(|user| user["user_id"].as_str().expect("an id").to_owned()));
    }
    assert_eq!(manifest["rows"], users.len());
    fs::remove_dir_all(out).expect("a directory");
    (users, manifest)
}

fn shards_are_the_whole(directory: &Path, url: &str, in_mariadb: bool, execute: &dyn Fn(&str)) {
    for kind in kinds() {
        let column = if in_mariadb { kind.in_mariadb } else { kind.column };
        execute(&format!(
            "create table {} (id {column} primary key, email varchar(99), password varchar(99))",
            kind.table
        ));
        insert(&kind, &kind.keys).iter().for_each(|sql| execute(sql));
        let (config, out) = (configuration(directory, url, kind.table), directory.join("out"));
        let (whole, manifest) = exported(&config, &out, None);
        let there: BTreeSet<&String> = kind.keys.iter().collect();
        assert_eq!(
            (whole.len(), whole.iter().collect::<BTreeSet<_>>()),
            (there.len(), there.clone()),
            "{}",
            kind.table
        );
        assert!(manifest.get("shard").is_none());
        let mut times = BTreeMap::<String, u32>::new();
        for index in 1..=SHARDS {
            let shard = format!("{index}/{SHARDS}");
            let (users, manifest) = exported(&config, &out, Some(&shard));
            assert_eq!(manifest["shard"], shard);
            assert!(users.len() < whole.len(), "{}: shard {shard} is a part", kind.table);
            users.into_iter().for_each(|user| *times.entry(user).or_default() += 1);
            if index == 1 {
                insert(&kind, &kind.late).iter().for_each(|sql| execute(sql));
            }
        }
        let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "{}: {twice:?} are in several shards", kind.table);
        let lost: Vec<_> = there.into_iter().filter(|key| !times.contains_key(*key)).collect();
        assert!(lost.is_empty(), "{}: {lost:?} are in no shard", kind.table);
    }
}

fn port(url: &DatabaseUrl) -> u16 {
    match url {
        DatabaseUrl::Postgres(url) | DatabaseUrl::Mysql(url) => url.port,
        _ => unreachable!("a server"),
    }
}

#[test]
fn sqlite_shards_are_the_whole() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("legacy.db");
    let mut connection = SqliteConnection::establish(&path.to_string_lossy()).expect("a database file");
    connection.batch_execute("pragma journal_mode = wal").expect("a mode");
    let connection = std::cell::RefCell::new(connection);
    let execute = |sql: &str| connection.borrow_mut().batch_execute(sql).expect("sound SQL");
    shards_are_the_whole(directory.path(), &format!("sqlite:{}", path.display()), false, &execute);
}

#[test]
fn postgres_shards_are_the_whole() {
    let (directory, server) = (tempfile::tempdir().expect("a directory"), PostgresServer::start_new(false));
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", port(&server.url()));
    shards_are_the_whole(directory.path(), &url, false, &|sql| drop(server.exec(sql)));
}

#[test]
fn mariadb_shards_are_the_whole() {
    let (directory, server) = (tempfile::tempdir().expect("a directory"), MariadbServer::start_new(false));
    // The password stands in the file, which only its owner may read.
    let url = format!("mysql://bridge:bridge@127.0.0.1:{}/legacy", port(&server.url()));
    shards_are_the_whole(directory.path(), &url, true, &|sql| drop(server.exec(&format!("use legacy; {sql}"))));
}

#[test]
fn what_is_no_shard_is_a_wrong_call() {
    for shard in ["0/8", "9/8", "8", "1/1001"] {
        let output = run(&["bulk", "export", "--out", "/nowhere/out", "--shard", shard], &[]);
        assert_eq!(output.status.code(), Some(2), "{shard}");
    }
    let output = run(&["bulk", "export", "--out", "/nowhere/out", "--shard", "9/8"], &[]);
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr));
}
