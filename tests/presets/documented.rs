//! Presets whose application has no installer in the registries: its documented schema, one file each in `schemas/`. The
//! header of a file says the server, the source, what the users may type, and their password.
use super::{Legacy, Trial, url_of};
use crate::support::{mariadb::MariadbServer, postgres::PostgresServer};
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use drawbridge::presets;
use std::{fs, path::Path};

struct Fixture {
    server: String,
    trial: Trial,
    sql: String,
}

fn fixture(name: &str) -> Fixture {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/presets/schemas/{name}.sql"));
    let sql = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let all = |key: &str| -> Vec<String> {
        let prefix = format!("-- {key}: ");
        sql.lines().filter_map(|line| line.strip_prefix(&prefix)).map(|value| value.trim().to_owned()).collect()
    };
    let one = |key: &str| all(key).into_iter().next();
    assert!(one("source").is_some(), "{name} names no source");
    Fixture {
        server: one("server").expect("a server"),
        trial: Trial {
            name: name.to_owned(),
            preset: one("preset").unwrap_or_else(|| format!("\"{name}\"")),
            toml: all("toml").join("\n"),
            identifiers: all("identifier"),
            disabled: one("disabled"),
            password: one("password").expect("a password"),
            draws_keys: false,
        },
        sql,
    }
}

fn fixtures(server: &str) -> Vec<Fixture> {
    let documented = presets::ALL.iter().filter(|preset| preset.about().proof == "documented");
    documented.map(|preset| fixture(preset.name)).filter(|fixture| fixture.server == server).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    let server = PostgresServer::start_new(false);
    server.exec("revoke create on schema public from public");
    let fixtures = fixtures("postgres");
    assert!(!fixtures.is_empty());
    for fixture in fixtures {
        // A database for each: their tables have the same names.
        let database = fixture.trial.name.clone();
        server.exec(&format!("create database {database}"));
        server.exec_in(&database, &fixture.sql);
        let url = server.url();
        let legacy = Legacy {
            url: url_of(&url, "drawbridge", &database),
            admin_url: Some(url_of(&url, "postgres", &database)),
            exec: Box::new(|script| drop(server.exec_in(&database, script))),
        };
        fixture.trial.run(&legacy).await;
        server.exec_in(&database, "drop owned by drawbridge");
        server.exec("drop role drawbridge");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_mariadb() {
    let server = MariadbServer::start_new(false);
    server.exec("create user admin@'%' identified by 'admin'; grant all on *.* to admin@'%'");
    let fixtures = fixtures("mariadb");
    assert!(!fixtures.is_empty());
    for fixture in fixtures {
        let database = fixture.trial.name.clone();
        server.exec(&format!("create database {database} character set utf8mb4; use {database}; {}", fixture.sql));
        let url = server.url();
        let legacy = Legacy {
            url: url_of(&url, "drawbridge", &database),
            admin_url: Some(url_of(&url, "admin", &database)),
            exec: Box::new(|script| drop(server.exec(&format!("use {database}; {script}")))),
        };
        fixture.trial.run(&legacy).await;
        server.exec(&format!("drop user drawbridge@'%'; drop database {database}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    let fixtures = fixtures("sqlite");
    assert!(!fixtures.is_empty());
    for fixture in fixtures {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("legacy.db");
        let mut connection = SqliteConnection::establish(&path.to_string_lossy()).expect("a database");
        connection.batch_execute(&fixture.sql).unwrap_or_else(|error| panic!("{}: {error}", fixture.trial.name));
        let legacy =
            Legacy { url: format!("sqlite:{}", path.display()), admin_url: None, exec: Box::new(|_| unreachable!()) };
        fixture.trial.run(&legacy).await;
    }
}

#[test]
fn every_documented_preset_has_its_schema_and_nothing_else_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/presets/schemas");
    let mut files: Vec<String> = fs::read_dir(folder)
        .expect("the folder")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".sql").map(ToOwned::to_owned))
        .collect();
    files.sort();
    let documented = presets::ALL.iter().filter(|preset| preset.about().proof == "documented");
    assert_eq!(files, documented.map(|preset| preset.name.to_owned()).collect::<Vec<_>>());
}
