//! Presets whose application can be had from a package registry: a database that its own installer or migrations made, one
//! script each in `installed/`. What is needed beside is installed by `tests/run.sh`.
use super::{Legacy, Trial, url_of};
use crate::support::{mariadb::MariadbServer, postgres::PostgresServer};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

/// The password that every script gives its users.
const PASSWORD: &str = "Correct-Horse-9";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/presets/installed")
}

/// One installer at a time: they share what they have downloaded and built.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Runs the application's installer on a database.
fn install(name: &str, url: &str) {
    let _alone = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let script = folder().join(format!("{name}.sh"));
    let output = Command::new("bash").arg(script).arg(url).output().expect("bash runs");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
}

fn trial(name: &str, server: &str) -> Option<Trial> {
    let text = fs::read_to_string(folder().join(format!("{name}.toml"))).expect("its description");
    let told: toml::Table = text.parse().expect("TOML");
    let servers = told["server"].as_str().expect("a server");
    let preset = text.lines().find_map(|line| line.strip_prefix("preset = ")).expect("a preset").to_owned();
    servers.split('|').any(|known| known == server).then(|| Trial {
        name: format!("installed_{name}_{server}"),
        preset,
        toml: String::new(),
        identifiers: told["identifiers"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|identifier| identifier.as_str().expect("a text").to_owned())
            .collect(),
        disabled: told.get("disabled").and_then(|disabled| disabled.as_str()).map(ToOwned::to_owned),
        password: PASSWORD.to_owned(),
        draws_keys: ["better_auth", "directus", "ghost"].contains(&name),
    })
}

async fn on_sqlite(name: &str) {
    let trial = trial(name, "sqlite").expect("it runs on SQLite");
    let directory = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite:{}/legacy.db", directory.path().display());
    install(name, &url);
    trial.run(&Legacy { url, admin_url: None, exec: Box::new(|_| unreachable!()) }).await;
}

async fn on_postgres(name: &str) {
    let trial = trial(name, "postgres").expect("it runs on PostgreSQL");
    let server = PostgresServer::start_new(false);
    server.exec("revoke create on schema public from public");
    let admin_url = url_of(&server.url(), "postgres", "postgres");
    install(name, &admin_url);
    let legacy = Legacy {
        url: url_of(&server.url(), "drawbridge", "postgres"),
        admin_url: Some(admin_url),
        exec: Box::new(|script| drop(server.exec(script))),
    };
    trial.run(&legacy).await;
}

async fn on_mariadb(name: &str) {
    let trial = trial(name, "mariadb").expect("it runs on MariaDB");
    let server = MariadbServer::start_new(false);
    server.exec(
        "create user admin@'%' identified by 'admin'; grant all on *.* to admin@'%'; create database application \
         character set utf8mb4",
    );
    let url = server.url();
    install(name, &url_of(&url, "admin:admin", "application"));
    let legacy = Legacy {
        url: url_of(&url, "drawbridge", "application"),
        admin_url: Some(url_of(&url, "admin", "application")),
        exec: Box::new(|script| drop(server.exec(&format!("use application; {script}")))),
    };
    trial.run(&legacy).await;
}

macro_rules! applications {
    ($($test:ident: $run:ident($name:literal),)+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            $run($name).await;
        }
    )+};
}

applications! {
    django_on_sqlite: on_sqlite("django"),
    django_on_postgres: on_postgres("django"),
    wagtail_on_sqlite: on_sqlite("wagtail"),
    wordpress_on_mariadb: on_mariadb("wordpress"),
    mediawiki_on_sqlite: on_sqlite("mediawiki"),
    mediawiki_on_mariadb: on_mariadb("mediawiki"),
    ghost_on_sqlite: on_sqlite("ghost"),
    better_auth_on_sqlite: on_sqlite("better_auth"),
    better_auth_on_postgres: on_postgres("better_auth"),
    directus_on_sqlite: on_sqlite("directus"),
}
