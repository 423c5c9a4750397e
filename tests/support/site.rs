//! What a bridge stands between in most tests: a stand-in for the tenant, and a small legacy database of SQLite.
use super::{
    bridge::Bridge,
    client::{self, Answer},
    issuer::{AUDIENCE, Issuer},
    legacy_users::{self, Row},
};
use serde_json::Value;
use std::path::PathBuf;

/// `hashcat`'s own example of mode 3200, as SQL; the password is the program's name.
pub const BCRYPT: &str = "'$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou'";
/// Its password.
pub const PASSWORD: &str = "hashcat";

/// An issuer, a database file, and a client for as many bridges as a test starts.
pub struct Site {
    /// The stand-in for the tenant.
    pub issuer: Issuer,
    /// Where the database is, and what else a test writes.
    pub directory: tempfile::TempDir,
    /// For everything that asks.
    pub client: reqwest::Client,
}

impl Site {
    /// With these people.
    pub fn with(people: &[Row<'_>]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        legacy_users::create(directory.path(), people);
        Self { issuer: Issuer::start(), directory, client: client::client(None) }
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.directory.path().join("legacy.db")
    }

    /// The sections that fit them.
    pub fn configuration(&self) -> String {
        legacy_users::configuration(&self.database(), &self.issuer.url, AUDIENCE)
    }

    /// A bridge with these sections beside.
    pub fn bridge(&self, more: &str) -> Bridge {
        Bridge::start(&format!("{}\n{more}", self.configuration()))
    }

    /// A POST with a good token.
    pub async fn post(&self, bridge: &Bridge, path: &str, body: Value) -> Answer {
        self.post_with(bridge, path, body, &self.issuer.token()).await
    }

    /// A POST with another token.
    pub async fn post_with(&self, bridge: &Bridge, path: &str, body: Value, token: &str) -> Answer {
        client::send(client::post(&self.client, &format!("{}{path}", bridge.url), token, &body)).await
    }

    /// A GET of the ops listener.
    pub async fn ops(&self, bridge: &Bridge, path: &str) -> Answer {
        client::send(self.client.get(format!("{}{path}", bridge.ops))).await
    }
}

/// Somebody with that password.
pub fn person(id: &'static str, email: &'static str, username: &'static str) -> Row<'static> {
    Row { id, email, username, password: BCRYPT, active: 1, plan: "'gold'" }
}
