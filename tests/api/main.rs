//! The three routes, black box: the real binary over real HTTP on a free port.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod contract;
mod databases;
mod guessing;
mod ledger_elsewhere;
mod listeners;
mod ops_status;
mod resets;
mod same_profile;
mod secrets;
mod shutdown;
mod stored_hashes;

use serde_json::Value;
pub use support::site::{BCRYPT, PASSWORD};
use support::{
    bridge::Bridge,
    client::{self, Answer},
    issuer::Issuer,
    legacy_users::Row,
    site::Site,
};

/// An issuer, a legacy database and the bridge before it.
pub struct World {
    /// The stand-in for the tenant.
    pub issuer: Issuer,
    /// The running bridge.
    pub bridge: Bridge,
    /// A client for it.
    pub client: reqwest::Client,
    directory: tempfile::TempDir,
}

impl World {
    /// The usual people, and what the configuration says beside.
    pub fn with(rows: &[Row<'_>], more: &str) -> Self {
        Self::made(rows, |usual| format!("{usual}\n{more}"))
    }

    /// These people, with other keys in `[password]`.
    pub fn with_password(rows: &[Row<'_>], keys: &str) -> Self {
        let keys = if keys.contains("schemes") { keys.to_owned() } else { format!("schemes = [\"auto\"]\n{keys}") };
        Self::made(rows, |usual| usual.replace("schemes = [\"auto\"]", &keys))
    }

    fn made(rows: &[Row<'_>], make: impl FnOnce(String) -> String) -> Self {
        let site = Site::with(rows);
        let bridge = Bridge::start(&make(site.configuration()));
        let Site { issuer, directory, client } = site;
        Self { issuer, bridge, client, directory }
    }

    /// The database file.
    pub fn database(&self) -> std::path::PathBuf {
        self.directory.path().join("legacy.db")
    }

    /// A POST with a good token.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.bridge.url);
        let request = client::post(&self.client, &url, &self.issuer.token(), &body).header("x-request-id", "test");
        client::send(request).await
    }

    /// A GET of the ops listener.
    pub async fn ops(&self, path: &str) -> Answer {
        client::send(self.client.get(format!("{}{path}", self.bridge.ops))).await
    }
}

/// One person for each way in which a route can answer.
pub fn people() -> Vec<Row<'static>> {
    let row = |id, email, username, password| Row { id, email, username, password, active: 1, plan: "'gold'" };
    vec![
        row("'1'", "'Ada@Example.com'", "'ada'", BCRYPT),
        Row { active: 0, ..row("'2'", "'disabled@example.com'", "'disabled'", BCRYPT) },
        row("'3'", "'nopassword@example.com'", "'nopassword'", "'!'"),
        row("'4'", "'null@example.com'", "'null'", "NULL"),
        row("'5'", "'ambiguous-hash@example.com'", "'ambiguous-hash'", "'5f4dcc3b5aa765d61d8327deb882cf99'"),
        row(
            "'6'",
            "'costly@example.com'",
            "'costly'",
            "'$2y$31$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG'",
        ),
        row("'a|b'", "'unmappable@example.com'", "'unmappable'", BCRYPT),
        row("'7'", "'twin@example.com'", "'twin1'", BCRYPT),
        row("'8'", "'TWIN@example.com'", "'twin2'", BCRYPT),
        row("'9'", "'crossing@example.com'", "'crossing'", BCRYPT),
        row("'10'", "NULL", "'noemail'", BCRYPT),
    ]
}
