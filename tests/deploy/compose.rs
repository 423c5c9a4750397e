//! The demo of `deploy/compose`: its SQL, its configuration and its stand-in for a tenant, run without an engine.
use crate::{
    configuration, drawbridge,
    support::{
        bridge::Bridge,
        client::{self, Answer},
        guard::{Guarded, free_port, must, wait_until_ready},
        postgres::PostgresServer,
    },
    text, yaml,
};
use drawbridge::config::database::DatabaseUrl;
use serde_json::json;
use std::{collections::BTreeSet, os::unix::fs::PermissionsExt, process::Command};

const PASSWORD: &str = "of this test";

fn issuer(port: u16, arguments: &[&str]) -> Command {
    let mut command = Command::new("python3");
    command.arg(crate::path("deploy/compose/issuer.py")).args(arguments).env("DEMO_ISSUER_PORT", port.to_string());
    command
}

#[test]
fn the_role_is_what_the_command_prints() {
    let directory = tempfile::tempdir().expect("a directory");
    let changes = [("/run/secrets/bridge_password", "password")];
    let file = configuration(directory.path(), "deploy/compose/drawbridge.toml", &changes);
    let output = drawbridge(&["sql", "--config", file.to_str().expect("a path")]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), text("deploy/compose/role.sql"));
}

#[tokio::test]
async fn its_parts_work_together() {
    let server = PostgresServer::start_new(false);
    server.exec("create database legacy");
    server.exec_in("legacy", &text("deploy/compose/legacy.sql"));
    server.exec_in("legacy", &text("deploy/compose/role.sql"));
    server.exec_in("legacy", &format!("alter role drawbridge password '{PASSWORD}'"));

    let directory = tempfile::tempdir().expect("a directory");
    let (port, log) = (free_port(), directory.path().join("issuer.log"));
    let mut tenant = Guarded::spawn(issuer(port, &[]), &log, directory.path());
    wait_until_ready(port, &log, &mut tenant, || true);

    let secret = directory.path().join("bridge_password");
    std::fs::write(&secret, PASSWORD).expect("written");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).expect("permissions");
    let DatabaseUrl::Postgres(url) = server.url() else { panic!("not PostgreSQL") };
    let configuration = text("deploy/compose/drawbridge.toml")
        .replace("0.0.0.0:8080", "127.0.0.1:0")
        .replace("0.0.0.0:9464", "127.0.0.1:0")
        .replace("127.0.0.1:9400", &format!("127.0.0.1:{port}"))
        .replace("@database/", &format!("@127.0.0.1:{}/", url.port))
        .replace("/run/secrets/bridge_password", secret.to_str().expect("a path"));
    let bridge = Bridge::start(&configuration);
    let client = client::client(None);
    let ready = client::send(client.get(format!("{}/readyz", bridge.ops))).await;
    assert_eq!(ready.status, 200, "{}", ready.body);

    let token = must(&mut issuer(port, &["token"]));
    let login = async |username: &str, password: &str| -> Answer {
        let body = json!({"identifier": username, "password": password});
        client::send(client::post(&client, &format!("{}/login", bridge.url), &token, &body)).await
    };
    for username in ["ada", "grace", "linus"] {
        let answer = login(username, &format!("demo-{username}")).await;
        assert_eq!(answer.status, 200, "{username}: {}", answer.body);
    }
    assert_eq!(login("ada", "demo-grace").await.code(), "wrong_password");
    assert_eq!(login("barbara", "demo-barbara").await.code(), "account_disabled");
}

#[test]
fn every_container_is_confined_and_the_database_has_no_way_out() {
    let compose = yaml("deploy/compose/compose.yaml").remove(0);
    let services = compose["services"].as_object().expect("services");
    assert_eq!(services.keys().collect::<Vec<_>>(), ["database", "issuer", "bridge"]);
    for (name, service) in services {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
        assert_eq!(service["security_opt"], json!(["no-new-privileges:true"]), "{name}");
        assert!(service["user"].as_str().is_some_and(|user| user.starts_with("${DEMO_USER:?")), "{name}");
        for port in service["ports"].as_array().into_iter().flatten() {
            assert!(port.as_str().is_some_and(|port| port.starts_with("127.0.0.1:")), "{name}: {port}");
        }
        for mount in service["volumes"].as_array().into_iter().flatten().filter_map(|mount| mount.as_str()) {
            let Some(file) = mount.strip_prefix("./") else { continue };
            assert!(file.ends_with(":ro"), "{name}: {mount}");
            text(&format!("deploy/compose/{}", file.split(':').next().expect("a file")));
        }
    }
    assert_eq!(services["database"]["networks"], json!(["legacy"]));
    assert_eq!(compose["networks"]["legacy"]["internal"], true);
    assert_eq!(services["bridge"]["network_mode"], "service:issuer");
    let named: BTreeSet<&str> = services
        .values()
        .flat_map(|service| service["secrets"].as_array().into_iter().flatten())
        .filter_map(|secret| secret.as_str())
        .collect();
    let made: BTreeSet<&str> = compose["secrets"].as_object().expect("secrets").keys().map(String::as_str).collect();
    assert_eq!(named, made);
    for secret in made {
        assert!(text("deploy/compose/secrets.sh").contains(secret), "nobody makes {secret}");
    }
}
