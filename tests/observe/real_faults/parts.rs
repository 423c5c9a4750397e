//! What a bridge stands on beside its database: a store, an audit stream, files, keys.
use crate::{
    prometheus::Prometheus,
    support::{
        bridge::Bridge,
        issuer::{Answer, SigningKey},
        redis::RedisServer,
        site::{Site, person},
    },
};
use serde_json::json;
use std::{fs, path::Path, time::Duration};

/// A Redis that is gone.
pub const STORE: &[&str] = &["DrawbridgeThrottleStoreDown"];
/// An audit stream that is required and has no place any more.
pub const AUDIT: &[&str] = &["DrawbridgeAuditLost", "DrawbridgeNotReady"];
/// A configuration that is none.
pub const RELOAD: &[&str] = &["DrawbridgeReloadFailed"];
/// A certificate that was not renewed in time.
pub const CERTIFICATE: &[&str] = &["DrawbridgeCertificateExpiring"];
/// One that ends tomorrow.
pub const LATE_CERTIFICATE: &[&str] = &["DrawbridgeCertificateEnding"];
/// An issuer that serves rubbish.
pub const KEYS: &[&str] = &["DrawbridgeKeysFailing"];
/// The same for two hours.
pub const OLD_KEYS: &[&str] = &["DrawbridgeKeysNotRefreshed"];
/// The same for twenty.
pub const OLDER_KEYS: &[&str] = &["DrawbridgeKeysEnding"];

fn site() -> Site {
    Site::with(&[person("'1'", "'ada@example.com'", "'ada'")])
}

#[tokio::test]
async fn a_store_an_audit_stream_and_a_configuration() {
    let site = site();
    let mut redis = RedisServer::start_new(&[]);
    let records = site.directory.path().join("audit");
    fs::create_dir(&records).expect("a directory");
    let more = format!(
        "[limits]\nstore = \"redis://127.0.0.1:{}\"\nkey = \"0123456789abcdef0123456789abcdef\"\n\
         [audit]\nfile = \"{}/audit.jsonl\"\nrequired = true\n",
        redis.port(),
        records.display()
    );
    let bridge = site.bridge(&more);
    let prometheus = Prometheus::start(&[&bridge.ops]);
    prometheus.is_quiet().await;
    let lookup = async || {
        site.post(&bridge, "/get_user", json!({"identifier": "ada"})).await;
    };
    redis.stop();
    prometheus.wait_for(STORE, lookup).await;
    fs::remove_dir_all(&records).expect("removed");
    prometheus.wait_for(AUDIT, lookup).await;
    bridge.rewrite("what nobody can read");
    prometheus.wait_for(RELOAD, async || ()).await;
}

/// A certificate for `localhost` that ends in so many days, with its key.
fn certificate(directory: &Path, days: i64) {
    use chrono::Datelike;
    let end = chrono::Utc::now() + chrono::TimeDelta::days(days);
    let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let day = |number: u32| u8::try_from(number).expect("a part of a date");
    parameters.not_after = rcgen::date_time_ymd(end.year(), day(end.month()), day(end.day()));
    let key = rcgen::KeyPair::generate().expect("a key");
    let made = parameters.self_signed(&key).expect("a certificate");
    fs::write(directory.join("server.key"), key.serialize_pem()).expect("the key");
    fs::write(directory.join("server.pem"), made.pem()).expect("the certificate");
}

#[tokio::test]
async fn a_certificate_that_nobody_renews() {
    let site = site();
    crate::support::guard::certificates(site.directory.path());
    let tls =
        format!("{{ certificate = \"{0}/server.pem\", key = \"{0}/server.key\" }}", site.directory.path().display());
    let bridge = site.bridge(&format!("[server]\nlisten = \"127.0.0.1:0\"\ntls = {tls}"));
    let prometheus = Prometheus::start(&[&bridge.ops]);
    prometheus.is_quiet().await;
    // The bridge takes another one while it runs.
    certificate(site.directory.path(), 20);
    prometheus.wait_for(CERTIFICATE, async || ()).await;
    certificate(site.directory.path(), 1);
    prometheus.wait_for(LATE_CERTIFICATE, async || ()).await;
    assert!(!prometheus.firing().await.contains(CERTIFICATE[0]), "one alert for one certificate");
}

/// `libfaketime` turns all clocks of the bridge alone forward.
#[tokio::test]
async fn keys_that_nobody_can_fetch() {
    let site = site();
    let clock = site.directory.path().join("clock");
    fs::write(&clock, "+0").expect("the clock");
    let library = fs::read_dir("/usr/lib").expect("libraries").flatten();
    let library = library.map(|entry| entry.path().join("faketime/libfaketime.so.1")).find(|path| path.exists());
    let library = library.expect("install the package `libfaketime`").display().to_string();
    let file = clock.display().to_string();
    let variables =
        [("LD_PRELOAD", library.as_str()), ("FAKETIME_TIMESTAMP_FILE", file.as_str()), ("FAKETIME_NO_CACHE", "1")];
    // A confined process could not read the file of the clock, which lies where nothing of its own is.
    let configuration = format!(
        "{}\n[server]\nlisten = \"127.0.0.1:0\"\nconfinement = \"off\"",
        site.configuration().replace("[token]", "[token]\njwks_cooldown = \"1s\"")
    );
    let bridge = Bridge::try_start_with(&configuration, &variables).unwrap_or_else(|log| panic!("no bridge:\n{log}"));
    let prometheus = Prometheus::start(&[&bridge.ops]);
    prometheus.is_quiet().await;
    site.issuer.answers(Answer::With(200, "<html>".to_owned()));
    let token = SigningKey::new("second").token(&site.issuer.claims());
    prometheus
        .wait_for(KEYS, async || {
            site.post_with(&bridge, "/get_user", json!({"identifier": "ada"}), &token).await;
            tokio::time::sleep(Duration::from_millis(500)).await;
        })
        .await;
    fs::write(&clock, "+7200").expect("the clock");
    prometheus.wait_for(OLD_KEYS, async || ()).await;
    fs::write(&clock, "+72000").expect("the clock");
    prometheus.wait_for(OLDER_KEYS, async || ()).await;
}
