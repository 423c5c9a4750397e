//! Client certificates over real TLS: whose, by which name, bound to which token; and certificates that change.
use super::{
    World, ada,
    authority::{self, Authority, Identity, Wish, write},
    eventually, login, told,
};
use crate::support::{bridge::Bridge, client, issuer::AUDIENCE, issuer::Issuer, legacy_users};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::fs;

const NAMES: &str =
    r#", client_names = ["auth0.acme.example", "*.clients.acme.example", "spiffe://acme.example/auth0"]"#;

/// A bridge on TLS with files beside its database.
struct Secured {
    world: World,
    server: Authority,
    clients: Authority,
}

impl Secured {
    fn start(tls: &str) -> Self {
        let (server, clients) = (Authority::new("servers"), Authority::new("clients"));
        let world = World::made(|directory, usual| {
            server.server().write(directory);
            write(directory, "clients.pem", &clients.pem);
            format!("{}\n{usual}", section(directory, tls))
        });
        Self { world, server, clients }
    }

    fn url(&self) -> String {
        format!("https://localhost:{}", self.world.bridge.url.rsplit(':').next().expect("a port"))
    }

    fn client(&self, identity: Option<&Identity>) -> reqwest::Client {
        authority::client(&self.server, identity)
    }

    async fn login(&self, client: &reqwest::Client, token: &str) -> String {
        let body = json!({"identifier": "ada@example.com", "password": super::PASSWORD});
        match client::post(client, &format!("{}/login", self.url()), token, &body).send().await {
            Err(_) => "no answer".to_owned(),
            Ok(response) => {
                let status = response.status().as_u16();
                let body: Value = response.json().await.unwrap_or_default();
                format!("{status} {}", body["code"].as_str().unwrap_or("ok"))
            }
        }
    }
}

fn section(directory: &std::path::Path, tls: &str) -> String {
    let at = |name: &str| directory.join(name).display().to_string();
    let tls = tls.replace("CA", &at("clients.pem"));
    format!(
        "[server]\nlisten = \"127.0.0.1:0\"\ntls = {{ certificate = \"{}\", key = \"{}\"{tls} }}\n",
        at("tls.crt"),
        at("tls.key")
    )
}

#[tokio::test]
async fn whose_certificate_and_by_which_name() {
    let secured = Secured::start(&format!(", client_ca = \"CA\"{NAMES}"));
    let token = secured.world.issuer.token();
    let own = |wish: Wish| secured.clients.issue(&wish);
    let dns = |name: &'static str| own(Wish { dns: vec![name], ..Wish::default() });
    let stranger = Authority::new("strangers").issue(&Wish { dns: vec!["auth0.acme.example"], ..Wish::default() });
    let rows = [
        ("listed", Some(dns("auth0.acme.example")), "200 ok"),
        ("listed in capitals", Some(dns("AUTH0.Acme.Example")), "200 ok"),
        ("below a star", Some(dns("a.clients.acme.example")), "200 ok"),
        (
            "one of several",
            Some(own(Wish { dns: vec!["x.example", "auth0.acme.example"], ..Wish::default() })),
            "200 ok",
        ),
        ("a URI", Some(own(Wish { uri: Some("spiffe://acme.example/auth0"), ..Wish::default() })), "200 ok"),
        (
            "another URI",
            Some(own(Wish { uri: Some("spiffe://acme.example/other"), ..Wish::default() })),
            "403 client_not_allowed",
        ),
        ("not listed", Some(dns("other.acme.example")), "403 client_not_allowed"),
        ("two labels below a star", Some(dns("a.b.clients.acme.example")), "403 client_not_allowed"),
        ("a star of its own", Some(dns("*.clients.acme.example")), "403 client_not_allowed"),
        ("no name at all", Some(own(Wish::default())), "403 client_not_allowed"),
        ("none", None, "no answer"),
        ("of another authority", Some(stranger), "no answer"),
        ("expired", Some(own(Wish { dns: vec!["auth0.acme.example"], expired: true, ..Wish::default() })), "no answer"),
        (
            "a server's",
            Some(own(Wish { dns: vec!["auth0.acme.example"], server_only: true, ..Wish::default() })),
            "no answer",
        ),
    ];
    for (what, identity, expected) in rows {
        let client = secured.client(identity.as_ref());
        assert_eq!(secured.login(&client, &token).await, expected, "{what}");
    }
    // The certificate comes before the token: a stranger learns nothing about tokens.
    let unlisted = secured.client(Some(&dns("other.acme.example")));
    assert_eq!(secured.login(&unlisted, "x.y.z").await, "403 client_not_allowed");
    let name = "drawbridge_token_rejections_total{reason=\"certificate_name\"}";
    assert_eq!(secured.world.metric(name).await, 6.0);
}

#[tokio::test]
async fn a_bound_token_comes_with_its_certificate() {
    let secured = Secured::start(", client_ca = \"CA\"");
    let (right, wrong) = (secured.clients.issue(&Wish::default()), secured.clients.issue(&Wish::default()));
    let bound = secured.world.issuer.token_with(json!({"cnf": {"x5t#S256": right.thumbprint()}}));
    let (right, wrong) = (secured.client(Some(&right)), secured.client(Some(&wrong)));
    assert_eq!(secured.login(&right, &bound).await, "200 ok");
    assert_eq!(secured.login(&wrong, &bound).await, "401 invalid_token");
    assert_eq!(secured.login(&wrong, &secured.world.issuer.token()).await, "200 ok");
    let name = "drawbridge_token_rejections_total{reason=\"bound_certificate_mismatch\"}";
    assert_eq!(secured.world.metric(name).await, 1.0);
}

#[tokio::test]
async fn a_bound_token_is_refused_where_there_is_no_certificate() {
    let secured = Secured::start("");
    let identity = secured.clients.issue(&Wish::default());
    let bound = secured.world.issuer.token_with(json!({"cnf": {"x5t#S256": identity.thumbprint()}}));
    // The listener asks for none, so the client's is never shown.
    let client = secured.client(Some(&identity));
    assert_eq!(secured.login(&client, &bound).await, "401 invalid_token");
    assert_eq!(secured.login(&client, &secured.world.issuer.token()).await, "200 ok");
    let plain = World::with("");
    let bound = plain.issuer.token_with(json!({"cnf": {"x5t#S256": identity.thumbprint()}}));
    assert_eq!(login(&plain.client, &plain.bridge.url, &bound).await.code(), "invalid_token");
    let name = "drawbridge_token_rejections_total{reason=\"bound_certificate_missing\"}";
    assert_eq!((secured.world.metric(name).await, plain.metric(name).await), (1.0, 1.0));
}

#[tokio::test]
async fn another_client_authority_counts_for_connections_that_stand() {
    let secured = Secured::start(", client_ca = \"CA\"");
    let (world, token) = (&secured.world, secured.world.issuer.token());
    let old = secured.client(Some(&secured.clients.issue(&Wish::default())));
    let next = Authority::new("next");
    let new = secured.client(Some(&next.issue(&Wish::default())));
    assert_eq!(secured.login(&old, &token).await, "200 ok");
    assert_eq!(secured.login(&new, &token).await, "no answer");
    let directory = world.directory.path();
    // Both for a while, as one rotates an authority.
    write(directory, "clients.pem", &format!("{}{}", secured.clients.pem, next.pem));
    world.reloaded("ok", 1.0).await;
    assert_eq!(secured.login(&old, &token).await, "200 ok");
    assert_eq!(secured.login(&new, &token).await, "200 ok");
    write(directory, "clients.pem", &next.pem);
    world.reloaded("ok", 2.0).await;
    // Over the connection that stands, which is not closed before its answer; then over none.
    assert_eq!(secured.login(&old, &token).await, "403 client_not_allowed");
    assert_eq!(secured.login(&old, &token).await, "no answer");
    assert_eq!(secured.login(&new, &token).await, "200 ok");
    // A list of names, by the configuration alone.
    world.bridge.rewrite(&format!(
        "{}\n{}",
        section(directory, &format!(", client_ca = \"CA\"{NAMES}")),
        world.usual()
    ));
    world.reloaded("ok", 3.0).await;
    assert_eq!(secured.login(&new, &token).await, "403 client_not_allowed");
}

#[tokio::test]
async fn a_certificate_before_its_key_is_waited_for() {
    let secured = Secured::start("");
    let (world, token) = (&secured.world, secured.world.issuer.token());
    let stands = secured.client(None);
    assert_eq!(secured.login(&stands, &token).await, "200 ok");
    let others = Authority::new("others");
    let next = others.server();
    let directory = world.directory.path();
    write(directory, "tls.crt", &next.pem);
    world.reloaded("failed", 1.0).await;
    assert_eq!(world.metric("drawbridge_config_last_reload_successful").await, 0.0);
    let problems = told(&world.bridge, &["ERROR"]);
    assert!(problems.contains("`server.tls.key` is not the key of `server.tls.certificate`"), "{problems}");
    assert_eq!(secured.login(&secured.client(None), &token).await, "200 ok", "the old pair stays");
    // Half of a key is none, either.
    let (half, _) = next.key.split_at(next.key.len() / 2);
    write(directory, "tls.key", half);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(secured.login(&secured.client(None), &token).await, "200 ok");
    write(directory, "tls.key", &next.key);
    world.reloaded("ok", 1.0).await;
    assert_eq!(world.metric("drawbridge_config_last_reload_successful").await, 1.0);
    assert_eq!(secured.login(&stands, &token).await, "200 ok", "the connection stands");
    assert_eq!(secured.login(&secured.client(None), &token).await, "no answer", "the old certificate is gone");
    assert_eq!(secured.login(&authority::client(&others, None), &token).await, "200 ok");
}

/// As the kubelet does it: files are links through `..data`, which is replaced in one step.
#[tokio::test]
async fn a_secret_of_kubernetes_is_followed() {
    let (first, second) = (Authority::new("first"), Authority::new("second"));
    let issuer = Issuer::start();
    let directory = tempfile::tempdir().expect("a directory");
    let mount = directory.path().join("tls");
    let put = |version: &str, identity: &Identity| {
        let path = mount.join(version);
        fs::create_dir_all(&path).expect("a directory");
        identity.write(&path);
        let link = mount.join("..data_tmp");
        std::os::unix::fs::symlink(version, &link).expect("a link");
        fs::rename(link, mount.join("..data")).expect("the link is replaced");
    };
    put("..1", &first.server());
    for name in ["tls.crt", "tls.key"] {
        std::os::unix::fs::symlink(format!("..data/{name}"), mount.join(name)).expect("a link");
    }
    let database = legacy_users::create(directory.path(), &[ada()]);
    let usual = legacy_users::configuration(&database, &issuer.url, AUDIENCE);
    let bridge = Bridge::start(&format!("{}\n{usual}", section(&mount, "")));
    let url = format!("https://localhost:{}", bridge.url.rsplit(':').next().expect("a port"));
    assert_eq!(login(&authority::client(&first, None), &url, &issuer.token()).await.status, 200);
    put("..2", &second.server());
    fs::remove_dir_all(mount.join("..1")).expect("the old version goes");
    let name = "drawbridge_config_reloads_total{result=\"ok\"}";
    eventually(&bridge, async || super::metric(&bridge, name).await >= 1.0).await;
    assert_eq!(login(&authority::client(&second, None), &url, &issuer.token()).await.status, 200);
    bridge.signal(Signal::HUP);
}

#[test]
fn names_without_an_authority_are_refused() {
    let server = Authority::new("servers");
    let directory = tempfile::tempdir().expect("a directory");
    server.server().write(directory.path());
    for (tls, expected) in [
        (NAMES, "needs an authority to believe"),
        (", client_ca = \"CA\", client_names = [\"*\"]", "which is no name of a certificate"),
        (", client_ca = \"CA\", client_names = []", "nobody would be let in"),
    ] {
        write(directory.path(), "clients.pem", &server.pem);
        let log = Bridge::try_start(&format!("{}\n[users]\n", section(directory.path(), tls))).err().expect("refused");
        assert!(log.contains(expected), "{log}");
    }
}
