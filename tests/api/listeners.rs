//! What exists on each listener, and nothing else; TLS and plaintext.
use super::{PASSWORD, World, people};
use crate::support::{
    bridge::Bridge,
    client,
    issuer::{AUDIENCE, Issuer},
    legacy_users,
};
use serde_json::json;

#[tokio::test]
async fn nothing_but_the_three_routes_exists() {
    let world = World::with(&people(), "[limits]\nclient_rate = \"off\"");
    let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];
    let paths = [
        "/",
        "/login",
        "/login/",
        "/LOGIN",
        "/get_user",
        "/mark_migrated",
        "/metrics",
        "/livez",
        "/readyz",
        "/status",
        "/status/history",
        "/health",
        "/favicon.ico",
        "/robots.txt",
        "/..%2fmetrics",
        "/login%00",
        "//login",
        "/users",
        "/.well-known/jwks.json",
    ];
    for path in paths {
        for method in methods {
            let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
            let url = format!("{}{path}", world.bridge.url);
            let answer = client::send(world.client.request(method.clone(), url)).await;
            let known = ["/login", "/get_user", "/mark_migrated"].contains(&path);
            let expected = match (known, method.as_str()) {
                (true, "POST") => 401,
                (true, _) => 405,
                (false, _) => 404,
            };
            assert_eq!(answer.status, expected, "{method} {path}");
            assert_eq!(answer.header("server"), None);
            assert_eq!(answer.header("access-control-allow-origin"), None);
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert!(answer.header("x-request-id").is_some_and(|id| id.len() == 32));
            assert_eq!(answer.header("allow"), (expected == 405).then_some("POST"));
        }
    }
    for path in ["/login", "/get_user", "/mark_migrated", "/index.html"] {
        assert_eq!(world.ops(path).await.status, 404);
    }
}

#[tokio::test]
async fn a_request_id_is_echoed_when_sane() {
    let world = World::with(&people(), "");
    for (given, echoed) in [("abc-1.2_3", true), ("a b", false), ("someone@example.com", false), ("", false)] {
        let request = world.client.post(format!("{}/login", world.bridge.url)).header("x-request-id", given);
        let answer = client::send(request).await;
        assert_eq!(answer.header("x-request-id") == Some(given), echoed, "{given}");
    }
}

#[tokio::test]
async fn the_ops_listener_shows_health_and_every_metric() {
    let world = World::with(&people(), "");
    world.post("/login", json!({"identifier": "ada", "password": PASSWORD})).await;
    world.post("/login", json!({"identifier": "ada", "password": "wrong"})).await;
    world.post("/mark_migrated", json!({"user_id": "1"})).await;
    assert_eq!(world.ops("/livez").await.status, 200);
    let ready = world.ops("/readyz").await;
    assert_eq!(ready.status, 200);
    // What the kernel can is the machine's.
    let mut body = ready.json();
    assert!(["full", "partial"].contains(&body["confinement"]["state"].as_str().unwrap_or("?")), "{body}");
    body["confinement"] = json!("…");
    insta::assert_snapshot!("ready", body);
    let metrics = client::metrics(&world.client, &world.bridge.ops).await;
    for name in [
        "http_requests_total{code=\"ok\",route=\"login\",status=\"200\"} 1",
        "http_requests_total{code=\"wrong_password\",route=\"login\",status=\"422\"} 1",
        "http_request_duration_seconds_bucket",
        "http_requests_in_flight 0",
        "jwks_refreshes_total{result=\"ok\"} 1",
        "jwks_age_seconds",
        "logins_total{outcome=\"ok\",scheme=\"bcrypt_2a\"} 1",
        "logins_total{outcome=\"wrong_password\",scheme=\"bcrypt_2a\"} 1",
        "password_verify_seconds_count{scheme=\"bcrypt_2a\"} 2",
        "password_queue_seconds_count",
        "password_queue_depth 0",
        "password_memory_bytes 0",
        "db_pool_connections{state=\"idle\"}",
        "db_pool_wait_seconds_count",
        "db_query_seconds_bucket{query=\"find_user\"",
        "marked_migrated_total 1",
        "users{state=\"migrated\"} 1",
        "users{state=\"remaining\"} 10",
        "build_info{version=",
    ] {
        assert!(metrics.contains(&format!("drawbridge_{name}")), "{name} is missing");
    }
    assert!(metrics.contains("process_resident_memory_bytes"));
}

#[tokio::test]
async fn https_with_a_certificate_of_our_own_authority() {
    let issuer = Issuer::start();
    let directory = tempfile::tempdir().expect("a directory");
    let database = legacy_users::create(directory.path(), &people());
    let signed = rcgen::generate_simple_self_signed(vec!["localhost".into()]).expect("a certificate");
    let write = |name: &str, text: String| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("a file");
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, private).expect("permissions");
        path.display().to_string()
    };
    let certificate = write("tls.crt", signed.cert.pem());
    let key = write("tls.key", signed.signing_key.serialize_pem());
    let configuration = format!(
        "[server]\nlisten = \"0.0.0.0:0\"\ntls = {{ certificate = \"{certificate}\", key = \"{key}\" }}\n{}",
        legacy_users::configuration(&database, &issuer.url, AUDIENCE)
    );
    let bridge = Bridge::start(&configuration);
    let port = bridge.url.rsplit(':').next().expect("a port");
    let url = format!("https://localhost:{port}/login");
    let client = client::client(Some(signed.cert.der()));
    let body = json!({"identifier": "ada", "password": PASSWORD});
    let answer = client::send(client::post(&client, &url, &issuer.token(), &body)).await;
    assert_eq!(answer.status, 200);
    let metrics = client::send(client.get(format!("{}/metrics", bridge.ops))).await;
    assert!(metrics.body.contains("drawbridge_tls_certificate_expiry_timestamp_seconds "));
    let plain = client.post(format!("http://localhost:{port}/login")).send().await;
    assert!(plain.is_err(), "the listener answers no plain HTTP");
}

#[test]
fn plain_http_on_a_public_address_is_refused() {
    let log = Bridge::try_start("[server]\nlisten = \"0.0.0.0:0\"\n[users]\n").err().expect("it does not start");
    assert!(log.contains("in the clear"), "{log}");
    assert!(log.contains("plaintext = \"behind-proxy\""), "{log}");
}
